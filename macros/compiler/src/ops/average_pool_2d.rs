//! AVERAGE_POOL_2D: the mean of a window, channel by channel.

use super::Op;
use super::channels::{Channels, Cut};
use super::lookup::limited;
use super::pool::{self, Pool};
use crate::diagnostics::Problem;
use crate::graph::ElementType;
use crate::kernels::average_pool_2d::{AveragePool2d, AveragePool2dInside, MOST_INSIDE, reciprocal};
use crate::kernels::shapes::{Axis, Window};
use crate::lower::{Bug, Lowering};
use crate::program::{Params, Variant};
use crate::ranges::{Known, Ranges};
use crate::read::Reader;
use std::rc::Rc;

/// The sum of as many values of 16 bits, and half of their number, fits into 32 bits.
const MAX_COUNT: usize = u16::MAX as usize;

/// Where a division is a routine of a kilobyte, or of hundreds of bytes.
const WITHOUT_DIVISION: [&str; 2] = ["avr", "v6m"];

#[derive(Debug)]
struct Average(Pool);

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    let pool = pool::read(reader)?;
    let [rows, columns] = [pool.window.y, pool.window.x].map(|axis| axis.taps.min(axis.input));
    if rows.saturating_mul(columns) > MAX_COUNT {
        return Err(Problem::new(
            format!("the mean of {rows} · {columns} values"),
            format!("sums of more than {MAX_COUNT} may overflow 32 bits"),
            "take the mean in two steps",
        ));
    }
    Ok(Rc::new(Average(pool)))
}

impl Op for Average {
    fn ranges(&self, known: &Known<'_>) -> Option<Vec<Ranges>> {
        self.0.ranges(known)
    }

    fn channels(&self, known: &Known<'_>) -> Channels {
        Channels::each(known, &[0])
    }

    fn limited(&self, least: i32, greatest: i32) -> Option<Rc<dyn Op>> {
        let range = limited(self.0.range, least, greatest);
        Some(Rc::new(Self(Pool { range, ..self.0.clone() })))
    }

    fn is_identity(&self, known: &Known<'_>) -> bool {
        self.0.is_identity(known)
    }

    fn without_channels(&self, cut: &mut Cut<'_>) -> Option<Rc<dyn Op>> {
        Some(Rc::new(Self(self.0.without_channels(cut)?)))
    }

    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let Self(pool) = self;
        let shifted = to.tensor(to.input(0)?).shifted;
        let (kernel, inside_kernel) = match pool.ty {
            ElementType::Int16 => ("average_pool_2d_s16", None),
            _ if shifted => ("average_pool_2d_half_up_s8", Some("average_pool_2d_inside_half_up_s8")),
            _ => ("average_pool_2d_s8", Some("average_pool_2d_inside_s8")),
        };
        let (module, (least, greatest)) = ("average_pool_2d", pool.range);
        let params = AveragePool2d { window: pool.window, least, greatest };
        pool.call(to, module, kernel, &params)?;
        if let Some((inside, kernel)) = inside(params).zip(inside_kernel) {
            for backend in WITHOUT_DIVISION {
                let (params, parameters, constants) =
                    (format!("{inside:?}"), Some(inside.keep()), Vec::new());
                to.offer(Variant { backend, module, kernel, params, parameters, constants });
            }
        }
        Ok(())
    }
}

/// A pool whose windows lie on the image, all of them, and have few elements.
fn inside(pool: AveragePool2d) -> Option<AveragePool2dInside> {
    let Window { y, x, .. } = pool.window;
    let count = u32::try_from(y.taps.saturating_mul(x.taps)).ok()?;
    let is_inside = |axis: Axis| axis.inside_windows() == axis.output;
    let suits = (1..=MOST_INSIDE).contains(&count) && is_inside(y) && is_inside(x);
    suits.then(|| AveragePool2dInside { pool, count, reciprocal: reciprocal(count) })
}
