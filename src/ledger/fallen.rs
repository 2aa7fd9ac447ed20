//! What rests on fallen claims ([`crate::entry::fall`]): looked up along the claim's own relations, never over all claims.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::catalog::Term;
use super::error::ReadError;
use super::record::Ledger;
use crate::claim::vocab::RelationKind;
use crate::entry::ClaimState;
use crate::entry::Event;
use crate::entry::fall::{Fall, Node, Web, rests_on};
use crate::hash::Index;

/// Claims remembered between two questions; beyond it they are forgotten.
const MAX_REMEMBERED: usize = 100_000;

/// Claims that were looked at, as they stood at one size of the ledger.
#[derive(Debug, Default)]
pub(super) struct Memo {
    size: u64,
    nodes: BTreeMap<Index, Node>,
}

impl Ledger {
    /// The fallen claims that this one rests on, directly or through others, since nobody has judged it after they fell:
    /// for each of its relations that leads to one, the nearest.
    ///
    /// # Errors
    /// When the log or the catalog cannot be read.
    pub fn fallen_under(&self, claim: &ClaimState) -> Result<Vec<Fall>, ReadError> {
        if rests_on(claim).next().is_none() {
            return Ok(Vec::new());
        }
        let web = self.web(vec![claim.number])?;
        Ok(web.falls(claim.number, &web.flagged()))
    }

    /// Every claim that rests on a fallen one and was not judged since: what `flag:rests-on-fallen` asks for.
    ///
    /// # Errors
    /// When the log or the catalog cannot be read.
    pub fn resting_on_fallen(&self) -> Result<BTreeSet<Index>, ReadError> {
        let mut from = Vec::new();
        for index in self.find(Term::Relation(RelationKind::RestsOn))? {
            let entry = self.entry(index)?;
            if let (Some(about), Some(Event::ClaimsRelated(_))) = (entry.header.about, entry.event()?) {
                from.push(about);
            }
        }
        Ok(self.web(from)?.flagged().into_keys().collect())
    }

    /// The claims that rest on this one, directly or through others, and show it because this one has fallen; looked up along
    /// the relations that lead to it.
    ///
    /// # Errors
    /// When the log or the catalog cannot be read.
    pub fn shaken_by(&self, fallen: Index) -> Result<BTreeSet<Index>, ReadError> {
        let (mut above, mut next) = (BTreeSet::new(), vec![fallen]);
        while let Some(number) = next.pop() {
            for entry in self.find(Term::Related(number))? {
                let entry = self.entry(entry)?;
                let rests = matches!(entry.event()?, Some(Event::ClaimsRelated(r)) if r.kind == RelationKind::RestsOn);
                if let Some(about) = entry.header.about.filter(|about| rests && !above.contains(about)) {
                    above.insert(about);
                    next.push(about);
                }
            }
        }
        let web = self.web(above.iter().copied().collect())?;
        let flagged = web.flagged();
        let by_it = |number: &Index| web.falls(*number, &flagged).iter().any(|fall| fall.path.contains(&fallen));
        Ok(above.into_iter().filter(by_it).collect())
    }

    /// The claims that take the place of this one, by a relation that stands.
    ///
    /// # Errors
    /// When the log or the catalog cannot be read.
    pub fn superseded_by(&self, claim: Index) -> Result<Vec<Index>, ReadError> {
        let found = self.find(Term::Related(claim))?;
        Ok(self.superseding(found)?.remove(&claim).unwrap_or_default())
    }

    /// All claims whose place others take, with these.
    ///
    /// # Errors
    /// When the log or the catalog cannot be read.
    pub fn superseded(&self) -> Result<BTreeMap<Index, Vec<Index>>, ReadError> {
        let found = self.find(Term::Relation(RelationKind::Supersedes))?;
        self.superseding(found)
    }

    /// What of these entries says that a claim takes another's place, and was not taken back.
    fn superseding(&self, entries: Vec<Index>) -> Result<BTreeMap<Index, Vec<Index>>, ReadError> {
        let mut superseded: BTreeMap<Index, Vec<Index>> = BTreeMap::new();
        for index in entries {
            let entry = self.entry(index)?;
            let (Some(by), Some(Event::ClaimsRelated(relation))) = (entry.header.about, entry.event()?) else {
                continue;
            };
            let (RelationKind::Supersedes, Some(to)) = (relation.kind, relation.to) else { continue };
            let stands = self.claim(by)?.is_some_and(|claim| {
                claim.relations.iter().any(|item| item.number == index && item.withdrawn.is_none())
            });
            let list = superseded.entry(to).or_default();
            if stands && !list.contains(&by) {
                list.push(by);
            }
        }
        Ok(superseded)
    }

    /// Those claims, and every claim below them.
    fn web(&self, mut next: Vec<Index>) -> Result<Web, ReadError> {
        let mut web = Web::default();
        while let Some(number) = next.pop() {
            if web.0.contains_key(&number) {
                continue;
            }
            let Some(node) = self.node(number)? else { continue };
            next.extend(node.rests_on.iter().map(|(_, below)| *below));
            web.0.insert(number, node);
        }
        Ok(web)
    }

    fn node(&self, number: Index) -> Result<Option<Node>, ReadError> {
        {
            let mut memo = self.memo();
            if memo.size != self.size() || memo.nodes.len() > MAX_REMEMBERED {
                *memo = Memo { size: self.size(), nodes: BTreeMap::new() };
            }
            if let Some(node) = memo.nodes.get(&number) {
                return Ok(Some(node.clone()));
            }
        }
        let Some(claim) = self.claim(number)? else { return Ok(None) };
        let node = Node::of(&claim, &|document| self.document_state(document).ok().flatten().map(Cow::Owned));
        self.memo().nodes.insert(number, node.clone());
        Ok(Some(node))
    }
}
