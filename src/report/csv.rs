//! Tables as CSV (RFC 4180), with a header, lists as compact JSON in one cell and nothing for what is absent.
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-`, `@`, a tab or a line break for a formula, and headlines are
//! hostile. Such a text gets an apostrophe in front, as OWASP advises ("CSV Injection"). A text that already looks like an
//! escaped one gets one more, so that reading takes exactly one away and the text comes back as it was. Numbers are never
//! escaped. Whoever joins tables by ids that begin so reads JSON lines, where nothing is changed.

use std::io::{self, Write};

use serde_json::Value;

use super::rows::{Column, Kind, Row};

/// Writes the header and one record for each row.
pub fn write<R: Row>(rows: impl Iterator<Item = R>, out: &mut dyn Write) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    table.write_record(R::COLUMNS.iter().map(|column| column.name))?;
    for row in rows {
        let row = serde_json::to_value(&row)?;
        table.write_record(R::COLUMNS.iter().map(|column| cell(&row[column.name])))?;
    }
    table.flush()
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) if is_formula(text) => format!("'{text}"),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The value of a cell that [`write()`] wrote in `column`.
pub(super) fn value(column: Column, cell: &str) -> serde_json::Result<Value> {
    match column.kind {
        Kind::OptionalText if cell.is_empty() => Ok(Value::Null),
        Kind::Text | Kind::OptionalText => {
            let text = cell.strip_prefix('\'').filter(|rest| is_formula(rest)).unwrap_or(cell);
            Ok(Value::String(text.to_owned()))
        }
        _ if cell.is_empty() => Ok(Value::Null),
        _ => serde_json::from_str(cell),
    }
}

/// Whether the text, apostrophes in front aside, begins like a formula.
fn is_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r', '\n'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_escaped_and_come_back() {
        let column = Column { name: "title", kind: Kind::OptionalText };
        for (text, written) in [
            ("=1+1", "'=1+1"),
            ("'=1+1", "''=1+1"),
            ("@cmd", "'@cmd"),
            ("'tis", "'tis"),
            ("-", "'-"),
            ("plain", "plain"),
        ] {
            let text = Value::String(text.into());
            assert_eq!(cell(&text), written);
            assert_eq!(value(column, written).unwrap(), text);
        }
        assert_eq!(cell(&Value::from(-0.5)), "-0.5");
    }
}
