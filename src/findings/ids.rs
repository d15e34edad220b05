//! What is each article called? Asked a dozen times an article by tables that name others.

use std::borrow::Cow;
use std::fmt;
use std::sync::OnceLock;

use super::Findings;
use crate::article::ArticleId;
use crate::disk::{List, Memory};
use crate::error::Result;

/// The ids of members that lie on disk, by themselves: made when one is asked for.
#[derive(Default)]
pub struct Ids(OnceLock<Stored>);

struct Stored {
    bytes: List<u8>,
    /// Where each id ends in `bytes`.
    ends: Vec<u64>,
}

impl fmt::Debug for Ids {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Ids").field(&self.0.get().map_or(0, |stored| stored.ends.len())).finish()
    }
}

impl Findings {
    /// The id of an article. One that cannot be read is empty, and the workspace says so.
    ///
    /// # Panics
    ///
    /// If there is no such article.
    pub fn id(&self, article: ArticleId) -> Cow<'_, str> {
        if let Some(members) = self.members.in_memory() {
            return Cow::Borrowed(&members[article.index()].id);
        }
        let stored = self.ids.0.get_or_init(|| {
            let mut stored =
                Stored { bytes: List::new(&self.workspace, self.workspace.share(Memory::Ids)), ends: Vec::new() };
            let all = self.members.iter().try_for_each(|member| stored.push(&member.id));
            self.workspace.note(all);
            stored
        });
        let end = |place: usize| stored.ends.get(place).map_or(stored.bytes.len(), |&end| end as usize);
        let range = article.index().checked_sub(1).map_or(0, end)..end(article.index());
        match self.workspace.note(stored.bytes.slice(range)) {
            Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes),
            Cow::Owned(bytes) => Cow::Owned(String::from_utf8(bytes).unwrap_or_default()),
        }
    }
}

impl Stored {
    fn push(&mut self, id: &str) -> Result<()> {
        self.bytes.extend(id.as_bytes())?;
        self.ends.push(self.bytes.len() as u64);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::{Table, Workspace};
    use crate::findings::Member;

    #[test]
    fn ids_are_the_same_whatever_the_limit() {
        let named = |number: u32| Member { id: format!("article-{}", u64::from(number).pow(7)), ..Member::default() };
        for memory_bytes in [0, 1 << 10, 1 << 14, u64::MAX] {
            let workspace = Workspace::limited(std::env::temp_dir(), memory_bytes);
            let mut members = Table::new(&workspace, workspace.share(Memory::Rows));
            members.extend((0..200).map(named)).unwrap();
            let findings = Findings { members, workspace, ..Findings::default() };
            for number in [0, 1, 7, 199, 3] {
                assert_eq!(findings.id(ArticleId(number)), named(number).id);
            }
            findings.workspace.check().unwrap();
        }
    }
}
