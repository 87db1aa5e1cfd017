//! Reciprocals, for processors that do not divide too.

/// `2^31 / sum`, rounded down, for a sum that is more than 2^15 and no more than 2^31.
#[inline(always)]
pub fn reciprocal(sum: u32) -> u16 {
    // Where processors do not divide, a function that does is longer than many a model.
    if cfg!(not(tiny_model_loops = "v6m")) {
        return (1u32 << 31).checked_div(sum).unwrap_or(0) as u16;
    }
    by_subtraction(sum)
}

/// The same bit by bit.
#[inline(always)]
fn by_subtraction(sum: u32) -> u16 {
    // A bit before the sixteen says when all of them are there, so that nothing knows how often this is done.
    let (mut rest, mut quotient) = (1u32 << 15, 1u32);
    while quotient >> 16 == 0 {
        rest = rest.wrapping_shl(1);
        quotient = quotient.wrapping_shl(1);
        if rest >= sum {
            rest = rest.wrapping_sub(sum);
            quotient |= 1;
        }
    }
    quotient as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reciprocals_by_subtraction_are_those_by_division() {
        for sum in (65534..70000).chain([1 << 20, 12_345_678, (1 << 31) - 1, 1 << 31]) {
            assert_eq!(u32::from(by_subtraction(sum)), (1 << 31) / sum, "{sum}");
        }
    }
}
