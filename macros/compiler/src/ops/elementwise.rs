//! What operators on two operands share: types, shapes that broadcast, folding and lowering.

use super::{ByChannel, Elementwise, Folded};
use crate::diagnostics::Problem;
use crate::graph::{ElementType, Graph, Node, TensorId};
use crate::inner::flash::Flash;
use crate::kernels::broadcast::{Loops, broadcast};
use crate::kernels::shapes::{Broadcast, Loop};
use crate::lower::{Bug, Lowering};
use crate::ops::activation::Activation;
use crate::ops::channels::{Channels, Cut};
use crate::program::{Access, Arg, Params};
use crate::ranges::{Interval, Known, Ranges, channels};
use crate::read::{CONVERT_AGAIN, QUANTIZE, Reader};
use std::cell::Cell;

/// The shape of an operator on two operands, as in the generated code but of any number of loops.
pub(crate) type Shape = Broadcast<Vec<Loop>>;

impl Loops for Vec<Loop> {}

/// Operands that have been checked.
pub(crate) struct Operands {
    pub(crate) left: TensorId,
    pub(crate) right: TensorId,
    pub(crate) output: TensorId,
    pub(crate) ty: ElementType,
    pub(crate) shape: Shape,
}

/// Checks two operands and an output of one type, whose shapes fit.
pub(crate) fn operands(reader: &Reader<'_>) -> Result<Operands, Problem> {
    let operands = shapes(reader, &[ElementType::Int8, ElementType::Int16, ElementType::Int32])?;
    reader.same_type(operands.left, operands.right)?;
    reader.same_type(operands.left, operands.output)?;
    Ok(operands)
}

/// Checks that the shapes of two operands and an output fit, and the type of the left operand.
pub(crate) fn shapes(reader: &Reader<'_>, types: &[ElementType]) -> Result<Operands, Problem> {
    reader.arity(2..=2, 1)?;
    let (left, right, output) = (reader.input(0)?, reader.input(1)?, reader.output(0)?);
    let ty = reader.one_of(left, "left operand", types)?;
    let (a, b) = (&reader.tensor(left).shape, &reader.tensor(right).shape);
    let shape = common_shape(a, b).ok_or_else(|| {
        Problem::new(
            format!("operands have shapes {a:?} and {b:?}"),
            "counted from the last, dimensions must be equal, or one of them 1",
            CONVERT_AGAIN,
        )
    })?;
    reader.expect_shape(output, "output", &shape)?;
    Ok(Operands { left, right, output, ty, shape: collapse(a, b) })
}

/// Checks what plain integers, without scale and zero point, can do.
pub(crate) fn plain_integers(
    reader: &Reader<'_>,
    operands: &Operands,
    activation: Activation,
) -> Result<(), Problem> {
    for id in [operands.left, operands.right, operands.output] {
        if reader.tensor(id).quantization.is_some() {
            return Err(Problem::new(
                format!("{} with a scale", operands.ty),
                format!("the reference computes {} on int32 without regard to scales", reader.name),
                "quantize to int8 or int16",
            ));
        }
    }
    if activation != Activation::None {
        return Err(Problem::new(
            format!("a fused activation on {}", operands.ty),
            "TensorFlow Lite Micro ignores it in ADD, where TensorFlow Lite does not",
            "make the activation a layer of its own",
        ));
    }
    Ok(())
}

/// Checks that integers of all operands mean the same, where the reference compares the integers.
pub(crate) fn same_quantization(reader: &Reader<'_>, operands: &Operands) -> Result<(), Problem> {
    let Operands { left, right, output, .. } = *operands;
    let meaning = |id| {
        let quantization = reader.tensor(id).quantization.as_ref();
        quantization.map(|q| (q.scales.as_slice(), q.zero_points.as_slice()))
    };
    if meaning(left) != meaning(right) || meaning(left) != meaning(output) {
        return Err(Problem::new(
            "operands and output differ in scale or zero point",
            format!("{} compares the integers themselves, as the reference does", reader.name),
            QUANTIZE,
        ));
    }
    Ok(())
}

/// The shape that two shapes broadcast to.
fn common_shape(left: &[usize], right: &[usize]) -> Option<Vec<usize>> {
    let pair = |(l, r)| match (l, r) {
        (l, r) if l == r => Some(l),
        (1, n) | (n, 1) => Some(n),
        _ => None,
    };
    let mut shape = aligned(left, right).map(pair).collect::<Option<Vec<usize>>>()?;
    shape.reverse();
    Some(shape)
}

/// Pairs of dimensions, the last first; the shorter shape is filled up with ones.
fn aligned(left: &[usize], right: &[usize]) -> impl Iterator<Item = (usize, usize)> {
    let rank = left.len().max(right.len());
    let fill = |shape: &[usize]| {
        let dimensions: Vec<usize> = shape.iter().rev().copied().collect();
        dimensions.into_iter().chain(std::iter::repeat(1))
    };
    fill(left).zip(fill(right)).take(rank)
}

