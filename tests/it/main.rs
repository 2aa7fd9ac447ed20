//! The one integration test binary.
mod draft;
mod draft_anchor;
mod draft_plan;
