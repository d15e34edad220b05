//! Releases: what the scripts for continuous integration take, what they refuse, and when they build.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::corpora::project;

const VERSION: &str = env!("CARGO_PKG_VERSION");
const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// A folder with releases, one with a program that builds, and a checkout with the scripts.
struct Machine {
    folder: TempDir,
}

impl Machine {
    fn new() -> Machine {
        let machine = Machine { folder: tempfile::tempdir().unwrap() };
        for name in ["checkout/templates", "alone/templates", "releases", "bin"] {
            fs::create_dir_all(machine.path(name)).unwrap();
        }
        for script in ["install.sh", "hook.sh"] {
            for folder in ["checkout", "alone"] {
                let copy = machine.path(folder).join("templates").join(script);
                fs::copy(project().join("templates").join(script), &copy).unwrap();
            }
        }
        fs::copy(project().join("Cargo.toml"), machine.path("checkout/Cargo.toml")).unwrap();
        // It takes the place of cargo, whose last argument is a folder.
        machine.program(
            "bin/cargo",
            "for root; do :; done; mkdir -p $root/bin\nprintf '#!/bin/sh\\necho built \"$@\"\\n' >$root/bin/wirecopy",
        );
        machine
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn program(&self, name: &str, script: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Releases this version, for this machine, with a program that says so.
    fn release(&self) {
        let name = format!("wirecopy-{VERSION}-{}", target());
        let folder = self.path("releases").join(format!("v{VERSION}"));
        self.program(&format!("made/{name}/wirecopy"), "echo released \"$@\"");
        fs::create_dir_all(&folder).unwrap();
        let archive = folder.join(format!("{name}.tar.gz"));
        let packed = Command::new("tar").arg("-czf").arg(&archive).arg("-C").arg(self.path("made")).arg(&name).status();
        assert!(packed.unwrap().success());
        fs::write(folder.join(format!("{name}.tar.gz.sha256")), format!("{}  {name}.tar.gz\n", sha256(&archive)))
            .unwrap();
        fs::write(folder.join(format!("wirecopy-{VERSION}.commit")), format!("{COMMIT}\n")).unwrap();
    }

    fn archive(&self) -> PathBuf {
        self.path("releases").join(format!("v{VERSION}/wirecopy-{VERSION}-{}.tar.gz", target()))
    }

    /// Runs a script of `checkout` or of `alone`, where there are no sources.
    fn run(&self, script: &str, environment: &[(&str, &str)], arguments: &[&str]) -> Output {
        let path = format!("{}:{}", self.path("bin").display(), std::env::var("PATH").unwrap());
        let mut command = Command::new("sh");
        command.arg(self.path(script)).args(arguments).env("PATH", path).current_dir(self.folder.path());
        for name in ["WIRECOPY_RELEASES", "WIRECOPY_VERSION", "WIRECOPY_REVISION", "WIRECOPY_SHA256"] {
            command.env_remove(name);
        }
        command.envs(environment.iter().copied()).output().unwrap()
    }

    /// What the installed program says after the installer has ended well.
    #[track_caller]
    fn installed(&self, script: &str, environment: &[(&str, &str)]) -> String {
        let into = tempfile::tempdir().unwrap();
        let folder = into.path().join("new/folder");
        let output = self.run(script, environment, &[folder.to_str().unwrap()]);
        assert!(output.status.success(), "{output:?}");
        assert_eq!(names(&folder), ["wirecopy"]);
        let said = Command::new(folder.join("wirecopy")).output().unwrap();
        String::from_utf8(said.stdout).unwrap().trim().to_owned()
    }

    /// Why the installer gives up, with this code and nothing installed.
    #[track_caller]
    fn refused(&self, script: &str, environment: &[(&str, &str)], code: i32) -> String {
        let output = self.run(script, environment, &["none"]);
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        assert!(!self.path("none").exists());
        String::from_utf8(output.stderr).unwrap()
    }
}

fn names(folder: &Path) -> Vec<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// What programs for this machine are called in releases.
fn target() -> &'static str {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("macos", "aarch64") => "aarch64-apple-darwin",
        ("macos", _) => "x86_64-apple-darwin",
        (_, "aarch64") => "aarch64-unknown-linux-musl",
        _ => "x86_64-unknown-linux-musl",
    }
}

