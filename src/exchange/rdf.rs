//! Quads, and `TriG`: as much of RDF 1.1 as a nanopublication needs. No blank nodes, by design.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// XML Schema's namespace.
pub const XSD: &str = "http://www.w3.org/2001/XMLSchema#";
/// RDF's.
pub const RDF_TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";

/// An object of a quad.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Object {
    /// A thing.
    Iri(String),
    /// A string without a language, or of a datatype.
    Typed {
        /// Its text.
        text: String,
        /// IRI of the datatype.
        datatype: String,
    },
    /// A string in a language.
    Lang {
        /// Its text.
        text: String,
        /// Language tag (BCP 47), as it was written.
        tag: String,
    },
}

impl Object {
    /// A plain string.
    pub fn text(text: impl Into<String>) -> Self {
        Self::of_type(text, "string")
    }

    /// A literal of one of XML Schema's types.
    pub fn of_type(text: impl Into<String>, xsd: &str) -> Self {
        Self::Typed { text: text.into(), datatype: format!("{XSD}{xsd}") }
    }
}

/// A statement in a named graph.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quad {
    /// The graph's IRI.
    pub graph: String,
    /// The subject's IRI.
    pub subject: String,
    /// The predicate's IRI.
    pub predicate: String,
    /// What is said.
    pub object: Object,
}

/// A literal's text between its quotes.
pub fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // Bidi controls and other invisibles would let a file look other than it reads.
            c if c.is_control() || crate::text::deceives(c) => {
                // Writing to a string cannot fail.
                let _ = if c as u32 <= 0xffff {
                    write!(out, "\\u{:04X}", c as u32)
                } else {
                    write!(out, "\\U{:08X}", c as u32)
                };
            }
            c => out.push(c),
        }
    }
    out
}

/// The quads as `TriG`: graphs in the order given, subjects and predicates as they come, full IRIs but for `prefixes`.
pub fn trig(quads: &[Quad], graphs: &[&str], prefixes: &[(&str, &str)]) -> String {
    let short = |iri: &str| -> String {
        for (prefix, namespace) in prefixes {
            if let Some(local) = iri.strip_prefix(namespace)
                && is_local(local)
            {
                return format!("{prefix}:{local}");
            }
        }
        format!("<{iri}>")
    };
    let mut out = String::new();
    for (prefix, namespace) in prefixes {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "@prefix {prefix}: <{namespace}> .");
    }
    for graph in graphs {
        let _ = writeln!(out, "\n{} {{", short(graph));
        let mut subjects: BTreeMap<usize, (&str, Vec<&Quad>)> = BTreeMap::new();
        let mut seen: Vec<&str> = Vec::new();
        for quad in quads.iter().filter(|q| q.graph == **graph) {
            let at = seen.iter().position(|s| *s == quad.subject).unwrap_or_else(|| {
                seen.push(&quad.subject);
                seen.len() - 1
            });
            subjects.entry(at).or_insert((&quad.subject, Vec::new())).1.push(quad);
        }
        for (subject, said) in subjects.values() {
            let _ = write!(out, "  {}", short(subject));
            for (i, quad) in said.iter().enumerate() {
                let predicate = if quad.predicate == RDF_TYPE { "a".to_owned() } else { short(&quad.predicate) };
                let object = match &quad.object {
                    Object::Iri(iri) => short(iri),
                    Object::Typed { text, datatype } if datatype.strip_prefix(XSD) == Some("string") => {
                        format!("\"{}\"", literal(text))
                    }
                    Object::Typed { text, datatype } => format!("\"{}\"^^{}", literal(text), short(datatype)),
                    Object::Lang { text, tag } => format!("\"{}\"@{tag}", literal(text)),
                };
                let _ = write!(out, "{} {predicate} {object}", if i == 0 { "" } else { " ;\n   " });
            }
            out.push_str(" .\n");
        }
        out.push_str("}\n");
    }
    out
}

/// Whether a name may follow a prefix without escapes.
fn is_local(local: &str) -> bool {
    !local.is_empty()
        && local.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        && !local.starts_with('-')
        && !local.ends_with('-')
}
