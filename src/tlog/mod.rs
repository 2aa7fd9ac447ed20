//! The transparency log: the part a stranger checks. It knows no claims and does no I/O.
//!
//! Read in this order:
//!
//! | file | idea | standard |
//! |---|---|---|
//! | [`tree`] | where hashes lie, what a root is, one way to read them | RFC 6962, section 2.1 |
//! | [`proof`] | inclusion and consistency, prover and checker side by side | RFC 6962, sections 2.1.1 and 2.1.2 |
//! | [`cover`] | many inclusion proofs in one | the same |
//! | [`tile`] | hashes in files of 256 | C2SP tlog-tiles |
//! | [`edge`] | appending: from leaf hashes to the tiles that change | C2SP tlog-tiles |
//! | [`bundle`] | entries and payloads in files of 256 | C2SP tlog-tiles |
//! | [`key`] | Ed25519 keys with a name, their text forms and ids | C2SP signed-note |
//! | [`note`] | a text with signatures under it | C2SP signed-note |
//! | [`checkpoint`] | the size and root of a log, as a note | C2SP tlog-checkpoint |
//! | [`cosign`] | a witness's word under a checkpoint | C2SP tlog-cosignature |
//! | [`policy`] | whom a reader trusts | C2SP tlog-policy |
//! | [`witness`] | being cosigned, and cosigning | C2SP tlog-witness |
//! | [`prooffile`] | all a stranger needs to check one entry, in a file | C2SP tlog-proof |
//!
//! What every parser here has in common: it takes exactly what its formatter emits, and every input has a size limit.

pub mod bundle;
pub mod checkpoint;
pub mod cosign;
pub mod cover;
pub mod edge;
mod forms;
pub mod key;
pub mod note;
pub mod policy;
pub mod proof;
pub mod prooffile;
pub mod tile;
pub mod tree;
pub mod witness;
