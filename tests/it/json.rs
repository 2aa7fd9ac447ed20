//! JSON that may be wrong: a tree that keeps order, repeats and raw text, so that tests can write what no encoder would.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use serde_json::Value;

/// A value whose objects are lists of pairs.
#[derive(Debug, Clone, PartialEq)]
pub enum J {
    /// Written as it stands.
    Raw(String),
    Str(String),
    Arr(Vec<J>),
    Obj(Vec<(String, J)>),
}

impl J {
    pub fn parse(bytes: &[u8]) -> Self {
        Self::of(&serde_json::from_slice(bytes).unwrap())
    }

    fn of(value: &Value) -> Self {
        match value {
            Value::String(text) => Self::Str(text.clone()),
            Value::Array(items) => Self::Arr(items.iter().map(Self::of).collect()),
            Value::Object(map) => Self::Obj(map.iter().map(|(k, v)| (k.clone(), Self::of(v))).collect()),
            simple => Self::Raw(simple.to_string()),
        }
    }

    pub fn raw(text: impl Into<String>) -> Self {
        Self::Raw(text.into())
    }

    pub fn str(text: impl Into<String>) -> Self {
        Self::Str(text.into())
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut out = String::new();
        self.write(&mut out);
        out.into_bytes()
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Raw(text) => out.push_str(text),
            Self::Str(text) => out.push_str(&serde_json::to_string(text).unwrap()),
            Self::Arr(items) => {
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    out.push_str(if i > 0 { "," } else { "" });
                    item.write(out);
                }
                out.push(']');
            }
            Self::Obj(pairs) => {
                out.push('{');
                for (i, (key, value)) in pairs.iter().enumerate() {
                    out.push_str(if i > 0 { "," } else { "" });
                    out.push_str(&serde_json::to_string(key).unwrap());
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }

    /// What stands under a key of an object.
    pub fn key(&self, key: &str) -> Option<&J> {
        let Self::Obj(pairs) = self else { return None };
        pairs.iter().find(|(k, _)| k == key).map(|(_, v)| v)
    }

    /// Sets a key, in its place by the order of keys.
    pub fn with(mut self, key: &str, value: J) -> Self {
        let Self::Obj(pairs) = &mut self else { panic!("not an object") };
        pairs.retain(|(k, _)| k != key);
        let at = pairs.iter().take_while(|(k, _)| k.as_str() < key).count();
        pairs.insert(at, (key.to_owned(), value));
        self
    }

    pub fn without(mut self, key: &str) -> Self {
        let Self::Obj(pairs) = &mut self else { panic!("not an object") };
        pairs.retain(|(k, _)| k != key);
        self
    }

    pub fn keys(&self) -> Vec<&str> {
        let Self::Obj(pairs) = self else { panic!("not an object") };
        pairs.iter().map(|(k, _)| k.as_str()).collect()
    }

    /// Positions of every value in the tree, as child numbers from the root.
    pub fn places(&self) -> Vec<Vec<usize>> {
        let children: Vec<&J> = match self {
            Self::Arr(items) => items.iter().collect(),
            Self::Obj(pairs) => pairs.iter().map(|(_, v)| v).collect(),
            _ => Vec::new(),
        };
        let mut all = vec![Vec::new()];
        for (i, child) in children.into_iter().enumerate() {
            all.extend(child.places().into_iter().map(|rest| [vec![i], rest].concat()));
        }
        all
    }

    pub fn at(&self, place: &[usize]) -> &J {
        place.iter().fold(self, |node, i| match node {
            Self::Arr(items) => &items[*i],
            Self::Obj(pairs) => &pairs[*i].1,
            _ => panic!("no child"),
        })
    }

    /// A copy in which `change` was made at `place`.
    pub fn changed(&self, place: &[usize], change: impl FnOnce(&mut J)) -> Self {
        let mut copy = self.clone();
        let node = place.iter().fold(&mut copy, |node, i| match node {
            Self::Arr(items) => &mut items[*i],
            Self::Obj(pairs) => &mut pairs[*i].1,
            _ => panic!("no child"),
        });
        change(node);
        copy
    }
}

/// Every wrong form of canonical bytes that says the same thing, or nearly: none may be read.
pub fn mutations(right: &[u8]) -> Vec<(String, Vec<u8>)> {
    let tree = J::parse(right);
    let mut wrong = Vec::new();
    let mut add = |what: String, tree: &J| wrong.push((what, tree.bytes()));
    for place in tree.places() {
        if !place.is_empty() {
            add(format!("null at {place:?}"), &tree.changed(&place, |n| *n = J::raw("null")));
        }
        match tree.at(&place) {
            J::Obj(pairs) => {
                for (i, (key, value)) in pairs.iter().enumerate() {
                    let twice = tree.changed(&place, |n| pairs_of(n).insert(i, (key.clone(), value.clone())));
                    add(format!("{key} twice"), &twice);
                    if i > 0 {
                        add(format!("{key} before its turn"), &tree.changed(&place, |n| pairs_of(n).swap(i - 1, i)));
                    }
                }
                for key in ["", "aa", "zz"] {
                    let at = pairs.iter().take_while(|(k, _)| k.as_str() < key).count();
                    let more = tree.changed(&place, |n| pairs_of(n).insert(at, (key.to_owned(), J::raw("0"))));
                    add(format!("unknown key {key:?} at {place:?}"), &more);
                }
            }
            J::Str(text) => {
                for c in ['\0', '\u{8}', '\u{b}', '\r', '\u{1f}', '\u{7f}', '\u{80}', '\u{9f}'] {
                    let text = format!("{text}{c}");
                    add(format!("{c:?} at {place:?}"), &tree.changed(&place, |n| *n = J::Str(text)));
                }
                for escape in ["\\u0041", "\\/", "\\ud800"] {
                    let body = serde_json::to_string(text).unwrap();
                    let raw = format!("\"{escape}{}", &body[1..]);
                    add(format!("{escape} at {place:?}"), &tree.changed(&place, |n| *n = J::raw(raw)));
                }
            }
            J::Raw(text) if text.parse::<u64>().is_ok() => {
                for number in [format!("{text}.0"), format!("{text}e0"), format!("0{text}"), "-1".into(), "-0".into()] {
                    add(format!("{number} at {place:?}"), &tree.changed(&place, |n| *n = J::raw(number)));
                }
                for number in ["9007199254740992", "18446744073709551616"] {
                    add(format!("{number} at {place:?}"), &tree.changed(&place, |n| *n = J::raw(number)));
                }
            }
            _ => {}
        }
    }
    wrong.extend(white_space(right));
    for (what, tail) in [("a byte more", &b"x"[..]), ("two values", b"{}"), ("a NUL", b"\0")] {
        wrong.push((what.to_owned(), [right, tail].concat()));
    }
    wrong.push(("a byte-order mark".into(), [b"\xef\xbb\xbf", right].concat()));
    for cut in 0..right.len() {
        wrong.push((format!("cut at {cut}"), right[..cut].to_vec()));
    }
    wrong
}

fn pairs_of(node: &mut J) -> &mut Vec<(String, J)> {
    let J::Obj(pairs) = node else { panic!("not an object") };
    pairs
}

/// A space at every place outside strings.
fn white_space(right: &[u8]) -> Vec<(String, Vec<u8>)> {
    let (mut inside, mut escaped, mut out) = (false, false, Vec::new());
    for (at, byte) in right.iter().enumerate() {
        if !inside {
            for space in [b' ', b'\n'] {
                out.push((format!("{space} at {at}"), [&right[..at], &[space], &right[at..]].concat()));
            }
        }
        match byte {
            b'"' if !escaped => inside = !inside,
            _ => {}
        }
        escaped = inside && *byte == b'\\' && !escaped;
    }
    out.push(("a line feed at the end".into(), [right, b"\n"].concat()));
    out
}
