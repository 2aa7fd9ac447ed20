//! Ledgers made by hand for tests: entries by the real encoder, files by a writer of this file, so that the audit is
//! held against neither itself nor the store's writer.

use std::collections::BTreeMap;

use onrecord::claim::desk::{AgentEnrolled, LedgerOpened, Owner};
use onrecord::claim::vocab::{
    AgentKind, AgentRole, ClaimKind, Confidence, Credibility, EvidenceClass, Factuality, Finding, Read, Reliability,
    SourceRole, Stance,
};
use onrecord::claim::{Appearance, Claim, Document, Evidence, Handle, Policy, Step, Verdict};
use onrecord::entry::header::Sig;
use onrecord::entry::sshsig::{KeySigner, Signer as _, signed_blob};
use onrecord::entry::{Batch, Encoded, Event, Header, Proposal, Salt, State, View as _};
use onrecord::hash::{Digest, Index, leaf_hash};
use onrecord::store::{Cell, MemoryStore, Store as _, StorePath};
use onrecord::time::{Day, Timestamp};
use onrecord::tlog::bundle::{Bundle, Series, append};
use onrecord::tlog::checkpoint::Checkpoint;
use onrecord::tlog::key::{Role, Signer};
use onrecord::tlog::tile::{Run, Tile};
use onrecord::tlog::tree::MemoryTree;

pub const ORIGIN: &str = "example.org/desk";
pub const OWNER: u8 = 1;
pub const LOG: u8 = 200;

pub fn key(seed: u8) -> KeySigner {
    KeySigner::from_seed(&[seed; 32])
}

pub fn log_key(origin: &str, seed: u8) -> Signer {
    Signer::from_seed(origin, Role::Log, &[seed; 32]).unwrap()
}

pub fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// 2026-01-01T00:00:00Z, the time of the first entry.
pub fn start() -> Timestamp {
    "2026-01-01T00:00:00.000Z".parse().unwrap()
}

/// A ledger in the making.
pub struct Ledger {
    pub state: State,
    pub encoded: Vec<(Vec<u8>, Vec<u8>)>,
    /// Size after each commit.
    pub commits: Vec<u64>,
    pub id: Digest,
    pub origin: &'static str,
    pub log: u8,
    pub time: Timestamp,
    pub salt: u64,
}

impl Ledger {
    /// With entry 0, policy `solo`.
    pub fn open() -> Self {
        Self::with(ORIGIN, LOG, OWNER, Policy::solo())
    }

    pub fn with(origin: &'static str, log: u8, owner: u8, policy: Policy) -> Self {
        let mut ledger = Self {
            state: State::default(),
            encoded: Vec::new(),
            commits: Vec::new(),
            id: Digest::default(),
            origin,
            log,
            time: start(),
            salt: 0,
        };
        let opened = LedgerOpened {
            log_key: log_key(origin, log).verifier().to_string(),
            origin: origin.into(),
            owner: Owner { handle: Handle("ada".into()), key: key(owner).public().to_openssh() },
            policy,
        };
        ledger.commit_as(Index(0), owner, &[Proposal::new(Event::LedgerOpened(opened))]);
        ledger.id = leaf_hash(&ledger.encoded[0].0);
        ledger
    }

    pub fn size(&self) -> u64 {
        self.encoded.len() as u64
    }

    pub fn salt(&mut self) -> Salt {
        self.salt += 1;
        let mut salt = [0; 16];
        salt[..8].copy_from_slice(&self.salt.to_be_bytes());
        Salt(salt)
    }

    /// The owner records a batch; returns its first index.
    pub fn commit(&mut self, proposals: &[Proposal]) -> Index {
        self.commit_as(Index(0), OWNER, proposals)
    }

    pub fn commit_as(&mut self, agent: Index, seed: u8, proposals: &[Proposal]) -> Index {
        let base = self.size();
        self.time = self.time.plus_millis(1_000);
        let salts: Vec<Salt> = (0..=proposals.len()).map(|_| self.salt()).collect();
        let batch = Batch { agent, time: self.time, ledger: self.id };
        for one in batch.encode(proposals, &salts, &self.state, &key(seed)).unwrap() {
            self.take(one);
        }
        self.commits.push(self.size());
        Index(base)
    }

    /// One event, signed by itself.
    pub fn one(&mut self, about: Option<Index>, event: Event) -> Index {
        let proposal = Proposal { about, re: None, seen: None, event };
        self.commit(&[proposal])
    }

    fn take(&mut self, one: Encoded) {
        let (event, _) = Event::decode(one.header.kind, &one.payload).unwrap();
        self.state.apply(&one.leaf, &one.header, Some(&event));
        self.encoded.push((one.entry, one.payload));
    }