fn sha256(file: &Path) -> String {
    let output = Command::new("openssl").args(["dgst", "-r", "-sha256"]).arg(file).output().unwrap();
    String::from_utf8(output.stdout).unwrap().split(' ').next().unwrap().to_owned()
}

/// A server of the files below a folder.
fn served(folder: PathBuf) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let request = lines.next().unwrap().unwrap();
            lines.take_while(|line| line.as_ref().is_ok_and(|line| !line.is_empty())).for_each(drop);
            let path = request.split(' ').nth(1).unwrap().trim_start_matches('/');
            let (status, body) = match fs::read(folder.join(path)) {
                Ok(body) => ("200 OK", body),
                Err(_) => ("404 Not Found", b"<html>nothing</html>".to_vec()),
            };
            let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            stream.write_all(&[head.as_bytes(), &body].concat()).unwrap();
        }
    });
    address
}

#[test]
fn a_release_is_taken_from_a_folder_or_an_address_once_its_checksum_is_right() {
    let machine = Machine::new();
    machine.release();
    let folder = machine.path("releases");
    let address = served(folder.clone());
    for releases in [folder.to_str().unwrap(), &address] {
        let releases = ("WIRECOPY_RELEASES", releases);
        assert_eq!(machine.installed("checkout/templates/install.sh", &[releases]), "released");
        let version = ("WIRECOPY_VERSION", VERSION);
        assert_eq!(machine.installed("alone/templates/install.sh", &[releases, version]), "released");
        let pinned = ("WIRECOPY_SHA256", &*sha256(&machine.archive()));
        assert_eq!(machine.installed("checkout/templates/install.sh", &[releases, pinned]), "released");
        for revision in [&*format!("v{VERSION}"), COMMIT] {
            let revision = ("WIRECOPY_REVISION", revision);
            assert_eq!(machine.installed("checkout/templates/install.sh", &[releases, revision]), "released");
        }
    }
}

#[test]
fn a_wrong_checksum_ends_it_and_nothing_is_built() {
    let machine = Machine::new();
    machine.release();
    let folder = machine.path("releases");
    let address = served(folder.clone());
    let pinned = sha256(&machine.archive());
    // Somebody has changed the archive, or stated another checksum with it.
    let mut bytes = fs::read(machine.archive()).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(machine.archive(), bytes).unwrap();
    let changed = sha256(&machine.archive());
    for releases in [folder.to_str().unwrap(), &address] {
        let releases = ("WIRECOPY_RELEASES", releases);
        let said = machine.refused("checkout/templates/install.sh", &[releases], 1);
        assert!(said.contains(&changed) && said.contains("it is not installed"), "{said}");
        machine.refused("checkout/templates/install.sh", &[releases, ("WIRECOPY_SHA256", &pinned)], 1);
    }
    let stated = machine.archive().with_extension("gz.sha256");
    fs::write(stated, format!("{changed}  x\n")).unwrap();
    let releases = ("WIRECOPY_RELEASES", folder.to_str().unwrap());
    machine.refused("checkout/templates/install.sh", &[releases, ("WIRECOPY_SHA256", &pinned)], 1);
    machine.refused("checkout/templates/hook.sh", &[releases, ("WIRECOPY_SHA256", &pinned)], 1);
}

