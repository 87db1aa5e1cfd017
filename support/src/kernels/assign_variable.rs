//! Keeps a value for the next inference.

use crate::inner::flash::Element;

/// Nothing to know.
#[derive(Clone, Copy, Debug)]
pub struct AssignVariable;

/// `variable = value`.
#[inline]
pub fn assign_variable<T: Element>(_: &AssignVariable, value: &[T], variable: &mut [T]) {
    variable.iter_mut().zip(value).for_each(|(y, &x)| *y = x);
}
