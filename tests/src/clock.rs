//! Measures work, on a machine that others use too.

/// Seconds of work: time in which the machine did other things does not count, where that can be told.
pub struct Clock {
    start: std::time::Instant,
    began: Option<f64>,
}

impl Clock {
    /// From now on, of this thread.
    pub fn start() -> Self {
        Self { start: std::time::Instant::now(), began: Self::on_processor() }
    }

    /// So far.
    pub fn seconds(&self) -> f64 {
        let elapsed = self.start.elapsed().as_secs_f64();
        self.began.zip(Self::on_processor()).map_or(elapsed, |(began, now)| now - began)
    }

    fn on_processor() -> Option<f64> {
        let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        let nanoseconds: f64 = text.split_whitespace().next()?.parse().ok()?;
        Some(nanoseconds / 1e9)
    }
}
