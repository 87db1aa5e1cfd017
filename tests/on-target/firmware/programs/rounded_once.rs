//! Loops for units that are rounded once, beside what specifies them: both give the same, for blocks of all lengths, rows of
//! windows with all kinds of borders, and windows of all sizes. Constants and images are made up.

use crate::Report;
use tiny_model::__private::flash::Flash;
use tiny_model::inner::{self, Loop3x3, Row3x3, Rows3, RunsOfElements, Tap, TapsOfPixel, portable};

const STEPS: usize = 20;
const UNITS: usize = 12;
/// Words of the longest constants.
const WORDS: usize = UNITS / 4 * (portable::BLOCK_CONSTANTS_ONCE + 2 * STEPS);

struct Noise(u32);

impl Noise {
    fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(2654435769);
        let mixed = (self.0 ^ self.0 >> 15).wrapping_mul(2246822519);
        (mixed ^ mixed >> 13).wrapping_mul(3266489917) >> 3
    }

    fn bytes<const N: usize>(&mut self) -> [i8; N] {
        [(); N].map(|()| self.next() as i8)
    }

    /// A bias and a multiplier, with which many outputs are within their eight bits.
    fn bias(&mut self) -> i32 {
        (self.next() & 0xffff) as i32 - 0x8000
    }

    fn multiplier(&mut self) -> i32 {
        (self.next() & 0x3f_ffff) as i32
    }
}

/// How often loops ran, how often both gave the same, and how many outputs were not at a limit.
#[derive(Default)]
struct Counts([u32; 3]);

impl Counts {
    fn compare(&mut self, found: &[i8], expected: &[i8]) {
        let Self([runs, same, within]) = self;
        (*runs, *same) = (*runs + 1, *same + u32::from(found == expected));
        *within += expected.iter().filter(|&&y| y != 0 && y != -128 && y != 127).count() as u32;
    }

    /// The first two, and whether there are outputs enough that say something: one for each run.
    fn told(self) -> [u32; 3] {
        let [runs, same, within] = self.0;
        [runs, same, u32::from(within >= runs)]
    }
}

/// Blocks for rows of so many elements.
fn blocks(noise: &mut Noise, elements: usize) -> [i32; WORDS] {
    let steps = elements.div_ceil(2);
    let len = portable::BLOCK_CONSTANTS_ONCE + 2 * steps;
    let mut at = 0;
    [(); WORDS].map(|()| {
        let of_block = at % len;
        at += 1;
        match of_block.checked_sub(2 + 2 * steps) {
            None if of_block < 2 => noise.bias(),
            // An element that is left over has no other beside it.
            None if elements % 2 == 1 && of_block >= 2 * steps => noise.next() as i32 & 0xffff,
            None => (noise.next() << 3 | noise.next() & 7) as i32,
            Some(2 | 5) => noise.bias(),
            Some(_) => noise.multiplier(),
        }
    })
}

fn two_rows(noise: &mut Noise) -> Counts {
    let mut counts = Counts::default();
    for steps in 1..=STEPS {
        let (words, rows) = (blocks(noise, 2 * steps), [noise.bytes::<{ 2 * STEPS }>(), noise.bytes()]);
        let blocks = Flash::from_slice(&words);
        let mut x = [[0; 2]; STEPS];
        let runs = RunsOfElements { count: 1, len: 2 * steps - steps % 2, distance: 0 };
        portable::widen_2(runs, [&rows[0], &rows[1]], &mut x);
        let mut outputs = [[0; UNITS]; 6];
        let [a, b, c, d, e, f] = &mut outputs;
        inner::block_rows_2_once(blocks, &x[..steps], a, Some(b));
        portable::block_rows_2_once(blocks, &x[..steps], c, Some(d));
        // What is one row's is there twice.
        portable::widen_2(runs, [&rows[0]; 2], &mut x);
        inner::block_rows_2_once(blocks, &x[..steps], &mut e[..UNITS - 3], None);
        portable::block_rows_2_once(blocks, &x[..steps], &mut f[..UNITS - 3], None);
        counts.compare(a, c);
        counts.compare(b, d);
        counts.compare(e, f);
    }
    counts
}

fn one_row(noise: &mut Noise) -> Counts {
    let mut counts = Counts::default();
    for len in 1..=2 * STEPS {
        let (words, row) = (blocks(noise, len), noise.bytes::<{ 2 * STEPS }>());
        let blocks = Flash::from_slice(&words);
        let [mut fast, mut small, mut expected] = [[0; UNITS]; 3];
        inner::block_bytes_once(blocks, &row[..len], &mut fast);
        inner::block_bytes_small_once(blocks, &row[..len], &mut small);
        portable::block_bytes_once(blocks, &row[..len], &mut expected);
        counts.compare(&fast, &expected);
        counts.compare(&small, &expected);
    }
    counts
}

