//! Being cosigned, and cosigning: C2SP tlog-witness, without the network.
//!
//! A log posts its new checkpoint with a proof that it extends the last one that the witness has cosigned; the witness
//! checks, stores and answers with its cosignature, or says why not. Both sides are decided here as functions of bytes:
//!
//! | file | idea |
//! |---|---|
//! | [`request`] | the body of `add-checkpoint` |
//! | [`server`] | what a witness answers, in the order of the specification |
//! | [`client`] | what whoever asked makes of the answer |
//!
//! Tested by `tests/it/witness.rs`: a case for each row of the server's table and each answer to the client, and random
//! requests over random trees and forks.

pub mod client;
pub mod request;
pub mod server;

/// Media type of the answer that names the size last cosigned.
pub const SIZE_TYPE: &str = "text/x.tlog.size";

/// Where a checkpoint is submitted, below the witness's submission prefix.
pub const SUBMIT_PATH: &str = "add-checkpoint";

/// Where a witness shows the latest checkpoint that it has cosigned, below its monitoring prefix: the lower-case
/// hexadecimal SHA-256 of the origin, and a name.
pub fn monitoring_path(origin: &str) -> String {
    format!("{}/checkpoint", crate::hash::Digest::of(origin.as_bytes()))
}
