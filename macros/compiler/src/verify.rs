//! Invariants of what is about to be emitted: a violation is our bug and says so, before rustc would
//! show it as an error in code that nobody wrote.

use crate::graph::{ElementType, Graph, TensorId};
use crate::layout::{ALIGNMENT, Layout};
use crate::limits::MAX_PORTS;
use crate::lower::Bug;
use crate::program::{Access, Planes, Port, Program, View};
use std::collections::HashSet;
use std::ops::Range;

/// Checks that every tensor that is read has been written before, once.
pub fn verify_graph(graph: &Graph) -> Result<(), Bug> {
    let variables = graph.variables.iter().filter_map(|variable| variable.tensor);
    let mut written: HashSet<TensorId> = graph.inputs.iter().copied().chain(variables).collect();
    let known = |written: &HashSet<TensorId>, id: TensorId| {
        let tensor = graph.tensors.get(id.0);
        tensor.is_some_and(|tensor| tensor.data.is_some()) || written.contains(&id)
    };
    for node in &graph.nodes {
        if let Some(id) = node.inputs.iter().flatten().find(|&&id| !known(&written, id)) {
            return Err(Bug(format!("{}: tensor {} is read before it is written", graph.at(node), id.0)));
        }
        if let Some(id) = node.outputs.iter().find(|&&id| known(&written, id)) {
            return Err(Bug(format!("{}: tensor {} is written twice", graph.at(node), id.0)));
        }
        written.extend(&node.outputs);
    }
    match graph.outputs.iter().find(|&&id| !known(&written, id)) {
        Some(id) => Err(Bug(format!("the output {} is not written", id.0))),
        None => Ok(()),
    }
}

/// Checks a program and its plan.
pub fn verify(program: &Program, layout: &Layout) -> Result<(), Bug> {
    if !layout.bytes.is_multiple_of(ALIGNMENT) {
        return Err(Bug(format!("an arena of {} bytes is no whole number of words", layout.bytes)));
    }
    let ports = |ports: &[Port], access| ports.iter().map(|port| (port.view, access)).collect::<Vec<_>>();
    together("the inputs", &ports(&program.inputs, Access::Write), program, layout)?;
    together("the outputs", &ports(&program.outputs, Access::Read), program, layout)?;
    for call in &program.calls {
        let name = format!("operator {} {}", call.index, call.name);
        for params in [&call.params].into_iter().chain(call.variants.iter().map(|variant| &variant.params)) {
            if syn::parse_str::<syn::Expr>(params).is_err() {
                return Err(Bug(format!("{name} has parameters `{params}`")));
            }
        }
        if let Some(constant) = call.constants().find(|constant| element_size(constant.ty).is_none()) {
            return Err(Bug(format!("{name} has a constant of {}", constant.ty)));
        }
        let mut windows: Vec<(View, Access)> = call.windows().collect();
        if let Some(planes) = call.planes()
            && may_overlap(&planes, layout)
        {
            // They are one window, which nobody else may use.
            windows.retain(|(view, _)| *view != planes.input && *view != planes.output);
            for view in [planes.input, planes.output] {
                let both = [&windows[..], &[(view, Access::Write)]].concat();
                together(&name, &both, program, layout)?;
            }
        }
        together(&name, &windows, program, layout)?;
    }
    Ok(())
}

/// Whether an input and an output are as far apart as their kernel needs.
fn may_overlap(planes: &Planes, layout: &Layout) -> bool {
    let start = |view: &View| layout.offsets.get(view.buffer.0)?.checked_add(view.offset);
    let (Some(input), Some(output)) = (start(&planes.input), start(&planes.output)) else { return false };
    let far = |from: usize, to: usize, least: usize| to.checked_sub(from).is_some_and(|far| far >= least);
    far(output, input, planes.below) || far(input, output, planes.above)
}

/// Checks windows that are open at the same time.
fn together(what: &str, windows: &[(View, Access)], program: &Program, layout: &Layout) -> Result<(), Bug> {
    if windows.len() > MAX_PORTS {
        return Err(Bug(format!("{what} are {} windows", windows.len())));
    }
    let mut open: Vec<(Range<usize>, Access)> = Vec::with_capacity(windows.len());
    for (view, access) in windows {
        let range = extent(view, program, layout)
            .ok_or_else(|| Bug(format!("{what} uses {view:?}, which is not in the arena")))?;
        let shared = |access: Access| matches!(access, Access::ReadInPlace | Access::WriteInPlace);
        let conflict = open.iter().find(|(other, other_access)| {
            let apart = range.end <= other.start || other.end <= range.start;
            let both_read = *access == Access::Read && *other_access == Access::Read;
            !(apart || both_read || shared(*access) && shared(*other_access))
        });
        if conflict.is_some() {
            return Err(Bug(format!("{what} uses bytes {range:?} in two ways")));
        }
        open.push((range, *access));
    }
    Ok(())
}