/// Merges neighbouring dimensions in which the same operands are repeated.
fn collapse(left: &[usize], right: &[usize]) -> Shape {
    let mut dimensions: Vec<(usize, bool, bool)> = Vec::new();
    for (l, r) in aligned(left, right).filter(|&pair| pair != (1, 1)) {
        let (repeat_left, repeat_right) = (l == 1, r == 1);
        match dimensions.last_mut() {
            Some((count, a, b)) if (*a, *b) == (repeat_left, repeat_right) => {
                *count = count.saturating_mul(l.max(r))
            }
            _ => dimensions.push((l.max(r), repeat_left, repeat_right)),
        }
    }
    let (mut left, mut right) = (1, 1);
    let mut loops = dimensions.into_iter().map(|(count, repeat_left, repeat_right)| {
        let turn = Loop {
            count,
            left: if repeat_left { 0 } else { left },
            right: if repeat_right { 0 } else { right },
        };
        left = left.saturating_mul(if repeat_left { 1 } else { count });
        right = right.saturating_mul(if repeat_right { 1 } else { count });
        turn
    });
    let run = loops.next().unwrap_or(Loop { count: 1, left: 1, right: 1 });
    Broadcast {
        run: run.count,
        repeat_left: run.left == 0,
        repeat_right: run.right == 0,
        outer: loops.collect(),
    }
}

/// The output of two constants, by the device's own loop. Not if it is larger than both of them:
/// that would cost more flash than it saves.
pub(crate) fn fold(graph: &Graph, node: &Node, shape: &Shape, f: impl Fn(i32, i32) -> i32) -> Option<Folded> {
    let values = |index: usize| graph.tensor(node.inputs.get(index).copied().flatten()?).to_i32();
    let (left, right) = (values(0)?, values(1)?);
    let output = graph.tensor(*node.outputs.first()?);
    if output.elements() > left.len().max(right.len()) {
        return None;
    }
    let results = vec![Cell::new(0); output.elements()];
    broadcast(shape, Flash::from_slice(&left), Flash::from_slice(&right), &results, f);
    let size = output.ty.size()?;
    let bytes = results.iter().flat_map(|value| value.get().to_le_bytes().into_iter().take(size));
    Some(vec![bytes.collect()])
}

/// The values of an output, channel by channel, if `function` gives those of two operands.
pub(crate) fn ranges(
    known: &Known<'_>,
    function: impl Fn(Interval, Interval) -> Interval,
) -> Option<Vec<Ranges>> {
    Some(vec![Ranges::both(&known.ranges(0)?, &known.ranges(1)?, function)])
}

/// The values of a function that rises or falls with either operand, wherever the other is: its corners hold the
/// extremes.
pub(crate) fn corners(left: Interval, right: Interval, function: impl Fn(i32, i32) -> i32) -> Interval {
    let pairs = left.ends().into_iter().flat_map(|a| right.ends().map(|b| (a, b)));
    Interval::around(pairs.map(|(a, b)| function(a, b))).unwrap_or(left)
}

/// Channels of the operands that have as many as the output are tied to it.
pub(crate) fn ties(known: &Known<'_>) -> Channels {
    let Some(output) = known.output(0) else { return Channels::Bound };
    let operands = [0, 1].map(|index| known.input(index).map(channels));
    let is_whole = |index: &usize| operands.get(*index).copied().flatten() == Some(channels(output));
    let is_one = |index: &usize| operands.get(*index).copied().flatten() == Some(1);
    let whole: Vec<usize> = [0, 1].into_iter().filter(is_whole).collect();
    match [0, 1].iter().all(|index| is_whole(index) || is_one(index)) {
        true => Channels::each(known, &whole),
        false => Channels::Bound,
    }
}

/// The operand that is no constant and has all elements, and the one value of the other, which is one.
pub(crate) fn one(known: &Known<'_>) -> Option<(usize, i32)> {
    let value =
        |index: usize| match known.input(index).filter(|tensor| tensor.elements() == 1)?.to_i32()?.as_slice()
        {
            &[value] => Some(value),
            _ => None,
        };
    let (index, value) = value(1).map(|value| (0, value)).or_else(|| value(0).map(|value| (1, value)))?;
    let operand = known.input(index)?;
    (operand.data.is_none() && operand.elements() == known.output(0)?.elements()).then_some((index, value))
}

/// What an operator computes from one operand if the other is one constant.
pub(crate) fn with_one(
    known: &Known<'_>,
    function: impl Fn(i32, i32) -> i32 + 'static,
) -> Option<Elementwise> {
    let (input, value) = one(known)?;
    let function: Box<dyn Fn(i32) -> i32> = match input {
        0 => Box::new(move |x| function(x, value)),
        _ => Box::new(move |x| function(value, x)),
    };
    Some(Elementwise { input, function, is_table: false, is_cheap: false })
}

