//! Runs a program while compiling, with the kernels of the device.
//!
//! What constants lead to is computed here, and tests compare programs with it, which takes seconds for all models
//! where rustc would take an hour.

mod kernels;
mod slot;

use crate::graph::Contents;
use crate::program::{Access, Arg, Call, Planes, Port, Program, View};
use slot::Slot;

/// A program, and its memory: each buffer by itself.
pub struct Machine<'p> {
    program: &'p Program,
    memory: Vec<Vec<u8>>,
}

impl<'p> Machine<'p> {
    /// A program that has not run yet.
    pub fn new(program: &'p Program) -> Self {
        let mut machine = Self { program, memory: Vec::new() };
        machine.reset();
        machine
    }

    /// As it was at first.
    pub fn reset(&mut self) {
        let memory = self.program.buffers.iter().map(|buffer| match &buffer.initial {
            None => vec![0; buffer.bytes],
            Some(Contents::Fill(byte)) => vec![*byte; buffer.bytes],
            Some(Contents::Bytes(bytes)) => {
                let mut memory = bytes.to_vec();
                memory.resize(buffer.bytes, 0);
                memory
            }
        });
        self.memory = memory.collect();
    }

    /// One inference: little-endian bytes of all inputs to those of all outputs. `None` if a kernel cannot run
    /// here, or an input has another size.
    pub fn run(&mut self, inputs: &[Vec<u8>]) -> Option<Vec<Vec<u8>>> {
        let program = self.program;
        for (port, input) in program.inputs.iter().zip(inputs) {
            self.bytes_mut(port.view)?.copy_from_slice(input.get(..port.view.bytes())?);
        }
        for call in &program.calls {
            self.call(call)?;
        }
        let output = |port: &Port| Some(self.bytes(port.view)?.to_vec());
        program.outputs.iter().map(output).collect()
    }

    /// The bytes that a view has after the last inference.
    pub fn bytes(&self, view: View) -> Option<&[u8]> {
        self.memory.get(view.buffer.0)?.get(view.offset..)?.get(..view.bytes())
    }

    fn bytes_mut(&mut self, view: View) -> Option<&mut [u8]> {
        self.memory.get_mut(view.buffer.0)?.get_mut(view.offset..)?.get_mut(..view.bytes())
    }

    fn call(&mut self, call: &Call) -> Option<()> {
        let mut slots = Vec::with_capacity(call.args.len());
        // What the kernel writes, and which slot holds it.
        let mut written = Vec::new();
        for arg in &call.args {
            match arg {
                Arg::Constant(constant) => slots.push(Slot::of(constant.ty, &constant.bytes)?),
                Arg::Window(_, view, access) => {
                    if matches!(access, Access::Write | Access::WriteInPlace | Access::Update) {
                        written.push((*view, slots.len()));
                    }
                    slots.push(Slot::of(view.ty, self.bytes(*view)?)?);
                }
                Arg::Planes(Planes { input, output, .. }) => {
                    slots.push(Slot::of(input.ty, self.bytes(*input)?)?);
                    written.push((*output, slots.len()));
                    slots.push(Slot::of(output.ty, self.bytes(*output)?)?);
                }
            }
        }
        kernels::run(call, &mut slots)?;
        for (view, slot) in written {
            self.bytes_mut(view)?.copy_from_slice(&slots.get(slot)?.bytes());
        }
        Some(())
    }
}
