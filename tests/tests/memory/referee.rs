//! A referee for memory plans, which shares no code with the planner. It goes through the calls of a model and
//! notes for each byte of the arena which byte of which tensor it holds. Where an output lies over its input, it
//! takes from the layer's geometry which elements each row reads, in the order in which kernels work.

use std::ops::Range;
use tiny_model::__private::kernels::planes::RUN;
use tiny_model_compiler::{Access, Call, Layout, Planes, Program, View};

/// What each byte of the arena holds: a byte of a buffer.
pub struct Replay<'a> {
    layout: &'a Layout,
    held: Vec<Option<(usize, usize)>>,
}

/// How a layer goes through its input, by its parameters.
enum Geometry {
    /// Windows over images of `[y.input, x.input, channels]`.
    Window { y: Axis, x: Axis, channels: usize, units: usize },
    /// Rows of `depth` elements, each of which becomes one of `units`.
    Rows { depth: usize, units: usize },
}

#[derive(Debug)]
struct Axis {
    input: usize,
    pad: usize,
    taps: usize,
    dilation: usize,
    stride: usize,
    output: usize,
}

/// The number that a field has in the text of parameters.
fn field(text: &str, name: &str) -> usize {
    let (_, after) = text.split_once(&format!("{name}: ")).unwrap_or_else(|| panic!("no {name} in {text}"));
    let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_else(|_| panic!("{name} in {text} is no number"))
}

impl Geometry {
    fn of(params: &str) -> Self {
        let axis = |name: &str| {
            let (_, text) = params.split_once(&format!("{name}: Axis {{")).expect("windows have two axes");
            let get = |name| field(text, name);
            let (input, pad, taps) = (get("input"), get("pad"), get("taps"));
            Axis { input, pad, taps, dilation: get("dilation"), stride: get("stride"), output: get("output") }
        };
        match params.contains("Window {") {
            true => Self::Window {
                y: axis("y"),
                x: axis("x"),
                channels: field(params, "channels"),
                units: field(params, "units"),
            },
            false => Self::Rows { depth: field(params, "depth"), units: field(params, "units") },
        }
    }

    /// The elements of the output that are written together, first to last, and all that they read.
    fn steps(&self, output_len: usize) -> Vec<(Range<usize>, Vec<Range<usize>>)> {
        match self {
            Self::Rows { depth, units } => {
                let rows = output_len / units;
                let step = |at: usize| {
                    let end = (at + RUN).min(rows);
                    (at * units..end * units, std::iter::once(at * depth..end * depth).collect())
                };
                (0..rows).step_by(RUN).map(step).collect()
            }
            Self::Window { y, x, channels, units } => {
                let images = output_len / (y.output * x.output * units);
                let mut steps = Vec::new();
                for image in 0..images {
                    let first = image * y.input * x.input * channels;
                    for row in 0..y.output {
                        let start = (image * y.output + row) * x.output * units;
                        let mut reads = Vec::new();
                        for column in 0..x.output {
                            for (at_y, at_x) in y.seen(row).flat_map(|v| x.seen(column).map(move |h| (v, h)))
                            {
                                let at = first + (at_y * x.input + at_x) * channels;
                                reads.push(at..at + channels);
                            }
                        }
                        steps.push((start..start + x.output * units, reads));
                    }
                }
                steps
            }
        }
    }

    /// The same, as the last row comes first. Runs then are counted from the last row on.
    fn steps_backward(&self, output_len: usize) -> Vec<(Range<usize>, Vec<Range<usize>>)> {
        let Self::Rows { depth, units } = self else {
            return self.steps(output_len).into_iter().rev().collect();
        };
        let rows = output_len / units;
        let step = |left: usize| {
            let (start, end) = (left.saturating_sub(RUN), left);
            (start * units..end * units, std::iter::once(start * depth..end * depth).collect())
        };
        (1..=rows).rev().step_by(RUN).map(step).collect()
    }
}

impl Axis {
    /// The positions of the image under the window of an output.
    fn seen(&self, output: usize) -> impl Iterator<Item = usize> + '_ {
        let padded = (0..self.taps).map(move |tap| output * self.stride + tap * self.dilation);
        padded.filter_map(|at| at.checked_sub(self.pad)).filter(|&at| at < self.input)
    }
}

fn is_write(access: Access) -> bool {
    matches!(access, Access::Write | Access::WriteInPlace | Access::Update)
}

impl<'a> Replay<'a> {
    pub fn new(layout: &'a Layout) -> Self {
        Self { layout, held: vec![None; layout.bytes] }
    }

