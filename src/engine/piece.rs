//! Pieces: what tasks hand on, as bytes of one kind for one partition.

use std::collections::{BTreeMap, HashMap};

use bytemuck::Pod;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::misplaced;
use crate::error::Result;

/// A piece is closed at so many bytes: engines move such rows well, and hold some dozens of them at once.
const PIECE_BYTES: usize = 1 << 20;

/// What a piece holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind(pub &'static str);

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)*) => {
        impl Kind {
            $($(#[$doc])* pub const $name: Kind = Kind($word);)*
            const ALL: &'static [Kind] = &[$(Kind::$name,)*];
        }
    };
}

kinds! {
    /// Articles by content.
    MADE = "made",
    /// Records that are no articles, as rows of their table.
    REJECTS = "rejects",
    /// How many articles a partition has.
    ARTICLES = "articles",
    /// How many class leaders a partition has.
    LEADERS = "leaders",
    /// Ids that articles state.
    ID = "id",
    /// Articles whose id another one has.
    TAKEN = "taken",
    /// Articles by the keys of their bands.
    BAND = "band",
    /// Pairs of one bucket.
    PAIR = "pair",
    /// Articles of a large bucket.
    CROWD = "crowd",
    /// Whose words are wanted where.
    WANT = "want",
    /// The words of an article.
    WORDS = "words",
    /// Verified near-duplicates.
    EDGE = "edge",
    /// Articles of one component.
    JOIN = "join",
    /// The component of an article.
    ROOT = "root",
    /// The leader of an article's class.
    LEADER = "leader",
    /// Articles beside their class.
    TEXT = "text",
    /// Who carries a fingerprint.
    CARRIER = "carrier",
    /// Articles that language is learned from.
    SAMPLE = "sample",
    /// What was learned of language.
    PHRASES = "phrases",
    /// Pairs that fingerprints name, before anything is learned.
    BARE = "bare",
    /// Takes of one text.
    TAKE = "take",
    /// Pairs that fingerprints name.
    HIT = "hit",
    /// Marks that were learned.
    MARK = "mark",
    /// What fingerprints teach.
    LESSON = "lesson",
    /// Pairs that are compared.
    CANDIDATE = "candidate",
    /// What was learned, with the weights.
    EPOCH = "epoch",
    /// What became of a candidate.
    OUTCOME = "outcome",
    /// Titles of stories and articles.
    TITLE = "title",
    /// Titles that recur.
    RECURRING = "recurring",
    /// What was counted.
    COUNTS = "counts",
    /// Stories before it is known which titles recur.
    STORY = "story",
    /// What was counted of outlets.
    OUTLET = "outlet",
    /// Passages, which several components may have.
    PASSAGE = "passage",
    /// Rows of the table of this name.
    MEMBERS = "members",
    /// Rows of the table of this name.
    PAIRS = "pairs",
    /// Rows of the table of this name.
    STORIES = "stories",
    /// Rows of the table of this name.
    OUTLETS = "outlets",
    /// Rows of the table of this name.
    PASSAGES = "passages",
    /// The texts of articles in stories as lines, each behind the number of its article and its length.
    TEXTS = "texts",
}

/// Some bytes of one kind for one partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What they are.
    pub kind: Kind,
    /// Where they belong.
    pub partition: u32,
    /// The rows, one after the other.
    pub bytes: Vec<u8>,
}

impl Piece {
    /// A piece that came back; none if it has no known kind.
    pub fn of(kind: &str, partition: u32, bytes: Vec<u8>) -> Option<Piece> {
        let kind = *Kind::ALL.iter().find(|known| known.0 == kind)?;
        Some(Piece { kind, partition, bytes })
    }
}

/// The pieces of a task, by kind.
pub(super) struct Inbox(BTreeMap<Kind, Vec<Vec<u8>>>);

impl Inbox {
    pub(super) fn of(pieces: Vec<Piece>) -> Inbox {
        let mut inbox: BTreeMap<Kind, Vec<Vec<u8>>> = BTreeMap::new();
        pieces.into_iter().for_each(|piece| inbox.entry(piece.kind).or_default().push(piece.bytes));
        Inbox(inbox)
    }

    /// The pieces of a kind as they came.
    pub(super) fn pieces(&mut self, kind: Kind) -> Vec<Vec<u8>> {
        self.0.remove(&kind).unwrap_or_default()
    }

    /// The rows of a kind, which are plain bytes, in any order.
    pub(super) fn rows<T: Pod>(&mut self, kind: Kind) -> Result<Vec<T>> {
        let pieces = self.pieces(kind);
        let mut rows = Vec::with_capacity(pieces.iter().map(|piece| piece.len() / size_of::<T>()).sum());
        for piece in pieces {
            if piece.len() % size_of::<T>() != 0 {
                return Err(misplaced(kind.0));
            }
            rows.extend(bytemuck::pod_collect_to_vec::<u8, T>(&piece));
        }
        Ok(rows)
    }

    /// The rows of a kind that are of different lengths, in any order.
    pub(super) fn frames(&mut self, kind: Kind) -> Frames {
        Frames { kind, pieces: self.pieces(kind) }
    }

