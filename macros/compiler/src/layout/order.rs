//! The order in which operators run: where a graph branches, one in which less is in use at a time.
//!
//! A beam search over what has run so far: of all sets of operators of one size that can have run, those
//! survive that took the least memory on the way. If none had to be dropped, no order takes less.

use crate::program::{Access, Call, Program};
use std::collections::HashMap;

/// Sets of operators that are followed at a time.
const BEAM: usize = 64;
/// Programs of more calls keep their order.
const MOST_CALLS: usize = 400;

/// Another order of the calls that promises a smaller arena, if there is one.
pub(super) fn better(program: &Program, overlap: bool) -> Option<Vec<usize>> {
    if program.calls.len() > MOST_CALLS {
        return None;
    }
    let search = Search::new(program, overlap);
    if search.is_chain() {
        return None;
    }
    let given = search.peak(&(0..program.calls.len()).collect::<Vec<_>>());
    let (order, peak) = search.run()?;
    (peak < given).then_some(order)
}

struct Search<'a> {
    program: &'a Program,
    overlap: bool,
    /// What must have run before each call.
    before: Vec<Vec<usize>>,
    /// How many calls, or the caller in the end, use each buffer.
    uses: Vec<usize>,
}

/// What has run, and what is in use after it.
#[derive(Clone)]
struct State {
    done: Vec<bool>,
    /// Uses of each buffer that are still to come.
    left: Vec<usize>,
    /// Whether a buffer is in use.
    live: Vec<bool>,
    bytes: usize,
    peak: usize,
    order: Vec<usize>,
}

impl<'a> Search<'a> {
    fn new(program: &'a Program, overlap: bool) -> Self {
        let calls = || program.calls.iter().enumerate();
        let writes = |call: &Call, buffer| {
            call.windows().any(|(view, access)| view.buffer == buffer && is_write(access))
        };
        let conflict = |a: &Call, b: &Call| {
            let common =
                a.windows().filter(|(view, _)| b.windows().any(|(other, _)| other.buffer == view.buffer));
            common.into_iter().any(|(view, _)| writes(a, view.buffer) || writes(b, view.buffer))
        };
        let before = calls()
            .map(|(at, call)| {
                calls().take(at).filter(|(_, earlier)| conflict(earlier, call)).map(|(at, _)| at).collect()
            })
            .collect();
        let mut uses = vec![0usize; program.buffers.len()];
        let ports = program.outputs.iter().map(|port| port.view.buffer);
        for buffer in program.calls.iter().flat_map(buffers).chain(ports.map(|buffer| buffer.0)) {
            if let Some(uses) = uses.get_mut(buffer) {
                *uses = uses.saturating_add(1);
            }
        }
        Self { program, overlap, before, uses }
    }

    /// Whether there is one order only.
    fn is_chain(&self) -> bool {
        self.before.iter().enumerate().skip(1).all(|(at, before)| before.contains(&at.saturating_sub(1)))
    }

    fn start(&self) -> State {
        let mut live = vec![false; self.program.buffers.len()];
        for port in &self.program.inputs {
            if let Some(live) = live.get_mut(port.view.buffer.0) {
                *live = true;
            }
        }
        let bytes = (live.iter().enumerate().filter(|(_, live)| **live).map(|(id, _)| self.size(id)))
            .fold(0, usize::saturating_add);
        State {
            done: vec![false; self.program.calls.len()],
            left: self.uses.clone(),
            live,
            bytes,
            peak: bytes,
            order: Vec::new(),
        }
    }

    /// Bytes of a buffer that has a place only while it is in use.
    fn size(&self, buffer: usize) -> usize {
        let buffer = self.program.buffers.get(buffer);
        buffer.filter(|buffer| buffer.initial.is_none()).map_or(0, |buffer| buffer.bytes)
    }

    fn after(&self, state: &State, at: usize) -> State {
        let mut next = state.clone();
        let Some(call) = self.program.calls.get(at) else { return next };
        for id in buffers(call) {
            if let Some(live) = next.live.get_mut(id).filter(|live| !**live) {
                *live = true;
                next.bytes = next.bytes.saturating_add(self.size(id));
            }
        }
        next.peak = next.peak.max(next.bytes.saturating_sub(self.saved(call, state)));
        for id in buffers(call) {
            if let Some(left) = next.left.get_mut(id) {
                *left = left.saturating_sub(1);
            }
        }
        for id in buffers(call) {
            let over = next.left.get(id) == Some(&0);
            if let Some(live) = next.live.get_mut(id).filter(|live| **live && over) {
                *live = false;
                next.bytes = next.bytes.saturating_sub(self.size(id));
            }
        }
        if let Some(done) = next.done.get_mut(at) {
            *done = true;
        }
        next.order.push(at);
        next
    }

    /// What a call saves because its output takes memory of an input that nobody reads afterwards.
    fn saved(&self, call: &Call, state: &State) -> usize {
        let last = |id: usize| {
            let here = buffers(call).into_iter().filter(|&other| other == id).count();
            state.left.get(id) == Some(&here)
        };
        if let Some(planes) = call.planes().filter(|_| self.overlap) {
            let ((below, above), id) = (planes.distances(), planes.input.buffer.0);
            let (input, output) = (self.size(id), self.size(planes.output.buffer.0));
            let together =
                below.saturating_add(input).max(output).min(above.saturating_add(output).max(input));
            return if last(id) { input.saturating_add(output).saturating_sub(together) } else { 0 };
        }
        let of = |wanted: Access| call.windows().filter(move |(_, access)| *access == wanted);
        let Some((output, _)) = of(Access::WriteInPlace).next() else { return 0 };
        let fits = |id: usize| self.size(id) == self.size(output.buffer.0) && last(id);
        match of(Access::ReadInPlace).any(|(view, _)| fits(view.buffer.0)) {
            true => self.size(output.buffer.0),
            false => 0,
        }
    }

