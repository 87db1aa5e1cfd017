//! Rings as memory.

use super::{Bug, Lowering};
use crate::graph::{Contents, ElementType, TensorId, VariableId};
use crate::kernels::shapes::Ring;
use crate::program::{Access, Arg, View};

/// A tensor whose elements are kept as a ring.
#[derive(Clone, Copy, Debug)]
pub struct RingView {
    /// Shape of the ring.
    pub shape: Ring,
    /// All elements.
    elements: View,
    /// The slot in which the oldest ones begin.
    oldest: View,
}

impl RingView {
    /// What a kernel reads it from.
    pub fn args(&self) -> [Arg; 2] {
        [Arg::Window("ring", self.elements, Access::Read), Arg::Window("oldest", self.oldest, Access::Read)]
    }
}

impl Lowering<'_> {
    /// Keeps the last values of `new` as a ring in a variable; `output` is all of them.
    pub fn keep_ring(
        &mut self,
        variable: VariableId,
        shape: Ring,
        new: TensorId,
        output: TensorId,
    ) -> Result<(), Bug> {
        let elements = self.home(variable)?;
        let oldest = self.state(ElementType::UInt16, 1, Contents::Fill(0))?;
        let args = vec![
            Arg::Window("new", self.read(new)?, Access::Read),
            Arg::Window("ring", elements, Access::Update),
            Arg::Window("oldest", oldest, Access::Update),
        ];
        self.call("ring", "push", &shape, args, 0);
        self.rings.insert(output, RingView { shape, elements, oldest });
        Ok(())
    }

    /// A tensor as a ring, if it is kept as one: for kernels that need not have it in one piece.
    pub fn ring(&self, id: TensorId) -> Option<RingView> {
        self.rings.get(&id).copied()
    }

    /// A tensor that is kept as a ring, in one piece.
    pub(super) fn unrolled(&mut self, id: TensorId) -> Result<Option<View>, Bug> {
        let Some(ring) = self.ring(id) else { return Ok(None) };
        let output = self.write(id)?;
        let mut args = ring.args().to_vec();
        args.push(Arg::Window("output", output, Access::Write));
        self.call("ring", "unroll", &ring.shape, args, 0);
        Ok(Some(output))
    }
}
