//! Bytes without a sign that stay as they are, where a kernel reads them so.

use super::Lowering;
use crate::program::{Access, Arg, BufferId, Call, Program, Variant, View};

/// The kernel that takes 128 away, and what takes its place where that is not needed.
const SHIFT: &str = "shift_u8_s8";
const KEEP: &str = "keep_u8_s8";

/// A kernel for a call that reads its input as bytes without a sign.
#[derive(Clone, Debug)]
pub(super) struct OfBytes {
    /// Which call.
    call: usize,
    variant: Variant,
}

impl Lowering<'_> {
    /// What takes the place of the last call's kernel on a backend if bytes are brought to `int8` for that call alone, which
    /// they need not be then.
    pub fn offer_of_bytes(&mut self, variant: Variant) {
        if let Some(call) = self.program.calls.len().checked_sub(1) {
            self.of_bytes.push(OfBytes { call, variant });
        }
    }
}

/// Takes the kernels for bytes where nothing but them reads what bytes are brought to.
pub(super) fn keep(program: &mut Program, all: Vec<OfBytes>) {
    for OfBytes { call, variant } in all {
        if let Some(shift) = Shift::of(program, call) {
            shift.leave_out(program, call, variant);
        }
    }
}

/// A call that brings bytes to `int8`.
struct Shift {
    call: usize,
    from: BufferId,
    to: BufferId,
}

impl Shift {
    /// That before a call, if nobody else reads what either of them reads.
    fn of(program: &Program, reader: usize) -> Option<Self> {
        let to = program.calls.get(reader)?.planes()?.input.buffer;
        let call = match users(program, to).as_slice() {
            &[writer, other] if other == reader => writer,
            _ => return None,
        };
        let [from, output] = shifted(program.calls.get(call)?)?;
        let all = |view: View| {
            let buffer = program.buffers.get(view.buffer.0);
            buffer.is_some_and(|buffer| buffer.bytes == view.bytes() && buffer.initial.is_none())
        };
        let is_port = program.outputs.iter().any(|port| [from.buffer, to].contains(&port.view.buffer));
        let alone = users(program, from.buffer) == [call] && !is_port;
        (alone && output.buffer == to && all(from) && all(output)).then_some(Self {
            call,
            from: from.buffer,
            to,
        })
    }

    /// Lets both calls have their other kernels, and what is read the memory of what is there before.
    fn leave_out(&self, program: &mut Program, reader: usize, variant: Variant) {
        let Self { call, from, to } = *self;
        let Some(replaced) = program
            .calls
            .get_mut(reader)
            .and_then(|call| call.variants.iter_mut().find(|other| other.backend == variant.backend))
        else {
            return;
        };
        let backend = variant.backend;
        *replaced = variant;
        if let Some(call) = program.calls.get_mut(call) {
            let (params, parameters) = (call.params.clone(), Some(call.parameters.clone()));
            let (module, kernel, constants) = (call.module, KEEP, Vec::new());
            call.variants.push(Variant { backend, module, kernel, params, parameters, constants });
        }
        program.join_buffers(from, to);
    }
}

/// What a call reads and what it writes, if all it does is to take 128 away.
fn shifted(call: &Call) -> Option<[View; 2]> {
    match call.args.as_slice() {
        &[Arg::Window(_, from, Access::ReadInPlace), Arg::Window(_, to, Access::WriteInPlace)]
            if call.kernel == SHIFT =>
        {
            Some([from, to])
        }
        _ => None,
    }
}

