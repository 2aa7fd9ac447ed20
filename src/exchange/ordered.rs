//! Canonical JSON (RFC 8785) of what has its fields in the order of its own standard, or is put together from several: keys
//! are put in order while writing, without building the value first. A claim's view needs none of it ([`super::jsonl`]).
//!
//! Strings, integers and booleans are what a view holds, and of those `serde_json` writes the canonical form already. Keys
//! are ASCII, where the order of bytes is that of UTF-16. `tests/it/exports.rs` holds this against
//! [`crate::canon::value_to_bytes`].

use std::cell::RefCell;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::Formatter;

/// The canonical form of a view.
pub fn to_bytes<T: Serialize>(view: &T) -> Vec<u8> {
    let page = RefCell::new(Page { bytes: Vec::with_capacity(2_048), ..Page::default() });
    let mut serializer = serde_json::Serializer::with_formatter(Into(&page), Sorting(&page));
    // Writing to memory does not fail, and a view has no keys but strings.
    let _ = view.serialize(&mut serializer);
    page.into_inner().bytes
}

/// What was written, and the objects that are open.
#[derive(Default)]
struct Page {
    bytes: Vec<u8>,
    open: Vec<Object>,
    /// For putting members in order.
    spare: Vec<u8>,
    /// Lists of members that are used again.
    lists: Vec<Vec<Member>>,
}

/// An open object.
struct Object {
    /// Where its first member begins.
    start: usize,
    members: Vec<Member>,
}

/// A member: where it begins, where its key ends, where it ends.
#[derive(Clone, Copy)]
struct Member {
    start: usize,
    key: usize,
    end: usize,
}

impl Page {
    fn begin_object(&mut self) {
        self.bytes.push(b'{');
        let members = self.lists.pop().unwrap_or_default();
        self.open.push(Object { start: self.bytes.len(), members });
    }

    fn begin_key(&mut self) {
        let at = self.bytes.len();
        if let Some(object) = self.open.last_mut() {
            object.members.push(Member { start: at, key: at, end: at });
        }
    }

    fn member(&mut self, set: impl Fn(&mut Member, usize)) {
        let at = self.bytes.len();
        if let Some(member) = self.open.last_mut().and_then(|object| object.members.last_mut()) {
            set(member, at);
        }
    }

    fn end_object(&mut self) {
        let Some(Object { start, mut members }) = self.open.pop() else { return };
        let bytes = &self.bytes;
        members.sort_by(|a, b| bytes[a.start..a.key].cmp(&bytes[b.start..b.key]));
        self.spare.clear();
        for (k, member) in members.iter().enumerate() {
            if k > 0 {
                self.spare.push(b',');
            }
            self.spare.extend_from_slice(&self.bytes[member.start..member.end]);
        }
        self.bytes.truncate(start);
        self.bytes.extend_from_slice(&self.spare);
        self.bytes.push(b'}');
        members.clear();
        self.lists.push(members);
    }
}

/// Where the serialiser writes.
struct Into<'p>(&'p RefCell<Page>);

impl Write for Into<'_> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().bytes.extend_from_slice(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Marks where members begin and end; commas between them come when they are in order.
struct Sorting<'p>(&'p RefCell<Page>);

impl Formatter for Sorting<'_> {
    fn begin_object<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.0.borrow_mut().begin_object();
        Ok(())
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, _: &mut W, _: bool) -> io::Result<()> {
        self.0.borrow_mut().begin_key();
        Ok(())
    }

    fn end_object_key<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.0.borrow_mut().member(|member, at| member.key = at);
        Ok(())
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.0.borrow_mut().member(|member, at| member.end = at);
        Ok(())
    }

    fn end_object<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.0.borrow_mut().end_object();
        Ok(())
    }
}
