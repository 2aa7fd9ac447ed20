//! HTTP: the one client behind witnesses, time stamps and replicas.
//!
//! Everything here is told, not believed: an answer is bytes and a status, and whoever asked checks them. Only with the
//! feature `net`.

pub mod client;

pub use client::{Answer, Client, NetError};