/// What an operator computes from one operand if the other has one constant for each channel of it.
pub(crate) fn by_channel(
    known: &Known<'_>,
    function: impl Fn(i32, i32) -> i32 + 'static,
) -> Option<ByChannel> {
    let output = known.output(0)?;
    let each = |index: usize| {
        let constant = known.input(index).filter(|tensor| tensor.elements() == channels(tensor))?;
        constant.to_i32().filter(|values| [1, channels(output)].contains(&values.len()))
    };
    let (input, values) = each(1).map(|values| (0, values)).or_else(|| Some((1, each(0)?)))?;
    known.input(input).filter(|operand| operand.data.is_none() && operand.shape == output.shape)?;
    let function = move |channel: usize, x: i32| {
        let value = values.get(channel).or(values.first()).copied().unwrap_or(0);
        if input == 0 { function(x, value) } else { function(value, x) }
    };
    Some(ByChannel { input, function: Box::new(function) })
}

/// The shape of what is left of both operands.
pub(crate) fn shape_of(cut: &Cut<'_>) -> Option<Shape> {
    Some(collapse(&cut.tensor(0)?.shape, &cut.tensor(1)?.shape))
}

/// Calls a kernel on two operands, each in the arena or in flash.
pub(crate) fn call(
    to: &mut Lowering<'_>,
    module: &'static str,
    kernel: &'static str,
    params: &dyn Params,
) -> Result<(), Bug> {
    let (left, right, output) = (to.input(0)?, to.input(1)?, to.output(0)?);
    let args = vec![
        to.operand("left", "LEFT", left)?,
        to.operand("right", "RIGHT", right)?,
        Arg::Window("output", to.write(output)?, Access::WriteInPlace),
    ];
    to.call(module, kernel, params, args, 0);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Tensor;
    use crate::ops::Nothing;
    use std::rc::Rc;

    /// Run, repetitions and loops as a list that can be compared.
    fn shape(left: &[usize], right: &[usize]) -> (usize, bool, bool, Vec<[usize; 3]>) {
        let shape = collapse(left, right);
        let outer = shape.outer.iter().map(|l| [l.count, l.left, l.right]).collect();
        (shape.run, shape.repeat_left, shape.repeat_right, outer)
    }

    #[test]
    fn equal_shapes_are_one_run() {
        assert_eq!(shape(&[2, 3, 4], &[2, 3, 4]), (24, false, false, vec![]));
        assert_eq!(shape(&[1, 5], &[5]), (5, false, false, vec![]));
        assert_eq!(shape(&[], &[1, 1]), (1, false, false, vec![]));
    }

    #[test]
    fn neighbours_that_behave_alike_are_merged() {
        assert_eq!(shape(&[2, 3, 4], &[]), (24, false, true, vec![]));
        assert_eq!(shape(&[4], &[2, 3, 4]), (4, false, false, vec![[6, 0, 4]]));
        assert_eq!(
            shape(&[2, 1, 4, 5], &[1, 3, 4, 1]),
            (5, false, true, vec![[4, 5, 1], [3, 0, 4], [2, 20, 0]])
        );
    }

    #[test]
    fn shapes_that_do_not_fit_are_refused() {
        assert_eq!(common_shape(&[2, 1, 4], &[3, 1]), Some(vec![2, 3, 4]));
        assert_eq!(common_shape(&[2, 3], &[2]), None);
    }

    /// What folding gives for constants of these shapes, which hold 1, 2, 3 …
    fn folded(left: &[usize], right: &[usize], output: &[usize]) -> Option<Folded> {
        let constant = |shape: &[usize]| {
            let values = 1..=shape.iter().product::<usize>() as i32;
            let data = Some(values.flat_map(i32::to_le_bytes).collect());
            Tensor {
                name: String::new(),
                shape: shape.to_vec(),
                ty: ElementType::Int32,
                quantization: None,
                data,
                shifted: false,
            }
        };
        let tensors = [left, right, output].map(constant).to_vec();
        let node = Node {
            index: 0,
            name: "SUB",
            op: Rc::new(Nothing),
            inputs: vec![Some(TensorId(0)), Some(TensorId(1))],
            outputs: vec![TensorId(2)],
            notes: Vec::new(),
        };
        let graph = Graph { tensors, ..Graph::default() };
        fold(&graph, &node, &collapse(left, right), i32::wrapping_sub)
    }

    #[test]
    fn constants_fold_unless_they_grow() {
        let bytes = |values: &[i32]| Some(vec![values.iter().flat_map(|v| v.to_le_bytes()).collect()]);
        assert_eq!(folded(&[], &[], &[]), bytes(&[0]));
        assert_eq!(folded(&[2], &[2, 2], &[2, 2]), bytes(&[0, 0, -2, -2]));
        assert_eq!(folded(&[2, 1], &[2], &[2, 2]), None);
    }
}
