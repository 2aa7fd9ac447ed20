//! Parquet: a claim a row, lists and records nested, decimals and EDTF as text, moments in UTC.
//!
//! The head of the export stands in the file's metadata under the key `onrecord`. Row groups are bounded, and so is the
//! memory. The same claims give the same bytes.

mod claim;
mod column;
mod partition;

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::metadata::{KeyValue, RowGroupMetaData};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::reader::{FileReader as _, SerializedFileReader};

use super::format::{Counts, Format, FormatError, Head, Made, Options, Taken};
use super::reread::{self, RereadError};
use crate::view::ClaimView;
use claim::Claims;
use column::Record as _;

/// Claims that are turned into columns at a time.
const BATCH: usize = 2_048;

/// Claims to a row group.
const ROW_GROUP: usize = 32_768;

/// The format, ready to write: a file, or a folder of parts.
///
/// # Errors
/// None.
pub fn make<'a>(options: &Options<'a>) -> Result<Made<'a>, FormatError> {
    if let Some(by) = options.partition {
        return Ok(Made::folder(partition::Parts::new(by), partition::read));
    }
    let reread = |path: &Path| {
        let mut read = reread::of_file(path, |_| Ok(0))?;
        read.claims = rows(path)?;
        Ok(read)
    };
    Ok(Made::file(Parquet::new(), reread).with_head())
}

/// Rows of a file, by its own metadata and row by row in its row groups.
fn rows(path: &Path) -> Result<u64, RereadError> {
    let wrong = |what: String| RereadError::File { file: path.display().to_string(), what };
    let reader = SerializedFileReader::new(File::open(path)?).map_err(|e| wrong(e.to_string()))?;
    let metadata = reader.metadata();
    let in_groups: i64 = metadata.row_groups().iter().map(RowGroupMetaData::num_rows).sum();
    if in_groups != metadata.file_metadata().num_rows() {
        return Err(wrong("its row groups do not add up".to_owned()));
    }
    Ok(in_groups.cast_unsigned())
}

/// Writes claims as Parquet.
pub struct Parquet {
    schema: SchemaRef,
    writer: Option<ArrowWriter<Vec<u8>>>,
    rows: Claims,
    waiting: usize,
}

impl Default for Parquet {
    fn default() -> Self {
        Self::new()
    }
}

impl Parquet {
    /// An empty file.
    pub fn new() -> Self {
        let schema = Arc::new(Schema::new(Claims::fields()));
        Self { schema, writer: None, rows: Claims::default(), waiting: 0 }
    }

    fn flush(&mut self) -> Result<(), FormatError> {
        if self.waiting == 0 {
            return Ok(());
        }
        self.waiting = 0;
        let columns = self.rows.finish().map_err(|e| refused(&e))?;
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns).map_err(|e| refused(&e))?;
        match &mut self.writer {
            Some(writer) => writer.write(&batch).map_err(|e| refused(&e)),
            None => Ok(()),
        }
    }

    /// Hands on what the library has written so far.
    fn drain(&mut self, out: &mut dyn Write) -> Result<(), FormatError> {
        if let Some(writer) = &mut self.writer {
            let written = writer.inner_mut();
            out.write_all(written)?;
            // The library counts what it wrote by itself, and does not look back.
            written.clear();
        }
        Ok(())
    }
}

impl Format for Parquet {
    fn begin(&mut self, head: &Head, _: &mut dyn Write) -> Result<(), FormatError> {
        let text = serde_json::to_string(head).map_err(|e| refused(&e))?;
        let properties = WriterProperties::builder()
            .set_created_by(concat!("onrecord ", env!("CARGO_PKG_VERSION")).to_owned())
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(Some(ROW_GROUP))
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_key_value_metadata(Some(vec![KeyValue::new("onrecord".to_owned(), text)]))
            .build();
        let writer = ArrowWriter::try_new(Vec::new(), Arc::clone(&self.schema), Some(properties));
        self.writer = Some(writer.map_err(|e| refused(&e))?);
        Ok(())
    }

    fn claim(&mut self, claim: &ClaimView, out: &mut dyn Write) -> Result<Taken, FormatError> {
        self.rows.push(claim);
        self.waiting += 1;
        if self.waiting == BATCH {
            self.flush()?;
            self.drain(out)?;
        }
        Ok(Taken::Written)
    }

    fn end(&mut self, _: &Head, counts: &Counts, out: &mut dyn Write) -> Result<(), FormatError> {
        self.flush()?;
        self.drain(out)?;
        let Some(mut writer) = self.writer.take() else { return Ok(()) };
        let text = serde_json::to_string(counts).map_err(|e| refused(&e))?;
        writer.append_key_value_metadata(KeyValue::new("onrecord-counts".to_owned(), text));
        out.write_all(&writer.into_inner().map_err(|e| refused(&e))?)?;
        Ok(())
    }
}

fn refused(error: &dyn std::error::Error) -> FormatError {
    FormatError::Library { library: "parquet", message: error.to_string() }
}
