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
    best.bytes = best.bytes.next_multiple_of(ALIGNMENT).max(ALIGNMENT);
    keep_state(program, best)
}

/// Puts what is kept from one inference to the next before all activations, where nothing is ever
/// overlaid.
fn keep_state(program: &Program, mut layout: Layout) -> Layout {
    for (offset, buffer) in layout.offsets.iter_mut().zip(&program.buffers) {
        if buffer.initial.is_some() {
            *offset = layout.state;
            layout.state = (layout.state + buffer.bytes).next_multiple_of(ALIGNMENT);
        }
    }
    for (offset, buffer) in layout.offsets.iter_mut().zip(&program.buffers) {
        if buffer.initial.is_none() {
            *offset += layout.state;
        }
    }
    layout.bytes += layout.state;
    layout
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
        call.windows().for_each(|(view, _)| touch(&view, index + 1));
    }
    program.outputs.iter().for_each(|port| touch(&port.view, program.calls.len() + 1));
    let always = 0..=program.calls.len() + 1;
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
        let input = find(Access::ReadInPlace).find(|input| fits(input) && last(input.buffer) == index + 1);
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
    let length = |block: &Block| block.live.end() - block.live.start();
    let orders: [Key; 4] = [
        // TensorFlow Lite Micro's: large blocks first.
        |block| (Reverse(block.bytes), *block.live.start()),
        |block| (Reverse(block.bytes), usize::MAX - *block.live.end()),
        |block| (Reverse(0), *block.live.start()),
        |block| (Reverse(block.live.end() - block.live.start()), usize::MAX - block.bytes),
    ];
    debug_assert!(blocks.iter().all(|block| length(block) < usize::MAX));
    let plans = orders.iter().map(|key| {
        let mut order: Vec<usize> = (0..blocks.len()).collect();
        order.sort_by_key(|&index| key(&blocks[index]));
        greedy(blocks, &order)
    });
    plans.min_by_key(|offsets| end(blocks, offsets)).unwrap_or_default()
}

/// Places blocks in an order, each in the lowest gap that holds it.
fn greedy(blocks: &[Block], order: &[usize]) -> Vec<usize> {
    let mut offsets = vec![0; blocks.len()];
    let mut placed: Vec<usize> = Vec::with_capacity(blocks.len());
    for &index in order {
        let block = &blocks[index];
        let meets = |other: &&usize| {
            let live = &blocks[**other].live;
            live.start() <= block.live.end() && block.live.start() <= live.end()
        };
        let mut at = 0;
        // `placed` is sorted by offset, so that the first gap that is large enough is the lowest.
        for &other in placed.iter().filter(meets) {
            if offsets[other] >= at + block.bytes {
                break;
            }
            at = at.max((offsets[other] + blocks[other].bytes).next_multiple_of(ALIGNMENT));
        }
        offsets[index] = at;
        let position = placed.partition_point(|&other| offsets[other] <= at);
        placed.insert(position, index);
    }
    offsets
}

/// Bytes that a plan needs.
fn end(blocks: &[Block], offsets: &[usize]) -> usize {
    blocks.iter().zip(offsets).map(|(block, at)| at + block.bytes).max().unwrap_or(0)
}
