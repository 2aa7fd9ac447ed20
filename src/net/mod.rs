//! HTTP: the one client behind witnesses, time stamps and replicas; a witness for others.
//!
//! Everything here is told, not believed: an answer is bytes and a status, and whoever asked checks them. Only with the
//! feature `net`.

pub mod client;
pub mod serve;

pub use client::{Answer, Client, NetError};