    /// What an order takes.
    fn peak(&self, order: &[usize]) -> usize {
        order.iter().fold(self.start(), |state, &at| self.after(&state, at)).peak
    }

    /// The best order that the beam leaves.
    fn run(&self) -> Option<(Vec<usize>, usize)> {
        let mut states = vec![self.start()];
        for _ in 0..self.program.calls.len() {
            let mut next: HashMap<Vec<bool>, State> = HashMap::new();
            for state in &states {
                for at in (0..state.done.len()).filter(|&at| self.is_ready(state, at)) {
                    let state = self.after(state, at);
                    let key = |state: &State| (state.peak, state.order.clone());
                    match next.get(&state.done) {
                        Some(other) if key(other) <= key(&state) => {}
                        _ => drop(next.insert(state.done.clone(), state)),
                    }
                }
            }
            states = next.into_values().collect();
            states.sort_by(|a, b| (a.peak, a.bytes, &a.order).cmp(&(b.peak, b.bytes, &b.order)));
            states.truncate(BEAM);
        }
        let best = states.into_iter().next()?;
        Some((best.order, best.peak))
    }

    fn is_ready(&self, state: &State, at: usize) -> bool {
        let is_done = |at: &usize| state.done.get(*at) == Some(&true);
        !is_done(&at) && self.before.get(at).is_some_and(|before| before.iter().all(is_done))
    }
}

/// The buffers that a call uses, each once.
fn buffers(call: &Call) -> Vec<usize> {
    let mut ids: Vec<usize> = call.windows().map(|(view, _)| view.buffer.0).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn is_write(access: Access) -> bool {
    matches!(access, Access::Write | Access::WriteInPlace | Access::Update)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Contents, ElementType};
    use crate::program::{Arg, Buffer, BufferId, Params, Port, View};

    fn view(buffer: usize, len: usize) -> View {
        View { buffer: BufferId(buffer), offset: 0, ty: ElementType::Int8, len }
    }

    /// Calls that read and write buffers of these sizes; the first one is the input, the last one the output.
    fn program(sizes: &[usize], calls: &[(&[usize], &[usize])]) -> Program {
        let port = |buffer: usize| Port {
            name: String::new(),
            shape: Vec::new(),
            scale: 1.0,
            zero_point: 0,
            view: view(buffer, sizes[buffer]),
            fixed: None,
        };
        let window = |access| move |&id: &usize| Arg::Window("window", view(id, sizes[id]), access);
        let call = |(reads, writes): &(&[usize], &[usize])| Call {
            index: 0,
            name: "ADD",
            shape: Vec::new(),
            module: "add",
            kernel: "add",
            params: String::new(),
            parameters: ().keep(),
            args: (reads.iter().map(window(Access::Read)))
                .chain(writes.iter().map(window(Access::Write)))
                .collect(),
            macs: 0,
            variants: Vec::new(),
            sum_bits: None,
            notes: Vec::new(),
        };
        Program {
            inputs: vec![port(0)],
            outputs: vec![port(sizes.len() - 1)],
            buffers: sizes.iter().map(|&bytes| Buffer { bytes, initial: None }).collect(),
            calls: calls.iter().map(call).collect(),
            ..Program::default()
        }
    }

    const SIZES: [usize; 6] = [10, 100, 100, 4, 4, 4];
    /// Two branches that widen and narrow again, both widened first.
    const BRANCHES: [(&[usize], &[usize]); 5] =
        [(&[0], &[1]), (&[0], &[2]), (&[1], &[3]), (&[2], &[4]), (&[3, 4], &[5])];

    #[test]
    fn a_branch_ends_before_the_next_begins() {
        let program = program(&SIZES, &BRANCHES);
        assert_eq!(better(&program, true), Some(vec![0, 2, 1, 3, 4]));
    }

    #[test]
    fn what_gains_nothing_stays() {
        let chain = program(&SIZES[..3], &[(&[0], &[1]), (&[1], &[2])]);
        assert_eq!(better(&chain, true), None);
        let good = program(&SIZES, &[BRANCHES[0], BRANCHES[2], BRANCHES[1], BRANCHES[3], BRANCHES[4]]);
        assert_eq!(better(&good, true), None);
    }

    #[test]
    fn state_is_read_before_it_is_written_anew() {
        // Without the variable the second call would come first.
        let mut program = program(
            &[10, 100, 4, 8, 4, 4],
            &[(&[0, 3], &[1]), (&[0], &[3, 4]), (&[1], &[2]), (&[2, 4], &[5])],
        );
        program.buffers[3].initial = Some(Contents::Fill(0));
        if let Some(order) = better(&program, true) {
            let place = |call| order.iter().position(|&at| at == call);
            assert!(place(0) < place(1), "{order:?}");
        }
    }
}
