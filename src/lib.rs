//! `onrecord` keeps factual claims on the record: who said what, how strongly, who checked it, on what evidence, and
//! every change since.
//!
//! A transparency log of events, with a domain folded from it. One truth, everything else derived:
//!
//! | layer | modules |
//! |---|---|
//! | 0 | [`hash`], [`time`], [`text`], [`canon`] |
//! | 1 | [`tlog`] (the verifiable log, which knows no claims), [`stamp`] (RFC 3161), [`claim`] (the nouns of the domain) |
//! | 2 | [`entry`] (events, their bytes, their signatures, the state folded from them), [`draft`] (claim files), [`view`] (a claim as others see it) |
//! | 3 | [`store`] (bytes in objects and cells), [`witness`] (a witness's own folder), `net` (HTTP; feature `net`) |
//! | 4 | [`ledger`] (open, append, read, prove), [`audit`] (everything derived again), [`query`] (filters), [`search`] (full text, matching), [`answers`] (what a desk asks), [`exchange`] (what others read) |
//! | 5 | [`cli`] |
//!
//! A checkpoint is a signed note, and its key is known by name, id and bytes:
//!
//! ```
//! use onrecord::hash::leaf_hash;
//! use onrecord::tlog::checkpoint::Checkpoint;
//! use onrecord::tlog::key::{Role, Signer};
//! use onrecord::tlog::tree::Frontier;
//!
//! let mut tree = Frontier::new();
//! tree.push(leaf_hash(b"an entry"));
//! let log = Signer::from_seed("example.org/desk", Role::Log, &[7; 32]).expect("a name without spaces");
//! let checkpoint = Checkpoint::new("example.org/desk", tree.size(), tree.root()).expect("an origin");
//! let note = checkpoint.sign(&log).expect("signed").to_string();
//!
//! let (opened, _) = Checkpoint::open(note.as_bytes(), log.verifier()).expect("it holds");
//! assert_eq!((opened.size(), opened.root()), (1, tree.root()));
//! assert!(Checkpoint::open(note.replace("\n1\n", "\n2\n").as_bytes(), log.verifier()).is_err());
//! ```

pub mod answers;
pub mod audit;
pub mod canon;
pub mod claim;
pub mod cli;
pub mod draft;
pub mod entry;
pub mod exchange;
pub mod hash;
pub mod ledger;
pub mod lock;
#[cfg(feature = "net")]
pub mod net;
pub mod query;
pub mod search;
pub mod stamp;
pub mod store;
pub mod text;
pub mod time;
pub mod tlog;
pub mod view;
pub mod witness;
