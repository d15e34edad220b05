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

/// Links around the article on [`page`].
const FURNITURE_LINKS: usize = 60;

/// A page as an outlet serves it: an article of these paragraphs among navigation, teasers, a script and a footer.
pub fn page(number: usize, paragraphs: &[String]) -> String {
    let mut generator = Generator::new(number as u64);
    let mut links = String::new();
    for link in 0..FURNITURE_LINKS {
        let title = generator.sentence();
        links += &format!("<li class=\"menu-item\"><a href=\"/news/{link}\" title=\"{title}\">{title}</a></li>");
    }
    let text: String = paragraphs.iter().map(|paragraph| format!("<p class=\"text\">{paragraph}</p>\n")).collect();
    let script = "window.settings = {\"slots\": [\"top\", \"side\"]}; ".repeat(600);
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Story {number} | The Lark</title>\
         <link rel=\"canonical\" href=\"https://lark.example/{number}\">\
         <meta property=\"og:site_name\" content=\"The Lark\">\
         <script type=\"application/ld+json\">{{\"@type\": \"NewsArticle\", \"headline\": \"Story {number}\", \
         \"datePublished\": \"2026-03-10T09:30:00Z\", \"author\": {{\"name\": \"Ann Vell\"}}}}</script>\
         <script>{script}</script></head><body><header><nav><ul>{links}</ul></nav></header>\
         <main><article><h1>Story {number}</h1>{text}</article><aside class=\"sidebar\"><ul>{links}</ul></aside></main>\
         <footer><ul>{links}</ul><p>All rights reserved.</p></footer></body></html>"
    )
}

/// A record of an archive of texts.
pub fn record(number: usize, text: &str) -> Vec<u8> {
    archived("conversion", "text/plain", number, text)
}

/// A record of an archive of pages.
pub fn response(number: usize, page: &str) -> Vec<u8> {
    let answer = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{page}");
    archived("response", "application/http; msgtype=response", number, &answer)
}

fn archived(kind: &str, content_type: &str, number: usize, content: &str) -> Vec<u8> {
    let size_bytes = content.len();
    let record = format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{number}>\r\nWARC-Date: 2026-03-10T12:00:00Z\r\n\
         WARC-Target-URI: https://lark.example/{number}\r\nWARC-Identified-Content-Language: eng\r\n\
         Content-Type: {content_type}\r\nContent-Length: {size_bytes}\r\n\r\n{content}\r\n\r\n"
    );
    record.into_bytes()
}
