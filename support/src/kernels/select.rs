//! Elements of one operand where a condition holds, and of another elsewhere.

use super::source::Source;
use crate::inner::flash::Element;

/// Shapes.
#[derive(Clone, Copy, Debug)]
pub struct Select {
    /// The output's dimensions, outermost first.
    pub sizes: [usize; 5],
    /// From one element of the condition to the next along each; 0 where it is repeated.
    pub condition: [usize; 5],
    /// The same for the operand that is taken where the condition holds.
    pub yes: [usize; 5],
    /// The same for the other operand.
    pub no: [usize; 5],
}

/// Where the next elements of the operands lie.
type At = (usize, usize, usize);

/// `output = yes if condition else no`.
#[inline(always)] // with its parameters known, most loops vanish
pub fn select<T: Element>(
    p: &Select,
    condition: impl Source<u8>,
    yes: impl Source<T>,
    no: impl Source<T>,
    output: &mut [T],
) {
    let mut rest = output.iter_mut();
    let ([a, b, c, d, e], strides) = (p.sizes, axes(p));
    let [sa, sb, sc, sd, se] = strides;
    for at in steps(a, sa, (0, 0, 0)) {
        for at in steps(b, sb, at) {
            for at in steps(c, sc, at) {
                for at in steps(d, sd, at) {
                    for (c, y, n) in steps(e, se, at) {
                        let chosen = match condition.get(c) {
                            Some(0) => no.get(n),
                            _ => yes.get(y),
                        };
                        if let (Some(to), Some(x)) = (rest.next(), chosen) {
                            *to = x;
                        }
                    }
                }
            }
        }
    }
}

/// The strides of all operands along each dimension.
#[inline(always)]
fn axes(p: &Select) -> [At; 5] {
    let ([c0, c1, c2, c3, c4], [y0, y1, y2, y3, y4], [n0, n1, n2, n3, n4]) = (p.condition, p.yes, p.no);
    [(c0, y0, n0), (c1, y1, n1), (c2, y2, n2), (c3, y3, n3), (c4, y4, n4)]
}

/// Every step along one dimension.
#[inline(always)]
fn steps(count: usize, (dc, dy, dn): At, start: At) -> impl Iterator<Item = At> {
    let mut next = start;
    (0..count).map(move |_| {
        let at = next;
        next = (at.0.wrapping_add(dc), at.1.wrapping_add(dy), at.2.wrapping_add(dn));
        at
    })
}
