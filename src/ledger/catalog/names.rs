//! Every name on record once, so that a part of a name finds all names that have it, and with them their terms.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::block::Total;
use super::error::Damage;
use super::page::{checksum, open, seal};
use super::shelf::{Shelf, Space};
use super::term::Term;

/// What a name is the name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Named {
    /// [`Term::Speaker`].
    Speaker,
    /// [`Term::Actor`].
    Actor,
    /// [`Term::Place`].
    Place,
    /// [`Term::Publisher`].
    Publisher,
    /// [`Term::Cue`].
    Cue,
}

/// A name in its folded form.
pub(super) type Name = (Named, String);

/// What the names of each sort add up to, in the order of [`Named::ALL`].
pub(super) type Totals = [Total; 5];

impl Named {
    /// Every sort.
    pub const ALL: [Self; 5] = [Self::Speaker, Self::Actor, Self::Place, Self::Publisher, Self::Cue];

    /// The term that finds entries by a name.
    pub fn term(self, name: &str) -> Term<'_> {
        match self {
            Self::Speaker => Term::Speaker(name),
            Self::Actor => Term::Actor(name),
            Self::Place => Term::Place(name),
            Self::Publisher => Term::Publisher(name),
            Self::Cue => Term::Cue(name),
        }
    }

    /// The name in a term, if the term is one.
    fn of<'n>(term: &Term<'n>) -> Option<(Self, &'n str)> {
        Some(match term {
            Term::Speaker(name) => (Self::Speaker, name),
            Term::Actor(name) => (Self::Actor, name),
            Term::Place(name) => (Self::Place, name),
            Term::Publisher(name) => (Self::Publisher, name),
            Term::Cue(name) => (Self::Cue, name),
            _ => return None,
        })
    }
}

/// Names that have come by. The same few stand in most claims, and one that is known costs no more than a look.
#[derive(Debug, Default)]
pub struct Met {
    sorts: [HashSet<String>; 5],
    folded: String,
}

/// Names of a sort held at most; then they are forgotten, which only costs time.
const MAX_MET: usize = 100_000;

impl Met {
    /// The name in a term, folded, if the term is one and the name has not come by before.
    pub(super) fn new_name(&mut self, term: &Term<'_>) -> Option<Name> {
        let (named, name) = Named::of(term)?;
        // Folding in full costs ten times as much, and most names are ASCII.
        if name.is_ascii() {
            self.folded.clear();
            self.folded.push_str(name);
            self.folded.make_ascii_lowercase();
        } else {
            self.folded = crate::text::fold(name);
        }
        let met = &mut self.sorts[named as usize];
        if met.contains(&self.folded) {
            return None;
        }
        if met.len() >= MAX_MET {
            met.clear();
        }
        met.insert(self.folded.clone());
        Some((named, self.folded.clone()))
    }

    /// Whether a name comes by for the first time.
    fn first(&mut self, (named, name): &Name) -> bool {
        let met = &mut self.sorts[*named as usize];
        if met.contains(name) {
            return false;
        }
        if met.len() >= MAX_MET {
            met.clear();
        }
        met.insert(name.clone())
    }
}

/// Buckets that the names of a sort are spread over: a batch of many new names writes few values.
type Bucket = [u8; 2];

fn bucket(named: Named, name: &str) -> Bucket {
    [named as u8, (checksum(&[], name.as_bytes()) >> 56) as u8]
}

/// Reads a bucket: ascending names.
fn read<'v>(key: &[u8], value: &'v [u8]) -> Result<Vec<&'v str>, Damage> {
    let names: Vec<&str> = open(key, value)?;
    let ascending = names.windows(2).all(|pair| pair[0] < pair[1]);
    if ascending && !names.is_empty() { Ok(names) } else { Err(Damage::Shape) }
}

/// Takes in names; those on record already change nothing.
///
/// `met` are names that certainly are: those taken in since the catalog was opened.
pub(super) fn update(
    shelf: &mut Shelf,
    totals: &mut Totals,
    met: &mut Met,
    names: &BTreeSet<Name>,
) -> Result<(), Damage> {
    let mut buckets: BTreeMap<Bucket, Vec<&str>> = BTreeMap::new();
    for name in names.iter().filter(|name| met.first(name)) {
        buckets.entry(bucket(name.0, &name.1)).or_default().push(&name.1);
    }
    for (key, new) in buckets {
        let before = shelf.get(Space::Names, &key)?;
        let mut all = before.as_deref().map(|value| read(&key, value)).transpose()?.unwrap_or_default();
        let were = all.len();
        all.extend(new);
        all.sort_unstable();
        all.dedup();
        if all.len() == were {
            continue;
        }
        let value = seal(&key, &all)?;
        let total = totals.get_mut(usize::from(key[0])).ok_or(Damage::Key)?;
        if let Some(before) = &before {
            total.take(before, were);
        }
        total.add(&value, all.len());
        shelf.insert(Space::Names, &key, value)?;
    }
    Ok(())
}

/// The names that have `part` (folded) in them, or nothing where they are more than `limit`.
pub(super) fn having(
    shelf: &Shelf,
    totals: &Totals,
    named: Named,
    part: &str,
    limit: usize,
) -> Result<Option<Vec<String>>, Damage> {
    let mut found = Vec::new();
    let mut seen = Total::default();
    each(shelf, Some(named), |_, names, value| {
        seen.add(value, names.len());
        let room = limit.saturating_add(1).saturating_sub(found.len());
        found.extend(names.iter().filter(|name| name.contains(part)).take(room).map(ToString::to_string));
    })?;
    if seen != totals[named as usize] {
        return Err(Damage::Missing);
    }
    found.sort_unstable();
    Ok((found.len() <= limit).then_some(found))
}

/// What all names add up to.
pub(super) fn totals(shelf: &Shelf) -> Result<Totals, Damage> {
    let mut totals = Totals::default();
    each(shelf, None, |named, names, value| totals[named].add(value, names.len()))?;
    Ok(totals)
}

/// Hands on every bucket of a sort, or of all.
fn each(shelf: &Shelf, named: Option<Named>, mut take: impl FnMut(usize, &[&str], &[u8])) -> Result<(), Damage> {
    let from = named.map_or(0, |n| n as u8);
    let mut walk = shelf.walk(Space::Names, &[from])?;
    while let Some((key, value)) = walk.next()? {
        let sort = *key.first().ok_or(Damage::Key)?;
        if named.is_some_and(|n| n as u8 != sort) {
            break;
        }
        if usize::from(sort) >= Named::ALL.len() {
            return Err(Damage::Key);
        }
        take(usize::from(sort), &read(&key, &value)?, &value);
    }
    Ok(())
}
