//! What CONV_2D and DEPTHWISE_CONV_2D share: both are convolutions with groups of channels.

use self::kernels::Kernel;
use super::channels::{Channels, Cut};
use super::lookup::limited;
use super::narrow;
use super::once;
use super::one_scale::{Following, Joined, Scales};
use super::sums::{Activations, Sums};
use super::unit_blocks::{Simplified, ordered};
use super::{Op, Padding, requantization, unit_products, unit_streams, weighted, window, winograd};
use crate::graph::{ElementType, Tensor};
use crate::kernels::reach::Reach;
use crate::kernels::shapes::{Requantization, Window};
use crate::lower::{Bug, Lowering};
use crate::optimize::Optimize;
use crate::program::{Access, Arg, Constant, Planes, View};
use crate::quantize::Multiplier;
use crate::ranges::{Known, Ranges};
use std::rc::Rc;

mod channels;
mod kernels;
mod variants;
mod vectors;

use variants::Loops;

/// How a file orders weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// `[unit, row, column, channel of the group]`.
    UnitsFirst,
    /// `[row, column, unit]`.
    UnitsLast,
}

/// A convolution: bias is input 2, and may be left out.
#[derive(Clone, Debug)]
pub(crate) struct Convolution {
    pub(crate) window: Window,
    /// Channels that one unit sees.
    pub(crate) depth: usize,
    pub(crate) order: Order,
    /// The least and the greatest output, after the fused activation.
    pub(crate) range: (i32, i32),
    pub(crate) activations: Activations,
    /// One, or one per unit.
    pub(crate) multipliers: Vec<Multiplier>,
}

impl Op for Convolution {
    fn ranges(&self, known: &Known<'_>) -> Option<Vec<Ranges>> {
        self.output_ranges(known)
    }

    fn channels(&self, known: &Known<'_>) -> Channels {
        self.ties(known)
    }

    fn padded(&self, padding: &Padding, known: &Known<'_>) -> Option<Rc<dyn Op>> {
        // As many channels and images as before, and the value that stands for nothing.
        let same = padding.shape.last() == Some(&self.window.channels)
            && padding.shape.first() == known.input(0)?.shape.first()
            && padding.value == Known::zero_point(known.input(0)?);
        let window = window::padded(self.window, padding).filter(|_| same)?;
        Some(Rc::new(Self { window, ..self.clone() }))
    }

    fn limited(&self, least: i32, greatest: i32) -> Option<Rc<dyn Op>> {
        Some(Rc::new(Self { range: limited(self.range, least, greatest), ..self.clone() }))
    }

    fn without_channels(&self, cut: &mut Cut<'_>) -> Option<Rc<dyn Op>> {
        Some(Rc::new(self.cut(cut)?))
    }

    fn followed(
        &self,
        known: &Known<'_>,
        then: Following<'_>,
        zero_point: i32,
    ) -> Option<(Rc<dyn Op>, Tensor)> {
        let Self { activations, multipliers, range, .. } = self;
        let before = known.output(0)?;
        let sums = self.sums(known)?;
        let scales =
            Scales { multipliers, sums: &sums, zero_point: Known::zero_point(before), range: *range };
        let (joined, bias) = weighted::followed(known, *activations, &scales, then, zero_point)?;
        let Joined { multipliers, range, .. } = joined;
        Some((Rc::new(Self { multipliers, range, ..self.clone() }), bias))
    }

    fn unbound(&self, zero_point: i32) -> Option<Rc<dyn Op>> {
        let output = self.requantization(zero_point);
        let near = |&exact: &Multiplier| once::near(exact, output).unwrap_or(exact);
        let is_short = self.activations == Activations::Int8;
        let multipliers = || self.multipliers.iter().map(near).collect();
        is_short.then(|| Rc::new(Self { multipliers: multipliers(), ..self.clone() }) as Rc<dyn Op>)
    }

    fn rounded_once(&self, zero_point: i32) -> [usize; 2] {
        let output = self.requantization(zero_point);
        match self.activations == Activations::Int8 && once::suits(&self.multipliers, output) {
            true => [self.window.units, 0],
            false => [0, self.window.units],
        }
    }

