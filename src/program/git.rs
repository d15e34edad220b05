//! What git knows of the corpus: which lines have changed since a commit, and what the files were at one.
//!
//! The git program is asked, in the repository around the working directory. Names are passed and read as bytes with NUL
//! between them, and a revision that a user names is resolved once, so that nothing in it is taken for an option.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::Context;

use crate::program::failure::Failure;

/// A repository with its files.
pub struct Repository {
    top: PathBuf,
}

/// A commit by its hash.
pub struct Commit(String);

/// Lines that were added or changed, first and last, by file from the top.
type LinesByFile = BTreeMap<Vec<u8>, Vec<(u64, u64)>>;

/// What has changed in the files of a repository.
pub struct Changes {
    tracked: BTreeSet<Vec<u8>>,
    lines: LinesByFile,
    /// Files without lines that have changed.
    whole: BTreeSet<Vec<u8>>,
}

/// What has changed in one file.
pub enum Changed {
    All,
    Lines(Vec<(u64, u64)>),
    Nothing,
}

/// The folder that file names begin at: the top of the repository around the working directory, or the working directory.
pub fn top() -> anyhow::Result<PathBuf> {
    let folder = std::env::current_dir().and_then(|folder| folder.canonicalize());
    let folder = folder.context("cannot tell the working directory")?;
    let top = folder.ancestors().find(|folder| folder.join(".git").exists());
    Ok(top.unwrap_or(&folder).to_path_buf())
}

