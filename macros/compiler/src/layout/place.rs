//! Where blocks lie: several greedy orders, orders near the best of them, then branch and bound.
//!
//! All of it counts its work and not the time, so that a model has the same plan on every machine.

use super::ALIGNMENT;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;

/// What has to be placed.
#[derive(Clone, Debug)]
pub struct Block {
    /// Size in bytes.
    pub bytes: usize,
    /// The calls during which it is in use; 0 is before the first call.
    pub live: RangeInclusive<usize>,
}

/// Two blocks that may share bytes in the one call in which both are in use.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// The block that is read.
    pub input: usize,
    /// The block that is written.
    pub output: usize,
    /// So far the input must begin above the output, or further.
    pub below: usize,
    /// Or so far the output above the input, or further.
    pub above: usize,
}

/// Offsets of blocks, and how many bytes they take.
#[derive(Clone, Debug, Default)]
pub struct Placed {
    /// Offset of each block.
    pub offsets: Vec<usize>,
    /// Bytes in all, a whole number of words.
    pub bytes: usize,
    /// No plan for these blocks takes less.
    pub bound: usize,
    /// Bytes that are in use at one moment, which is less or the same.
    pub in_use: usize,
}

/// Looks at so many pairs of blocks to find a better order, and at as many more to prove that there is none.
const WORK: usize = 200_000;
/// Branch and bound with more blocks would not come to an end.
const MOST_BRANCHED: usize = 48;

/// Places blocks. No two that are in use at the same time share bytes, but for those of a pair.
pub fn place(blocks: &[Block], pairs: &[Pair]) -> Placed {
    let task = Task::new(blocks, pairs);
    let in_use = task.bound(pairs);
    let (order, mut best) = task.greedy();
    let (mut work, mut bound) = (WORK, in_use);
    task.improve(order, &mut best, bound, &mut work);
    if best.bytes > bound && blocks.len() <= MOST_BRANCHED {
        let mut search = super::branch::Branch::new(&task, pairs, best, WORK);
        if search.run() {
            bound = search.best.bytes;
        }
        best = search.best;
    }
    Placed { bound, in_use, ..best }
}

/// Another block, and the distances that are to be kept from it.
#[derive(Clone, Copy)]
pub(super) struct Neighbour {
    pub(super) other: usize,
    /// From the start of the other up to this one's, if this one lies above.
    pub(super) above: usize,
    /// From this one's start up to the other's.
    pub(super) below: usize,
}

/// Blocks with those that are in use at the same time.
pub(super) struct Task<'a> {
    pub(super) blocks: &'a [Block],
    pub(super) neighbours: Vec<Vec<Neighbour>>,
}

impl<'a> Task<'a> {
    fn new(blocks: &'a [Block], pairs: &[Pair]) -> Self {
        let mut order: Vec<usize> = (0..blocks.len()).collect();
        order.sort_by_key(|&id| blocks.get(id).map(|block| *block.live.start()));
        let mut neighbours = vec![Vec::new(); blocks.len()];
        let both = |pair: &Pair| {
            let (below, above) = (aligned(pair.below), aligned(pair.above));
            [((pair.input, pair.output), (above, below)), ((pair.output, pair.input), (below, above))]
        };
        // From the first of two blocks up to the second, and from the second up to the first.
        let distances: HashMap<(usize, usize), (usize, usize)> = pairs.iter().flat_map(both).collect();
        // By their first call, so that those which are over need not be looked at again.
        let mut open: Vec<usize> = Vec::new();
        for id in order {
            let Some(block) = blocks.get(id) else { continue };
            open.retain(|&other| {
                blocks.get(other).is_some_and(|other| other.live.end() >= block.live.start())
            });
            for &other in open.iter().filter(|_| block.bytes > 0) {
                let Some(other_block) = blocks.get(other) else { continue };
                let apart = (aligned(other_block.bytes), aligned(block.bytes));
                let (above, below) = distances.get(&(other, id)).copied().unwrap_or(apart);
                if let Some(list) = neighbours.get_mut(id) {
                    list.push(Neighbour { other, above, below });
                }
                if let Some(list) = neighbours.get_mut(other) {
                    list.push(Neighbour { other: id, above: below, below: above });
                }
            }
            if block.bytes > 0 {
                open.push(id);
            }
        }
        Self { blocks, neighbours }
    }

    /// The blocks that are in use at a moment take so much, whatever the plan.
    fn bound(&self, pairs: &[Pair]) -> usize {
        let size = |id: usize| self.blocks.get(id).map_or(0, |block| aligned(block.bytes));
        let mut in_use: BTreeMap<usize, usize> =
            self.blocks.iter().map(|block| (*block.live.start(), 0)).collect();
        for block in self.blocks.iter().filter(|block| !block.live.is_empty()) {
            for (_, sum) in in_use.range_mut(block.live.clone()) {
                *sum = sum.saturating_add(aligned(block.bytes));
            }
        }
        // The blocks of a pair are in use together when the output begins, and then only.
        for pair in pairs {
            let start = self.blocks.get(pair.output).map(|block| *block.live.start());
            if let Some(sum) = start.and_then(|start| in_use.get_mut(&start)) {
                *sum = sum.saturating_sub(pair.saved(size));
            }
        }
        in_use.into_values().max().unwrap_or(0)
    }