    fn lower(&self, to: &mut Lowering<'_>) -> Result<(), Bug> {
        if let Activations::Int16(sums) = self.activations {
            return self.lower_16(to, sums);
        }
        let (input, weights, output) = (to.input(0)?, to.input(1)?, to.output(0)?);
        let (_, padding) = to.scale_and_zero_point(input);
        let padding = i8::try_from(padding).map_err(|_| to.bug(format_args!("zero point {padding}")))?;
        let (_, zero_point) = to.scale_and_zero_point(output);
        let range = self.requantization(zero_point);
        let (_, weight_zero_point) = to.scale_and_zero_point(weights);
        // A depthwise convolution has too few weights for it to be worth a kernel.
        let four_bits = to.tensor(weights).ty == ElementType::Int4 && self.order == Order::UnitsFirst;
        let weights = self.units_first(to.tensor(weights).to_i8().unwrap_or_default());
        let units = weights.chunks_exact(self.filter());
        let sums = units.map(|unit| requantization::difference_sum(unit, weight_zero_point));
        let bias = requantization::folded_bias(to, 2, sums, padding.into());
        let mut variants = match weight_zero_point {
            0 => {
                let layer = Simplified::of(&weights, &bias, &self.multipliers, range);
                let once = to.rounds_once().then(|| once::Units::of(&layer, self.filter(), range)).flatten();
                let loops = Loops { optimize: to.optimize(), depthwise_3x3: to.has_depthwise_3x3(), once };
                self.variants(&weights, &bias, padding, range, &loops)
            }
            _ => Vec::new(),
        };
        let plain = weight_zero_point == 0 && !four_bits;
        let sums = self.sums(&to.known());
        let layer =
            |order: &[usize]| Simplified::of(&weights, &bias, &self.multipliers, range).in_order(order);
        let short = sums.as_ref().and_then(|sums| {
            let order = self.in_fours();
            unit_products::shorten(&mut variants, || layer(&order), &ordered(sums, &order), range)
        });
        let ring = to.ring(input).filter(|_| plain);
        let narrow = sums.as_ref().filter(|_| plain);
        let narrow = narrow.and_then(|sums| narrow::narrowed(range, &self.multipliers, sums));
        let mut of_bytes = None;
        if let Some(((range, scales), sums)) = narrow.zip(sums.as_ref()) {
            let (on_ring, kernel) = self.plain_kernel(ring, padding, range);
            let note = narrow::note(&scales);
            let stream =
                unit_streams::Layer { weights: &weights, bias: &bias, scales: &scales, sums, output: range };
            let is_small = to.optimize() == Optimize::Size;
            let stream = match on_ring.is_some() || is_small {
                true => None,
                false => {
                    of_bytes = self.stream_of_bytes(&stream, padding);
                    self.stream(&stream, padding)
                }
            };
            let variant = stream.or_else(|| {
                let weights = self.ordered(&weights, &kernel);
                narrow::variant(kernel.module, kernel.name, &*kernel.params, (weights, &bias, scales))
            });
            if let Some(variant) = variant {
                variants.push(variant);
                to.note(note);
            }
        }
        let (ring, kernel) = match plain {
            true => self.plain_kernel(ring, padding, range),
            false if weight_zero_point == 0 => (None, self.kernel_4(padding, range)),
            false => (None, self.kernel_offset(padding, range, weight_zero_point)),
        };
        let weights = self.ordered(&weights, &kernel);
        let weights = match four_bits {
            true => requantization::packed(&weights, kernel.run),
            false => weights,
        };
        let elements = to.tensor(output).elements();
        let (multipliers, shifts) = requantization::constants(&self.multipliers, self.window.units);
        let mut args = vec![
            Arg::Constant(Constant::int8("WEIGHTS", weights)),
            Arg::Constant(Constant::int32("BIAS", bias)),
            multipliers,
            shifts,
        ];
        match ring {
            Some(ring) => {
                args.extend(ring.args());
                args.push(Arg::Window("output", to.write(output)?, Access::Write));
                // What other backends have reads no ring.
                variants.retain(|variant| variant.backend == narrow::BACKEND);
            }
            None => {
                short.into_iter().for_each(|note| to.note(note));
                once::note(to, &variants);
                let mut planes = self.planes(to.read(input)?, to.write(output)?);
                if let Some(layer) = variants.iter().find_map(winograd::of) {
                    planes = planes.and(|len| layer.reach(len));
                    to.note(winograd::NOTE.to_owned());
                }
                args.push(Arg::Planes(planes));
            }
        }
        if let Some(sums) = sums {
            to.prove_sums(&sums);
        }
        to.call(kernel.module, kernel.name, &*kernel.params, args, elements.saturating_mul(self.filter()));
        variants.into_iter().for_each(|variant| to.offer(variant));
        of_bytes.into_iter().for_each(|variant| to.offer_of_bytes(variant));
        Ok(())
    }
}

