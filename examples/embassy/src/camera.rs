//! Stands in for a sensor: its interrupt says ten times a second that there is a picture. A real one would have it
//! written by DMA, to the same place.

use embassy_nrf::Peri;
use embassy_nrf::interrupt::{self, InterruptExt};
use embassy_nrf::pac;
use embassy_nrf::peripherals::TIMER0;
use embassy_nrf::timer::{Frequency, Timer};
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embassy_sync::signal::Signal;
use pictures::{PICTURES, PIXELS};

const PERIOD_US: u32 = 100_000;

static PICTURE_IS_THERE: Signal<CriticalSectionRawMutex, ()> = Signal::new();

/// Shows the same pictures again and again.
pub struct Camera {
    _timer: Timer<'static>,
    next: usize,
}

impl Camera {
    pub fn start(timer: Peri<'static, TIMER0>) -> Self {
        let timer = Timer::new(timer);
        timer.set_frequency(Frequency::F1MHz);
        timer.cc(0).write(PERIOD_US);
        timer.cc(0).short_compare_clear();
        pac::TIMER0.intenset().write(|interrupts| interrupts.set_compare(0, true));
        // SAFETY: the handler below needs nothing that is not there yet.
        unsafe { interrupt::TIMER0.enable() };
        timer.start();
        Self { _timer: timer, next: 0 }
    }

    /// Waits for a picture, in quantized form.
    pub async fn capture(&mut self, picture: &mut [i8; PIXELS]) {
        PICTURE_IS_THERE.wait().await;
        *picture = PICTURES[self.next];
        self.next = (self.next + 1) % PICTURES.len();
    }
}

#[cortex_m_rt::interrupt]
fn TIMER0() {
    pac::TIMER0.events_compare(0).write_value(0);
    PICTURE_IS_THERE.signal(());
}
