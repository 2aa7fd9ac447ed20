//! Cosignatures of a witness: C2SP tlog-cosignature, `cosignature/v1`, type 0x04.
//!
//! A witness says: at this time, this was the largest tree I had seen for this origin, and it extends every one
//! before. It signs the text of the checkpoint behind two lines of its own:
//!
//! ```text
//! cosignature/v1
//! time 1740000000
//! <text of the checkpoint>
//! ```
//!
//! The line on the note carries the time, 64 bits big-endian, before the signature. Nothing in what is signed names the
//! witness, so a key must have one role only.
//!
//! Tested by `tests/it/tlog_note.rs` with the fixed vector.

use super::key::{Role, Signer, Verifier};
use super::note::{Note, SignError, Signature};
use super::tree::MAX_SIZE;

/// Largest time, in seconds since 1970: the same bound as for sizes.
const MAX_TIME: u64 = MAX_SIZE;

fn message(time: u64, text: &str) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

/// Checks `bytes` (a time and a signature, 72 bytes) as the cosignature of `witness` on `text`, and returns the
/// time, in seconds since 1970. `None` when it does not hold.
pub(super) fn verify(witness: &Verifier, text: &str, bytes: &[u8]) -> Option<u64> {
    let (time, signature) = bytes.split_first_chunk::<8>()?;
    let time = u64::from_be_bytes(*time);
    let holds = time <= MAX_TIME && witness.key().verifies(message(time, text).as_bytes(), signature);
    holds.then_some(time)
}

/// Makes the cosignature of `witness` on the text of `note` at `time`, in seconds since 1970. The line is returned, not
/// added: a witness sends it alone.
///
/// # Errors
/// [`SignError::Role`] for the key of a log, and [`SignError::Time`] for a time that is 0 or above 2^63 - 1.
pub fn cosign(note: &Note, witness: &Signer, time: u64) -> Result<Signature, SignError> {
    if witness.verifier().role() != Role::Witness {
        return Err(SignError::Role);
    }
    if !(1..=MAX_TIME).contains(&time) {
        return Err(SignError::Time);
    }
    let signature = witness.sign_bytes(message(time, note.text()).as_bytes());
    Ok(Signature::new(witness.verifier(), [time.to_be_bytes().as_slice(), &signature].concat()))
}
