//! Branch and bound over the orders in which blocks lie above each other.
//!
//! Any plan can be pushed together until every block lies at the bottom or as near as it may to one below
//! it. So it is enough to place blocks from the lowest to the highest, each as low as those below it allow.

use super::place::{Block, Pair, Placed, Task, aligned};

/// One search.
pub(super) struct Branch<'a> {
    task: &'a Task<'a>,
    pairs: &'a [Pair],
    /// The calls at which most blocks are in use; all others have fewer of the same.
    times: Vec<Vec<usize>>,
    pub(super) best: Placed,
    work: usize,
    /// What is placed, in no order.
    offsets: Vec<Option<usize>>,
    /// The lowest offset that what is placed leaves to each block.
    lowest: Vec<usize>,
}

impl<'a> Branch<'a> {
    /// A search for something better.
    pub(super) fn new(task: &'a Task<'a>, pairs: &'a [Pair], best: Placed, work: usize) -> Self {
        let count = task.blocks.len();
        let live = |time: usize| -> Vec<usize> {
            let is_live = |id: &usize| task.blocks.get(*id).is_some_and(|block| block.live.contains(&time));
            (0..count).filter(is_live).collect()
        };
        let mut starts: Vec<usize> = task.blocks.iter().map(|block| *block.live.start()).collect();
        starts.sort_unstable();
        starts.dedup();
        let all: Vec<Vec<usize>> = starts.into_iter().map(live).collect();
        let within = |a: &[usize], b: &[usize]| a.len() < b.len() && a.iter().all(|id| b.contains(id));
        let times = all.iter().filter(|time| !all.iter().any(|other| within(time, other))).cloned().collect();
        Self { task, pairs, times, best, work, offsets: vec![None; count], lowest: vec![0; count] }
    }

    /// Searches; whether nothing was left out, so that the best is as good as any.
    pub(super) fn run(&mut self) -> bool {
        self.descend(0);
        self.work > 0
    }

    fn descend(&mut self, floor: usize) {
        if self.work == 0 || self.is_hopeless(floor) {
            return;
        }
        let mut candidates: Vec<(usize, usize, usize)> = Vec::new();
        for (id, block) in self.open() {
            let at = self.lowest.get(id).copied().unwrap_or(0);
            if at >= floor {
                candidates.push((at, usize::MAX.saturating_sub(block.bytes), id));
            }
        }
        if self.open().next().is_none() {
            let ends = self.task.blocks.iter().zip(&self.offsets);
            let ends = ends.map(|(block, at)| aligned(block.bytes.saturating_add(at.unwrap_or(0))));
            let bytes = ends.max().unwrap_or(0);
            if bytes < self.best.bytes {
                let offsets = self.offsets.iter().map(|at| at.unwrap_or(0)).collect();
                self.best = Placed { offsets, bytes, ..Placed::default() };
            }
            return;
        }
        candidates.sort_unstable();
        for (at, _, id) in candidates {
            let before = self.lowest.clone();
            if let Some(place) = self.offsets.get_mut(id) {
                *place = Some(at);
            }
            for neighbour in self.task.neighbours.get(id).into_iter().flatten() {
                if let Some(lowest) = self.lowest.get_mut(neighbour.other) {
                    *lowest = (*lowest).max(at.saturating_add(neighbour.below));
                }
            }
            self.descend(at);
            self.lowest = before;
            if let Some(place) = self.offsets.get_mut(id) {
                *place = None;
            }
            if self.work == 0 {
                return;
            }
        }
    }

    /// What is not placed yet.
    fn open(&self) -> impl Iterator<Item = (usize, &'a Block)> {
        let places = self.offsets.iter().zip(self.task.blocks).enumerate();
        places.filter(|(_, (at, _))| at.is_none()).map(|(id, (_, block))| (id, block))
    }

    /// Whether what is left cannot but end as high as the best plan.
    fn is_hopeless(&mut self, floor: usize) -> bool {
        self.work = self.work.saturating_sub(self.times.len().max(1));
        self.times.iter().any(|time| {
            let open = || time.iter().copied().filter(|&id| self.offsets.get(id) == Some(&None));
            let size = |id: usize| self.task.blocks.get(id).map_or(0, |block| aligned(block.bytes));
            let Some(start) = open().map(|id| self.lowest.get(id).copied().unwrap_or(0)).min() else {
                return false;
            };
            let sum = open().map(size).fold(0, usize::saturating_add);
            let is_open = |id: usize| open().any(|other| other == id);
            let both = self.pairs.iter().filter(|pair| is_open(pair.input) && is_open(pair.output));
            let saved = both.map(|pair| pair.saved(size)).max().unwrap_or(0);
            start.max(floor).saturating_add(sum.saturating_sub(saved)) >= self.best.bytes
        })
    }
}
