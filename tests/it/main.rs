//! The one integration test binary.
mod cli;
mod cli_agent;
mod cli_desk;
mod cli_public;
mod cli_verdict;
mod store;