    /// A header as a writer would make it, not signed.
    pub fn header(&mut self, event: &Event, about: Option<Index>) -> (Header, Vec<u8>) {
        let payload = event.encode(self.salt()).unwrap();
        self.time = self.time.plus_millis(1_000);
        let prev = about.and_then(|about| self.state.subject(about).unwrap()).map(|subject| subject.last);
        let digest = Digest::of(&payload);
        let (kind, time) = (event.kind(), self.time);
        (Header { about, agent: Index(0), digest, kind, prev, re: None, sig: None, time, v: 0 }, payload)
    }

    /// Signs a header as the agent with this seed, for this ledger.
    pub fn sign(&self, header: &mut Header, seed: u8) {
        header.sig = None;
        let message = header.message(&self.id).unwrap();
        header.sig = Some(Sig(key(seed).sign(&signed_blob(&message)).unwrap().to_vec()));
    }

    /// Appends an entry that no writer would.
    pub fn raw(&mut self, header: &Header, payload: Vec<u8>, event: Option<&Event>) -> Index {
        let entry = header.encode().unwrap();
        self.state.apply(&leaf_hash(&entry), header, event);
        self.raw_bytes(entry, payload)
    }

    /// Appends bytes that are no entry of ours.
    pub fn raw_bytes(&mut self, entry: Vec<u8>, payload: Vec<u8>) -> Index {
        let index = Index(self.size());
        self.encoded.push((entry, payload));
        self.commits.push(self.size());
        index
    }

    /// An event as the owner's, changed before it is signed.
    pub fn edited(&mut self, about: Option<Index>, event: &Event, edit: impl FnOnce(&mut Header)) -> Index {
        let (mut header, payload) = self.header(event, about);
        edit(&mut header);
        self.sign(&mut header, OWNER);
        self.raw(&header, payload, Some(event))
    }

    pub fn enrol(&mut self, handle: &str, seed: u8, roles: &[AgentRole]) -> Index {
        let key = key(seed).public().to_openssh();
        let (handle, roles) = (Handle(handle.into()), roles.to_vec());
        self.one(None, Event::AgentEnrolled(AgentEnrolled { handle, key, kind: AgentKind::Person, roles }))
    }

    pub fn document(&mut self, title: &str) -> Index {
        self.one(None, Event::DocumentRegistered(document(title)))
    }

    pub fn claim(&mut self, statement: &str) -> Index {
        let document = self.document(&format!("where it says: {statement}"));
        self.one(None, Event::ClaimRecorded(claim(document, statement)))
    }

    pub fn tree(&self) -> MemoryTree {
        self.encoded.iter().map(|(entry, _)| leaf_hash(entry)).collect()
    }

    /// The root after the first `size` entries.
    pub fn root(&self, size: u64) -> Digest {
        let leaves = self.encoded[..size as usize].iter().map(|(entry, _)| leaf_hash(entry));
        leaves.collect::<MemoryTree>().root()
    }

    pub fn checkpoint(&self, size: u64) -> Vec<u8> {
        let checkpoint = Checkpoint::new(self.origin, size, self.root(size)).unwrap();
        checkpoint.sign(&log_key(self.origin, self.log)).unwrap().to_string().into_bytes()
    }

    pub fn head(&self, size: u64, base: u64) -> Vec<u8> {
        format!("onrecord-head/0\n{size}\n{}\n{base}-{}\n", self.root(size), "ab".repeat(16)).into_bytes()
    }

    /// The staged batch of that head.
    pub fn staged(&self, size: u64, base: u64) -> (String, Vec<u8>) {
        let batch = &self.encoded[base as usize..size as usize];
        let mut bytes = format!("onrecord-staging/0\n{base}\n{}\n", size - base).into_bytes();
        for (entry, _) in batch {
            append(&mut bytes, entry, 4_096).unwrap();
        }
        for (_, payload) in batch {
            append(&mut bytes, payload, 65_535).unwrap();
        }
        (format!("staging/{base}-{}", "ab".repeat(16)), bytes)
    }

    fn bundle(&self, bundle: Bundle) -> Vec<u8> {
        let mut bytes = Vec::new();
        for index in bundle.run.elements() {
            let (entry, payload) = &self.encoded[index as usize];
            let item = if bundle.series == Series::Entries { entry } else { payload };
            append(&mut bytes, item, bundle.series.max_item()).unwrap();
        }
        bytes
    }

    /// Everything as if written in one commit.
    pub fn files(&self) -> Files {
        self.files_at(self.size())
    }

    pub fn files_at(&self, size: u64) -> Files {
        let mut files = Files::default();
        self.add_files(&mut files, size, true);
        files.checkpoint = Some(self.checkpoint(size));
        files.head = Some(self.head(size, 0));
        files
    }