/// The bytes of a view, if all is well with it.
fn extent(view: &View, program: &Program, layout: &Layout) -> Option<Range<usize>> {
    let size = element_size(view.ty)?;
    let buffer = program.buffers.get(view.buffer.0)?;
    let inside = view.offset.checked_add(view.bytes())? <= buffer.bytes;
    let start = layout.offsets.get(view.buffer.0)?.checked_add(view.offset)?;
    let end = start.checked_add(view.len.checked_mul(size)?)?;
    (inside && start.is_multiple_of(size) && end <= layout.bytes).then_some(start..end)
}

/// Bytes of an element, for types that kernels have.
fn element_size(ty: ElementType) -> Option<usize> {
    ty.size().filter(|_| ty.is_on_devices())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::ElementType;
    use crate::program::{Arg, Buffer, BufferId, Call, Params};

    /// A program of one call on one buffer of 16 bytes, planned at byte 4 of an arena of 20.
    fn check(windows: &[(usize, usize, ElementType, Access)]) -> Result<(), String> {
        let view = |&(offset, len, ty, access): &(usize, usize, ElementType, Access)| {
            Arg::Window("window", View { buffer: BufferId(0), offset, ty, len }, access)
        };
        let call = Call {
            index: 3,
            name: "RELU",
            shape: Vec::new(),
            module: "clamp",
            kernel: "clamp_s8",
            params: "Clamp { least: 0, greatest: 1 }".to_owned(),
            parameters: ().keep(),
            args: windows.iter().map(view).collect(),
            macs: 0,
            variants: Vec::new(),
            sum_bits: None,
            notes: Vec::new(),
        };
        let program = Program {
            buffers: vec![Buffer { bytes: 16, initial: None }],
            calls: vec![call],
            ..Program::default()
        };
        verify(&program, &Layout { offsets: vec![4], bytes: 20, bound: 0, state: 0 }).map_err(|bug| bug.0)
    }

    const I8: ElementType = ElementType::Int8;

    #[test]
    fn what_fits_passes() {
        assert_eq!(check(&[(0, 16, I8, Access::Read), (0, 16, I8, Access::Read)]), Ok(()));
        assert_eq!(check(&[(0, 8, I8, Access::Read), (8, 2, ElementType::Int32, Access::Write)]), Ok(()));
        assert_eq!(check(&[(0, 16, I8, Access::ReadInPlace), (0, 16, I8, Access::WriteInPlace)]), Ok(()));
        assert_eq!(check(&[]), Ok(()));
    }

    #[test]
    fn what_does_not_is_a_bug() {
        let fails = |windows: &[_], what: &str| {
            let bug = check(windows).expect_err(what);
            assert!(bug.starts_with("operator 3 RELU ") && bug.contains(what), "{bug}");
        };
        fails(&[(0, 17, I8, Access::Read)], "not in the arena");
        fails(&[(16, 1, I8, Access::Read)], "not in the arena");
        fails(&[(usize::MAX, 1, I8, Access::Read)], "not in the arena");
        fails(&[(0, usize::MAX, ElementType::Int32, Access::Read)], "not in the arena");
        fails(&[(2, 1, ElementType::Int32, Access::Read)], "not in the arena");
        fails(&[(0, 1, ElementType::Int64, Access::Read)], "not in the arena");
        fails(&[(0, 9, I8, Access::Read), (8, 8, I8, Access::Write)], "in two ways");
        fails(&[(0, 16, I8, Access::ReadInPlace), (15, 1, I8, Access::Write)], "in two ways");
        fails(&[(0, 1, I8, Access::Read); 17], "17 windows");
    }

    #[test]
    fn a_bug_reaches_the_user_as_ours() {
        let bug = verify(&Program::default(), &Layout { offsets: Vec::new(), bytes: 3, bound: 0, state: 0 })
            .expect_err("3 bytes");
        let diagnostic = bug.diagnostic();
        assert!(diagnostic.is_bug() && diagnostic.fix.contains("report"), "{diagnostic}");
    }
}
