//! Where each buffer lies in the arena: a planner over numbers only.
//!
//! Buffers whose lifetimes do not meet may share bytes. So may the input and the output of one call, as far
//! as its kernel writes where it has read for the last time. The plan starts from greedy orders, among them the
//! one of TensorFlow Lite Micro, and gets better from there, so that it is never worse than the interpreter's.

use crate::Options;
use crate::program::{Access, Buffer, BufferId, Call, Program, View};
use std::ops::RangeInclusive;

mod branch;
mod order;
mod place;

use place::aligned;
pub use place::{Block, Pair, Placed, place};

/// Places of all buffers.
#[derive(Clone, Debug)]
pub struct Layout {
    /// Offset of each buffer in the arena.
    pub offsets: Vec<usize>,
    /// Bytes of the arena, a whole number of words.
    pub bytes: usize,
    /// No plan for this order of calls takes less.
    pub bound: usize,
    /// Bytes at its start that keep what they hold from one inference to the next.
    pub state: usize,
}

/// Every offset is a multiple of this, so that any element type fits and words can be loaded.
pub const ALIGNMENT: usize = 4;

/// The name of what lays outputs over inputs, among the passes that can be left out.
pub const OVERLAP: &str = "overlap";

/// Whether the output of a call may be laid over the part of its input that is used up.
fn overlaps(options: &Options) -> bool {
    !options.without.contains(&OVERLAP)
}

/// Plans the arena of a program, and the order of its calls.
pub fn plan(program: &mut Program, options: &Options) -> Layout {
    let given = plan_in_order(program, options);
    let best = match order::better(program, overlaps(options)) {
        None => given,
        Some(order) => {
            let calls = std::mem::take(&mut program.calls);
            let reordered = order.iter().filter_map(|&at| calls.get(at).cloned()).collect();
            program.calls = reordered;
            let better = plan_in_order(program, options);
            if better.bytes < given.bytes {
                better
            } else {
                program.calls = calls;
                given
            }
        }
    };
    keep_state(program, best)
}

/// Plans the arena for the present order of calls.
fn plan_in_order(program: &Program, options: &Options) -> Layout {
    let lives = lifetimes(program);
    let merged = in_place(program, &lives);
    let best = plan_owners(program, &lives, &merged, options);
    let mut best = match best.bytes > best.bound {
        true => {
            // What lies apart may fit better.
            let separate: Vec<usize> = (0..program.buffers.len()).collect();
            let other = plan_owners(program, &lives, &separate, options);
            let bound = best.bound.min(other.bound);
            Layout { bound, ..if other.bytes < best.bytes { other } else { best } }
        }
        false => best,
    };
    best.bytes = best.bytes.max(ALIGNMENT);
    best.bound = best.bound.max(ALIGNMENT);
    best
}

/// Puts what is kept from one inference to the next before all activations, where nothing is ever
/// overlaid.
fn keep_state(program: &Program, mut layout: Layout) -> Layout {
    for (offset, buffer) in layout.offsets.iter_mut().zip(&program.buffers) {
        if buffer.initial.is_some() {
            *offset = layout.state;
            layout.state = aligned(layout.state.saturating_add(buffer.bytes));
        }
    }
    for (offset, buffer) in layout.offsets.iter_mut().zip(&program.buffers) {
        if buffer.initial.is_none() {
            *offset = offset.saturating_add(layout.state);
        }
    }
    layout.bytes = layout.bytes.saturating_add(layout.state);
    layout.bound = layout.bound.saturating_add(layout.state);
    layout
}

/// The time at which a call runs: 0 is before the first.
fn after(index: usize) -> usize {
    index.saturating_add(1)
}

/// When each buffer is in use. Inputs live from before the first call, outputs until after the last,
/// and what is kept from one inference to the next always.
pub fn lifetimes(program: &Program) -> Vec<RangeInclusive<usize>> {
    let mut lives: Vec<Option<(usize, usize)>> = vec![None; program.buffers.len()];
    let mut touch = |view: &View, at: usize| {
        if let Some(live) = lives.get_mut(view.buffer.0) {
            let (first, last) = live.unwrap_or((at, at));
            *live = Some((first.min(at), last.max(at)));
        }
    };
    program.inputs.iter().for_each(|port| touch(&port.view, 0));
    for (index, call) in program.calls.iter().enumerate() {
        call.windows().for_each(|(view, _)| touch(&view, after(index)));
    }
    program.outputs.iter().for_each(|port| touch(&port.view, after(program.calls.len())));
    let always = 0..=after(program.calls.len());
    let lives = lives.into_iter().map(|live| live.map_or(0..=0, |(first, last)| first..=last));
    let kept = program.buffers.iter().map(|buffer| buffer.initial.is_some());
    lives.zip(kept).map(|(live, kept)| if kept { always.clone() } else { live }).collect()
}

