//! Sixty-four bytes at once: where in a text do bytes of some kind stand?
//!
//! 128-bit vectors, which every x86-64 and every 64-bit ARM has, so that no other code is needed for other machines.

use wide::{CmpEq, i8x16};

/// Bytes looked at together.
pub(crate) const BLOCK_BYTES: usize = 64;

/// The bytes of a block, as signed numbers: those that are not ASCII are below zero.
pub(crate) type Block = [i8x16; 4];

/// The blocks of a text and where they begin; the last one is filled up with zeros.
pub(crate) fn blocks(bytes: &[u8]) -> impl Iterator<Item = (usize, Block)> {
    (0..bytes.len().div_ceil(BLOCK_BYTES)).map(move |number| {
        let rest = &bytes[number * BLOCK_BYTES..];
        let block = rest.first_chunk().copied().unwrap_or_else(|| {
            let mut last = [0; BLOCK_BYTES];
            last[..rest.len()].copy_from_slice(rest);
            last
        });
        (number * BLOCK_BYTES, bytemuck::cast(block))
    })
}

/// One bit a byte, that of the first byte lowest: whether `is` sets the byte's highest bit.
#[inline(always)]
pub(crate) fn bits(block: Block, is: impl Fn(i8x16) -> i8x16) -> u64 {
    let part = |place: usize| u64::from(is(block[place]).move_mask() as u16) << (16 * place);
    part(0) | part(1) | part(2) | part(3)
}

/// Where the bytes of a text stand that are one of `wanted`, in order.
pub(crate) fn positions<const N: usize>(bytes: &[u8], wanted: [u8; N]) -> impl Iterator<Item = usize> {
    let wanted = wanted.map(|byte| i8x16::splat(byte as i8));
    blocks(bytes).flat_map(move |(from, block)| {
        let is = |part: i8x16| wanted.iter().fold(i8x16::ZERO, |found, byte| found | part.cmp_eq(*byte));
        let mut left = bits(block, is);
        std::iter::from_fn(move || {
            let bit = left.trailing_zeros() as usize;
            left &= left.wrapping_sub(1);
            (bit < BLOCK_BYTES).then_some(from + bit)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::positions;

    proptest::proptest! {
        #[test]
        fn positions_are_found(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)) {
            let wanted = [b'"', b'a', 0xE2];
            let twin: Vec<usize> = (0..bytes.len()).filter(|&at| wanted.contains(&bytes[at])).collect();
            proptest::prop_assert_eq!(positions(&bytes, wanted).collect::<Vec<_>>(), twin);
        }
    }
}
