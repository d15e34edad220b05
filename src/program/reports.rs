//! Which reports are written, and where: into the output folder, or to files of their own.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::findings::Findings;
use crate::program::args::{OutputArgs, ReportForm};
use crate::program::claim::{Claim, writable};
use crate::program::failure::Failure;
use crate::program::interrupt;
use crate::program::replace::replace;
use crate::program::staging::{Staged, staged};
use crate::report::{graphml, html, markdown};

/// Makes the files of a report in `folder`, under temporary names.
pub fn made(form: ReportForm, findings: &Findings, inputs: &[String], page: &Path) -> anyhow::Result<Vec<Staged>> {
    let (folder, name) = (parent(page), stem(page));
    let one_file = |content: &dyn Fn(&mut dyn Write) -> io::Result<()>| {
        Ok(vec![staged(&folder, &file_name(page), |out| content(out))?])
    };
    let mut files = Vec::new();
    match form {
        ReportForm::Html => html::write(findings, html::About { inputs, name: &name }, |file, bytes| {
            // The page has the name that was asked for, whatever its ending.
            let file = if file == html::page_name(&name) { file_name(page) } else { file.to_owned() };
            files.push(staged(&folder, &file, |out| out.write_all(bytes))?);
            anyhow::Ok(())
        })?,
        ReportForm::Md => return one_file(&|out| markdown::write(findings, inputs, out)),
        ReportForm::Graphml => return one_file(&|out| graphml::write(findings, out)),
    }
    Ok(files)
}

/// The parts of a report that lie in the folder beside its page, each with the name of that folder.
pub fn parts(folder: &Path, name: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(folder.join(name)).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|file| html::is_part_name(file)).map(|file| format!("{name}/{file}")).collect()
}

/// A report with a file of its own.
pub struct Apart {
    form: ReportForm,
    page: PathBuf,
}

impl Apart {
    /// The reports that the flags give a file, after a check that nothing is in their way.
    pub fn checked(args: &OutputArgs) -> anyhow::Result<Vec<Apart>> {
        let named = args.report.iter().filter_map(|wanted| Some((wanted.form, wanted.path.clone()?)));
        let reports: Vec<Apart> = named.map(|(form, page)| Apart { form, page }).collect();
        for report in &reports {
            let page = &report.page;
            writable(&parent(page))?;
            let shown = page.display();
            // Not of what a link leads to: a report gets its name at the end, and would take the link's place.
            let there = page.symlink_metadata().ok();
            if page.is_dir() {
                let what = format!("cannot write to {shown}: it is a folder");
                return Err(
                    Failure::new(what, format!("name a file, such as {}", page.join("report.html").display())).into()
                );
            }
            if let Some(other) = there.as_ref().filter(|there| !there.is_file()) {
                let kind = if other.is_symlink() { "a link" } else { "not a regular file" };
                let what = format!("cannot write to {shown}: it is {kind}, and a report would take its place");
                return Err(Failure::new(what, "name a regular file, or one that does not exist yet").into());
            }
            let taken = there.is_some() || !report.parts().is_empty();
            if taken && !args.force {
                let what = format!("cannot write to {shown}: it exists, or the folder for its parts does");
                return Err(Failure::new(what, "use --force to replace it, or choose another name").into());
            }
        }
        Ok(reports)
    }

    /// Whether it shows the texts of articles.
    pub fn shows_texts(&self) -> bool {
        self.form.shows_texts()
    }

    /// The parts of an earlier report of the same name.
    fn parts(&self) -> BTreeSet<String> {
        if self.form.shows_texts() { parts(&parent(&self.page), &stem(&self.page)) } else { BTreeSet::new() }
    }

    /// Writes the report; an earlier one is removed with its parts. It may lie in the folder that `held` claims.
    pub fn write(&self, findings: &Findings, inputs: &[String], held: Option<&Claim>) -> anyhow::Result<()> {
        let folder = parent(&self.page);
        fs::create_dir_all(&folder).map_err(|cause| Error::io("create", &folder, cause))?;
        let is_held = held.is_some_and(|claim| claim.is_of(&folder));
        let _claim = if is_held { None } else { Some(Claim::in_turn(&folder)?) };
        let files = made(self.form, findings, inputs, &self.page)?;
        findings.workspace.check()?;
        if interrupt::requested() {
            return Err(Error::Cancelled.into());
        }
        let mut earlier = self.parts();
        earlier.extend(self.page.exists().then(|| file_name(&self.page)));
        replace(&folder, &earlier, files)
    }
}

fn parent(page: &Path) -> PathBuf {
    match page.parent() {
        Some(parent) if parent != Path::new("") => parent.into(),
        _ => ".".into(),
    }
}

fn file_name(page: &Path) -> String {
    page.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The name without its ending. A name without one is followed by `.parts`, since a file and a folder cannot share it.
fn stem(page: &Path) -> String {
    let stem = page.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    if page.extension().is_some() { stem } else { format!("{stem}.parts") }
}
