//! What changed between two values, field by field, for people to read.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

/// One field that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The field, as a path such as `appearance.hedges[0].cue`; empty for the value itself.
    pub path: String,
    /// What stood there; absent where there was nothing.
    pub before: Option<Value>,
    /// What stands there now; absent where there is nothing any more.
    pub after: Option<Value>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let show = |v: Option<&Value>| match v {
            Some(value) => crate::text::printable_line(&value.to_string()),
            None => "nothing".to_owned(),
        };
        if !self.path.is_empty() {
            write!(f, "{}: ", crate::text::printable_line(&self.path))?;
        }
        write!(f, "{} -> {}", show(self.before.as_ref()), show(self.after.as_ref()))
    }
}

/// The fields in which two values of a type differ, in the order of their keys; none where they are equal.
///
/// A value that cannot be written as JSON (it holds a pending index) counts as nothing.
pub fn fields<T: Serialize>(before: &T, after: &T) -> Vec<Difference> {
    let json = |value: &T| serde_json::to_value(value).unwrap_or(Value::Null);
    values(&json(before), &json(after))
}

/// The fields in which two JSON values differ.
///
/// A list of plain values is one field. In a list of objects, what is the same at its begin and end is set apart first,
/// so that an item put in does not make all later ones look changed; paths count items as they stand now, those of
/// removed ones as they stood.
pub fn values(before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    walk("", before, after, &mut found);
    found
}

fn walk(path: &str, before: &Value, after: &Value, found: &mut Vec<Difference>) {
    if before == after {
        return;
    }
    match (before, after) {
        (Value::Object(a), Value::Object(b)) => {
            let mut keys: Vec<&String> = a.keys().chain(b.keys().filter(|k| !a.contains_key(*k))).collect();
            keys.sort();
            for key in keys {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                step(&path, a.get(key), b.get(key), found);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.iter().chain(b).any(Value::is_object) => {
            let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
            let (a, b) = (&a[head..], &b[head..]);
            let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
            let (a, b) = (&a[..a.len() - tail], &b[..b.len() - tail]);
            for i in 0..a.len().max(b.len()) {
                step(&format!("{path}[{}]", head + i), a.get(i), b.get(i), found);
            }
        }
        _ => step_changed(path, Some(before), Some(after), found),
    }
}

fn step(path: &str, before: Option<&Value>, after: Option<&Value>, found: &mut Vec<Difference>) {
    match (before, after) {
        (Some(before), Some(after)) => walk(path, before, after, found),
        _ => step_changed(path, before, after, found),
    }
}

fn step_changed(path: &str, before: Option<&Value>, after: Option<&Value>, found: &mut Vec<Difference>) {
    found.push(Difference { path: path.to_owned(), before: before.cloned(), after: after.cloned() });
}
