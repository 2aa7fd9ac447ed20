//! The one integration test binary.
mod cli;
mod cli_desk;
mod store;
