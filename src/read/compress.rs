//! How is it packed, and how is that undone and done again?
//!
//! Several gzip members, zstd frames, bzip2 or xz streams in one file are read as one. What was read before damage is kept.
//! All decoders but that of zstd are Rust.

use std::io::{self, BufReader, Read, Write};

/// How a source is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Compression {
    /// Not at all.
    None,
    /// gzip (`.gz`).
    Gzip,
    /// Zstandard (`.zst`).
    Zstd,
    /// bzip2 (`.bz2`).
    Bzip2,
    /// xz (`.xz`).
    Xz,
}

/// Compressed bytes are read in blocks of this size: 64 KiB is what the kernel reads ahead at least.
const BLOCK_BYTES: usize = 64 << 10;
/// How many bytes tell a compression.
pub(super) const MAGIC_BYTES: u64 = 10;
/// What unpacking xz may take, in KiB: `xz -9` wants 65 MiB, and a header can ask for 4 GiB.
const XZ_MEMORY_KIB: u32 = 512 << 10;

impl Compression {
    /// The compression that a file name promises, and the name without that ending.
    pub(super) fn of_name(name: &str) -> (Compression, &str) {
        let endings = [
            (".gz", Compression::Gzip),
            (".zst", Compression::Zstd),
            (".bz2", Compression::Bzip2),
            (".xz", Compression::Xz),
        ];
        for (ending, compression) in endings {
            if let Some(stem) = strip_ending(name, ending) {
                return (compression, stem);
            }
        }
        (Compression::None, name)
    }

    pub(super) fn of_first_bytes(bytes: &[u8]) -> Compression {
        match bytes {
            [0x1f, 0x8b, ..] => Compression::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Compression::Zstd,
            // A block of data, or none.
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..]
            | [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, ..] => Compression::Bzip2,
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Compression::Xz,
            _ => Compression::None,
        }
    }

    /// What it is called.
    pub(super) fn name(self) -> &'static str {
        match self {
            Compression::None => "none",
            Compression::Gzip => "gzip",
            Compression::Zstd => "zstd",
            Compression::Bzip2 => "bzip2",
            Compression::Xz => "xz",
        }
    }

    /// Why reading stopped, in plain words.
    pub(super) fn damage(self, error: &io::Error) -> String {
        if let Some(reason) = damage_of(error) {
            return reason;
        }
        if self == Compression::None {
            return format!("cannot be read on: {error}");
        }
        let name = self.name();
        match error.kind() {
            io::ErrorKind::UnexpectedEof => format!("the {name} data ends early"),
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::Other => {
                format!("the {name} data is damaged ({error})")
            }
            _ => format!("cannot be read on: {error}"),
        }
    }
}

/// Why bytes end before their time, said where it is known: inside an archive, the outer source.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Damage(String);

impl Damage {
    /// As an error of reading.
    pub(super) fn error(reason: impl Into<String>) -> io::Error {
        io::Error::other(Damage(reason.into()))
    }
}

/// The reason that an error of reading holds, if it is [`Damage`].
pub(super) fn damage_of(error: &io::Error) -> Option<String> {
    error.get_ref()?.downcast_ref::<Damage>().map(|damage| damage.0.clone())
}

/// `name` without `ending`, whatever its case.
pub(super) fn strip_ending<'n>(name: &'n str, ending: &str) -> Option<&'n str> {
    let (stem, tail) = name.split_at_checked(name.len().checked_sub(ending.len())?)?;
    (tail.eq_ignore_ascii_case(ending) && !stem.is_empty()).then_some(stem)
}

/// The bytes that `packed` holds.
pub(super) fn decoder(compression: Compression, packed: Box<dyn Read + Send>) -> io::Result<Box<dyn Read + Send>> {
    let blocks = |packed| BufReader::with_capacity(BLOCK_BYTES, packed);
    Ok(match compression {
        Compression::None => packed,
        Compression::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(blocks(packed))),
        Compression::Zstd => Box::new(zstd::stream::read::Decoder::with_buffer(blocks(packed))?),
        Compression::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(blocks(packed))),
        Compression::Xz => Box::new(lzma_rust2::XzReader::new_mem_limit(blocks(packed), true, XZ_MEMORY_KIB)),
    })
}

/// Packs what is written to it; [`Packer::finish`] ends it.
pub(super) enum Packer<W: Write> {
    None(W),
    Gzip(flate2::write::GzEncoder<W>),
    Zstd(zstd::stream::write::Encoder<'static, W>),
    Bzip2(bzip2::write::BzEncoder<W>),
    Xz(Box<lzma_rust2::XzWriter<W>>),
    /// Something could not be written.
    Failed,
}

impl<W: Write> Packer<W> {
    /// At the level that the tools of that name have by default. The same bytes are packed the same way: no name and no time
    /// is kept.
    pub(super) fn new(compression: Compression, out: W) -> io::Result<Packer<W>> {
        /// The default of xz.
        const XZ_LEVEL: u32 = 6;
        Ok(match compression {
            Compression::None => Packer::None(out),
            Compression::Gzip => Packer::Gzip(flate2::write::GzEncoder::new(out, flate2::Compression::default())),
            Compression::Zstd => Packer::Zstd(zstd::stream::write::Encoder::new(out, zstd::DEFAULT_COMPRESSION_LEVEL)?),
            Compression::Bzip2 => Packer::Bzip2(bzip2::write::BzEncoder::new(out, bzip2::Compression::best())),
            Compression::Xz => {
                let options = lzma_rust2::XzOptions::with_preset(XZ_LEVEL);
                Packer::Xz(Box::new(lzma_rust2::XzWriter::new(out, options)?))
            }
        })
    }

    /// Begins a new member of gzip, so that what follows can be unpacked by itself.
    pub(super) fn begin_member(&mut self) -> io::Result<()> {
        *self = match std::mem::replace(self, Packer::Failed) {
            Packer::Gzip(packed) => {
                Packer::Gzip(flate2::write::GzEncoder::new(packed.finish()?, flate2::Compression::default()))
            }
            other => other,
        };
        Ok(())
    }

    /// Writes what is still to be written.
    pub(super) fn finish(self) -> io::Result<()> {
        let mut out = match self {
            Packer::None(out) => out,
            Packer::Gzip(packed) => packed.finish()?,
            Packer::Zstd(packed) => packed.finish()?,
            Packer::Bzip2(packed) => packed.finish()?,
            Packer::Xz(packed) => packed.finish()?,
            Packer::Failed => return Err(io::ErrorKind::BrokenPipe.into()),
        };
        out.flush()
    }
}

impl<W: Write> Write for Packer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Packer::None(out) => out.write(bytes),
            Packer::Gzip(packed) => packed.write(bytes),
            Packer::Zstd(packed) => packed.write(bytes),
            Packer::Bzip2(packed) => packed.write(bytes),
            Packer::Xz(packed) => packed.write(bytes),
            Packer::Failed => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    /// Does nothing before the end: that would cost compression.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
