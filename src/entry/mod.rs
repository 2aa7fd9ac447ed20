//! The record's entries: events, their bytes, their signatures, and the state folded from them.
//!
//! An *entry* is a small permanent header ([`Header`]) which commits to its payload by digest; a payload is an
//! [`Event`]'s body with a salt. `docs/format.md` has the table of kinds that [`kind`] is the code of.

pub mod batch;
pub mod bundle;

pub mod claim_state;
pub mod document_state;
pub mod event;
pub mod fall;
pub mod guard;

pub mod header;
pub mod kind;
pub mod proof;
pub mod refusal;
pub mod sshsig;
pub mod state;
pub mod why;

pub use batch::{Batch, Draft, Encoded, Proposal};

pub use claim_state::ClaimState;
pub use document_state::DocumentState;
pub use event::{Body, Event, Salt};
pub use fall::Fall;
pub use header::Header;
pub use kind::{Kind, SubjectKind};
pub use state::{EntryInfo, LedgerState, Refusal, State, SubjectInfo, View};
