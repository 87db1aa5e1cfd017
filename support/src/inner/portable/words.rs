//! Bytes of the arena as words, for what does the same to several of them at once.

use crate::inner::flash::Element;
use crate::inner::unknown;
use core::cell::Cell;

/// The highest bit of each byte.
pub(in crate::inner) const SIGNS: u32 = 0x8080_8080;

/// Turns the highest bit of bytes over, from the first on: of how many. Some may be left at the end, or all.
#[inline(always)]
pub fn turn_signs<X: Element, Y: Element>(input: &[Cell<X>], output: &[Cell<Y>]) -> usize {
    let Some((inputs, outputs)) = words(input).zip(words(output)) else { return 0 };
    let (eights, rest) = inputs.as_chunks::<8>();
    let (to_eights, to_rest) = outputs.as_chunks::<8>();
    // Loops over several of these steps would gain next to nothing and take much flash: so `unknown`.
    for (x, y) in eights.iter().zip(to_eights) {
        let turned = unknown(x).each_ref().map(|x| x.get() ^ SIGNS);
        y.iter().zip(turned).for_each(|(y, turned)| y.set(turned));
    }
    for (x, y) in rest.iter().zip(to_rest) {
        y.set(unknown(x).get() ^ SIGNS);
    }
    inputs.len().min(outputs.len()).wrapping_mul(4)
}

/// The words that elements of one byte fill; `None` if they do not begin where a word does. A shorter rest is left out.
#[inline(always)]
pub(in crate::inner) fn words<T: Element>(bytes: &[Cell<T>]) -> Option<&[Cell<u32>]> {
    const { assert!(size_of::<T>() == 1) };
    let start = bytes.as_ptr().cast::<Cell<u32>>();
    if !start.is_aligned() {
        return None;
    }
    // SAFETY: `start` is aligned, and so many words are not more than the bytes; any bytes are a valid `u32`, and what is
    // shared stays in cells, which are as what they hold.
    #[allow(unsafe_code)]
    Some(unsafe { core::slice::from_raw_parts(start, bytes.len() >> 2) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[repr(align(4))]
    struct Aligned([Cell<u8>; 12]);

    #[test]
    fn words_are_those_of_the_bytes() {
        let bytes = Aligned(core::array::from_fn(|at| Cell::new(at as u8)));
        let all = words(&bytes.0).expect("they are aligned");
        assert_eq!(all.len(), 3);
        all[1].set(0xffee_ddcc);
        assert_eq!(bytes.0.each_ref().map(Cell::get), [0, 1, 2, 3, 0xcc, 0xdd, 0xee, 0xff, 8, 9, 10, 11]);
        assert_eq!(
            [4, 7, 8].map(|len| words(&bytes.0[4..4 + len]).map(<[_]>::len)),
            [Some(1), Some(1), Some(2)]
        );
        assert_eq!(words(&bytes.0[12..]).map(<[_]>::len), Some(0));
        assert!([1, 2, 3, 5].iter().all(|&at| words(&bytes.0[at..]).is_none()));
    }
}
