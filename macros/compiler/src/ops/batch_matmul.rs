//! BATCH_MATMUL: products of matrices that both may be computed.

use super::{Op, requantization};
use crate::diagnostics::Problem;
use crate::graph::ElementType;
use crate::kernels::batch_matmul::{BatchMatmul, Matrices};
use crate::lower::{Bug, Lowering};
use crate::program::{Access, Arg};
use crate::quantize::Multiplier;
use crate::read::{CONVERT_AGAIN, QUANTIZE, Reader};
use crate::schema::tflite;
use std::rc::Rc;

#[derive(Debug)]
struct Layer {
    ty: ElementType,
    params: BatchMatmul,
    macs: usize,
}

/// Dimensions that the reference takes at most, and at least.
const MOST: usize = 5;
const LEAST: usize = 2;
/// The greatest shift of a multiplier of 64-bit sums, in the reference.
const WIDE_SHIFT: i32 = 7;

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    reader.arity(2..=2, 1)?;
    let (left, right, output) = (reader.input(0)?, reader.input(1)?, reader.output(0)?);
    let ty = reader.one_of(left, "left operand", &[ElementType::Int8, ElementType::Int16])?;
    reader.same_type(left, right)?;
    reader.same_type(left, output)?;
    let options = reader.options(tflite::Operator::builtin_options_as_batch_mat_mul_options)?;
    let (a, b) = (&reader.tensor(left).shape, &reader.tensor(right).shape);
    let shape = Product::of(a, b, options.adj_x(), options.adj_y()).ok_or_else(|| {
        Problem::new(
            format!("operands have shapes {a:?} and {b:?}"),
            format!(
                "there must be {LEAST} to {MOST} dimensions, the rows of one must be as long as the columns \
                 of the other, and all but the last two must be equal, or 1"
            ),
            CONVERT_AGAIN,
        )
    })?;
    reader.expect_shape(output, "output", &shape.output)?;
    let (left_scale, left_zero_point) = reader.per_tensor(left, "left operand")?;
    let (right_scale, right_zero_point) = reader.per_tensor(right, "right operand")?;
    let (scale, zero_point) = reader.per_tensor(output, "output")?;
    if ty == ElementType::Int16 {
        for (id, role) in [(left, "left operand"), (right, "right operand"), (output, "output")] {
            reader.symmetric(id, role)?;
        }
    }
    let factor = f64::from(left_scale) * f64::from(right_scale) / f64::from(scale);
    let mut factor = requantization::multiplier(factor)?;
    if ty == ElementType::Int16 {
        factor = wide(factor)?;
    }
    let params = BatchMatmul {
        batches: shape.batches,
        rows: shape.rows,
        columns: shape.columns,
        depth: shape.depth,
        left: shape.left,
        right: shape.right,
        left_zero_point,
        right_zero_point,
        multiplier: factor.multiplier,
        shift: factor.shift,
        zero_point,
    };
    let macs = reader.tensor(output).elements().saturating_mul(shape.depth);
    Ok(Rc::new(Layer { ty, params, macs }))
}

/// The multiplier of 64-bit sums: the upper half, rounded.
fn wide(factor: Multiplier) -> Result<Multiplier, Problem> {
    if factor.shift > WIDE_SHIFT {
        return Err(Problem::new(
            format!("scales whose ratio is 2^{} or more", factor.shift.saturating_sub(1)),
            "the reference brings 64-bit sums to scales that are finer by less than 2^7",
            QUANTIZE,
        ));
    }
    Ok(Multiplier { multiplier: requantization::upper_half(factor.multiplier).into(), ..factor })
}

/// Shapes of operands as the loops of the kernel see them.
struct Product {
    batches: [usize; 3],
    rows: usize,
    columns: usize,
    depth: usize,
    left: Matrices,
    right: Matrices,
    output: Vec<usize>,
}

impl Product {
    fn of(a: &[usize], b: &[usize], transpose_left: bool, transpose_right: bool) -> Option<Self> {
        let rank = a.len().max(b.len());
        if a.len().min(b.len()) < LEAST || rank > MOST {
            return None;
        }
        let extended = |shape: &[usize]| -> Option<[usize; MOST]> {
            let ones = std::iter::repeat_n(1, MOST.saturating_sub(shape.len()));
            ones.chain(shape.iter().copied()).collect::<Vec<_>>().try_into().ok()
        };
        let [a0, a1, a2, a_rows, a_columns] = extended(a)?;
        let [b0, b1, b2, b_rows, b_columns] = extended(b)?;
        let common = |(a, b): (usize, usize)| match (a, b) {
            (a, b) if a == b => Some(a),
            (1, n) | (n, 1) => Some(n),
            _ => None,
        };
        let batches = [common((a0, b0))?, common((a1, b1))?, common((a2, b2))?];
        // From one row to the next and from one column to the next, of what is multiplied.
        let (rows, depth, row, step) = match transpose_left {
            false => (a_rows, a_columns, a_columns, 1),
            true => (a_columns, a_rows, 1, a_columns),
        };
        let (columns, other_depth, column, other_step) = match transpose_right {
            false => (b_columns, b_rows, 1, b_columns),
            true => (b_rows, b_columns, b_columns, 1),
        };
        let strides = |sizes: [usize; 3], matrix: usize| {
            let [outer, middle, inner] = sizes;
            let stride = |size, stride| if size == 1 { 0 } else { stride };
            let (inner_batch, middle_batch) =
                (inner.saturating_mul(matrix), middle.saturating_mul(inner).saturating_mul(matrix));
            [stride(outer, middle_batch), stride(middle, inner_batch), stride(inner, matrix)]
        };
        let mut output = batches.to_vec();
        output.extend([rows, columns]);
        output.drain(..MOST.saturating_sub(rank));
        (depth == other_depth).then_some(Self {
            batches,
            rows,
            columns,
            depth,
            left: Matrices {
                strides: strides([a0, a1, a2], a_rows.saturating_mul(a_columns)),
                vector: row,
                step,
            },
            right: Matrices {
                strides: strides([b0, b1, b2], b_rows.saturating_mul(b_columns)),
                vector: column,
                step: other_step,
            },
            output,
        })
    }
}

impl Op for Layer {
    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let (left, right, output) = (to.input(0)?, to.input(1)?, to.output(0)?);
        let kernel = if self.ty == ElementType::Int16 { "batch_matmul_s16" } else { "batch_matmul_s8" };
        let args = vec![
            to.operand("left", "LEFT", left)?,
            to.operand("right", "RIGHT", right)?,
            Arg::Window("output", to.write(output)?, Access::Write),
        ];
        to.call("batch_matmul", kernel, &self.params, args, self.macs);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Product;

    #[test]
    fn shapes_follow_from_operands() {
        let output = |a: &[usize], b: &[usize], x, y| Product::of(a, b, x, y).map(|product| product.output);
        assert_eq!(output(&[2, 3], &[3, 4], false, false), Some(vec![2, 4]));
        assert_eq!(output(&[5, 3, 2], &[4, 3], true, true), Some(vec![5, 2, 4]));
        assert_eq!(output(&[5, 1, 2, 3], &[6, 3, 4], false, false), Some(vec![5, 6, 2, 4]));
        assert_eq!(output(&[2, 3], &[4, 3], false, false), None);
        assert_eq!(output(&[2, 2, 3], &[3, 3, 4], false, false), None);
        assert_eq!(output(&[3], &[3, 4], false, false), None);
    }
}