/// For each buffer the one whose memory it takes: an output that a kernel writes in place takes the
/// memory of an input that nobody reads afterwards.
fn in_place(program: &Program, lives: &[RangeInclusive<usize>]) -> Vec<usize> {
    let mut owners: Vec<usize> = (0..program.buffers.len()).collect();
    let whole = |view: &View| {
        let buffer = program.buffers.get(view.buffer.0);
        view.offset == 0 && buffer.is_some_and(|buffer| buffer.bytes == view.bytes())
    };
    let last = |BufferId(id): BufferId| lives.get(id).map_or(0, |live| *live.end());
    for (index, call) in program.calls.iter().enumerate() {
        let find = |access| call.windows().filter(move |(v, a)| *a == access && whole(v)).map(|(v, _)| v);
        let Some(output) = find(Access::WriteInPlace).next() else { continue };
        let fits = |input: &View| (input.len, input.bytes()) == (output.len, output.bytes());
        let input = find(Access::ReadInPlace).find(|input| fits(input) && last(input.buffer) == after(index));
        let readers = |id| call.windows().filter(|(view, _)| view.buffer == id).count();
        let Some(input) = input.filter(|input| readers(input.buffer) == 1) else { continue };
        let owner = owners.get(input.buffer.0).copied().unwrap_or(output.buffer.0);
        if let Some(slot) = owners.get_mut(output.buffer.0) {
            *slot = owner;
        }
    }
    owners
}

/// Plans blocks that several buffers may share.
fn plan_owners(
    program: &Program,
    lives: &[RangeInclusive<usize>],
    owners: &[usize],
    options: &Options,
) -> Layout {
    let mut ids: Vec<usize> = owners.to_vec();
    ids.sort_unstable();
    ids.dedup();
    let mut blocks: Vec<Option<Block>> = vec![None; ids.len()];
    let block_of = |owner: usize| ids.binary_search(&owner).unwrap_or(usize::MAX);
    for ((&owner, live), buffer) in owners.iter().zip(lives).zip(&program.buffers) {
        if let Some(block) = blocks.get_mut(block_of(owner)) {
            *block = Some(Block::joined(block.take(), planned(buffer), live));
        }
    }
    let blocks: Vec<Block> = blocks.into_iter().flatten().collect();
    let block = |buffer: BufferId| owners.get(buffer.0).map_or(usize::MAX, |&owner| block_of(owner));
    let pairs = match overlaps(options) {
        true => pairs(program, &blocks, block),
        false => Vec::new(),
    };
    let placed = place(&blocks, &pairs);
    let offset = |&owner: &usize| placed.offsets.get(block_of(owner)).copied().unwrap_or(0);
    let offsets = owners.iter().map(offset).collect();
    // Where some work in place, others might do so too, or not: only what is in use at a moment bounds them all.
    let apart = ids.len() == owners.len();
    let bound = if apart { placed.bound } else { placed.in_use };
    Layout { offsets, bytes: placed.bytes, bound, state: 0 }
}

/// The blocks that a call may lay over each other: one that is read for the last time, and one that is
/// written for the first time.
fn pairs(program: &Program, blocks: &[Block], block: impl Fn(BufferId) -> usize) -> Vec<Pair> {
    let pair = |(index, call): (usize, &Call)| {
        let planes = call.planes()?;
        let (input, output) = (block(planes.input.buffer), block(planes.output.buffer));
        let ends = *blocks.get(input)?.live.end() == after(index);
        let begins = *blocks.get(output)?.live.start() == after(index);
        let users = |wanted| call.windows().filter(|(view, _)| block(view.buffer) == wanted).count();
        let alone = input != output && users(input) == 1 && users(output) == 1;
        let (below, above) = planes.distances();
        (ends && begins && alone).then_some(Pair { input, output, below, above })
    };
    program.calls.iter().enumerate().filter_map(pair).collect()
}

/// Bytes of a buffer that the planner has to find a place for.
fn planned(buffer: &Buffer) -> usize {
    if buffer.initial.is_some() { 0 } else { buffer.bytes }
}