    /// The values of a kind, in any order.
    pub(super) fn values<T: DeserializeOwned>(&mut self, kind: Kind) -> Result<Vec<T>> {
        let frames = self.frames(kind);
        frames.iter().map(|frame| postcard::from_bytes(frame?).map_err(|_| misplaced(kind.0))).collect()
    }
}

/// Rows of different lengths.
pub(super) struct Frames {
    kind: Kind,
    pieces: Vec<Vec<u8>>,
}

impl Frames {
    pub(super) fn iter(&self) -> impl Iterator<Item = Result<&[u8]>> {
        self.pieces.iter().flat_map(move |piece| {
            let mut rest = &piece[..];
            std::iter::from_fn(move || {
                if rest.is_empty() {
                    return None;
                }
                let frame = rest
                    .split_first_chunk::<4>()
                    .and_then(|(length, after)| after.split_at_checked(u32::from_le_bytes(*length) as usize));
                let Some((frame, after)) = frame else {
                    rest = &[];
                    return Some(Err(misplaced(self.kind.0)));
                };
                rest = after;
                Some(Ok(frame))
            })
        })
    }
}

/// What a task hands on.
#[derive(Default)]
pub(super) struct Outbox {
    open: HashMap<(Kind, u32), Vec<u8>>,
    closed: Vec<Piece>,
}

impl Outbox {
    /// Bytes that nobody here reads again.
    pub(super) fn bytes(&mut self, kind: Kind, partition: u32, parts: &[&[u8]]) {
        let bytes = self.open.entry((kind, partition)).or_default();
        parts.iter().for_each(|part| bytes.extend_from_slice(part));
        if bytes.len() >= PIECE_BYTES {
            self.closed.push(Piece { kind, partition, bytes: std::mem::take(bytes) });
        }
    }

    /// A row of plain bytes.
    pub(super) fn row<T: Pod>(&mut self, kind: Kind, partition: u32, row: &T) {
        self.bytes(kind, partition, &[bytemuck::bytes_of(row)]);
    }

    /// A row of any length.
    pub(super) fn frame(&mut self, kind: Kind, partition: u32, parts: &[&[u8]]) {
        let length: usize = parts.iter().map(|part| part.len()).sum();
        let length = u32::try_from(length).expect("a row is below 4 GiB").to_le_bytes();
        self.bytes(kind, partition, &[&[&length[..]], parts].concat());
    }

    /// A value.
    pub(super) fn value(&mut self, kind: Kind, partition: u32, value: &impl Serialize) {
        let bytes = postcard::to_stdvec(value).expect("values are numbers, texts and lists of known length");
        self.frame(kind, partition, &[&bytes]);
    }

    /// A piece as it is.
    pub(super) fn whole(&mut self, kind: Kind, partition: u32, bytes: Vec<u8>) {
        self.closed.push(Piece { kind, partition, bytes });
    }

    /// All pieces, by kind and partition.
    pub(super) fn finish(self) -> Vec<Piece> {
        let open = self.open.into_iter().filter(|(_, bytes)| !bytes.is_empty());
        let mut pieces = self.closed;
        pieces.extend(open.map(|((kind, partition), bytes)| Piece { kind, partition, bytes }));
        // The order of a hash map is none.
        pieces.sort_by_key(|piece| (piece.kind, piece.partition));
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn what_goes_into_pieces_comes_out(
            rows in proptest::collection::vec((0u32..3, 0u64..9), 0..40),
            frames in proptest::collection::vec((0u32..3, "[a-c]{0,9}"), 0..40),
        ) {
            let mut outbox = Outbox::default();
            rows.iter().for_each(|(partition, row)| outbox.row(Kind::PAIR, *partition, row));
            frames.iter().for_each(|(partition, frame)| outbox.frame(Kind::TEXT, *partition, &[frame.as_bytes()]));
            let pieces = outbox.finish();
            for partition in 0..3 {
                let here = pieces.iter().filter(|piece| piece.partition == partition).cloned().collect();
                let mut inbox = Inbox::of(here);
                let ours = |list: &[(u32, u64)]| list.iter().filter(|row| row.0 == partition).map(|row| row.1).collect::<Vec<u64>>();
                proptest::prop_assert_eq!(inbox.rows::<u64>(Kind::PAIR).unwrap(), ours(&rows));
                let texts = inbox.frames(Kind::TEXT);
                let texts: Vec<&[u8]> = texts.iter().map(Result::unwrap).collect();
                let wanted: Vec<&[u8]> = frames.iter().filter(|row| row.0 == partition).map(|row| row.1.as_bytes()).collect();
                proptest::prop_assert_eq!(texts, wanted);
            }
        }
    }

    #[test]
    fn damaged_pieces_are_refused() {
        let piece = |bytes: &[u8]| Inbox::of(vec![Piece { kind: Kind::PAIR, partition: 0, bytes: bytes.to_vec() }]);
        assert!(piece(&[1, 2, 3]).rows::<u64>(Kind::PAIR).is_err());
        assert!(piece(&[9, 0, 0, 0, 1]).frames(Kind::PAIR).iter().any(|frame| frame.is_err()));
        assert!(piece(&[1, 0]).frames(Kind::PAIR).iter().any(|frame| frame.is_err()));
        assert_eq!(Piece::of("nothing", 0, Vec::new()), None);
    }
}