    /// With the partial tiles and bundles of every commit, as far as no full one has taken their place.
    pub fn files_with_history(&self) -> Files {
        let mut files = self.files();
        let size = self.size();
        for commit in &self.commits {
            self.add_files(&mut files, *commit, *commit == size);
        }
        files.objects.retain(|path, _| {
            let Some((full, _)) = path.split_once(".p/") else { return true };
            !(path.starts_with("log/") && self.has_full(full))
        });
        files
    }

    fn has_full(&self, path: &str) -> bool {
        let Ok(tile) = path.trim_start_matches("log/").parse::<Tile>() else {
            let bundle: Bundle = path.trim_start_matches("log/").parse().unwrap();
            return bundle.run.elements().end <= self.size();
        };
        tile.run().elements().end <= self.size() >> (8 * tile.level())
    }

    pub fn add_files(&self, files: &mut Files, size: u64, payloads: bool) {
        let tree = self.tree();
        for tile in Tile::changed(0, size) {
            files.objects.insert(format!("log/{tile}"), tile.read(&tree).unwrap());
        }
        for bundle in Bundle::changed(Series::Entries, 0, size) {
            files.objects.insert(format!("log/{bundle}"), self.bundle(bundle));
        }
        if payloads {
            for bundle in Bundle::changed(Series::Payloads, 0, size) {
                files.objects.insert(bundle.to_string(), self.bundle(bundle));
            }
        }
    }
}

/// What lies in a store.
#[derive(Debug, Clone, Default)]
pub struct Files {
    pub objects: BTreeMap<String, Vec<u8>>,
    pub checkpoint: Option<Vec<u8>>,
    pub head: Option<Vec<u8>>,
}

impl Files {
    pub fn store(&self) -> MemoryStore {
        let store = MemoryStore::new();
        for (path, bytes) in &self.objects {
            store.put(&StorePath::new(path.clone()).unwrap(), bytes).unwrap();
        }
        for (cell, content) in [(Cell::Checkpoint, &self.checkpoint), (Cell::Head, &self.head)] {
            if let Some(bytes) = content {
                store.swap(cell, None, bytes).unwrap();
            }
        }
        store
    }

    /// Empties the payload slot of an entry, in the one file that has it.
    pub fn empty(&mut self, index: u64) {
        let prefix = format!("payload/{:03}", index / 256);
        let (path, bytes) = self.objects.range(prefix.clone()..).find(|(path, _)| path.starts_with(&prefix)).unwrap();
        let width = path.split_once(".p/").map_or(256, |(_, w)| w.parse().unwrap());
        let bundle = Bundle { series: Series::Payloads, run: Run::new(index / 256, width).unwrap() };
        let mut emptied = Vec::new();
        for (item, i) in bundle.decode(bytes).unwrap().zip(bundle.run.elements()) {
            append(&mut emptied, if i == index { b"" } else { item }, 65_535).unwrap();
        }
        let path = path.clone();
        self.objects.insert(path, emptied);
    }
}

pub fn document(title: &str) -> Document {
    Document { title: Some(title.into()), ..Document::default() }
}

pub fn claim(document: Index, statement: &str) -> Claim {
    let outlet = Step {
        cue: None,
        damaged: false,
        description: None,
        end: None,
        factuality: Factuality::Unknown,
        mode: None,
        name: Some("The Example".into()),
        role: SourceRole::Outlet,
        start: None,
    };
    Claim {
        actors: Vec::new(),
        appearance: Appearance { anchors: Vec::new(), attribution: vec![outlet], document, hedges: Vec::new() },
        checkable: true,
        imported: None,
        key: None,
        kind: ClaimKind::Event,
        lang: None,
        places: Vec::new(),
        quantities: Vec::new(),
        statement: statement.into(),
        tags: Vec::new(),
        times: Vec::new(),
        translated_by: None,
        why_not: None,
    }
}

pub fn evidence(stance: Stance, cluster: &str) -> Evidence {
    Evidence {
        archive: None,
        class: EvidenceClass::Document,
        cluster: cluster.into(),
        credibility: Credibility::ProbablyTrue,
        dated: Some("2025-12-30".into()),
        document: None,
        imported: None,
        key: None,
        label: None,
        lang: None,
        normalised: None,
        note: None,
        obtained: day("2025-12-31"),
        publisher: Some(format!("publisher of {cluster}")),
        rating: None,
        read: Read::Full,
        reliability: Reliability::B,
        says: "it was so".into(),
        scale: None,
        stance,
        title: None,
        translated_by: None,
        url: None,
    }
}

pub fn verdict(finding: Finding, on: &[Index]) -> Verdict {
    Verdict {
        confidence: Confidence::Low,
        considered: Vec::new(),
        finding,
        judged_on: day("2026-01-01"),
        likelihood: None,
        method: None,
        on: on.to_vec(),
        rationale: "the evidence says so".into(),
    }
}
