//! A ring: an operator of the compiler's own, in the place of several that move a window along a stream.

use super::Op;
use crate::graph::VariableId;
use crate::kernels::shapes::Ring;
use crate::lower::{Bug, Lowering};

/// Puts its input in the place of the oldest elements of a variable, all of which are its output.
#[derive(Debug)]
pub(crate) struct Keep {
    pub(crate) variable: VariableId,
    pub(crate) shape: Ring,
}

impl Op for Keep {
    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        to.keep_ring(self.variable, self.shape, to.input(0)?, to.output(0)?)
    }
}
