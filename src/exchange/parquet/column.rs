//! Columns that grow by one value at a time: text, numbers, flags, moments, lists and lists of records.

use std::sync::Arc;

use arrow_array::builder::{BooleanBuilder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder};
use arrow_array::{Array as _, ArrayRef, ListArray, StructArray};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{ArrowError, DataType, Field, Fields, TimeUnit};

use crate::time::Timestamp;

/// A column.
pub(super) trait Column: Default {
    /// What one row gives it.
    type Of<'v>;
    /// Whether a row may give nothing.
    const NULLABLE: bool;
    /// Adds a row's value.
    fn push(&mut self, value: Self::Of<'_>);
    /// Its type.
    fn kind() -> DataType;
    /// The values since the last time.
    fn finish(&mut self) -> Result<ArrayRef, ArrowError>;
}

/// Text, or nothing.
#[derive(Default)]
pub(super) struct Text(StringBuilder);

impl Column for Text {
    type Of<'v> = Option<&'v str>;
    const NULLABLE: bool = true;

    fn push(&mut self, value: Option<&str>) {
        self.0.append_option(value);
    }

    fn kind() -> DataType {
        DataType::Utf8
    }

    fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        Ok(Arc::new(self.0.finish()))
    }
}

/// A whole number, or nothing.
#[derive(Default)]
pub(super) struct Whole(Int64Builder);

impl Column for Whole {
    type Of<'v> = Option<u64>;
    const NULLABLE: bool = true;

    fn push(&mut self, value: Option<u64>) {
        // Numbers of a ledger stay below 2^53.
        self.0.append_option(value.map(u64::cast_signed));
    }

    fn kind() -> DataType {
        DataType::Int64
    }

    fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        Ok(Arc::new(self.0.finish()))
    }
}

/// Yes, no, or nothing.
#[derive(Default)]
pub(super) struct Flag(BooleanBuilder);

impl Column for Flag {
    type Of<'v> = Option<bool>;
    const NULLABLE: bool = true;

    fn push(&mut self, value: Option<bool>) {
        self.0.append_option(value);
    }

    fn kind() -> DataType {
        DataType::Boolean
    }

    fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        Ok(Arc::new(self.0.finish()))
    }
}

/// A moment in UTC, in microseconds, or nothing.
#[derive(Default)]
pub(super) struct Moment(TimestampMicrosecondBuilder);

impl Column for Moment {
    type Of<'v> = Option<Timestamp>;
    const NULLABLE: bool = true;

    fn push(&mut self, value: Option<Timestamp>) {
        self.0.append_option(value.map(|time| time.millis().saturating_mul(1_000)));
    }

    fn kind() -> DataType {
        DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
    }

    fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        Ok(Arc::new(self.0.finish().with_timezone("UTC")))
    }
}

/// A list of texts; never nothing.
pub(super) struct Texts {
    offsets: Vec<i32>,
    texts: Text,
}

impl Default for Texts {
    fn default() -> Self {
        Self { offsets: vec![0], texts: Text::default() }
    }
}

impl Column for Texts {
    type Of<'v> = &'v [String];
    const NULLABLE: bool = false;

    fn push(&mut self, value: &[String]) {
        for text in value {
            self.texts.push(Some(text));
        }
        grow(&mut self.offsets, value.len());
    }

    fn kind() -> DataType {
        DataType::List(item::<Text>())
    }

    fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        let values = self.texts.finish()?;
        list(item::<Text>(), &mut self.offsets, values)
    }
}

/// A list of numbers; never nothing.
pub(super) struct Wholes {
    offsets: Vec<i32>,
    numbers: Whole,
}

impl Default for Wholes {
    fn default() -> Self {
        Self { offsets: vec![0], numbers: Whole::default() }
    }
}

impl Column for Wholes {
    type Of<'v> = &'v [u64];
    const NULLABLE: bool = false;

    fn push(&mut self, value: &[u64]) {
        for number in value {
            self.numbers.push(Some(*number));
        }
        grow(&mut self.offsets, value.len());
    }

    fn kind() -> DataType {
        DataType::List(item::<Whole>())
    }

    fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        let values = self.numbers.finish()?;
        list(item::<Whole>(), &mut self.offsets, values)
    }
}

/// Columns that belong together.
pub(super) trait Record: Default {
    /// What one record is made of.
    type Item;
    /// Adds a record.
    fn push(&mut self, item: &Self::Item);
    /// Names and types.
    fn fields() -> Fields;
    /// The columns since the last time.
    fn finish(&mut self) -> Result<Vec<ArrayRef>, ArrowError>;
}

/// A list of records; never nothing.
pub(super) struct Many<R> {
    offsets: Vec<i32>,
    records: R,
}

impl<R: Record> Default for Many<R> {
    fn default() -> Self {
        Self { offsets: vec![0], records: R::default() }
    }
}

impl<R: Record + 'static> Column for Many<R>
where
    R::Item: 'static,
{
    type Of<'v> = &'v [R::Item];
    const NULLABLE: bool = false;

    fn push(&mut self, value: &[R::Item]) {
        for item in value {
            self.records.push(item);
        }
        grow(&mut self.offsets, value.len());
    }

    fn kind() -> DataType {
        DataType::List(Arc::new(Field::new("item", DataType::Struct(R::fields()), false)))
    }

    fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        let records = StructArray::try_new(R::fields(), self.records.finish()?, None)?;
        let field = Arc::new(Field::new("item", DataType::Struct(R::fields()), false));
        list(field, &mut self.offsets, Arc::new(records))
    }
}

/// One record in a record; never nothing.
#[derive(Default)]
pub(super) struct One<R>(R);

impl<R: Record + 'static> Column for One<R>
where
    R::Item: 'static,
{
    type Of<'v> = &'v R::Item;
    const NULLABLE: bool = false;

    fn push(&mut self, value: &R::Item) {
        self.0.push(value);
    }

    fn kind() -> DataType {
        DataType::Struct(R::fields())
    }

    fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        Ok(Arc::new(StructArray::try_new(R::fields(), self.0.finish()?, None)?))
    }
}

fn item<C: Column>() -> Arc<Field> {
    Arc::new(Field::new("item", C::kind(), C::NULLABLE))
}

fn grow(offsets: &mut Vec<i32>, by: usize) {
    let last = offsets.last().copied().unwrap_or_default();
    // A batch of some thousand claims holds far fewer than 2^31 of anything.
    offsets.push(last.saturating_add(i32::try_from(by).unwrap_or(i32::MAX)));
}

fn list(field: Arc<Field>, offsets: &mut Vec<i32>, values: ArrayRef) -> Result<ArrayRef, ArrowError> {
    let offsets = std::mem::replace(offsets, vec![0]);
    debug_assert_eq!(offsets.last().copied().unwrap_or_default() as usize, values.len());
    Ok(Arc::new(ListArray::try_new(field, OffsetBuffer::new(offsets.into()), values, None)?))
}

/// Declares a record: its item, then each column with its type and what an item gives it.
macro_rules! record {
    ($(#[$doc:meta])* $name:ident($item:ty) { $($column:ident: $kind:ty = $get:expr,)+ }) => {
        $(#[$doc])*
        #[derive(Default)]
        pub(super) struct $name { $($column: $kind,)+ }

        impl crate::exchange::parquet::column::Record for $name {
            type Item = $item;

            fn push(&mut self, item: &$item) {
                use crate::exchange::parquet::column::Column as _;
                $(
                    let get: fn(&$item) -> <$kind as crate::exchange::parquet::column::Column>::Of<'_> = $get;
                    self.$column.push(get(item));
                )+
            }

            fn fields() -> arrow_schema::Fields {
                use crate::exchange::parquet::column::Column as _;
                vec![$(arrow_schema::Field::new(
                    stringify!($column).trim_start_matches("r#"),
                    <$kind>::kind(),
                    <$kind as crate::exchange::parquet::column::Column>::NULLABLE,
                ),)+].into()
            }

            fn finish(&mut self) -> Result<Vec<arrow_array::ArrayRef>, arrow_schema::ArrowError> {
                use crate::exchange::parquet::column::Column as _;
                Ok(vec![$(self.$column.finish()?,)+])
            }
        }
    };
}
pub(super) use record;
