//! Tables as JSON lines: one object a row, its keys in the order of the columns.

use std::io::{self, Write};

use super::escape;
use super::rows::Row;

/// Writes one line for each row.
pub fn write<R: Row>(rows: impl Iterator<Item = R>, out: &mut dyn Write) -> io::Result<()> {
    for row in rows {
        escape::json(&row, out)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}
