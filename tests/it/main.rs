//! The one integration test binary.
mod canon;
mod desk;
mod entry;
mod examples;
mod format;
mod guard;
mod hash;
mod header;
mod json;
mod spec;
mod sshsig;
mod state;
mod store;
mod text;
mod time;
mod values;
