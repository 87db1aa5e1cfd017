//! A function in 513 points, between which a kernel interpolates.

// Arithmetic of values, not of sizes: the bounds of each are those of its formula.
#![allow(clippy::arithmetic_side_effects)]

/// A function of what an `int16` stands for; its values lie from -1 to 1.
pub(crate) struct Curve {
    pub(crate) scale: f32,
    pub(crate) zero_point: f32,
    pub(crate) function: fn(f32) -> f32,
}

/// The greatest minus the least `int16`.
pub(crate) const SPAN: f32 = 65535.0;
const STEPS: u16 = 512;

impl Curve {
    /// The points in steps of `2/65535`, to the bit as TensorFlow Lite's `LUTPopulate`: single
    /// precision throughout, and each shifted by half of the error that a straight line from it to the
    /// next has in the middle.
    pub(crate) fn points(&self) -> Vec<i16> {
        let Curve { scale, zero_point, function } = self;
        let (from, to) = (scale * (-32768.0 - zero_point), scale * (32767.0 - zero_point));
        let step = (to - from) / f32::from(STEPS);
        let output_scale = 2.0 / SPAN;
        let scale = 65536.0 / (output_scale * 32767.0 - output_scale * -32768.0);
        let mut points: Vec<i16> = (0..STEPS)
            .map(|i| {
                let x = from + f32::from(i) * step;
                let value = (function(x) * scale).round();
                let next = function(from + f32::from(i + 1) * step) * scale;
                let on_line = ((next + value) / 2.0).round();
                let on_curve = (function(x + step / 2.0) * scale).round();
                saturate(value - ((on_line - on_curve) / 2.0).round())
            })
            .collect();
        points.push(saturate((function(to) * scale).round()));
        points
    }
}

fn saturate(x: f32) -> i16 {
    x.clamp(-32768.0, 32767.0) as i16
}
