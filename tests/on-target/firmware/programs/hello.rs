//! The smallest program with something to measure: int8 dot products of 64 elements.

use crate::Report;

const LENGTH: usize = 64;

/// Multiples of 37, wrapped around.
static WEIGHTS: [i8; LENGTH] = {
    let mut weights = [0i8; LENGTH];
    let mut i = 1;
    while i < LENGTH {
        weights[i] = weights[i - 1].wrapping_add(37);
        i += 1;
    }
    weights
};

pub fn run(report: &mut impl Report) {
    report.text("hello");
    report.number("macs", LENGTH as u32);
    let mut input = [0; LENGTH];
    while report.input(&mut input) {
        let sum = report.measure("dot", || dot_product(&WEIGHTS, &input));
        report.output("dot", &[sum]);
    }
}

fn dot_product(weights: &[i8; LENGTH], input: &[i8; LENGTH]) -> i32 {
    weights.iter().zip(input).map(|(&weight, &input)| i32::from(weight) * i32::from(input)).sum()
}
