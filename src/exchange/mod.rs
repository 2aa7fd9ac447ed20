//! Claims as others read them: the one view of a claim, and one file per format.

pub mod annotation;
pub mod bundle;
pub mod claimreview;
pub mod csv;
pub mod datapackage;
pub mod format;
pub mod fragment;
pub mod gist;
pub mod html;
pub mod import;
pub mod iri;
pub mod jsonl;
pub mod markdown;
pub mod names;
pub mod nanopub;
pub mod ordered;
pub mod page;
#[cfg(feature = "parquet")]
pub mod parquet;
pub mod prov;
pub mod rdf;
pub mod registry;
pub mod report;
pub mod reread;
pub mod strict;
pub mod trusty;
