//! Tables as JSON lines: one object a row, its keys in the order of the columns.

use std::io::{self, Write};
use std::ops::Range;

use rayon::prelude::*;
use serde::Serialize;

use super::escape;
use super::rows::Rows;

/// Rows that one thread turns into lines at a time.
const PIECE_ROWS: usize = 128;

/// Writes one line for each row. Lines are made on all threads.
pub fn write<R: Serialize, F: Fn(usize) -> R + Sync>(rows: &Rows<F>, out: &mut dyn Write) -> io::Result<()> {
    let places: Vec<usize> = (0..rows.count()).step_by(PIECE_ROWS).collect();
    // Twice as many pieces as threads, so that one with long rows does not hold up the others.
    for places in places.chunks(2 * rayon::current_num_threads()) {
        let pieces = places.par_iter().map(|&first| lines(rows, first..rows.count().min(first + PIECE_ROWS)));
        for piece in pieces.collect::<Vec<io::Result<Vec<u8>>>>() {
            out.write_all(&piece?)?;
        }
    }
    Ok(())
}

/// The lines of some rows.
fn lines<R: Serialize, F: Fn(usize) -> R>(rows: &Rows<F>, places: Range<usize>) -> io::Result<Vec<u8>> {
    let mut lines = Vec::new();
    for place in places {
        escape::json(&rows.get(place), &mut lines)?;
        lines.push(b'\n');
    }
    Ok(lines)
}
