//! One cell of a column, as far as an article can use it.
//!
//! Strings stay in the column. Dates and times become text as ISO 8601 writes them, with the zone that the column states as
//! an offset; a zone that is a name is shown as UTC, which is what such a column counts in.

use std::borrow::Cow;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, Decimal128Type, Decimal256Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type,
    Int64Type, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, TimeUnit};
use serde_json::Value as Json;

use crate::article::Moment;
use crate::read::fields::Value;

/// A column, its dictionary looked up once.
pub(super) struct Column {
    values: ArrayRef,
    /// Of a column with a dictionary, where in it the value of each row is.
    keys: Option<(ArrayRef, Vec<usize>)>,
}

impl Column {
    pub(super) fn new(array: &ArrayRef) -> Column {
        match array.as_any_dictionary_opt() {
            Some(dictionary) if !dictionary.values().is_empty() => Column {
                values: dictionary.values().clone(),
                keys: Some((array.clone(), dictionary.normalized_keys())),
            },
            _ => Column { values: array.clone(), keys: None },
        }
    }

    pub(super) fn value(&self, row: usize) -> Value<'_> {
        match &self.keys {
            None => value(&*self.values, row),
            Some((array, _)) if array.is_null(row) => Value::Missing,
            Some((_, keys)) => keys.get(row).map_or(Value::Missing, |&key| value(&*self.values, key)),
        }
    }
}

fn value(array: &dyn Array, row: usize) -> Value<'_> {
    if row >= array.len() || array.is_null(row) {
        return Value::Missing;
    }
    let bytes = |bytes| std::str::from_utf8(bytes).map_or(Value::Missing, |text| Value::Text(Cow::Borrowed(text)));
    match array.data_type() {
        DataType::Utf8 => Value::Text(Cow::Borrowed(array.as_string::<i32>().value(row))),
        DataType::LargeUtf8 => Value::Text(Cow::Borrowed(array.as_string::<i64>().value(row))),
        DataType::Utf8View => Value::Text(Cow::Borrowed(array.as_string_view().value(row))),
        // Some writers do not say that their bytes are text.
        DataType::Binary => bytes(array.as_binary::<i32>().value(row)),
        DataType::LargeBinary => bytes(array.as_binary::<i64>().value(row)),
        DataType::BinaryView => bytes(array.as_binary_view().value(row)),
        _ => match cell(array, row) {
            Json::Null | Json::Bool(_) => Value::Missing,
            Json::String(text) => Value::Text(Cow::Owned(text)),
            Json::Number(number) => Value::Text(Cow::Owned(number.to_string())),
            nested => Value::Nested(nested),
        },
    }
}

/// A cell as JSON; null for what has no form there.
pub(crate) fn cell(array: &dyn Array, row: usize) -> Json {
    if row >= array.len() || array.is_null(row) {
        return Json::Null;
    }
    let list = |items: ArrayRef| Json::Array((0..items.len()).map(|place| cell(&*items, place)).collect());
    match array.data_type() {
        DataType::Boolean => Json::Bool(array.as_boolean().value(row)),
        DataType::Int8 => array.as_primitive::<Int8Type>().value(row).into(),
        DataType::Int16 => array.as_primitive::<Int16Type>().value(row).into(),
        DataType::Int32 => array.as_primitive::<Int32Type>().value(row).into(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).into(),
        DataType::UInt8 => array.as_primitive::<UInt8Type>().value(row).into(),
        DataType::UInt16 => array.as_primitive::<UInt16Type>().value(row).into(),
        DataType::UInt32 => array.as_primitive::<UInt32Type>().value(row).into(),
        DataType::UInt64 => array.as_primitive::<UInt64Type>().value(row).into(),
        DataType::Float32 => f64::from(array.as_primitive::<Float32Type>().value(row)).into(),
        DataType::Float64 => array.as_primitive::<Float64Type>().value(row).into(),
        DataType::Decimal128(..) => array.as_primitive::<Decimal128Type>().value_as_string(row).into(),
        DataType::Decimal256(..) => array.as_primitive::<Decimal256Type>().value_as_string(row).into(),
        DataType::Date32 => day(i64::from(array.as_primitive::<Date32Type>().value(row)) * 86_400),
        DataType::Date64 => day(array.as_primitive::<Date64Type>().value(row).div_euclid(1000)),
        DataType::Timestamp(unit, zone) => {
            let seconds = match unit {
                TimeUnit::Second => array.as_primitive::<TimestampSecondType>().value(row),
                TimeUnit::Millisecond => array.as_primitive::<TimestampMillisecondType>().value(row).div_euclid(1000),
                TimeUnit::Microsecond => {
                    array.as_primitive::<TimestampMicrosecondType>().value(row).div_euclid(1_000_000)
                }
                TimeUnit::Nanosecond => {
                    array.as_primitive::<TimestampNanosecondType>().value(row).div_euclid(1_000_000_000)
                }
            };
            moment(Moment {
                seconds,
                offset_minutes: zone.as_deref().map(|zone| offset(zone).unwrap_or(0)),
                day_only: false,
                doubtful: false,
            })
        }
        DataType::Struct(fields) => {
            let columns = array.as_struct().columns();
            fields.iter().zip(columns).map(|(field, column)| (field.name().clone(), cell(column, row))).collect()
        }
        DataType::List(_) => list(array.as_list::<i32>().value(row)),
        DataType::LargeList(_) => list(array.as_list::<i64>().value(row)),
        DataType::ListView(_) => list(array.as_list_view::<i32>().value(row)),
        DataType::LargeListView(_) => list(array.as_list_view::<i64>().value(row)),
        DataType::FixedSizeList(..) => list(array.as_fixed_size_list().value(row)),
        DataType::Map(..) => {
            let entries = array.as_map().value(row);
            let pairs = (0..entries.len()).filter_map(|place| match (entries.columns(), place) {
                ([keys, values], place) => match value(keys, place) {
                    Value::Text(key) => Some((key.into_owned(), cell(values, place))),
                    _ => None,
                },
                _ => None,
            });
            Json::Object(pairs.collect())
        }
        DataType::Dictionary(..) => {
            let dictionary = array.as_any_dictionary();
            let keys = if dictionary.values().is_empty() { Vec::new() } else { dictionary.normalized_keys() };
            keys.get(row).map_or(Json::Null, |&key| cell(dictionary.values(), key))
        }
        DataType::Utf8
        | DataType::LargeUtf8
        | DataType::Utf8View
        | DataType::Binary
        | DataType::LargeBinary
        | DataType::BinaryView => match value(array, row) {
            Value::Text(text) => Json::String(text.into_owned()),
            _ => Json::Null,
        },
        _ => Json::Null,
    }
}

/// `+01:00` in minutes.
fn offset(zone: &str) -> Option<i16> {
    let (hours, minutes) = zone.get(1..)?.split_once(':')?;
    let minutes = hours.parse::<i16>().ok()?.checked_mul(60)?.checked_add(minutes.parse().ok()?)?;
    match zone.as_bytes().first()? {
        b'+' => Some(minutes),
        b'-' => Some(-minutes),
        _ => None,
    }
}

fn day(seconds: i64) -> Json {
    moment(Moment { seconds, offset_minutes: None, day_only: true, doubtful: false })
}

/// The moment as text; null if it lies in no year.
fn moment(moment: Moment) -> Json {
    use std::fmt::Write;
    let mut text = String::new();
    if write!(text, "{moment}").is_ok() { Json::String(text) } else { Json::Null }
}
