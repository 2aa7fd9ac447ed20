//! Holds a record against the bytes that it was read from, piece by piece, without writing it anew: what is read back
//! from a log is compared so, and the writing would cost as much as the reading.
//!
//! Only for bytes without a backslash: then no string in them is escaped, and a string of the record stands there as it
//! is. What this does not know (floats, maps, bytes) it takes for a difference; the caller then looks in its own time.

use std::fmt::{self, Display, Write as _};

use serde::ser::{self, Impossible, Serialize, Serializer};

use crate::hash::MAX_INTEGER;

/// Whether `bytes`, which are JSON without a backslash and from which `record` was read, are what writing it would give.
pub(super) fn is_form_of<T: Serialize>(record: &T, bytes: &[u8]) -> bool {
    let mut compare = Compare { rest: bytes };
    record.serialize(&mut compare).is_ok() && compare.rest.is_empty()
}

/// The bytes that are still to be met.
struct Compare<'b> {
    rest: &'b [u8],
}

/// The record says something else than the bytes.
#[derive(Debug)]
struct Differs;

impl Display for Differs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the bytes differ")
    }
}

impl std::error::Error for Differs {}

impl ser::Error for Differs {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
}

impl Compare<'_> {
    fn meet(&mut self, piece: &[u8]) -> Result<(), Differs> {
        self.rest = self.rest.strip_prefix(piece).ok_or(Differs)?;
        Ok(())
    }

    fn byte(&mut self, byte: u8) -> Result<(), Differs> {
        match self.rest.split_first() {
            Some((first, rest)) if *first == byte => {
                self.rest = rest;
                Ok(())
            }
            _ => Err(Differs),
        }
    }

    /// A part of a string. One with a quotation mark would have to be escaped.
    fn part(&mut self, text: &str) -> Result<(), Differs> {
        if memchr::memchr(b'"', text.as_bytes()).is_some() {
            return Err(Differs);
        }
        self.meet(text.as_bytes())
    }

    fn string(&mut self, text: &str) -> Result<(), Differs> {
        self.byte(b'"')?;
        self.part(text)?;
        self.byte(b'"')
    }

    fn number(&mut self, value: u64) -> Result<(), Differs> {
        if value > MAX_INTEGER {
            return Err(Differs);
        }
        let mut digits = [0; 20];
        let (mut at, mut left) = (digits.len(), value);
        loop {
            at -= 1;
            digits[at] = b'0' + (left % 10) as u8;
            left /= 10;
            if left == 0 {
                return self.meet(&digits[at..]);
            }
        }
    }
}

impl fmt::Write for Compare<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.part(text).map_err(|Differs| fmt::Error)
    }
}

/// The items of a list, or the fields of a record.
struct Items<'c, 'b> {
    compare: &'c mut Compare<'b>,
    first: bool,
    close: u8,
}

impl<'c, 'b> Items<'c, 'b> {
    fn open(compare: &'c mut Compare<'b>, open: u8, close: u8) -> Result<Self, Differs> {
        compare.byte(open)?;
        Ok(Self { compare, first: true, close })
    }

    fn next(&mut self) -> Result<&mut Compare<'b>, Differs> {
        if !std::mem::take(&mut self.first) {
            self.compare.byte(b',')?;
        }
        Ok(self.compare)
    }

    fn close(self) -> Result<(), Differs> {
        self.compare.byte(self.close)
    }
}

impl ser::SerializeSeq for Items<'_, '_> {
    type Ok = ();
    type Error = Differs;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Differs> {
        value.serialize(self.next()?)
    }

    fn end(self) -> Result<(), Differs> {
        self.close()
    }
}

impl ser::SerializeTuple for Items<'_, '_> {
    type Ok = ();
    type Error = Differs;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Differs> {
        value.serialize(self.next()?)
    }

    fn end(self) -> Result<(), Differs> {
        self.close()
    }
}

impl ser::SerializeStruct for Items<'_, '_> {
    type Ok = ();
    type Error = Differs;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Differs> {
        let compare = self.next()?;
        compare.string(key)?;
        compare.byte(b':')?;
        value.serialize(compare)
    }

    fn end(self) -> Result<(), Differs> {
        self.close()
    }
}

macro_rules! not_known {
    ($($method:ident($($kind:ty),*) -> $answer:ty;)+) => {
        $(fn $method(self, $(_: $kind),*) -> Result<$answer, Differs> {
            Err(Differs)
        })+
    };
}

macro_rules! numbers {
    ($($method:ident($kind:ty);)+) => {
        $(fn $method(self, value: $kind) -> Result<(), Differs> {
            self.serialize_i64(i64::from(value))
        })+
    };
}

impl<'c, 'b> Serializer for &'c mut Compare<'b> {
    type Ok = ();
    type Error = Differs;
    type SerializeSeq = Items<'c, 'b>;
    type SerializeTuple = Items<'c, 'b>;
    type SerializeTupleStruct = Impossible<(), Differs>;
    type SerializeTupleVariant = Impossible<(), Differs>;
    type SerializeMap = Impossible<(), Differs>;
    type SerializeStruct = Items<'c, 'b>;
    type SerializeStructVariant = Impossible<(), Differs>;

    fn serialize_bool(self, value: bool) -> Result<(), Differs> {
        self.meet(if value { b"true" } else { b"false" })
    }

    numbers! {
        serialize_i8(i8);
        serialize_i16(i16);
        serialize_i32(i32);
        serialize_u8(u8);
        serialize_u16(u16);
        serialize_u32(u32);
    }

    fn serialize_i64(self, value: i64) -> Result<(), Differs> {
        if value < 0 {
            self.byte(b'-')?;
        }
        self.number(value.unsigned_abs())
    }

    fn serialize_u64(self, value: u64) -> Result<(), Differs> {
        self.number(value)
    }

    fn serialize_str(self, text: &str) -> Result<(), Differs> {
        self.string(text)
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<(), Differs> {
        self.byte(b'"')?;
        write!(self, "{value}").map_err(|fmt::Error| Differs)?;
        self.byte(b'"')
    }

    fn serialize_none(self) -> Result<(), Differs> {
        self.meet(b"null")
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Differs> {
        value.serialize(self)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Differs> {
        self.string(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Differs> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Differs> {
        Err(Differs)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'c, 'b>, Differs> {
        Items::open(self, b'[', b']')
    }

    fn serialize_tuple(self, _: usize) -> Result<Items<'c, 'b>, Differs> {
        Items::open(self, b'[', b']')
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Items<'c, 'b>, Differs> {
        Items::open(self, b'{', b'}')
    }

    not_known! {
        serialize_f32(f32) -> ();
        serialize_f64(f64) -> ();
        serialize_char(char) -> ();
        serialize_bytes(&[u8]) -> ();
        serialize_unit() -> ();
        serialize_unit_struct(&'static str) -> ();
        serialize_tuple_struct(&'static str, usize) -> Impossible<(), Differs>;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Impossible<(), Differs>;
        serialize_map(Option<usize>) -> Impossible<(), Differs>;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Impossible<(), Differs>;
    }
}
