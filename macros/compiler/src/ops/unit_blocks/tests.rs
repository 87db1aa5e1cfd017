use super::*;
use crate::inner::flash::Flash;
use crate::inner::{
    BlockOutput, RunsOfElements, block_bytes, block_bytes_once, block_bytes_small_once, block_rows_2,
    block_rows_2_once, offset_and_clamp_s8, requantize, widen_2,
};
use crate::kernels::random::Random;

fn check(run: usize, runs: usize, units: usize, zero_point: i32) {
    let mut random = Random::new((run * 97 + runs * 31 + units) as u32);
    let mut number = |end: i32| random.below(end as usize) as i32;
    let filter = run * runs;
    let weights: Vec<i8> = (0..units * filter).map(|_| (number(255) - 127) as i8).collect();
    let bias: Vec<i32> = (0..units).map(|_| number(20_000) - 10_000).collect();
    let ties = zero_point > -128;
    let multipliers: Vec<Multiplier> = (0..units)
        .map(|_| Multiplier {
            multiplier: (1 << 30) + number(1 << 30),
            shift: -i32::from(ties) - 1 - number(9),
        })
        .collect();
    let scales = Scales::Full { multipliers: &multipliers, ties };
    let layer = Units { weights: &weights, filter, run, bias: &bias, scales };
    let constant = layer.blocks().unwrap();
    let words: Vec<i32> =
        constant.bytes.as_chunks::<4>().0.iter().map(|&word| i32::from_le_bytes(word)).collect();
    let rows: [Vec<i8>; 2] = [0, 1].map(|_| (0..filter).map(|_| (number(256) - 128) as i8).collect());
    let expected = rows.each_ref().map(|row| {
        let unit = |unit: usize| {
            let products =
                weights[unit * filter..].iter().zip(row).map(|(&w, &x)| i32::from(w) * i32::from(x));
            let Multiplier { multiplier, shift } = multipliers[unit];
            let value = requantize(bias[unit] + products.sum::<i32>(), multiplier, shift);
            offset_and_clamp_s8(value, zero_point, -128, 127)
        };
        (0..units).map(unit).collect::<Vec<_>>()
    });
    let mut x = vec![[0; 2]; layer.steps()];
    let elements = RunsOfElements { count: runs, len: run, distance: run };
    widen_2(elements, [&rows[0], &rows[1]], &mut x);
    let to = BlockOutput { zero_point, ties };
    let mut outputs = [0, 1, 2].map(|_| vec![0i8; units.next_multiple_of(4)]);
    let [first, second, third] = &mut outputs;
    block_rows_2(Flash::from_slice(&words), &x, to, first, Some(second));
    if runs == 1 {
        block_bytes(Flash::from_slice(&words), &rows[1], to, third);
    } else {
        third.clone_from(second);
    }
    for (output, expected) in outputs.iter().zip([&expected[0], &expected[1], &expected[1]]) {
        assert_eq!(output[..units], **expected, "{runs} runs of {run}, {units} units");
    }
}

/// The same where units are rounded once, by the formula of that.
fn check_once(run: usize, runs: usize, units: usize) {
    let mut random = Random::new((run * 89 + runs * 37 + units) as u32);
    let filter = run * runs;
    let weights: Vec<i8> = (0..units * filter).map(|_| (random.below(255) as i32 - 127) as i8).collect();
    let bias: Vec<i32> = (0..units).map(|_| random.below(1 << 21) as i32 - (1 << 20)).collect();
    let multipliers: Vec<i32> =
        (0..units).map(|_| (random.below(1 << 20) << random.below(11)) as i32).collect();
    let layer = once::Units { weights, bias, multipliers };
    let words = Units::once(&layer, filter, run);
    let steps = words.steps();
    let words = words.blocks().expect("they fit").to_words();
    let blocks = Flash::from_slice(&words);
    let rows = [0, 1].map(|_| random.bytes(filter));
    let expected = rows.each_ref().map(|row| {
        let unit = |unit: usize| {
            let weights = layer.weights[unit * filter..].iter();
            let sum: i64 = weights.zip(row).map(|(&w, &x)| i64::from(w) * i64::from(x)).sum();
            let product = (sum + i64::from(layer.bias[unit])) * i64::from(layer.multipliers[unit]);
            (product >> 32).clamp(-128, 127) as i8
        };
        (0..units).map(unit).collect::<Vec<_>>()
    });
    let mut x = vec![[0; 2]; steps];
    widen_2(RunsOfElements { count: runs, len: run, distance: run }, [&rows[0], &rows[1]], &mut x);
    let mut outputs = [0; 4].map(|_| vec![0i8; units.next_multiple_of(4)]);
    let [first, second, third, fourth] = &mut outputs;
    block_rows_2_once(blocks, &x, first, Some(second));
    if runs == 1 {
        block_bytes_once(blocks, &rows[1], third);
        block_bytes_small_once(blocks, &rows[0], fourth);
    } else {
        third.clone_from(second);
        block_rows_2_once(blocks, &x, fourth, None);
    }
    for (output, row) in outputs.iter().zip([0, 1, 1, 0]) {
        assert_eq!(output[..units], *expected[row], "{runs} runs of {run}, {units} units");
    }
}

#[test]
fn blocks_that_are_rounded_once_are_the_same_layer() {
    for run in 1..=21 {
        for (runs, units) in [(1, 4), (1, 7), (3, 8), (2, 1)] {
            check_once(run, runs, units);
        }
    }
}

#[test]
fn blocks_are_the_same_layer() {
    for run in 1..=21 {
        for (runs, units) in [(1, 4), (1, 7), (3, 8), (2, 1)] {
            check(run, runs, units, 3);
            check(run, runs, units, -128);
        }
    }
}

fn layer<'a>(weights: &'a [i8], bias: &'a [i32], multipliers: &'a [Multiplier]) -> Units<'a> {
    let filter = weights.len() / bias.len();
    Units { weights, filter, run: filter, bias, scales: Scales::Full { multipliers, ties: true } }
}

#[test]
fn what_loops_cannot_do_has_no_blocks() {
    let fine = [Multiplier { multiplier: 1 << 30, shift: -2 }];
    assert!(layer(&[1, 2], &[0, 0], &fine).blocks().is_some());
    assert!(layer(&[1, 2], &[0, 0], &[Multiplier { multiplier: 1 << 30, shift: -1 }]).blocks().is_none());
    assert!(layer(&[1, 2], &[1 << 30, 0], &fine).blocks().is_none());
    assert!(layer(&[1, 2], &[0, 1 << 30], &fine).blocks().is_none());
    // A half of a word does not hold this.
    assert!(layer(&[-1, -128], &[0, 0], &fine).blocks().is_none());
    assert!(layer(&[-128, -1], &[0, 0], &fine).blocks().is_some());
    // The second unit's sums would have too many bits.
    let large: Vec<i8> = [[1i8; 517], [127; 517]].concat();
    assert!(layer(&large, &[0, 0], &fine).blocks().is_none());
    let long: Vec<i8> = [[127i8; 515], [127; 515]].concat();
    assert!(layer(&long, &[0, 0], &fine).blocks().is_some());
}
