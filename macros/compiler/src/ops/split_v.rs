//! SPLIT_V: pieces of given sizes along an axis.

use super::Op;
use super::split::{pieces, split_axis};
use crate::diagnostics::Problem;
use crate::read::{CONVERT_AGAIN, Reader};
use std::rc::Rc;

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    let count = reader.outputs.len();
    reader.arity(3..=3, count)?;
    let axis = split_axis(reader, 2, 0)?;
    let along = reader.tensor(reader.input(0)?).shape.get(axis).copied().unwrap_or(0);
    let wanted = reader.integers(1, "the list of sizes")?;
    let sizes = resolve(&wanted, along).filter(|sizes| sizes.len() == count).ok_or_else(|| {
        Problem::new(
            format!("{count} outputs of sizes {wanted:?}, {along} along axis {axis}"),
            "sizes must add up; one at most may be left open as -1",
            CONVERT_AGAIN,
        )
    })?;
    pieces(reader, 0, axis, &sizes)
}

/// The sizes with an open one, -1, filled in; `None` if they do not add up.
fn resolve(wanted: &[i32], along: usize) -> Option<Vec<usize>> {
    let open = wanted.iter().filter(|&&size| size == -1).count();
    let given = wanted.iter().filter(|&&size| size != -1);
    let given: Vec<usize> = given.map(|&size| usize::try_from(size).ok()).collect::<Option<_>>()?;
    let rest = along.checked_sub(given.iter().sum())?;
    let adds_up = if open == 0 { rest == 0 } else { open == 1 };
    let size = |&size: &i32| usize::try_from(size).unwrap_or(rest);
    adds_up.then(|| wanted.iter().map(size).collect())
}

#[cfg(test)]
mod tests {
    use super::resolve;

    #[test]
    fn sizes_add_up() {
        assert_eq!(resolve(&[2, -1, 3], 9), Some(vec![2, 4, 3]));
        assert_eq!(resolve(&[2, 3], 5), Some(vec![2, 3]));
        assert_eq!(resolve(&[2, 3], 6), None);
        assert_eq!(resolve(&[-1, -1], 6), None);
        assert_eq!(resolve(&[-2, 8], 6), None);
        assert_eq!(resolve(&[7, -1], 6), None);
    }
}
