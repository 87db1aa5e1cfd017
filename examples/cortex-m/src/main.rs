//! Reads handwritten digits, then runs a model of your own. It prints to the computer that runs the emulator or the
//! debugger.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use cortex_m_semihosting::{debug, hprint, hprintln};
use panic_semihosting as _;
use pictures::{LABELS, PICTURES, SIDE, ink};
use tiny_model::tiny_model;

tiny_model!("../../digits/digits.tflite"); // defines `pub struct Digits`

tiny_model! {
    /// A model of your own: put its path here. The path is relative to this file.
    pub struct Mine = "../../../tests/ops/whole/residual_classifier.tflite";
}

#[entry]
fn main() -> ! {
    // The entry point runs once, so it may have mutable statics; all memory of the models is in them.
    static mut DIGITS: Digits = Digits::new();
    static mut MINE: Mine = Mine::new();

    read_digits(DIGITS);
    run_mine(MINE);
    debug::exit(debug::EXIT_SUCCESS);
    loop {
        cortex_m::asm::wfi();
    }
}

fn read_digits(digits: &mut Digits) {
    hprintln!("Digits: {} bytes of RAM, {} of constants, {} MACs", Digits::RAM, Digits::FLASH, Digits::MACS);
    for (picture, label) in PICTURES.iter().zip(LABELS) {
        draw(picture);
        let scores = digits.infer(picture);
        hprintln!("scores {:?}", scores);
        hprintln!("it reads {}, and it is {}\n", likeliest(scores), label);
    }
}

fn run_mine(mine: &mut Mine) {
    hprintln!("Mine: {} bytes of RAM, {} of constants, {} MACs", Mine::RAM, Mine::FLASH, Mine::MACS);
    for layer in Mine::LAYERS {
        hprintln!("  {} gives {:?}", layer.operator, layer.shape);
    }
    // Write your data here, in the model's own integers: `Mine::INPUT` converts.
    mine.input_mut().fill(0);
    hprintln!("zeros give {:?}", mine.run());
}

fn draw(picture: &[i8]) {
    for row in picture.chunks(SIDE) {
        for &pixel in row {
            hprint!("{0}{0}", ink(pixel));
        }
        hprintln!();
    }
}

/// The index of the highest score.
fn likeliest(scores: &[i8]) -> usize {
    let indexed = scores.iter().enumerate();
    indexed.max_by_key(|&(_, score)| score).map_or(0, |(index, _)| index)
}
