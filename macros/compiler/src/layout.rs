//! Where each buffer lies in the arena: a planner over numbers only.
//!
//! Buffers whose lifetimes do not meet may share bytes. Several greedy orders are tried, among them
//! the one of TensorFlow Lite Micro, and the smallest arena wins, so that the plan is never worse than
//! the interpreter's.

use crate::program::{Access, Buffer, BufferId, Program, View};
use std::cmp::Reverse;
use std::ops::RangeInclusive;

/// Places of all buffers.
#[derive(Clone, Debug)]
pub struct Layout {
    /// Offset of each buffer in the arena.
    pub offsets: Vec<usize>,
    /// Bytes of the arena, a whole number of words.
    pub bytes: usize,
    /// Bytes at its start that keep what they hold from one inference to the next.
    pub state: usize,
}

/// What has to be placed.
#[derive(Clone, Debug)]
pub struct Block {
    /// Size in bytes.
    pub bytes: usize,
    /// The calls during which it is in use; 0 is before the first call.
    pub live: RangeInclusive<usize>,
}

/// Every offset is a multiple of this, so that any element type fits and words can be loaded.
pub const ALIGNMENT: usize = 4;

/// Plans the arena of a program.
pub fn plan(program: &Program) -> Layout {
    let lives = lifetimes(program);
    let separate: Vec<usize> = (0..program.buffers.len()).collect();
    let merged = in_place(program, &lives);
    let plans = [separate, merged].map(|owners| plan_owners(program, &lives, &owners));
    let [a, b] = plans;
    let mut best = if b.bytes <= a.bytes { b } else { a };
    best.bytes = aligned(best.bytes).max(ALIGNMENT);
    keep_state(program, best)
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
fn plan_owners(program: &Program, lives: &[RangeInclusive<usize>], owners: &[usize]) -> Layout {
    let mut ids: Vec<usize> = owners.to_vec();
    ids.sort_unstable();
    ids.dedup();
    let block = |&id: &usize| {
        let members = || owners.iter().enumerate().filter(move |(_, owner)| **owner == id).map(|(m, _)| m);
        let lives = || members().filter_map(|m| lives.get(m));
        Block {
            bytes: members().filter_map(|m| program.buffers.get(m)).map(planned).max().unwrap_or(0),
            live: lives().map(|l| *l.start()).min().unwrap_or(0)
                ..=lives().map(|l| *l.end()).max().unwrap_or(0),
        }
    };
    let blocks: Vec<Block> = ids.iter().map(block).collect();
    let placed = place(&blocks);
    let offset = |owner: &usize| ids.binary_search(owner).ok().and_then(|at| placed.get(at).copied());
    let offsets: Vec<usize> = owners.iter().map(|owner| offset(owner).unwrap_or(0)).collect();
    Layout { bytes: end(&blocks, &placed), offsets, state: 0 }
}

/// Bytes of a buffer that the planner has to find a place for.
fn planned(buffer: &Buffer) -> usize {
    if buffer.initial.is_some() { 0 } else { buffer.bytes }
}

/// Offsets of blocks: the best of several greedy orders.
pub fn place(blocks: &[Block]) -> Vec<usize> {
    type Key = fn(&Block) -> (Reverse<usize>, usize);
    let orders: [Key; 4] = [
        // TensorFlow Lite Micro's: large blocks first.
        |block| (Reverse(block.bytes), *block.live.start()),
        |block| (Reverse(block.bytes), usize::MAX.saturating_sub(*block.live.end())),
        |block| (Reverse(0), *block.live.start()),
        |block| (Reverse(block.length()), usize::MAX.saturating_sub(block.bytes)),
    ];
    let plans = orders.iter().map(|key| {
        let mut order: Vec<(usize, &Block)> = blocks.iter().enumerate().collect();
        order.sort_by_key(|(_, block)| key(block));
        greedy(&order)
    });
    plans.min_by_key(|offsets| end(blocks, offsets)).unwrap_or_default()
}

/// Places blocks in an order, each in the lowest gap that holds it. Sizes saturate: an arena that
/// large is no target's.
fn greedy(order: &[(usize, &Block)]) -> Vec<usize> {
    let mut offsets = vec![0; order.len()];
    let mut placed: Vec<(usize, &Block)> = Vec::with_capacity(order.len());
    for &(index, block) in order {
        let mut at = 0;
        // `placed` is sorted by offset, so that the first gap that is large enough is the lowest.
        for &(offset, other) in placed.iter().filter(|(_, other)| other.meets(block)) {
            if offset >= block.bytes.saturating_add(at) {
                break;
            }
            at = at.max(aligned(other.bytes.saturating_add(offset)));
        }
        if let Some(offset) = offsets.get_mut(index) {
            *offset = at;
        }
        let position = placed.partition_point(|&(offset, _)| offset <= at);
        placed.insert(position, (at, block));
    }
    offsets
}

/// The next offset at which a block may begin.
fn aligned(offset: usize) -> usize {
    offset.checked_next_multiple_of(ALIGNMENT).unwrap_or(usize::MAX)
}

impl Block {
    /// For how many calls it is in use, less one.
    fn length(&self) -> usize {
        self.live.end().saturating_sub(*self.live.start())
    }

    /// Whether both are in use at the same time.
    fn meets(&self, other: &Self) -> bool {
        self.live.start() <= other.live.end() && other.live.start() <= self.live.end()
    }
}

/// Bytes that a plan needs.
fn end(blocks: &[Block], offsets: &[usize]) -> usize {
    blocks.iter().zip(offsets).map(|(block, at)| block.bytes.saturating_add(*at)).max().unwrap_or(0)
}
