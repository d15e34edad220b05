//! Columns: Parquet and Arrow IPC, and tables in memory.
//!
//! Only the columns that a field may be read from are decoded. A chunk is some rows of a row group, or a record batch, and
//! is decoded when it is parsed; until then it is a place in the file, or the bytes of the batch as they are. So memory is
//! some megabytes a chunk of Parquet, and a record batch of Arrow, which its writer chose. Damage costs the rows that could
//! not be decoded, no more. Decoders get bytes that may be anything: should one panic, that is damage, too.
//!
//! A record's byte offset is that of its row group or batch, since values of a row lie apart.

#[cfg(feature = "parquet")]
mod ipc;
#[cfg(feature = "parquet")]
mod row_groups;
#[cfg(feature = "parquet")]
mod rows;
#[cfg(feature = "parquet")]
mod table;
#[cfg(feature = "parquet")]
mod value;
#[cfg(feature = "parquet")]
mod write;
#[cfg(feature = "parquet")]
mod write_ipc;

#[cfg(feature = "python")]
pub(crate) use rows::is_wanted;
#[cfg(feature = "parquet")]
pub(super) use table::Batches;
#[cfg(feature = "parquet")]
pub(crate) use value::cell;

use super::chunk::Leaving;
#[cfg(feature = "parquet")]
use super::chunk::Tables;
use super::format::{Characters, Format, Opened, Opening, Shape};

/// Parquet.
pub(super) struct Parquet;

/// Arrow IPC, a file or a stream.
pub(super) struct Arrow;

impl Format for Parquet {
    fn name(&self) -> &'static str {
        "Parquet"
    }

    fn endings(&self) -> &'static [&'static str] {
        &[".parquet"]
    }

    fn certain(&self, head: &[u8], _: bool) -> Option<Shape> {
        head.starts_with(b"PAR1").then(|| Shape::opened("Parquet", Characters::None, parquet).leaving(PARQUET))
    }

    fn named(&self, _: &[u8]) -> Result<Shape, &'static str> {
        Err("Parquet")
    }
}

impl Format for Arrow {
    fn name(&self) -> &'static str {
        "Arrow IPC"
    }

    fn endings(&self) -> &'static [&'static str] {
        &[".arrow", ".arrows", ".feather"]
    }

    fn certain(&self, head: &[u8], _: bool) -> Option<Shape> {
        // A stream has the mark of a message, then the length of the schema, which has less than sixteen megabytes.
        let is_stream = matches!(head, [0xff, 0xff, 0xff, 0xff, _, _, _, 0, ..]);
        let is_arrow = is_stream || head.starts_with(b"ARROW1");
        is_arrow.then(|| Shape::opened("Arrow IPC", Characters::None, arrow).leaving(ARROW))
    }

    fn named(&self, _: &[u8]) -> Result<Shape, &'static str> {
        Err("Arrow")
    }
}

#[cfg(feature = "parquet")]
const PARQUET: Leaving =
    Leaving::Rows(Tables { without_rows: write::parquet, with_column: Some(write::parquet_with_column) });
#[cfg(feature = "parquet")]
const ARROW: Leaving = Leaving::Rows(Tables { without_rows: write_ipc::arrow, with_column: None });
#[cfg(not(feature = "parquet"))]
const PARQUET: Leaving = Leaving::Nothing;
#[cfg(not(feature = "parquet"))]
const ARROW: Leaving = Leaving::Nothing;

#[cfg(feature = "parquet")]
fn parquet<'m>(opening: &mut Opening<'_, 'm>) -> Result<Opened<'m>, String> {
    let file = (opening.seekable)(opening.feed)?;
    Ok(Opened::Records(Box::new(row_groups::RowGroups::open(file, opening.limits, opening.mapping)?)))
}

#[cfg(feature = "parquet")]
fn arrow<'m>(opening: &mut Opening<'_, 'm>) -> Result<Opened<'m>, String> {
    Ok(Opened::Records(Box::new(ipc::Messages::new(opening.mapping, opening.file))))
}

#[cfg(not(feature = "parquet"))]
use absent as parquet;
#[cfg(not(feature = "parquet"))]
use absent as arrow;

#[cfg(not(feature = "parquet"))]
fn absent<'m>(_: &mut Opening<'_, 'm>) -> Result<Opened<'m>, String> {
    Err("this program cannot read Parquet and Arrow: build it with the feature parquet".to_owned())
}

#[cfg(test)]
#[cfg(feature = "parquet")]
mod tests;
