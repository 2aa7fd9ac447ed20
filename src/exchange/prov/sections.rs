//! Records by kind, each kind in a temporary file until the end.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read as _, Seek as _, Write};

use serde_json::Value;

use crate::exchange::format::FormatError;

/// A top-level key of PROV-JSON, in the order in which they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Entity,
    Activity,
    Agent,
    WasGeneratedBy,
    Used,
    WasInvalidatedBy,
    WasDerivedFrom,
    WasAttributedTo,
    WasAssociatedWith,
    WasInfluencedBy,
    SpecializationOf,
    AlternateOf,
    HadMember,
}

const ALL: [(Section, &str); 13] = [
    (Section::Entity, "entity"),
    (Section::Activity, "activity"),
    (Section::Agent, "agent"),
    (Section::WasGeneratedBy, "wasGeneratedBy"),
    (Section::Used, "used"),
    (Section::WasInvalidatedBy, "wasInvalidatedBy"),
    (Section::WasDerivedFrom, "wasDerivedFrom"),
    (Section::WasAttributedTo, "wasAttributedTo"),
    (Section::WasAssociatedWith, "wasAssociatedWith"),
    (Section::WasInfluencedBy, "wasInfluencedBy"),
    (Section::SpecializationOf, "specializationOf"),
    (Section::AlternateOf, "alternateOf"),
    (Section::HadMember, "hadMember"),
];

/// The temporary files.
pub(super) struct Sections {
    files: Vec<(BufWriter<File>, u64)>,
    relations: u64,
}

impl Sections {
    pub(super) fn new() -> io::Result<Self> {
        let files = ALL.iter().map(|_| Ok((BufWriter::new(tempfile::tempfile()?), 0))).collect::<io::Result<_>>()?;
        Ok(Self { files, relations: 0 })
    }

    /// A record with a name of its own; a name is used once.
    pub(super) fn named(&mut self, section: Section, name: &str, record: &Value) -> Result<(), FormatError> {
        if let Some((file, count)) = self.files.get_mut(section as usize) {
            let comma = if *count == 0 { "" } else { ",\n" };
            write!(file, "{comma}{}:{record}", Value::from(name))?;
            *count += 1;
        }
        Ok(())
    }

    /// A relation, under the next blank name.
    pub(super) fn relation(&mut self, section: Section, record: &Value) -> Result<(), FormatError> {
        self.relations += 1;
        let name = format!("_:r{}", self.relations);
        self.named(section, &name, record)
    }

    /// Writes every kind of which there is a record.
    pub(super) fn join(&mut self, out: &mut dyn Write) -> Result<(), FormatError> {
        for ((section, name), (file, count)) in ALL.iter().zip(std::mem::take(&mut self.files)) {
            debug_assert_eq!(ALL[*section as usize].1, *name, "files lie in the order of the kinds");
            if count == 0 {
                continue;
            }
            let mut file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.rewind()?;
            write!(out, ",\n\"{name}\":{{\n")?;
            let mut reader = BufReader::new(file);
            let mut chunk = vec![0; 65_536];
            loop {
                let read = reader.read(&mut chunk)?;
                if read == 0 {
                    break;
                }
                out.write_all(chunk.get(..read).unwrap_or_default())?;
            }
            out.write_all(b"\n}")?;
        }
        Ok(())
    }
}

/// Numbers met so far, one bit each.
pub(super) struct Seen(Vec<u64>);

impl Seen {
    pub(super) fn new(size: u64) -> Self {
        Self(vec![0; (size / 64 + 1) as usize])
    }

    /// Adds a number; whether it is new. Numbers beyond the ledger are never new.
    pub(super) fn insert(&mut self, number: u64) -> bool {
        let Some(word) = self.0.get_mut((number / 64) as usize) else { return false };
        let bit = 1 << (number % 64);
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    /// The numbers, in order.
    pub(super) fn numbers(&self) -> Vec<u64> {
        let words = self.0.iter().enumerate();
        words
            .flat_map(|(at, word)| (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| at as u64 * 64 + bit))
            .collect()
    }
}
