//! A ledger as it lies in a store: committing to it and reading from it.
//!
//! | file | idea |
//! |---|---|
//! | [`commit`] | the commit protocol, top to bottom |
//! | `outcome` | how a commit can end |
//! | `settle` | finishing what the head names; catching up with other writers |
//! | `publish` | from a head to bundles, tiles, checkpoint; tidying |
//! | `erase` | emptying payload slots for good |
//! | [`head`] | the commit cell |
//! | [`staging`] | a batch on its way |
//! | `edge` | what a writer keeps in memory: the tree's right edge and the open bundles |
//! | `many` | many claims at once, each bundle read once |
//! | [`memory`] | what was signed last, kept outside the ledger's folder |
//! | [`log`] | where things lie, and the errors of reading them |
//! | [`reader`] | entries, payloads and hashes below a checkpoint |
//! | [`item`] | an entry read back, hashed again |
//! | [`catalog`] | derived lookups in sled |
//! | `lookup` | the catalog, or the same in memory |
//! | `overlay` | the writer's view: record plus batch |
//! | [`record`] | a ledger as its users meet it: open, look up |
//! | `fill` | the same: bringing the lookups up to the log |
//! | `fallen` | the same: what rests on fallen claims |
//! | `append` | the same: put a batch on record |
//! | `erasure` | the same: what is withheld, what is erased and stays so |
//! | [`cosigned`] | the same: cosignatures, kept beside the checkpoint |
//! | `copy` | the same: a public copy, with what is kept back as empty slots |
//! | [`bundle`] | the same: many entries with their proofs, for a stranger |
//! | [`replica`] | a replica of a published log, checked on the way |
//! | [`stamps`] | time stamps kept beside a ledger |
//! | [`error`] | what can go wrong with it |

mod append;
pub mod bundle;
pub mod catalog;
pub mod commit;
mod copy;
pub mod cosigned;
mod edge;
mod erase;
mod erasure;
pub mod error;
mod fallen;
mod fill;
pub mod head;
pub mod item;
mod known;
pub mod log;
mod lookup;
mod many;
pub mod memory;
mod outcome;
pub mod overlay;
pub mod prove;
mod publish;
pub mod reader;
pub mod record;
pub mod replica;
mod settle;
pub mod staging;
pub mod stamps;

pub use append::{Prepared, Source};
pub use copy::{Copied, CopyError, Public};
pub use erasure::Marked;
pub use error::{AppendError, ReadError};
pub use item::Entry;
pub use overlay::Objection;
pub use record::{Genesis, Ledger, Receipt};
