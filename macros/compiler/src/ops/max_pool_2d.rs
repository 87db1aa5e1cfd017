//! MAX_POOL_2D: the greatest value of a window, channel by channel.

use super::pool::{self, Pool};
use super::Op;
use crate::diagnostics::Problem;
use crate::graph::ElementType;
use crate::kernels::max_pool_2d::MaxPool2d;
use crate::lower::{Bug, Lowering};
use crate::read::Reader;
use std::rc::Rc;

#[derive(Debug)]
struct Max(Pool);

pub(crate) fn read(reader: &Reader<'_>) -> Result<Rc<dyn Op>, Problem> {
    Ok(Rc::new(Max(pool::read(reader)?)))
}

impl Op for Max {
    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        let Self(pool) = self;
        let kernel = match pool.ty {
            ElementType::Int16 => "max_pool_2d_s16",
            _ => "max_pool_2d_s8",
        };
        let (least, greatest) = pool.range(to)?;
        pool.call(to, "max_pool_2d", kernel, &MaxPool2d { window: pool.window, least, greatest })
    }
}