impl Convolution {
    /// What every channel of the output has in common.
    fn requantization(&self, zero_point: i32) -> Requantization {
        let (least, greatest) = self.range;
        Requantization { zero_point, least, greatest }
    }

    /// Weights of one unit.
    fn filter(&self) -> usize {
        self.window.y.taps.saturating_mul(self.window.x.taps).saturating_mul(self.depth)
    }

    /// Weights in the order in which a kernel reads them.
    fn ordered(&self, weights: &[i8], kernel: &Kernel) -> Vec<i8> {
        match kernel.order {
            Order::UnitsFirst => weights.to_vec(),
            Order::UnitsLast => transposed(weights, self.filter()),
        }
    }

    /// Weights in the order in which all kernels but the depthwise ones read them.
    fn units_first(&self, weights: Vec<i8>) -> Vec<i8> {
        match self.order {
            Order::UnitsFirst => weights,
            Order::UnitsLast => transposed(&weights, self.window.units),
        }
    }

    /// Whether each pixel, or the whole image, is a row of a fully connected layer.
    fn is_fully_connected(&self) -> bool {
        let Window { y, x, channels, .. } = self.window;
        let pixels = y.is_pointwise() && x.is_pointwise();
        self.depth == channels && (pixels || y.is_whole() && x.is_whole())
    }

    /// An input and an output that may share memory.
    fn planes(&self, input: View, output: View) -> Planes {
        Planes::new(input, output, |len| match self.is_fully_connected() {
            true => Reach::of_runs_in(len, self.filter(), self.window.units),
            false => self.window.reach(len),
        })
    }

    fn lower_16(&self, to: &mut Lowering<'_>, sums: Sums) -> Result<(), Bug> {
        let (input, weights, output) = (to.input(0)?, to.input(1)?, to.output(0)?);
        let (_, zero_point) = to.scale_and_zero_point(output);
        let kernel = self.kernel_16(sums, self.requantization(zero_point));
        let weights = self.units_first(to.tensor(weights).to_i8().unwrap_or_default());
        let weights = match kernel.order {
            Order::UnitsFirst => weights,
            Order::UnitsLast => transposed(&weights, self.filter()),
        };
        let (multipliers, shifts) = sums.scales(&self.multipliers, self.window.units);
        let macs = to.tensor(output).elements().saturating_mul(self.filter());
        let args = vec![
            Arg::Constant(Constant::int8("WEIGHTS", weights)),
            sums.bias(to, 2, self.window.units),
            multipliers,
            shifts,
            Arg::Planes(self.planes(to.read(input)?, to.write(output)?)),
        ];
        to.call(kernel.module, kernel.name, &*kernel.params, args, macs);
        Ok(())
    }
}

/// How often `size` is in `whole`, which import has checked to be a multiple of it.
fn parts(whole: usize, size: usize) -> usize {
    whole.checked_div(size).unwrap_or(0)
}

/// A matrix of rows of `width` elements with rows and columns exchanged.
pub(super) fn transposed(values: &[i8], width: usize) -> Vec<i8> {
    (0..width).flat_map(|column| values.iter().skip(column).step_by(width).copied()).collect()
}
