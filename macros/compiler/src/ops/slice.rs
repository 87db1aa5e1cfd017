//! SLICE: a box out of a tensor.

use super::Op;
use super::movement::{Movement, Take};
use crate::diagnostics::Problem;
use crate::read::{CONVERT_AGAIN, Reader};
use std::rc::Rc;

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(3..=3, 1)?;
    let shape = &reader.tensor(reader.input(0)?).shape;
    let (begin, size) = (reader.integers(1, "the list of begins")?, reader.integers(2, "the list of sizes")?);
    let (begin, size) = bounds(shape, &begin, &size).ok_or_else(|| {
        Problem::new(
            format!("begins {begin:?} and sizes {size:?}, of shape {shape:?}"),
            "the box must lie inside of the input",
            CONVERT_AGAIN,
        )
    })?;
    reader.expect_shape(reader.output(0)?, "output", &size)?;
    let part = Movement::slice(shape, &begin, &vec![1; shape.len()], &size);
    Take::read(reader, 0, vec![part])
}

/// The box, with sizes that are left open as -1 filled in; `None` if it leaves the shape.
fn bounds(shape: &[usize], begin: &[i32], size: &[i32]) -> Option<(Vec<usize>, Vec<usize>)> {
    if begin.len() != shape.len() || size.len() != shape.len() {
        return None;
    }
    let axes = shape.iter().zip(begin.iter().zip(size)).map(|(&along, (&begin, &size))| {
        let begin = usize::try_from(begin).ok()?;
        let rest = along.checked_sub(begin)?;
        let size = if size == -1 { rest } else { usize::try_from(size).ok()? };
        (size <= rest).then_some((begin, size))
    });
    axes.collect()
}

#[cfg(test)]
mod tests {
    use super::bounds;

    #[test]
    fn boxes_lie_inside() {
        assert_eq!(bounds(&[4, 5], &[1, 2], &[-1, 3]), Some((vec![1, 2], vec![3, 3])));
        assert_eq!(bounds(&[4, 5], &[1, 2], &[-1, 4]), None);
        assert_eq!(bounds(&[4, 5], &[5, 0], &[-1, 4]), None);
        assert_eq!(bounds(&[4, 5], &[-1, 0], &[1, 1]), None);
        assert_eq!(bounds(&[4, 5], &[0], &[1]), None);
    }
}
