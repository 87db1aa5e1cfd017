//! STRIDED_SLICE: every n-th element of each axis, forwards or backwards.

use super::Op;
use super::movement::{Movement, Take};
use crate::diagnostics::Problem;
use crate::read::{CONVERT_AGAIN, Reader};
use crate::schema::tflite;
use std::rc::Rc;

/// What is taken along one axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Range {
    begin: usize,
    step: i32,
    size: usize,
}

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(4..=4, 1)?;
    let options = reader.options(tflite::Operator::builtin_options_as_strided_slice_options)?;
    if options.ellipsis_mask() != 0 || options.new_axis_mask() != 0 {
        return Err(Problem::new(
            "an ellipsis or a new axis",
            "the reference ignores both",
            "write out all axes, and add new ones by a reshape",
        ));
    }
    let shape = &reader.tensor(reader.input(0)?).shape;
    let begins = reader.integers(1, "the list of begins")?;
    let ends = reader.integers(2, "the list of ends")?;
    let strides = reader.integers(3, "the list of strides")?;
    let count = begins.len();
    if ends.len() != count || strides.len() != count || count > shape.len() {
        return Err(Problem::new(
            format!("begins {begins:?}, ends {ends:?}, strides {strides:?} of shape {shape:?}"),
            "there must be one of each for each axis",
            CONVERT_AGAIN,
        ));
    }
    let bounds = begins.iter().zip(ends.iter().zip(&strides)).map(|(&b, (&e, &s))| (b, e, s));
    let masks = [options.begin_mask(), options.end_mask(), options.shrink_axis_mask()];
    let axes = bounds.zip(shape).enumerate().map(|(axis, (bounds, &along))| {
        let [from_first, to_last, shrink] = masks.map(|mask| mask >> axis & 1 == 1);
        range(along, bounds, from_first, to_last, shrink).ok_or_else(|| {
            Problem::new(
                format!("begin, end and stride {bounds:?} along axis {axis} of shape {shape:?}"),
                "nothing is left of it",
                CONVERT_AGAIN,
            )
        })
    });
    let mut axes: Vec<Range> = axes.collect::<Result<_, _>>()?;
    // Axes without bounds are taken whole.
    axes.extend(shape.iter().skip(count).map(|&size| Range { begin: 0, step: 1, size }));
    let kept = axes.iter().enumerate().filter(|(axis, _)| masks[2] >> axis & 1 == 0);
    let kept: Vec<usize> = kept.map(|(_, range)| range.size).collect();
    reader.expect_shape(reader.output(0)?, "output", &kept)?;
    let begin: Vec<usize> = axes.iter().map(|range| range.begin).collect();
    let steps: Vec<i32> = axes.iter().map(|range| range.step).collect();
    let sizes: Vec<usize> = axes.iter().map(|range| range.size).collect();
    Take::read(reader, 0, vec![Movement::slice(shape, &begin, &steps, &sizes)])
}

/// What bounds mean for an axis of `along` elements; `None` if nothing is left.
///
/// Negative bounds count from the end, and those that leave the axis stop there; masks take an axis
/// from its first or to its last element. A shrunk axis is the one element at its begin.
fn range(
    along: usize,
    (begin, end, step): (i32, i32, i32),
    from_first: bool,
    to_last: bool,
    shrink: bool,
) -> Option<Range> {
    let along = i64::try_from(along).ok()?;
    // The positions before the first and after the last element, in the direction of the step.
    let (before, after) = if step > 0 { (0, along) } else { (along.saturating_sub(1), -1) };
    let wrapped = |bound: i32| {
        let bound = i64::from(bound);
        let bound = if bound < 0 { bound.saturating_add(along) } else { bound };
        bound.clamp(before.min(after), before.max(after))
    };
    let begin = if from_first { before } else { wrapped(begin) };
    let end = match (shrink, to_last) {
        (true, _) => begin.saturating_add(1),
        (_, true) => after,
        _ => wrapped(end),
    };
    let step = i64::from(step);
    let distance = if step > 0 { end.checked_sub(begin)? } else { begin.checked_sub(end)? };
    let size = distance.checked_add(step.abs().saturating_sub(1))?.checked_div(step.abs())?;
    let inside = (0..along).contains(&begin) && size > 0;
    let range =
        Range { begin: begin.try_into().ok()?, step: step.try_into().ok()?, size: size.try_into().ok()? };
    inside.then_some(range)
}

#[cfg(test)]
mod tests {
    use super::{Range, range};

    #[test]
    fn bounds_mean_what_python_means() {
        let slice = |begin, end, step| range(7, (begin, end, step), false, false, false);
        assert_eq!(slice(1, 6, 2), Some(Range { begin: 1, step: 2, size: 3 }));
        assert_eq!(slice(-3, 100, 1), Some(Range { begin: 4, step: 1, size: 3 }));
        assert_eq!(slice(-1, -100, -3), Some(Range { begin: 6, step: -3, size: 3 }));
        assert_eq!(slice(i32::MIN, i32::MAX, i32::MAX), Some(Range { begin: 0, step: i32::MAX, size: 1 }));
        assert_eq!(slice(i32::MAX, i32::MIN, i32::MIN), Some(Range { begin: 6, step: i32::MIN, size: 1 }));
        assert_eq!(slice(3, 3, 1), None);
        assert_eq!(slice(1, 6, 0), None);
    }

    #[test]
    fn a_shrunk_axis_is_its_begin() {
        let shrink = |begin, step| range(7, (begin, 0, step), false, false, true);
        assert_eq!(shrink(-1, 1), Some(Range { begin: 6, step: 1, size: 1 }));
        assert_eq!(shrink(7, 1), None);
        assert_eq!(shrink(3, -1), None);
    }
}
