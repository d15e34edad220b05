//! Tables as JSON lines: one object a row, its keys in the order of the columns.

use std::io::{self, Write};

use serde::Serialize;

use super::escape;

/// Writes one line for each row.
pub fn write<R: Serialize>(rows: impl Iterator<Item = R>, out: &mut dyn Write) -> io::Result<()> {
    // A row is many small pieces: they are put together before `out` sees them.
    let mut line = Vec::new();
    for row in rows {
        line.clear();
        escape::json(&row, &mut line)?;
        line.push(b'\n');
        out.write_all(&line)?;
    }
    Ok(())
}
