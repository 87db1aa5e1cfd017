//! Reads handwritten digits: one task waits for pictures and reads them, another reports what it read.
#![no_std]
#![no_main]

mod camera;
mod report;

use camera::Camera;
use embassy_executor::Spawner;
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embassy_sync::channel::Channel;
use pictures::LABELS;
use report::report;
use static_cell::ConstStaticCell;
use tiny_model::tiny_model;

tiny_model!("../../digits/digits.tflite"); // defines `pub struct Digits`; the path is relative to this file

/// All memory of the model, made while compiling.
static DIGITS: ConstStaticCell<Digits> = ConstStaticCell::new(Digits::new());

/// From the task that reads to the one that reports.
static ANSWERS: Channel<CriticalSectionRawMutex, Answer, 2> = Channel::new();

/// What the network sees in a picture.
struct Answer {
    digit: usize,
    /// In 256ths.
    certainty: i32,
}

#[embassy_executor::main]
async fn main(spawner: Spawner) {
    let peripherals = embassy_nrf::init(Default::default());
    let camera = Camera::start(peripherals.TIMER0);
    if let Ok(task) = read_digits(camera, DIGITS.take()) {
        spawner.spawn(task);
    }

    report!("Digits: {} bytes of RAM, {} of constants", Digits::RAM, Digits::FLASH);
    for label in LABELS {
        let Answer { digit, certainty } = ANSWERS.receive().await;
        report!("it reads {} with a certainty of {}/256, and it is {}", digit, certainty, label);
    }
    report::end();
}

#[embassy_executor::task]
async fn read_digits(mut camera: Camera, digits: &'static mut Digits) {
    loop {
        // The picture goes straight to where the model reads it.
        camera.capture(digits.input_mut()).await;
        let scores = digits.run();
        ANSWERS.send(Answer::likeliest(scores)).await;
    }
}

impl Answer {
    fn likeliest(scores: &[i8]) -> Self {
        let indexed = scores.iter().enumerate();
        let (digit, &score) = indexed.max_by_key(|&(_, score)| score).unwrap_or((0, &i8::MIN));
        Self { digit, certainty: i32::from(score) - Digits::OUTPUT.zero_point() }
    }
}