    /// The best of several greedy orders, and that order.
    fn greedy(&self) -> (Vec<usize>, Placed) {
        type Key = fn(&Block) -> (Reverse<usize>, usize);
        let orders: [Key; 4] = [
            // TensorFlow Lite Micro's: large blocks first.
            |block| (Reverse(block.bytes), *block.live.start()),
            |block| (Reverse(block.bytes), usize::MAX.saturating_sub(*block.live.end())),
            |block| (Reverse(0), *block.live.start()),
            |block| (Reverse(block.length()), usize::MAX.saturating_sub(block.bytes)),
        ];
        let plans = orders.iter().map(|key| {
            let mut order: Vec<usize> = (0..self.blocks.len()).collect();
            order.sort_by_key(|&id| self.blocks.get(id).map(key));
            let placed = self.in_order(&order, &mut 0);
            (order, placed)
        });
        plans.min_by_key(|(_, placed)| placed.bytes).unwrap_or_default()
    }

    /// Places blocks in an order, each as low as it goes.
    fn in_order(&self, order: &[usize], work: &mut usize) -> Placed {
        let mut places: Vec<Option<usize>> = vec![None; self.blocks.len()];
        let (mut taken, mut bytes) = (Vec::new(), 0usize);
        for &id in order {
            let at = self.lowest(id, &places, &mut taken, work);
            if let (Some(place), Some(block)) = (places.get_mut(id), self.blocks.get(id)) {
                *place = Some(at);
                bytes = bytes.max(aligned(block.bytes.saturating_add(at)));
            }
        }
        let offsets = places.into_iter().map(Option::unwrap_or_default).collect();
        Placed { offsets, bytes, ..Placed::default() }
    }

    /// The lowest place of a block among those that have theirs. Sizes saturate: an arena that large is no
    /// target's.
    fn lowest(
        &self,
        id: usize,
        places: &[Option<usize>],
        taken: &mut Vec<(usize, usize)>,
        work: &mut usize,
    ) -> usize {
        let neighbours = self.neighbours.get(id).map_or(&[][..], Vec::as_slice);
        *work = work.saturating_sub(neighbours.len().max(1));
        taken.clear();
        taken.extend(neighbours.iter().filter_map(|neighbour| {
            let at = places.get(neighbour.other).copied().flatten()?;
            // The first place that is too near, and the first that is far enough again.
            let first = at.saturating_add(1).saturating_sub(neighbour.below);
            Some((first, at.saturating_add(neighbour.above)))
        }));
        taken.sort_unstable();
        let mut at = 0;
        for &(first, end) in taken.iter() {
            if at < first {
                break;
            }
            at = at.max(end);
        }
        at
    }

    /// Tries orders in which one block comes earlier than in the best so far, those at the top first of all.
    fn improve(&self, order: Vec<usize>, best: &mut Placed, bound: usize, work: &mut usize) {
        let (mut order, mut random) = (order, 0x2545_f491_4f6c_dd1d_u64);
        let mut below = |limit: usize| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            usize::try_from(random >> 33).unwrap_or(0).checked_rem(limit).unwrap_or(0)
        };
        let mut current = best.clone();
        while best.bytes > bound && *work > 0 {
            let end = |id: usize| {
                let at = current.offsets.get(id).copied().unwrap_or(0);
                self.blocks.get(id).map_or(0, |block| aligned(block.bytes.saturating_add(at)))
            };
            let top: Vec<usize> = (0..order.len())
                .filter(|&i| order.get(i).is_some_and(|&id| end(id) == current.bytes))
                .collect();
            let from = match below(3) {
                0 => below(order.len()),
                _ => top.get(below(top.len())).copied().unwrap_or(0),
            };
            let to = below(from.saturating_add(1));
            let mut next = order.clone();
            if let Some(part) = next.get_mut(to..=from) {
                part.rotate_right(1);
            }
            let placed = self.in_order(&next, work);
            if placed.bytes <= current.bytes {
                (order, current) = (next, placed);
            }
            if current.bytes < best.bytes {
                *best = current.clone();
            }
        }
    }
}

impl Pair {
    /// By how much less than the sum of both its blocks take.
    pub(super) fn saved(&self, size: impl Fn(usize) -> usize) -> usize {
        let (input, output) = (size(self.input), size(self.output));
        let below = aligned(self.below).saturating_add(input).max(output);
        let above = aligned(self.above).saturating_add(output).max(input);
        input.saturating_add(output).saturating_sub(below.min(above))
    }
}

impl Block {
    /// A block for one more buffer.
    pub(super) fn joined(block: Option<Self>, bytes: usize, live: &RangeInclusive<usize>) -> Self {
        let Self { bytes: other, live: others } = block.unwrap_or(Self { bytes, live: live.clone() });
        let (start, end) = (*others.start().min(live.start()), *others.end().max(live.end()));
        Self { bytes: bytes.max(other), live: start..=end }
    }

    /// For how many calls it is in use, less one.
    fn length(&self) -> usize {
        self.live.end().saturating_sub(*self.live.start())
    }
}

/// The next offset at which a block may begin.
pub(super) fn aligned(offset: usize) -> usize {
    offset.checked_next_multiple_of(ALIGNMENT).unwrap_or(usize::MAX)
}
