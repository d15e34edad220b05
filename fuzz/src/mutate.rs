//! Changes to bytes, the same ones each time: what tests do where no engine is at hand.

/// Numbers that are as good as random (xorshift64*, Vigna 2016).
pub struct Numbers(u64);

impl Numbers {
    /// Those that follow from a seed.
    pub fn new(seed: u64) -> Numbers {
        Numbers(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// The next one, below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % limit.max(1)
    }
}

/// What formats trip over.
const PIECES: &[&[u8]] = &[
    b"\"",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"<",
    b">",
    b"</",
    b"<!--",
    b"]]>",
    b"&#x110000;",
    b"&amp;",
    b"\0",
    b"\n",
    b"\r\n\r\n",
    b"\xEF\xBB\xBF",
    b"\xFF\xFE",
    b"\xF0\x9F",
    b"\xC2",
    b"\xE2\x80\x8D",
    b"-1",
    b"1e999",
    b"18446744073709551616",
    b"null",
    b"NaN",
    b"\\ud800",
    b"\x1F\x8B\x08",
    b"PAR1",
    b"WARC/1.0",
    b"Content-Length: 99999999999",
    b"''",
    b"\t",
    b"0000-00-00",
];

/// Bytes with a few changes: other bits, less, more, twice, and what formats trip over.
pub fn mutated(bytes: &[u8], other: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=numbers.below(4) {
        let at = numbers.below(bytes.len() + 1);
        let most = 1 << numbers.below(10);
        let end = (at + 1 + numbers.below(most)).min(bytes.len());
        match numbers.below(6) {
            0 if at < bytes.len() => bytes[at] ^= 1 << numbers.below(8),
            1 if at < bytes.len() => bytes[at] = [0, 1, 0x7F, 0x80, 0xFF][numbers.below(5)],
            2 if at < end => drop(bytes.drain(at..end)),
            3 if at < end => {
                let twice = bytes[at..end].to_vec();
                bytes.splice(at..at, twice);
            }
            4 => drop(bytes.splice(at..at, PIECES[numbers.below(PIECES.len())].iter().copied())),
            _ => {
                let from = numbers.below(other.len() + 1);
                let to = (from + numbers.below(64)).min(other.len());
                bytes.splice(at..at, other[from..to].iter().copied());
            }
        }
    }
    bytes
}
