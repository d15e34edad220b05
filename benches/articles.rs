//! Invented articles from a seed: the same everywhere, about as long and as varied as news. Benchmarks and tests use them.

/// The words that every text has, and the syllables of all others.
const COMMON: [&str; 24] = [
    "the", "of", "and", "to", "in", "a", "that", "on", "for", "with", "was", "by", "as", "at", "from", "had", "were",
    "its", "after", "which", "not", "would", "has", "been",
];
const SYLLABLES: [&str; 20] = [
    "bar", "tol", "min", "der", "sa", "ve", "kor", "lin", "pe", "ros", "ta", "gul", "hen", "wi", "dor", "mal", "fe",
    "nis", "ob", "ur",
];
/// Different words beside the common ones.
const VOCABULARY: f64 = 20_000.0;
/// The size of an article, in bytes: the mean of scraped news.
const ARTICLE_BYTES: usize = 2_500;

/// Makes articles; a seed gives the same ones again.
pub struct Generator(u64);

impl Generator {
    pub fn new(seed: u64) -> Generator {
        Generator(seed)
    }

    /// A number below `limit` (Steele, Lea, Flood 2014: SplitMix64).
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut x = self.0;
        x = (x ^ x >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ x >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((x ^ x >> 31) % limit as u64) as usize
    }

    /// A word: common ones half of the time, the others by Zipf's law.
    fn word(&mut self) -> String {
        if self.below(2) == 0 {
            return COMMON[self.below(COMMON.len())].into();
        }
        let mut rank = VOCABULARY.powf(self.below(1 << 20) as f64 / f64::from(1 << 20)) as usize;
        let mut word = String::new();
        for _ in 0..4 {
            word.push_str(SYLLABLES[rank % SYLLABLES.len()]);
            rank /= SYLLABLES.len();
            if rank == 0 {
                break;
            }
        }
        word
    }

    /// A sentence of 8 to 24 words.
    pub fn sentence(&mut self) -> String {
        let words: Vec<String> = (0..8 + self.below(17)).map(|_| self.word()).collect();
        let mut sentence = words.join(" ");
        sentence[..1].make_ascii_uppercase();
        sentence + "."
    }

    /// A paragraph of 2 to 4 sentences.
    pub fn paragraph(&mut self) -> String {
        let sentences: Vec<String> = (0..2 + self.below(3)).map(|_| self.sentence()).collect();
        sentences.join(" ")
    }

    /// The paragraphs of an article that shares nothing with any other.
    pub fn article(&mut self) -> Vec<String> {
        let mut paragraphs = Vec::new();
        while paragraphs.iter().map(String::len).sum::<usize>() < ARTICLE_BYTES {
            paragraphs.push(self.paragraph());
        }
        paragraphs
    }
}

/// Articles of one story in [`corpus`].
pub const TAKES: usize = 4;

/// `articles` texts. Of every [`TAKES`], the first is a story and the second a copy of it with another last paragraph; the
/// third has a paragraph of it among prose of its own; the fourth is nobody's story.
pub fn corpus(articles: usize) -> Vec<String> {
    let mut generator = Generator::new(7);
    let mut story = Vec::new();
    let texts = (0..articles).map(|number| {
        let mut text = generator.article();
        match number % TAKES {
            0 => story = text.clone(),
            1 => {
                text = story.clone();
                text.push(generator.sentence());
            }
            2 => text[1].clone_from(&story[0]),
            _ => {}
        }
        text.join("\n\n")
    });
    texts.collect()
}