    fn start(&self, view: &View) -> usize {
        self.layout.offsets[view.buffer.0] + view.offset
    }

    fn bytes(&self, view: &View) -> Range<usize> {
        let start = self.start(view);
        start..start + view.bytes()
    }

    /// Writes bytes of a view.
    fn write_part(&mut self, view: &View, part: Range<usize>) {
        let start = self.start(view);
        for byte in part {
            self.held[start + byte] = Some((view.buffer.0, view.offset + byte));
        }
    }

    fn read_part(&self, view: &View, mut part: Range<usize>, what: &str) -> Result<(), String> {
        let start = self.start(view);
        match part.find(|byte| self.held[start + byte] != Some((view.buffer.0, view.offset + byte))) {
            None => Ok(()),
            Some(byte) => {
                Err(format!("{what} reads byte {byte} of buffer {}, which was overwritten", view.buffer.0))
            }
        }
    }

    pub fn write(&mut self, view: &View) {
        self.write_part(view, 0..view.bytes());
    }

    pub fn read(&self, view: &View, what: &str) -> Result<(), String> {
        self.read_part(view, 0..view.bytes(), what)
    }

    /// A whole inference.
    pub fn run(&mut self, program: &Program) -> Result<(), String> {
        let kept: Vec<(usize, usize)> = program
            .buffers
            .iter()
            .enumerate()
            .filter(|(_, buffer)| buffer.initial.is_some())
            .map(|(id, buffer)| (id, buffer.bytes))
            .collect();
        for &(id, bytes) in &kept {
            let start = self.layout.offsets[id];
            assert!(start + bytes <= self.layout.state, "buffer {id} is kept, but not beside the scratch");
            (0..bytes).for_each(|byte| self.held[start + byte] = Some((id, byte)));
        }
        program.inputs.iter().for_each(|port| self.write(&port.view));
        program.calls.iter().try_for_each(|call| self.call(call))?;
        program.outputs.iter().try_for_each(|port| self.read(&port.view, "the caller"))?;
        for &(id, bytes) in &kept {
            let start = self.layout.offsets[id];
            if (0..bytes).any(|byte| self.held[start + byte] != Some((id, byte))) {
                return Err(format!("buffer {id} is not kept"));
            }
        }
        Ok(())
    }

    /// One call.
    pub fn call(&mut self, call: &Call) -> Result<(), String> {
        let what = format!("{} {}", call.name, call.index);
        let shared = call.planes().filter(|planes| self.overlap(planes));
        let is_shared = |view: &View| shared.is_some_and(|p| *view == p.input || *view == p.output);
        let windows: Vec<(View, Access)> = call.windows().collect();
        for (view, _) in windows.iter().filter(|(_, access)| !is_write(*access) || *access == Access::Update)
        {
            self.read(view, &what)?;
        }
        for (view, access) in windows.iter().filter(|(_, access)| is_write(*access)) {
            for (other, other_access) in windows.iter().filter(|(other, _)| other != view) {
                let (a, b) = (self.bytes(view), self.bytes(other));
                let apart = a.end <= b.start || b.end <= a.start;
                let in_place =
                    *access == Access::WriteInPlace && *other_access == Access::ReadInPlace && a == b;
                let planned = is_shared(view) && is_shared(other);
                if !(apart || in_place || planned) {
                    return Err(format!("{what} writes where it reads"));
                }
            }
            if !is_shared(view) {
                self.write(view);
            }
        }
        shared.map_or(Ok(()), |planes| self.planes(&planes, &call.params, &what))
    }

    /// Whether an input and an output share bytes.
    pub fn overlap(&self, planes: &Planes) -> bool {
        let (a, b) = (self.bytes(&planes.input), self.bytes(&planes.output));
        a.start < b.end && b.start < a.end
    }

    /// A layer whose output lies over its input, row by row.
    pub fn planes(&mut self, planes: &Planes, params: &str, what: &str) -> Result<(), String> {
        let Planes { input, output, .. } = planes;
        let geometry = Geometry::of(params);
        let size = output.bytes() / output.len;
        let steps = match self.start(output) > self.start(input) {
            true => geometry.steps_backward(output.len),
            false => geometry.steps(output.len),
        };
        let bytes = |elements: Range<usize>| elements.start * size..elements.end * size;
        for (written, read) in steps {
            // A kernel may write the elements of a row in any order, before it has read all that they need.
            self.write_part(output, bytes(written));
            read.into_iter().try_for_each(|elements| self.read_part(input, bytes(elements), what))?;
        }
        // Nothing of the output was lost, and all of it was written.
        self.read(output, what)
    }
}
