//! `docs/lint.md` says what the tables say; `ONRECORD_WRITE_DOCS=1` writes it anew.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::path::Path;

use onrecord::audit::{Code, lessons};

#[test]
fn the_page_is_made_from_the_tables() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/lint.md");
    if std::env::var_os("ONRECORD_WRITE_DOCS").is_some() {
        std::fs::write(&path, lessons::page()).unwrap();
    }
    let page = std::fs::read_to_string(&path).unwrap();
    assert!(page == lessons::page(), "docs/lint.md is old: ONRECORD_WRITE_DOCS=1 cargo test --test it lint_docs::");
}

#[test]
fn every_editorial_code_has_a_lesson_and_no_other() {
    for code in Code::ALL {
        let editorial = matches!(code.as_str().as_bytes()[0], b'W' | b'G');
        let lesson = code.lesson();
        assert_eq!(lesson.is_some(), editorial, "{code}");
        for text in lesson.iter().flat_map(|l| [l.why, l.example]) {
            assert!(text.len() > 20 && text.trim() == text && text.ends_with(['.', ')']), "{code}: {text}");
        }
    }
}
