//! Kernels give the same wherever their output lies: in memory of its own, or over the used-up part of their
//! input, at any distance that is allowed. Geometries are random, and the same in every run.

use tiny_model::__private::flash::Flash;
use tiny_model::__private::kernels::average_pool_2d::{AveragePool2d, average_pool_2d_s8};
use tiny_model::__private::kernels::conv_2d::{Conv2d, conv_2d_contiguous_s8, conv_2d_s8};
use tiny_model::__private::kernels::depthwise_conv_2d::{
    DepthwiseConv2d, depthwise_conv_2d_multiplier_s8, depthwise_conv_2d_s8,
};
use tiny_model::__private::kernels::fully_connected::{FullyConnected, fully_connected_s8};
use tiny_model::__private::kernels::max_pool_2d::{MaxPool2d, max_pool_2d_s8};
use tiny_model::__private::kernels::planes::{Overlap, Planes};
use tiny_model::__private::kernels::reach::Reach;
use tiny_model::__private::kernels::shapes::{Axis, Requantization, Window};

/// Numbers without a pattern.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    fn bytes(&mut self, len: usize) -> Vec<i8> {
        (0..len).map(|_| self.below(256) as u8 as i8).collect()
    }

    /// One dimension, such that every window sees the image, as pools need it.
    fn axis(&mut self) -> Axis {
        let (taps, dilation, stride) = (1 + self.below(4), 1 + self.below(3), 1 + self.below(3));
        let reach = (taps - 1) * dilation + 1;
        let pad = self.below(taps.min(2));
        let dilation = if pad > 0 { 1 } else { dilation };
        let input = reach + self.below(7);
        let output = (input + 2 * pad - reach) / stride + 1;
        Axis { input, pad, taps, dilation, stride, output }
    }
}

/// A kernel with all its arguments but the planes.
type Kernel<'a> = Box<dyn Fn(Planes<'_, i8>) + 'a>;

/// A layer: sizes of its input and output, what may be shared, and how it runs.
struct Layer<'a> {
    name: &'static str,
    input: usize,
    output: usize,
    reach: Reach,
    run: Kernel<'a>,
}

impl Layer<'_> {
    /// What comes out if input and output lie so.
    fn shared(&self, values: &[i8], input: usize, output: usize) -> Vec<i8> {
        let overlap = Overlap { input, input_len: self.input, output, output_len: self.output };
        let mut memory = vec![99; (input + self.input).max(output + self.output)];
        memory[input..][..self.input].copy_from_slice(values);
        (self.run)(Planes::overlapped(&mut memory, overlap));
        memory[output..][..self.output].to_vec()
    }

    /// Whether distances that are one too small gave something else, in either direction.
    fn check(&self, values: &[i8]) -> [bool; 2] {
        let mut expected = vec![99; self.output];
        (self.run)(Planes::apart(values, &mut expected));
        let Reach { below, above } = self.reach;
        for more in [0, 1, 6] {
            assert_eq!(
                self.shared(values, below + more, 0),
                expected,
                "{}, {more} + {below} below",
                self.name
            );
            assert_eq!(
                self.shared(values, 0, above + more),
                expected,
                "{}, {more} + {above} above",
                self.name
            );
        }
        [self.shared(values, below - 1, 0) != expected, self.shared(values, 0, above - 1) != expected]
    }
}

#[test]
fn outputs_do_not_depend_on_where_they_lie() {
    let mut random = Random(7);
    let mut tried = 0;
    let mut differed = [0; 2];
    for _ in 0..400 {
        let (y, x) = (random.axis(), random.axis());
        let (channels, multiplier, images) = (1 + random.below(9), 1 + random.below(3), 1 + random.below(2));
        let units = 1 + random.below(9);
        let weights = random.bytes(y.taps * x.taps * channels * units.max(multiplier));
        let bias: Vec<i32> = (0..units.max(channels * multiplier) as i32).map(|i| i * 31 - 50).collect();
        let (multipliers, shifts) = (vec![1 << 30; bias.len()], vec![-5; bias.len()]);
        let (w, b) = (Flash::from_slice(&weights), Flash::from_slice(&bias));
        let (m, s) = (Flash::from_slice(&multipliers), Flash::from_slice(&shifts));
        let output = Requantization { zero_point: 3, least: -128, greatest: 127 };
        let pixels = images * y.output * x.output;
        let image = images * y.input * x.input * channels;
        let window = |units| Window { y, x, channels, units };
        let mut layers = Vec::new();
        let mut layer = |name, units, reach, run| {
            layers.push(Layer { name, input: image, output: pixels * units, reach, run });
        };

        let p = Conv2d { window: window(units), depth: channels, group: units, padding: -7, output };
        let reach = p.reach(pixels * units);
        layer("conv_2d_s8", units, reach, Box::new(move |planes| conv_2d_s8(&p, w, b, m, s, planes)));
        if x.dilation == 1 {
            let run = Box::new(move |planes: Planes<'_, i8>| conv_2d_contiguous_s8(&p, w, b, m, s, planes));
            layer("conv_2d_contiguous_s8", units, reach, run);
        }
        let p = DepthwiseConv2d { window: window(channels), multiplier: 1, padding: -7, output };
        let reach = p.reach(pixels * channels);
        let run = Box::new(move |planes: Planes<'_, i8>| depthwise_conv_2d_s8(&p, w, b, m, s, planes));
        layer("depthwise_conv_2d_s8", channels, reach, run);
        let many = channels * multiplier;
        let p = DepthwiseConv2d { window: window(many), multiplier, padding: -7, output };
        let reach = p.reach(pixels * many);
        let run =
            Box::new(move |planes: Planes<'_, i8>| depthwise_conv_2d_multiplier_s8(&p, w, b, m, s, planes));
        layer("depthwise_conv_2d_multiplier_s8", many, reach, run);
        if y.dilation == 1 && x.dilation == 1 {
            let p = AveragePool2d { window: window(channels), least: -128, greatest: 127 };
            let reach = p.reach(pixels * channels);
            layer(
                "average_pool_2d_s8",
                channels,
                reach,
                Box::new(move |planes| average_pool_2d_s8(&p, planes)),
            );
            let p = MaxPool2d { window: window(channels), least: -128, greatest: 127 };
            layer("max_pool_2d_s8", channels, reach, Box::new(move |planes| max_pool_2d_s8(&p, planes)));
        }
        let p = FullyConnected { depth: channels, units, zero_point: 3, least: -128, greatest: 127 };
        let rows = image / channels;
        let reach = p.reach(rows * units);
        let run: Kernel<'_> = Box::new(move |planes| fully_connected_s8(&p, w, b, m, s, planes));
        layers.push(Layer { name: "fully_connected_s8", input: image, output: rows * units, reach, run });

        let values = random.bytes(image);
        for layer in &layers {
            let wrong = layer.check(&values);
            tried += 1;
            differed = [differed[0] + usize::from(wrong[0]), differed[1] + usize::from(wrong[1])];
        }
    }
    // One byte too few is not seen where it held what is written there, or where no window looks.
    println!("{tried} layers, {differed:?} of which differ with one byte less");
    assert!(differed.iter().all(|count| count * 2 > tried), "{differed:?} of {tried}");
}
