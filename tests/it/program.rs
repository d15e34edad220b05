//! The program, run by a test.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Runs the program in a folder, checks its exit code, and gives standard output and standard error.
pub fn run(folder: &Path, arguments: &[&str], code: i32) -> (String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wirecopy"));
    let output = command.current_dir(folder).args(arguments).arg("--isolated").output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (out, error) = (text(output.stdout), text(output.stderr));
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {out}{error}");
    (out, error)
}

/// The lines of a file that the program wrote, or reads.
pub fn json_lines(path: &Path) -> Vec<Value> {
    fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