#[test]
fn without_a_release_a_checkout_is_built() {
    let machine = Machine::new();
    let releases = machine.path("releases");
    let address = served(releases.clone());
    let none = ("WIRECOPY_RELEASES", "");
    assert_eq!(machine.installed("checkout/templates/install.sh", &[none]), "built");
    for releases in [releases.to_str().unwrap(), &address] {
        let releases = ("WIRECOPY_RELEASES", releases);
        assert_eq!(machine.installed("checkout/templates/install.sh", &[releases]), "built");
        assert_eq!(
            machine.installed("checkout/templates/install.sh", &[releases, ("WIRECOPY_REVISION", COMMIT)]),
            "built"
        );
        let said = machine.refused("alone/templates/install.sh", &[releases, ("WIRECOPY_VERSION", VERSION)], 3);
        assert!(said.contains("is not released"), "{said}");
    }
    machine.release();
    // It is of another commit, another version, or has no checksum.
    let releases = ("WIRECOPY_RELEASES", releases.to_str().unwrap());
    for other in [("WIRECOPY_REVISION", "main"), ("WIRECOPY_REVISION", "v0.0.1"), ("WIRECOPY_VERSION", "0.0.1")] {
        assert_eq!(machine.installed("checkout/templates/install.sh", &[releases, other]), "built", "{other:?}");
    }
    fs::remove_file(machine.archive().with_extension("gz.sha256")).unwrap();
    assert_eq!(machine.installed("checkout/templates/install.sh", &[releases]), "built");
    // And where that fails, nothing is there.
    machine.program("bin/cargo", "exit 101");
    machine.refused("checkout/templates/install.sh", &[releases], 101);
}

#[test]
fn the_hook_installs_once_and_checks() {
    let machine = Machine::new();
    machine.release();
    let git = |arguments: &[&str]| {
        let identity = ["-c", "user.name=a", "-c", "user.email=a@a.example"];
        let mut command = Command::new("git");
        let output = command.arg("-C").arg(machine.path("checkout")).args(identity).args(arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    git(&["init", "--quiet"]);
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message", "All"]);
    let releases = machine.path("releases");
    let said = |environment: &[(&str, &str)]| {
        let output = machine.run("checkout/templates/hook.sh", environment, &["--since", "HEAD", "."]);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let releases = ("WIRECOPY_RELEASES", releases.to_str().unwrap());
    assert_eq!(said(&[releases]), "built check --since HEAD .", "the release is of another commit");
    fs::remove_dir_all(machine.path("checkout/.wirecopy")).unwrap();
    let commit = machine.path("releases").join(format!("v{VERSION}/wirecopy-{VERSION}.commit"));
    fs::write(commit, git(&["rev-parse", "HEAD"])).unwrap();
    // Git names the repository that is committed to.
    let elsewhere = [releases, ("GIT_DIR", "/nowhere"), ("GIT_INDEX_FILE", "/nowhere/index")];
    assert_eq!(said(&elsewhere), "released check --since HEAD .");
    fs::remove_dir_all(machine.path("releases")).unwrap();
    assert_eq!(said(&[releases]), "released check --since HEAD .");
    fs::remove_dir_all(machine.path("checkout/.wirecopy")).unwrap();
    assert_eq!(said(&[]), "built check --since HEAD .", "it has no origin");
}

#[test]
fn what_names_the_version_names_this_one() {
    let template = fs::read_to_string(project().join("templates/gitlab-ci.yml")).unwrap();
    assert!(template.contains(&format!("WIRECOPY_VERSION: \"{VERSION}\"")));
    // The job of the template runs the installer and builds on its code 3 alone.
    assert!(template.contains("sh \"$installer\" /usr/local/bin || code=$?") && template.contains("-eq 3"));
}

#[test]
fn the_scripts_name_the_targets_of_the_workflow() {
    let workflow = fs::read_to_string(project().join(".github/workflows/release.yml")).unwrap();
    let script = fs::read_to_string(project().join("templates/install.sh")).unwrap();
    let programs = workflow.split("\n  again:").next().unwrap();
    let of = |text: &str, mark: &str, ends: &[char]| -> BTreeMap<String, usize> {
        let found = text.split(mark).skip(1).map(|rest| rest.split(ends).next().unwrap().trim().to_owned());
        found.filter(|target| target.contains('-')).fold(BTreeMap::new(), |mut counts, target| {
            *counts.entry(target).or_default() += 1;
            counts
        })
    };
    assert_eq!(of(programs, "{ target: ", &[',']), of(&script, "target=", &[' ']));
}
