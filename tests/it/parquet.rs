//! Parquet: what is read back is what was written, typed and nested; the same bytes twice; folders of parts.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::fs;

use ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use arrow_array::cast::AsArray as _;
use arrow_array::types::{Int64Type, TimestampMicrosecondType};
use arrow_array::{Array as _, RecordBatch};
use onrecord::exchange::format::{Counts, FolderFormat, Format, Head, Options, Partition, Writer};
use onrecord::exchange::iri::Base;
use onrecord::exchange::parquet;
use onrecord::ledger::Ledger;
use onrecord::view::ClaimView;

fn head(ledger: &Ledger) -> Head {
    Head::of(ledger, String::new(), true, false, Base::parse("https://desk.example/").unwrap())
}

fn options(ledger: &Ledger, partition: Option<Partition>) -> Options<'_> {
    let today = "2026-12-01".parse().unwrap();
    Options { ledger, public: false, today, spreadsheet_safe: false, page: false, partition }
}

fn views(ledger: &Ledger) -> Vec<ClaimView> {
    ledger.claims().unwrap().into_iter().map(|n| ClaimView::new(&ledger.claim(n).unwrap().unwrap(), ledger)).collect()
}

fn written(ledger: &Ledger, claims: &[ClaimView]) -> Vec<u8> {
    let Writer::File(mut format) = parquet::make(&options(ledger, None)).unwrap().writer else {
        panic!("without a partition it is a file")
    };
    let format: &mut dyn Format = format.as_mut();
    let mut out = Vec::new();
    format.begin(&head(ledger), &mut out).unwrap();
    for claim in claims {
        format.claim(claim, &mut out).unwrap();
    }
    format.end(&head(ledger), &Counts::default(), &mut out).unwrap();
    out
}

fn read(bytes: Vec<u8>) -> (ParquetRecordBatchReaderBuilder<bytes::Bytes>, Vec<RecordBatch>) {
    let bytes = bytes::Bytes::from(bytes);
    let batches = ParquetRecordBatchReaderBuilder::try_new(bytes.clone()).unwrap().build().unwrap();
    let batches = batches.map(|batch| batch.unwrap()).collect();
    (ParquetRecordBatchReaderBuilder::try_new(bytes).unwrap(), batches)
}

#[test]
fn what_is_read_back_is_what_was_written() {
    let (_desk, ledger, _) = crate::similar::demo();
    let demo = views(&ledger);
    // More than a batch of columns, and not a multiple of one.
    let claims: Vec<ClaimView> = demo.iter().cycle().take(4_999).cloned().collect();
    let bytes = written(&ledger, &claims);
    assert_eq!(bytes, written(&ledger, &claims), "the same bytes twice");
    let (builder, batches) = read(bytes);
    let mut at = 0;
    for batch in &batches {
        let numbers = batch.column_by_name("number").unwrap().as_primitive::<Int64Type>();
        let statements = batch.column_by_name("statement").unwrap().as_string::<i32>();
        let recorded = batch.column_by_name("recorded").unwrap().as_primitive::<TimestampMicrosecondType>();
        let appearances = batch.column_by_name("appearances").unwrap().as_list::<i32>();
        let published = batch.column_by_name("published").unwrap().as_boolean();
        for row in 0..batch.num_rows() {
            let claim = &claims[at];
            assert_eq!(numbers.value(row), claim.number as i64);
            assert_eq!(Some(statements.value(row)), claim.statement.as_deref());
            assert_eq!(recorded.value(row), claim.recorded.millis() * 1_000);
            assert_eq!(published.value(row), claim.published);
            let said = appearances.value(row);
            let said = said.as_struct();
            let hedges = said.column_by_name("hedges").unwrap().as_list::<i32>();
            for (k, appearance) in claim.appearances.iter().enumerate() {
                let read = hedges.value(k);
                let cues = read.as_struct().column_by_name("cue").unwrap().as_string::<i32>();
                let cues: Vec<&str> = cues.iter().map(Option::unwrap).collect();
                assert_eq!(cues, appearance.hedges.iter().map(|h| h.cue.as_str()).collect::<Vec<_>>());
            }
            assert_eq!(said.len(), claim.appearances.len());
            at += 1;
        }
    }
    assert_eq!(at, claims.len());
    let told = builder.metadata().file_metadata().key_value_metadata().unwrap();
    let told = told.iter().find(|kv| kv.key == "onrecord").unwrap().value.clone().unwrap();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&told).unwrap()["root"], ledger.root().hex());
    let statistics = builder.metadata().row_group(0).column(0).statistics().unwrap();
    assert!(statistics.min_bytes_opt().is_some() && statistics.max_bytes_opt().is_some());
}

#[test]
fn a_month_and_a_document_are_folders_and_nothing_is_lost_between_them() {
    let (desk, ledger, _) = crate::similar::demo();
    let claims = views(&ledger);
    for (by, name) in [(Partition::Month, "month="), (Partition::Document, "document=")] {
        let folder = desk.path(name);
        fs::create_dir(&folder).unwrap();
        let made = parquet::make(&options(&ledger, Some(by))).unwrap();
        let Writer::Folder(mut format) = made.writer else { panic!("a partition is a folder") };
        let format: &mut dyn FolderFormat = format.as_mut();
        format.begin(&head(&ledger), &folder).unwrap();
        for claim in &claims {
            format.claim(claim).unwrap();
        }
        format.end(&head(&ledger), &Counts::default()).unwrap();
        assert_eq!((made.reread)(&folder).unwrap().claims, claims.len() as u64);
        let parts: Vec<String> =
            fs::read_dir(&folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        assert!(parts.iter().any(|part| part.starts_with(name)), "{parts:?}");
        // A part that is cut short does not read back.
        let part = folder.join(parts.iter().find(|part| part.starts_with(name)).unwrap()).join("claims.parquet");
        let bytes = fs::read(&part).unwrap();
        fs::write(&part, &bytes[..bytes.len() - 9]).unwrap();
        assert!((made.reread)(&folder).is_err());
    }
}

#[test]
fn an_empty_set_is_a_file_with_columns_and_no_rows() {
    let (_desk, ledger, _) = crate::similar::demo();
    let (builder, batches) = read(written(&ledger, &[]));
    assert_eq!(batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 0);
    assert!(builder.schema().field_with_name("statement").is_ok());
}
