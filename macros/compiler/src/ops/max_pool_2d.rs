//! MAX_POOL_2D: the greatest value of a window, channel by channel.

use super::channels::{Channels, Cut};
use super::lookup::limited;
use super::pool::{self, Pool};
use super::{Op, Padding, window};
use crate::diagnostics::Problem;
use crate::graph::ElementType;
use crate::kernels::max_pool_2d::MaxPool2d;
use crate::lower::{Bug, Lowering};
use crate::ranges::{Known, Ranges};
use crate::read::Reader;
use std::rc::Rc;

#[derive(Debug)]
struct Max(Pool);

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    Ok(Rc::new(Max(pool::read(reader)?)))
}

impl Op for Max {
    fn ranges(&self, known: &Known<'_>) -> Option<Vec<Ranges>> {
        self.0.ranges(known)
    }

    fn channels(&self, known: &Known<'_>) -> Channels {
        Channels::each(known, &[0])
    }

    fn padded(&self, padding: &Padding, _: &Known<'_>) -> Option<Rc<dyn Op>> {
        // No more than any value of the window.
        let window = window::padded(self.0.window, padding).filter(|_| padding.value <= padding.least)?;
        let same = padding.shape.last() == Some(&window.channels);
        same.then(|| -> Rc<dyn Op> { Rc::new(Self(Pool { window, ..self.0.clone() })) })
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
        let kernel = match pool.ty {
            ElementType::Int16 => "max_pool_2d_s16",
            _ => "max_pool_2d_s8",
        };
        let (least, greatest) = pool.range;
        pool.call(to, "max_pool_2d", kernel, &MaxPool2d { window: pool.window, least, greatest })
    }
}
