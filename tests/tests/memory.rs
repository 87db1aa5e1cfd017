//! Memory plans: a referee replays them, and they are compared with the interpreter's and with what is promised.

use std::path::{Path, PathBuf};
use tiny_model_compiler::{
    Block, Layout, Options, Pair, Planes, Program, View, analyze, analyze_with, place,
};

#[path = "memory/referee.rs"]
mod referee;

use referee::Replay;

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
    let operators = Path::new(env!("CARGO_MANIFEST_DIR")).join("ops");
    let folders = std::fs::read_dir(operators).expect("there are operators").flatten();
    let folders = folders.map(|entry| entry.path()).chain([zoo()]);
    let entries = folders.filter_map(|folder| std::fs::read_dir(folder).ok()).flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "tflite"));
    paths.sort();
    paths
}

fn zoo() -> PathBuf {
    PathBuf::from(env!("TINY_MODEL_ZOO_FOUND"))
}

/// All models that compile, planned with each of these options.
fn plans(options: &[Options]) -> impl Iterator<Item = (PathBuf, Program, Layout)> {
    models().into_iter().flat_map(|path| {
        let bytes = std::fs::read(&path).expect("listed files can be read");
        let plans: Vec<_> = options.iter().map(|options| analyze_with(&bytes, options).ok()).collect();
        plans.into_iter().flatten().map(move |(program, layout)| (path.clone(), program, layout))
    })
}

#[test]
fn no_byte_is_overwritten_before_its_last_read() {
    let mut replayed = 0;
    for (path, program, layout) in
        plans(&[Options::default(), Options { without: vec!["overlap"], ..Options::default() }])
    {
        let path = path.display();
        Replay::new(&layout).run(&program).unwrap_or_else(|error| panic!("{path}: {error}"));
        let theirs = interpreters_plan(&program).next_multiple_of(4).max(4);
        let ours = layout.bytes - layout.state;
        assert!(ours <= theirs, "{path}: {ours} bytes, greedy {theirs}");
        assert!(layout.bound <= layout.bytes, "{path}: {layout:?}");
        replayed += 1;
    }
    assert!(replayed >= 1000, "only {replayed} plans were replayed");
}

/// A plan in which an output that lies over its input is nearer to it than planned, by so many bytes.
fn nearer(layout: &Layout, planes: &Planes, bytes: usize) -> Layout {
    let mut layout = layout.clone();
    let [input, output] =
        [planes.input, planes.output].map(|view| layout.offsets[view.buffer.0] + view.offset);
    // What lies above the other comes down.
    let down = if output > input { planes.output.buffer.0 } else { planes.input.buffer.0 };
    layout.offsets[down] -= bytes;
    layout
}

#[test]
fn the_referee_sees_an_offset_that_is_a_row_too_small() {
    let (mut seen, mut unseen) = ([0; 2], [0; 2]);
    for (_, program, layout) in plans(&[Options::default()]) {
        let replay = Replay::new(&layout);
        let overlapping =
            |call: &&tiny_model_compiler::Call| call.planes().is_some_and(|p| replay.overlap(&p));
        for call in program.calls.iter().filter(overlapping) {
            let planes = call.planes().expect("it was filtered");
            let start = |view: &View| layout.offsets[view.buffer.0] + view.offset;
            let (input, output) = (start(&planes.input), start(&planes.output));
            let (distance, least) = match output > input {
                true => (output - input, planes.above),
                false => (input - output, planes.below),
            };
            // A row of the output, or a run of rows of one pixel.
            let row = match call.shape[..] {
                [_, _, width, units] if call.params.contains("Window {") => width * units,
                _ => 4 * call.shape.last().expect("outputs have units"),
            } * (planes.output.bytes() / planes.output.len);
            // The output must stay on its side of the input.
            let closer = distance - least + row;
            if closer >= distance {
                continue;
            }
            let check = |layout: &Layout| {
                let mut replay = Replay::new(layout);
                replay.write(&planes.input);
                replay.planes(&planes, &call.params, call.name)
            };
            assert_eq!(check(&layout), Ok(()), "{}", call.params);
            let result = check(&nearer(&layout, &planes, closer));
            let backward = usize::from(output > input);
            if result.is_err() { seen[backward] += 1 } else { unseen[backward] += 1 }
        }
    }
    println!("{seen:?} seen, {unseen:?} not");
    assert!(seen.iter().all(|&count| count >= 50), "only {seen:?} were tried");
    // Of an image whose last rows or columns no window sees, some may be overwritten.
    assert!(unseen.iter().zip(seen).all(|(&unseen, seen)| unseen * 20 <= seen), "{unseen:?}");
}

