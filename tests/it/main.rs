//! The one integration test binary.
mod draft;
