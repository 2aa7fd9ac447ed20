//! The one integration test binary.
mod claims;
