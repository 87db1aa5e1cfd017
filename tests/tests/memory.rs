//! A referee for memory plans, which shares no code with the planner: it replays the calls of a model
//! byte by byte, and compares the size with what TensorFlow Lite Micro's greedy planner would take.

use std::path::{Path, PathBuf};
use tiny_model_compiler::{Access, Block, Layout, Program, View, analyze, place};

/// Which buffer each byte of the arena belongs to at a moment.
struct Replay<'a> {
    layout: &'a Layout,
    owners: Vec<Option<usize>>,
}

impl Replay<'_> {
    fn bytes(&self, view: &View) -> std::ops::Range<usize> {
        let start = self.layout.offsets[view.buffer.0] + view.offset;
        start..start + view.bytes()
    }

    fn write(&mut self, view: &View) {
        let bytes = self.bytes(view);
        self.owners[bytes].fill(Some(view.buffer.0));
    }

    fn read(&self, view: &View, what: &str) {
        let wrong = self.owners[self.bytes(view)].iter().find(|owner| **owner != Some(view.buffer.0));
        assert_eq!(wrong, None, "{what} reads bytes of buffer {} that were overwritten", view.buffer.0);
    }
}

fn replay(program: &Program, layout: &Layout) {
    let mut state = Replay { layout, owners: vec![None; layout.bytes] };
    for (id, buffer) in program.buffers.iter().enumerate().filter(|(_, buffer)| buffer.initial.is_some()) {
        let start = layout.offsets[id];
        assert!(start + buffer.bytes <= layout.state, "buffer {id} is kept, but not beside the scratch");
        state.owners[start..start + buffer.bytes].fill(Some(id));
    }
    program.inputs.iter().for_each(|port| state.write(&port.view));
    for call in &program.calls {
        let what = format!("{} {}", call.name, call.index);
        let windows: Vec<(View, Access)> = call.windows().collect();
        let is_write =
            |access: Access| matches!(access, Access::Write | Access::WriteInPlace | Access::Update);
        for (view, _) in windows.iter().filter(|(_, a)| !is_write(*a) || *a == Access::Update) {
            state.read(view, &what);
        }
        for (view, access) in windows.iter().filter(|(_, access)| is_write(*access)) {
            for (other, other_access) in windows.iter().filter(|(other, _)| other != view) {
                let (a, b) = (state.bytes(view), state.bytes(other));
                let apart = a.end <= b.start || b.end <= a.start;
                let in_place =
                    *access == Access::WriteInPlace && *other_access == Access::ReadInPlace && a == b;
                assert!(apart || in_place, "{what} writes where it reads");
            }
            state.write(view);
        }
    }
    program.outputs.iter().for_each(|port| state.read(&port.view, "the caller"));
    for (id, buffer) in program.buffers.iter().enumerate().filter(|(_, buffer)| buffer.initial.is_some()) {
        let start = layout.offsets[id];
        let owners = &state.owners[start..start + buffer.bytes];
        assert!(owners.iter().all(|owner| *owner == Some(id)), "buffer {id} is not kept");
    }
}

/// Bytes that TensorFlow Lite Micro's `GreedyMemoryPlanner` takes for the same buffers: the largest
/// first, each at the lowest offset where it meets no other that lives at the same time.
fn interpreters_plan(program: &Program) -> usize {
    let mut lives = vec![(usize::MAX, 0); program.buffers.len()];
    let mut touch = |view: &View, at: usize| {
        let (first, last) = &mut lives[view.buffer.0];
        (*first, *last) = ((*first).min(at), (*last).max(at));
    };
    program.inputs.iter().for_each(|port| touch(&port.view, 0));
    for (index, call) in program.calls.iter().enumerate() {
        call.windows().for_each(|(view, _)| touch(&view, index + 1));
    }
    program.outputs.iter().for_each(|port| touch(&port.view, program.calls.len() + 1));
    let mut order: Vec<usize> = (0..lives.len()).filter(|&i| program.buffers[i].initial.is_none()).collect();
    order.sort_by_key(|&i| std::cmp::Reverse(program.buffers[i].bytes));
    let mut placed: Vec<(usize, usize, usize)> = Vec::new(); // start, end, buffer
    for buffer in order {
        let size = program.buffers[buffer].bytes;
        let meets = |other: usize| lives[other].0 <= lives[buffer].1 && lives[buffer].0 <= lives[other].1;
        let clash = |at: usize| {
            placed.iter().find(|&&(start, end, other)| meets(other) && at < end && start < at + size)
        };
        let mut at = 0;
        while let Some((_, end, _)) = clash(at) {
            at = end.next_multiple_of(4);
        }
        placed.push((at, at + size, buffer));
        placed.sort_unstable();
    }
    placed.iter().map(|&(_, end, _)| end).max().unwrap_or(0)
}

fn models() -> Vec<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = [here.join("ops/whole"), here.join("ops/concatenation"), zoo()];
    let entries = folders.iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "tflite"));
    paths.sort();
    paths
}

fn zoo() -> PathBuf {
    PathBuf::from(env!("TINY_MODEL_ZOO_FOUND"))
}

#[test]
fn no_byte_is_overwritten_before_its_last_read() {
    let mut replayed = 0;
    for path in models() {
        let bytes = std::fs::read(&path).expect("listed files can be read");
        let Ok((program, layout)) = analyze(&bytes) else { continue };
        println!("{}: {} bytes", path.display(), layout.bytes);
        replay(&program, &layout);
        let theirs = interpreters_plan(&program).next_multiple_of(4).max(4);
        let ours = layout.bytes - layout.state;
        assert!(ours <= theirs, "{}: {ours} bytes, greedy {theirs}", path.display());
        replayed += 1;
    }
    assert!(replayed >= 20, "only {replayed} models were replayed");
}

#[test]
#[should_panic(expected = "overwritten")]
fn the_referee_sees_a_plan_that_is_too_tight() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("ops/whole/residual_classifier.tflite");
    let (program, mut layout) =
        analyze(&std::fs::read(path).expect("the model is there")).expect("it compiles");
    layout.offsets.fill(0);
    let mut state = Replay { layout: &layout, owners: vec![None; layout.bytes] };
    let views: Vec<View> =
        program.calls.iter().flat_map(|call| call.windows().map(|(view, _)| view)).collect();
    let other = views.iter().find(|view| view.buffer != views[0].buffer).expect("there are two buffers");
    state.write(&views[0]);
    state.write(other);
    state.read(&views[0], "the test");
}

/// Blocks of random sizes and lives, reproducible.
fn random_blocks(seed: u64) -> Vec<Block> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below) as usize
    };
    let count = 1 + next(40);
    let block = |_| {
        let (first, length) = (next(30), next(8));
        Block { bytes: 1 + next(5000), live: first..=first + length }
    };
    (0..count).map(block).collect()
}

#[test]
fn blocks_that_live_together_lie_apart() {
    for seed in 0..2000 {
        let blocks = random_blocks(seed);
        let offsets = place(&blocks);
        for (i, a) in blocks.iter().enumerate() {
            for (j, b) in blocks.iter().enumerate().skip(i + 1) {
                let together = a.live.start() <= b.live.end() && b.live.start() <= a.live.end();
                let apart = offsets[i] + a.bytes <= offsets[j] || offsets[j] + b.bytes <= offsets[i];
                assert!(!together || apart, "seed {seed}: blocks {i} and {j} share bytes");
            }
        }
    }
}
