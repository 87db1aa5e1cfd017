//! The last samples of a stream, kept in the order in which they came.

use core::cell::Cell;

/// `output = history ++ new`, as far as the output reaches.
#[inline(always)]
pub fn join<T: Copy>(history: &[T], new: &[T], output: &mut [T]) {
    output.iter_mut().zip(history.iter().chain(new)).for_each(|(y, &x)| *y = x);
}

/// `history = history ++ new` without its first samples.
#[inline(always)]
pub fn append<T: Copy>(history: &mut [T], new: &[T]) {
    let kept = history.len().saturating_sub(new.len());
    let cells = Cell::from_mut(history).as_slice_of_cells();
    let moved = cells.get(new.len()..).unwrap_or_default();
    cells.iter().zip(moved).for_each(|(y, x)| y.set(x.get()));
    let skipped = new.len().saturating_sub(cells.len());
    let (places, last) = (cells.get(kept..).unwrap_or_default(), new.get(skipped..).unwrap_or_default());
    places.iter().zip(last).for_each(|(y, &x)| y.set(x));
}

/// The first `len` elements, which `slice` then no longer has; none if there are fewer.
#[inline(always)]
pub fn take<'a, T>(slice: &mut &'a mut [T], len: usize) -> &'a mut [T] {
    slice.split_off_mut(..len).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_last_is_kept() {
        for (len, step) in [(5, 2), (2, 5), (3, 3), (0, 4), (4, 1)] {
            let mut history = [0; 5];
            let (history, _) = history.split_at_mut(len);
            for first in (1..40).step_by(step) {
                let mut new = [0; 5];
                new.iter_mut().zip(first..).for_each(|(y, x)| *y = x);
                append(history, &new[..step]);
                let last = first + step as i32;
                let expected = (last - len as i32..last).map(|x| x.max(0));
                assert!(history.iter().copied().eq(expected), "{len} {step} {history:?}");
            }
        }
    }

    #[test]
    fn a_joined_frame_is_as_long_as_there_is_room() {
        let mut output = [0; 4];
        join(&[1, 2, 3], &[4, 5], &mut output);
        assert_eq!(output, [1, 2, 3, 4]);
        join(&[], &[4, 5], &mut output);
        assert_eq!(output, [4, 5, 3, 4]);
    }
}
