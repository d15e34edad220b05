//! A baseline as a file, one finding a line, and what an update of it changed.

use std::io::{self, Write};

use super::{count, rule};
use crate::check::baseline::{Baseline, Changes, Entry, VERSION};
use crate::report::escape::{self, printable};

/// Writes the file.
pub fn write(baseline: &Baseline, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{{\n\"version\": {VERSION},\n\"findings\": [")?;
    for (place, entry) in baseline.entries().enumerate() {
        out.write_all(if place == 0 { b"\n" } else { b",\n" })?;
        escape::json(entry, out)?;
    }
    out.write_all(b"\n]\n}\n")
}

/// Writes what came and what went, an entry a line.
pub fn changes(changes: &Changes, out: &mut dyn Write) -> io::Result<()> {
    let line = |sign: char, entry: &Entry| {
        let [a, b] = entry.between.each_ref().map(|id| printable(id));
        let times = if entry.count == 1 { String::new() } else { format!(", {} times", entry.count) };
        format!("{sign} {} {}: \"{a}\" and \"{b}\"{times}", printable(&entry.fingerprint), rule(entry.relation))
    };
    for entry in &changes.went {
        writeln!(out, "{}", line('-', entry))?;
    }
    for entry in &changes.came {
        writeln!(out, "{}", line('+', entry))?;
    }
    for (was, is) in &changes.recounted {
        writeln!(out, "{}, before {}", line('~', is), was.count)?;
    }
    let [came, went] = [&changes.came, &changes.went].map(|entries| entries.len() as u64);
    let recounted = changes.recounted.len() as u64;
    writeln!(out, "{} came, {went} went, {recounted} with another count", count(came, "entry", "entries"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let text = r#"{"version": 1, "findings": [{"fingerprint": "00112233445566778899aabbccddeeff", "count": 2,
            "relation": "identical", "between": ["a\u202e", "\u001b[31mb"], "first_seen": "2026-01-01",
            "reason": "old stock", "expires": "2026-01-31"}]}"#;
        let baseline = Baseline::read("b.json", text.as_bytes()).unwrap();
        let mut bytes = Vec::new();
        write(&baseline, &mut bytes).unwrap();
        assert_eq!(Baseline::read("b.json", &bytes).unwrap(), baseline);
        let written = String::from_utf8(bytes).unwrap();
        assert_eq!(written.lines().count(), 6, "{written}");
        assert!(written.is_ascii(), "{written}");
    }
}
