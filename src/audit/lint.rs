//! What is weak about the claims as they stand.
use super::claims::Claims;
use super::report::Problems;
pub(super) fn run(_claims: &Claims, _problems: &mut Problems) {}
