//! The short form of fuzzing: what was found once, the seeds, and a fixed number of changes to these.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use wirecopy_fuzz::mutate::{Numbers, mutated};
use wirecopy_fuzz::{TARGETS, hush_caught_panics};

/// Changes to the seeds of each target.
const CHANGES: u64 = 400;

/// The files of a folder, by name.
fn files(folder: &str, name: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join(name);
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    let read = |path: std::path::PathBuf| (path.display().to_string(), fs::read(&path).unwrap());
    let mut files: Vec<(String, Vec<u8>)> = paths.map(read).collect();
    files.sort();
    files
}

#[test]
fn targets_have_a_file_and_seeds() {
    for target in TARGETS {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz_targets").join(target.name).with_extension("rs");
        assert!(fs::read_to_string(&file).unwrap().contains(&format!("{:?}", target.name)), "{}", file.display());
        assert!(!files("seeds", target.seeds).is_empty(), "{}", target.name);
    }
}

#[test]
fn what_was_found_once_is_mended() {
    hush_caught_panics();
    for target in TARGETS {
        for (file, bytes) in files("regressions", target.name) {
            let done = catch_unwind(AssertUnwindSafe(|| (target.run)(&bytes)));
            assert!(done.is_ok(), "{} fails with {file}", target.name);
        }
    }
}

#[test]
fn changed_seeds_break_nothing() {
    hush_caught_panics();
    std::thread::scope(|scope| {
        for target in TARGETS {
            scope.spawn(move || {
                let seeds = files("seeds", target.seeds);
                for number in 0..CHANGES {
                    let mut numbers = Numbers::new(number + 1);
                    let (_, seed) = &seeds[numbers.below(seeds.len())];
                    let (_, other) = &seeds[numbers.below(seeds.len())];
                    // The first rounds are the seeds themselves.
                    let bytes = match seeds.get(number as usize) {
                        Some((_, seed)) => seed.clone(),
                        None => mutated(seed, other, &mut numbers),
                    };
                    let done = catch_unwind(AssertUnwindSafe(|| (target.run)(&bytes)));
                    assert!(
                        done.is_ok(),
                        "{} fails with change {number}: {:?}",
                        target.name,
                        String::from_utf8_lossy(&bytes)
                    );
                }
            });
        }
    });
}