/// What the folder `top` calls a file, with slashes; a file elsewhere keeps its name, and of one in an archive the archive
/// counts.
pub fn name_from(top: &Path, file: &str) -> String {
    let file = if Path::new(file).exists() { file } else { file.split_once("!/").map_or(file, |(archive, _)| archive) };
    let inside = Path::new(file).canonicalize().ok().and_then(|path| Some(path.strip_prefix(top).ok()?.to_path_buf()));
    let Some(inside) = inside else { return file.to_owned() };
    inside.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

impl Repository {
    /// The one around the working directory.
    pub fn here() -> anyhow::Result<Repository> {
        let outside = || Failure::new("this is not a git repository", "run it inside one, or compare without --since");
        let output = Command::new("git")
            .args(["rev-parse", "--show-toplevel"])
            .output()
            .map_err(|cause| Failure::new(format!("cannot run git: {cause}"), "install git, which reads commits"))?;
        if !output.status.success() {
            return Err(outside().into());
        }
        let top = path_of(output.stdout.trim_ascii_end());
        let top = top.canonicalize().with_context(|| format!("cannot read {}", top.display()))?;
        Ok(Repository { top })
    }

    /// The commit that a name stands for.
    pub fn commit(&self, name: &str) -> anyhow::Result<Commit> {
        let revision = format!("{name}^{{commit}}");
        match self.text(&["rev-parse", "--verify", "--quiet", "--end-of-options", &revision]) {
            Ok(hash) => Ok(Commit(hash)),
            Err(_) => Err(self.unknown(format!("git knows no commit {name}"), name)),
        }
    }

    /// The commit from which the working tree and `commit` went apart.
    pub fn since(&self, name: &str) -> anyhow::Result<Commit> {
        let commit = self.commit(name)?;
        match self.text(&["merge-base", &commit.0, "HEAD"]) {
            Ok(base) => Ok(Commit(base)),
            Err(_) => Err(self.unknown(format!("git finds nothing that {name} and HEAD have in common"), name)),
        }
    }

    fn unknown(&self, what: String, name: &str) -> anyhow::Error {
        let shallow = self.text(&["rev-parse", "--is-shallow-repository"]).is_ok_and(|answer| answer == "true");
        let hint = if shallow {
            "the clone is shallow: fetch the whole history (actions/checkout with fetch-depth: 0, GIT_DEPTH: 0 in GitLab, \
             git fetch --unshallow)"
                .to_owned()
        } else {
            format!("check the spelling of {name}, or fetch the branch first: git fetch origin")
        };
        Failure::new(what, hint).into()
    }

    /// What has changed since a commit, in the working tree.
    pub fn changes(&self, since: &Commit) -> anyhow::Result<Changes> {
        let tracked = self.bytes(&["ls-files", "-z", "--full-name"])?;
        let tracked = tracked.split(|byte| *byte == 0).map(<[u8]>::to_vec).collect();
        let diff = ["diff", "--no-color", "--no-ext-diff", "--no-textconv", "--find-renames"];
        let numbers = self.bytes(&[&diff[..], &["--numstat", "-z", &since.0, "--"]].concat())?;
        let patch = ["--unified=0", "--src-prefix=a/", "--dst-prefix=b/", &since.0, "--"];
        let mut child =
            self.command(&[&diff[..], &patch].concat()).stdout(Stdio::piped()).spawn().context("cannot run git")?;
        let out = child.stdout.take().context("cannot read what git writes")?;
        let lines = added_lines(BufReader::new(out)).context("cannot read what git writes")?;
        ended(child, "diff")?;
        Ok(Changes { tracked, lines, whole: without_lines(&numbers) })
    }

    /// Writes the files that a commit has at these paths to a folder, and gives the paths there that exist.
    pub fn check_out(&self, commit: &Commit, paths: &[PathBuf], folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
        let mut inside = Vec::new();
        for path in paths {
            let path = path.canonicalize().with_context(|| format!("cannot read {}", path.display()))?;
            let relative = path.strip_prefix(&self.top).map_err(|_| {
                Failure::new(format!("{} is outside the git repository", path.display()), "name files inside of it")
            })?;
            inside.push(relative.to_path_buf());
        }
        // What is ignored there is said by files above, too.
        let mut wanted: BTreeSet<OsString> = BTreeSet::new();
        for path in &inside {
            wanted.insert(if path.as_os_str().is_empty() { ".".into() } else { path.into() });
            for above in path.ancestors().skip(1) {
                wanted.extend([".gitignore", ".wirecopyignore"].map(|name| above.join(name).into_os_string()));
            }
        }
        let mut list = self.command(&["ls-tree", "-r", "-z", "--name-only", "--full-tree", &commit.0, "--"]);
        let names = finished(list.args(wanted))?;
        let index = folder.join("index");
        let files = folder.join("files");
        std::fs::create_dir(&files).with_context(|| format!("cannot create {}", files.display()))?;
        finished(self.command(&["read-tree", &commit.0]).env("GIT_INDEX_FILE", &index))?;
        let mut prefix = OsString::from("--prefix=");
        prefix.push(files.join(""));
        let mut child = self
            .command(&["checkout-index", "-q", "-z", "--stdin"])
            .arg(prefix)
            .env("GIT_INDEX_FILE", &index)
            .stdin(Stdio::piped())
            .spawn()
            .context("cannot run git")?;
        let mut input = child.stdin.take().context("cannot write to git")?;
        input.write_all(&names).context("cannot write to git")?;
        drop(input);
        ended(child, "checkout-index")?;
        Ok(inside.into_iter().map(|path| files.join(path)).filter(|path| path.exists()).collect())
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.arg("-C").arg(&self.top).args(["-c", "core.quotePath=false"]).args(arguments);
        command.env("GIT_OPTIONAL_LOCKS", "0").stdin(Stdio::null()).stderr(Stdio::inherit());
        command
    }

    fn bytes(&self, arguments: &[&str]) -> anyhow::Result<Vec<u8>> {
        finished(&mut self.command(arguments))
    }

    /// One line; what git says of a failure is not shown.
    fn text(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let bytes = finished(self.command(arguments).stderr(Stdio::null()))?;
        Ok(String::from_utf8(bytes).context("git names no text")?.trim_end().to_owned())
    }
}

impl Changes {
    /// What has changed in a file; an error if it lies outside of the repository.
    pub fn of(&self, repository: &Repository, file: &Path) -> anyhow::Result<Changed> {
        let path = file.canonicalize().with_context(|| format!("cannot read {}", file.display()))?;
        let Ok(inside) = path.strip_prefix(&repository.top) else {
            let what = format!("{} is outside the git repository", file.display());
            return Err(Failure::new(what, "git knows changes only for files inside it").into());
        };
        let parts: Vec<&[u8]> = inside.components().map(|part| part.as_os_str().as_encoded_bytes()).collect();
        let name = parts.join(&b'/');
        let is_tracked = self.tracked.contains(&name);
        let mut folders = path.ancestors().skip(1).take_while(|folder| *folder != repository.top);
        if !is_tracked && folders.any(|folder| folder.join(".git").exists()) {
            let what = format!("{} is in a repository of its own, such as a submodule", file.display());
            return Err(Failure::new(what, "run wirecopy inside that repository, or leave the file out").into());
        }
        if !is_tracked || self.whole.contains(&name) {
            return Ok(Changed::All);
        }
        Ok(self.lines.get(&name).map_or(Changed::Nothing, |lines| Changed::Lines(lines.clone())))
    }
}

fn finished(command: &mut Command) -> anyhow::Result<Vec<u8>> {
    let output = command.stdout(Stdio::piped()).spawn().and_then(Child::wait_with_output).context("cannot run git")?;
    anyhow::ensure!(output.status.success(), "git failed: {}", output.status);
    Ok(output.stdout)
}

fn ended(mut child: Child, what: &str) -> anyhow::Result<()> {
    let status = child.wait().context("cannot run git")?;
    anyhow::ensure!(status.success(), "git {what} failed: {status}");
    Ok(())
}

/// The files of `git diff --numstat -z` of which git counts no lines.
fn without_lines(numbers: &[u8]) -> BTreeSet<Vec<u8>> {
    let mut files = BTreeSet::new();
    let mut fields = numbers.split(|byte| *byte == 0);
    while let Some(field) = fields.next().filter(|field| !field.is_empty()) {
        let mut parts = field.splitn(3, |byte| *byte == b'\t');
        let is_binary = parts.next() == Some(b"-");
        let name = parts.nth(1).unwrap_or_default();
        // A file that was renamed has both names after it.
        let name = if name.is_empty() { fields.nth(1).unwrap_or_default() } else { name };
        if is_binary {
            files.insert(name.to_vec());
        }
    }
    files
}

/// The lines that a patch without context adds, by file. Lines of content are passed over by number, whatever they look like.
fn added_lines(mut patch: impl BufRead) -> std::io::Result<LinesByFile> {
    let mut added = LinesByFile::new();
    let (mut file, mut content, mut line) = (None::<Vec<u8>>, 0, Vec::new());
    // The line read last, if it is taken away.
    let mut removed_line = None;
    // What stands before the end of a file without a line end changes when more is appended, and is not new.
    let mut unended: Option<Vec<u8>> = None;
    loop {
        line.clear();
        if patch.read_until(b'\n', &mut line)? == 0 {
            return Ok(added);
        }
        let line = line.strip_suffix(b"\n").unwrap_or(&line);
        if line.starts_with(b"\\") {
            // No newline at the end of the file.
            unended = removed_line.take();
        } else if content > 0 {
            content -= 1;
            let same = |old: &Vec<u8>| line.first() == Some(&b'+') && line.get(1..) == Some(old);
            if unended.take().is_some_and(|old| same(&old))
                && let Some(ranges) = file.as_ref().and_then(|file| added.get_mut(file))
                && let Some((first, last)) = ranges.pop().filter(|(first, last)| first < last)
            {
                ranges.push((first + 1, last));
            }
            removed_line = line.strip_prefix(b"-").map(<[u8]>::to_vec);
        } else if let Some(name) = line.strip_prefix(b"+++ ") {
            file = unquoted(name).strip_prefix(b"b/").map(<[u8]>::to_vec);
        } else if let Some((removed, (first, lines))) = line.strip_prefix(b"@@ -").and_then(hunk) {
            content = removed + lines;
            (removed_line, unended) = (None, None);
            if let Some(file) = file.as_ref().filter(|_| lines > 0) {
                added.entry(file.clone()).or_default().push((first, first + lines - 1));
            }
        }
    }
}

/// Of `1,2 +3,4 @@`: how many lines go, and which come.
fn hunk(text: &[u8]) -> Option<(u64, (u64, u64))> {
    let text = std::str::from_utf8(text.split(|byte| *byte == b'@').next()?).ok()?;
    let (old, new) = text.trim_end().split_once(" +")?;
    let range = |text: &str| {
        let (first, lines) = text.split_once(',').unwrap_or((text, "1"));
        Some((first.parse::<u64>().ok()?, lines.parse::<u64>().ok()?))
    };
    Some((range(old)?.1, range(new)?))
}

/// A name as git writes it where it holds quotes or control characters; others end with a tab if they hold a space.
fn unquoted(name: &[u8]) -> Vec<u8> {
    let Some(inside) = name.strip_prefix(b"\"").and_then(|name| name.strip_suffix(b"\"")) else {
        return name.strip_suffix(b"\t").unwrap_or(name).to_vec();
    };
    let mut out = Vec::new();
    let mut bytes = inside.iter().copied();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        match bytes.next() {
            Some(b'a') => out.push(7),
            Some(b'b') => out.push(8),
            Some(b't') => out.push(b'\t'),
            Some(b'n') => out.push(b'\n'),
            Some(b'v') => out.push(11),
            Some(b'f') => out.push(12),
            Some(b'r') => out.push(b'\r'),
            Some(digit @ b'0'..=b'3') => {
                let rest = [bytes.next(), bytes.next()].into_iter().flatten();
                out.push(
                    rest.fold(digit - b'0', |value, digit| {
                        value.wrapping_mul(8).wrapping_add(digit.wrapping_sub(b'0'))
                    }),
                );
            }
            Some(other) => out.push(other),
            None => {}
        }
    }
    out
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    OsStr::from_bytes(bytes).into()
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> PathBuf {
    OsString::from(String::from_utf8_lossy(bytes).into_owned()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_patch_are_counted_and_not_believed() {
        let patch = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -3 +3,2 @@ heading\n-old\n+++ b/evil\n+@@ -1 +1 @@\n\
                     \\ No newline at end of file\n@@ -9,2 +9,0 @@\n-a\n-b\n\
                     diff --git a/y z b/y z\n--- /dev/null\n+++ b/y z\t\n@@ -0,0 +1 @@\n+x\n\
                     diff --git a/gone b/gone\n--- a/gone\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n\
                     +++ \"b/tab\\t\\303\\251\\\"\"\n@@ -1 +7,3 @@\n-x\n+1\n+2\n+3\n";
        let lines = added_lines(patch.as_bytes()).unwrap();
        let expected: LinesByFile = [
            (b"x".to_vec(), vec![(3, 4)]),
            (b"y z".to_vec(), vec![(1, 1)]),
            ("tab\té\"".as_bytes().to_vec(), vec![(7, 9)]),
        ]
        .into();
        assert_eq!(lines, expected);
    }

    #[test]
    fn a_line_that_only_gets_its_end_is_not_new() {
        let lines = |hunk: &str| {
            let patch = format!("diff --git a/x b/x\n--- a/x\n+++ b/x\n{hunk}");
            added_lines(patch.as_bytes()).unwrap().remove(&b"x"[..]).unwrap_or_default()
        };
        assert_eq!(lines("@@ -3 +3,2 @@\n-old\n\\ No newline at end of file\n+old\n+new\n"), [(4, 4)]);
        assert_eq!(lines("@@ -3 +3 @@\n-old\n\\ No newline at end of file\n+old\n"), []);
        assert_eq!(lines("@@ -3 +3,2 @@\n-old\n\\ No newline at end of file\n+other\n+new\n"), [(3, 4)]);
        assert_eq!(lines("@@ -3 +3,2 @@\n-old\n+old\n+new\n\\ No newline at end of file\n"), [(3, 4)]);
    }

    #[test]
    fn files_without_lines_are_named() {
        let numbers = b"1\t2\tplain.jsonl\0-\t-\tpacked.gz\x000\t0\t\0before\0after\0-\t-\t\0old.gz\0new.gz\0";
        let expected: BTreeSet<Vec<u8>> = [b"packed.gz".to_vec(), b"new.gz".to_vec()].into();
        assert_eq!(without_lines(numbers), expected);
    }
}