/// The calls that use a buffer, once for each window.
fn users(program: &Program, buffer: BufferId) -> Vec<usize> {
    let calls = program.calls.iter().enumerate();
    let windows = calls.flat_map(|(at, call)| call.windows().map(move |(view, _)| (at, view)));
    windows.filter(|(_, view)| view.buffer == buffer).map(|(at, _)| at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::ElementType::{self, Int8, UInt8};
    use crate::program::{Buffer, Params, Planes, Port};

    fn view(buffer: usize, ty: ElementType) -> View {
        View { buffer: BufferId(buffer), offset: 0, ty, len: 8 }
    }

    fn call(kernel: &'static str, args: Vec<Arg>) -> Call {
        Call {
            index: 0,
            name: "",
            shape: Vec::new(),
            module: "",
            kernel,
            params: String::new(),
            parameters: ().keep(),
            args,
            macs: 0,
            variants: Vec::new(),
            sum_bits: None,
            notes: Vec::new(),
        }
    }

    fn variant(kernel: &'static str) -> Variant {
        let (params, constants) = (String::new(), Vec::new());
        Variant { backend: "avr", module: "", kernel, params, parameters: None, constants }
    }

    fn port(view: View) -> Port {
        Port { name: String::new(), shape: Vec::new(), scale: 1.0, zero_point: 0, view, fixed: None }
    }

    /// Bytes in buffer 0 become `int8` in buffer 2, which a convolution reads to write buffer 1.
    fn program() -> Program {
        let windows = vec![
            Arg::Window("input", view(0, UInt8), Access::ReadInPlace),
            Arg::Window("output", view(2, Int8), Access::WriteInPlace),
        ];
        let planes = Planes { input: view(2, Int8), output: view(1, Int8), below: 0, above: 0 };
        let mut convolution = call("convolution", vec![Arg::Planes(planes)]);
        convolution.variants.push(variant("units"));
        Program {
            inputs: vec![port(view(0, UInt8))],
            outputs: vec![port(view(1, Int8))],
            buffers: vec![Buffer { bytes: 8, initial: None }; 3],
            calls: vec![call(SHIFT, windows), convolution],
            constant_bytes: 0,
        }
    }

    /// The kernels on AVR.
    fn kept(mut program: Program) -> ([&'static str; 2], Program) {
        let all = vec![OfBytes { call: 1, variant: variant("units_of_bytes") }];
        keep(&mut program, all);
        ([0, 1].map(|at: usize| program.calls[at].kernel_on("avr")), program)
    }

    #[test]
    fn bytes_stay_where_one_convolution_reads_them() {
        let (kernels, program) = kept(program());
        assert_eq!(kernels, [KEEP, "units_of_bytes"]);
        assert_eq!((program.calls[0].kernel_on("portable"), program.buffers.len()), (SHIFT, 2));
        let buffers: Vec<usize> =
            program.calls.iter().flat_map(Call::windows).map(|(view, _)| view.buffer.0).collect();
        assert_eq!(buffers, [0, 0, 0, 1]);
        assert_eq!(program.outputs[0].view.buffer, BufferId(1));
    }

    #[test]
    fn bytes_become_int8_where_others_read_either() {
        let read = |buffer| call("other", vec![Arg::Window("input", view(buffer, Int8), Access::Read)]);
        type Change = fn(&mut Program);
        let changes: [(&str, Change); 4] = [
            ("a port", |program| program.outputs.push(port(view(2, Int8)))),
            ("a port of bytes", |program| program.outputs.push(port(view(0, UInt8)))),
            ("kept", |program| program.buffers[0].initial = Some(crate::graph::Contents::Fill(0))),
            ("a part", |program| program.buffers[2].bytes = 16),
        ];
        for (what, change) in changes {
            let mut program = program();
            change(&mut program);
            assert_eq!(kept(program).0, [SHIFT, "units"], "{what}");
        }
        for buffer in [0, 2] {
            let mut program = program();
            program.calls.push(read(buffer));
            assert_eq!(kept(program).0, [SHIFT, "units"], "buffer {buffer}");
        }
    }

    /// So that the golden cases of either kind are run on boards.
    #[test]
    fn golden_cases_have_both() {
        let cases = [
            ("same", KEEP),
            ("same_stride_2", KEEP),
            ("valid_stride_2", KEEP),
            ("without_relu", SHIFT),
            ("relu", KEEP),
            ("read_twice", SHIFT),
        ];
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/ops/conv_2d");
        for (name, kernel) in cases {
            let bytes = std::fs::read(folder.join(format!("from_uint8_{name}.tflite"))).expect("it is there");
            let (program, _) = crate::analyze_with(&bytes, &crate::Options::default()).expect("it compiles");
            let found: Vec<_> = program.calls.iter().map(|call| call.kernel_on("avr")).collect();
            assert_eq!(found[0], kernel, "{name}: {found:?}");
        }
    }
}
