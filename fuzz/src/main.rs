//! The fuzzer: `TARGET=note cargo run --release -- corpus/note -max_total_time=60`; see `just fuzz`.
#![no_main]

mod targets;

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;

static CHOSEN: OnceLock<fn(&[u8])> = OnceLock::new();

fuzz_target!(|data: &[u8]| {
    let run = CHOSEN.get_or_init(|| {
        let name = std::env::var("TARGET").unwrap_or_default();
        let found = targets::TARGETS.iter().find(|(known, _)| *known == name);
        let known: Vec<&str> = targets::TARGETS.iter().map(|(known, _)| *known).collect();
        found.unwrap_or_else(|| panic!("TARGET names one of: {}", known.join(" "))).1
    });
    run(data);
});
