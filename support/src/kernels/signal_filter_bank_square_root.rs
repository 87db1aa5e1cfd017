//! Square roots of the energies of channels, which brings them down to 32 bits.

use super::source::Source;

/// Nothing to know.
#[derive(Clone, Copy, Debug)]
pub struct SignalFilterBankSquareRoot;

/// `output[i] = √input[i] >> scale`, with the input in pairs of words, the lower one first.
#[inline]
pub fn signal_filter_bank_square_root_u64(
    _: &SignalFilterBankSquareRoot,
    input: &[u32],
    scale: impl Source<i32>,
    output: &mut [u32],
) {
    let scale = scale.get(0).unwrap_or(0).cast_unsigned();
    let (energies, _) = input.as_chunks::<2>();
    for (y, &[low, high]) in output.iter_mut().zip(energies) {
        let root = match high {
            // Rounds otherwise than the other where the root is greatest.
            0 => root_32(low),
            _ => root_64(u64::from(high) << 32 | u64::from(low)),
        };
        *y = root.wrapping_shr(scale);
    }
}

macro_rules! root {
    ($name:ident, $t:ty, $greatest:expr) => {
        /// The nearest whole number to the square root, but not above the greatest of half as many bits.
        fn $name(mut x: $t) -> u32 {
            let mut root: $t = 0;
            let mut bit = match x.leading_zeros() {
                <$t>::BITS => 0,
                zeros => (1 as $t).wrapping_shl((<$t>::BITS - 1).wrapping_sub(zeros) & !1),
            };
            while bit != 0 {
                let tried = root.wrapping_add(bit);
                root >>= 1;
                if x >= tried {
                    x = x.wrapping_sub(tried);
                    root = root.wrapping_add(bit);
                }
                bit >>= 2;
            }
            if x > root && root != $greatest {
                root = root.wrapping_add(1);
            }
            root as u32
        }
    };
}
root!(root_32, u32, 0xffff);
root!(root_64, u64, 0xffff_ffff);

#[cfg(test)]
mod tests {
    use super::{root_32, root_64};

    #[test]
    fn roots_are_the_nearest() {
        for root in [0u64, 1, 2, 3, 255, 256, 46340, 65534, 65535] {
            let square = root * root;
            assert_eq!(root_32(square as u32), root as u32);
            assert_eq!(root_32((square + root) as u32), root as u32);
            let above = if root == 65535 { root } else { root + 1 };
            assert_eq!(root_32((square + root + 1) as u32), above as u32);
        }
        for root in [65536u64, 1 << 20, 0xffff_fffe, 0xffff_ffff] {
            let square = root * root;
            assert_eq!(root_64(square), root as u32);
            assert_eq!(root_64(square + root), root as u32);
            let above = if root == 0xffff_ffff { root } else { root + 1 };
            assert_eq!(root_64(square + root + 1), above as u32);
        }
        assert_eq!((root_32(u32::MAX), root_64(u64::MAX)), (0xffff, u32::MAX));
    }
}