const CHANNELS: usize = 5;
const COLUMNS: usize = 7;

/// Constants of windows of 3 × 3.
fn channels(noise: &mut Noise) -> [i32; portable::CHANNEL_CONSTANTS_ONCE * CHANNELS] {
    let mut at = 0;
    [(); portable::CHANNEL_CONSTANTS_ONCE * CHANNELS].map(|()| {
        at += 1;
        match at % portable::CHANNEL_CONSTANTS_ONCE {
            1 | 2 => (noise.next() << 3 | noise.next() & 7) as i32,
            3 => (noise.next() as i8).into(),
            4 => noise.multiplier() << 1,
            _ => noise.bias() >> 2,
        }
    })
}

fn rows<const STRIDE: usize>(noise: &mut Noise) -> Counts {
    let mut counts = Counts::default();
    for channels in 1..=CHANNELS {
        for (width, left) in (2..=COLUMNS).flat_map(|width| [(width, false), (width, true)]) {
            let before = |outputs: usize| (outputs - 1) * STRIDE + 2 - usize::from(left);
            for outputs in (1..=COLUMNS).take_while(|&outputs| before(outputs) <= width) {
                for rows in [Rows3::All, Rows3::Lower, Rows3::Upper] {
                    let (words, image) = (self::channels(noise), noise.bytes::<{ 3 * COLUMNS * CHANNELS }>());
                    let p = Row3x3 { channels, width, outputs, left, padding: -77, zero_point: 0 };
                    let [mut found, mut expected] = [[0; COLUMNS * CHANNELS]; 2];
                    let constants = Flash::from_slice(&words);
                    Loop3x3::once::<STRIDE>().row(&p, rows, constants, &image, &mut found);
                    let definition = portable::Loop3x3::once::<STRIDE>();
                    definition.row(&p, rows, constants, &image, &mut expected);
                    counts.compare(&found, &expected);
                }
            }
        }
    }
    counts
}

/// Biases and multipliers of so many channels.
fn of_taps(noise: &mut Noise, channels: usize) -> [i32; 2 * MANY] {
    let mut at = 0;
    [(); 2 * MANY].map(|()| {
        at += 1;
        if at <= channels { noise.bias() >> 2 } else { noise.multiplier() << 1 }
    })
}

const MANY: usize = 9;

fn pixels(noise: &mut Noise) -> Counts {
    let mut counts = Counts::default();
    for channels in 4..=MANY {
        for (rows, columns) in (0..=3).flat_map(|rows| [0, 1, 2, 4].map(|columns| (rows, columns))) {
            let tap = |width: usize| Tap { row: width * channels, column: channels };
            let (image, weights) = (tap(6), tap(4));
            let p = TapsOfPixel { channels, rows, columns, image, weights, padding: 99, zero_point: 0 };
            let (weights, image) = (noise.bytes::<{ 12 * MANY }>(), noise.bytes::<{ 18 * MANY }>());
            let (words, weights) = (of_taps(noise, channels), Flash::from_slice(&weights));
            let constants = Flash::from_slice(&words[..2 * channels]);
            let [mut found, mut expected] = [[0; MANY]; 2];
            inner::depthwise_pixel_once(&p, weights, constants, &image, &mut found[..channels]);
            portable::depthwise_pixel_once(&p, weights, constants, &image, &mut expected[..channels]);
            counts.compare(&found, &expected);
        }
    }
    counts
}

pub fn run(report: &mut impl Report) {
    let mut noise = Noise(1);
    report.output("two_rows", &two_rows(&mut noise).told());
    report.output("one_row", &one_row(&mut noise).told());
    report.output("stride_1", &rows::<1>(&mut noise).told());
    report.output("stride_2", &rows::<2>(&mut noise).told());
    report.output("pixels", &pixels(&mut noise).told());

    let (words, x) = (blocks(&mut noise, 2 * STEPS), [[0x1_0001; 2]; STEPS]);
    let [mut first, mut second] = [[0; UNITS]; 2];
    report.measure("two_rows", || {
        inner::block_rows_2_once(Flash::from_slice(&words), &x, &mut first, Some(&mut second));
    });
    let row = noise.bytes::<{ 2 * STEPS }>();
    report.measure("one_row", || inner::block_bytes_once(Flash::from_slice(&words), &row, &mut first));
    let (words, image) = (channels(&mut noise), noise.bytes::<{ 3 * COLUMNS * CHANNELS }>());
    let mut outputs = [0; COLUMNS * CHANNELS];
    let p = Row3x3 {
        channels: CHANNELS,
        width: COLUMNS,
        outputs: COLUMNS,
        left: true,
        padding: 0,
        zero_point: 0,
    };
    report.measure("stride_1", || {
        Loop3x3::once::<1>().row(&p, Rows3::All, Flash::from_slice(&words), &image, &mut outputs);
    });
}