#[test]
fn the_referee_sees_a_plan_that_is_too_tight() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("ops/whole/residual_classifier.tflite");
    let (program, mut layout) =
        analyze(&std::fs::read(path).expect("the model is there")).expect("it compiles");
    layout.offsets.fill(0);
    let error = Replay::new(&layout).run(&program).expect_err("everything lies at 0");
    assert!(error.contains("overwritten") || error.contains("writes where it reads"), "{error}");
}

/// What is promised: bytes of activations, in KiB.
const BARS: [(&str, f64); 7] = [
    ("mlperf_kws_dscnn_int8", 8.7),
    ("mlperf_vww_96_int8", 37.5),
    ("mlperf_ic_resnet8_int8", 34.0),
    ("mlperf_ad01_int8", 0.8),
    ("mlperf_str_ww_int8", 4.0),
    ("microflow_person_detect", 37.5),
    ("microflow_speech", 4.4),
];

#[test]
fn well_known_models_take_no_more_than_promised() {
    for (model, most) in BARS {
        let Ok(bytes) = std::fs::read(zoo().join(model).with_extension("tflite")) else {
            eprintln!("NOT MEASURED: there is no {model}");
            assert!(std::env::var_os("CI").is_none(), "the model is absent");
            continue;
        };
        let (_, layout) = analyze(&bytes).expect("it compiles");
        let kib = layout.bytes as f64 / 1024.0;
        println!("{model}: {} bytes, at least {}", layout.bytes, layout.bound);
        assert!(kib <= most, "{model}: {kib} KiB, promised {most}");
    }
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
        let offsets = place(&blocks, &[]).offsets;
        for (i, a) in blocks.iter().enumerate() {
            for (j, b) in blocks.iter().enumerate().skip(i + 1) {
                let together = a.live.start() <= b.live.end() && b.live.start() <= a.live.end();
                let apart = offsets[i] + a.bytes <= offsets[j] || offsets[j] + b.bytes <= offsets[i];
                assert!(!together || apart, "seed {seed}: blocks {i} and {j} share bytes");
            }
        }
    }
}

/// The smallest arena for few blocks, by trying all orders in which they may lie above each other.
fn smallest(blocks: &[Block], pairs: &[Pair]) -> usize {
    fn above(blocks: &[Block], pairs: &[Pair], low: usize, high: usize) -> usize {
        let together =
            |a: &Block, b: &Block| a.live.start() <= b.live.end() && b.live.start() <= a.live.end();
        if !together(&blocks[low], &blocks[high]) {
            return 0;
        }
        let pair = |a, b| pairs.iter().find(|pair| (pair.input, pair.output) == (a, b));
        let distance = pair(low, high).map(|pair| pair.above).or(pair(high, low).map(|pair| pair.below));
        distance.unwrap_or(blocks[low].bytes).next_multiple_of(4)
    }
    fn extend(blocks: &[Block], pairs: &[Pair], placed: &mut Vec<(usize, usize)>, best: &mut usize) {
        if placed.len() == blocks.len() {
            let end = placed.iter().map(|&(id, at)| at + blocks[id].bytes).max().unwrap_or(0);
            *best = (*best).min(end.next_multiple_of(4));
            return;
        }
        for id in
            (0..blocks.len()).filter(|id| !placed.iter().any(|(other, _)| other == id)).collect::<Vec<_>>()
        {
            let at = placed.iter().map(|&(other, at)| {
                let distance = above(blocks, pairs, other, id);
                if distance == 0 { 0 } else { at + distance }
            });
            let at = at.max().unwrap_or(0);
            placed.push((id, at));
            extend(blocks, pairs, placed, best);
            placed.pop();
        }
    }
    let mut best = usize::MAX;
    extend(blocks, pairs, &mut Vec::new(), &mut best);
    best
}

#[test]
fn plans_for_few_blocks_are_the_smallest() {
    for seed in 0..400 {
        let mut blocks = random_blocks(seed);
        blocks.truncate(6);
        // Each block that begins when another ends may be laid over it, at some distance.
        let mut pairs: Vec<Pair> = Vec::new();
        for (output, block) in blocks.iter().enumerate() {
            let ends = |other: &Block| {
                other.live.end() == block.live.start() && other.live.start() < block.live.start()
            };
            let free = |id: usize| !pairs.iter().any(|pair| pair.input == id || pair.output == id);
            let input =
                blocks.iter().enumerate().position(|(id, other)| id != output && ends(other) && free(id));
            if let Some(input) = input.filter(|_| free(output)) {
                let (from, to) = (blocks[input].bytes, block.bytes);
                pairs.push(Pair { input, output, below: to - to / 3, above: from - from / 4 });
            }
        }
        let placed = place(&blocks, &pairs);
        let smallest = smallest(&blocks, &pairs);
        assert_eq!(placed.bytes, smallest, "seed {seed}: {blocks:?} {pairs:?}");
        assert!(placed.bound <= smallest, "seed {seed}");
    }
}
