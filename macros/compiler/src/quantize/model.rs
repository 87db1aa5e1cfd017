//! Float models from the file to where they can be run.

use super::float::{Float, Value, simplify};
use super::rewrite::{Groups, Scheme, rewrite};
use crate::diagnostics::{At, Diagnostic, Problem};
use crate::graph::ElementType;
use crate::import::{perform, survey};
use crate::read::CONVERT_AGAIN;
use crate::schema::{File, readable};

/// Reads a float model: all that is wrong with it is said.
pub(crate) fn read<'a>(file: &File<'a>, ty: ElementType) -> Result<Float<'a>, Vec<Diagnostic>> {
    let mut survey = survey(file)?;
    let refused = simplify(&mut survey);
    if !refused.is_empty() {
        return Err(refused);
    }
    let constants = survey.graph.tensors.iter().enumerate();
    let constants = constants.filter_map(|(at, tensor)| {
        Some((crate::graph::TensorId(at), super::float::constant(tensor)?))
    });
    let constants = constants.collect();
    let groups = Groups::of(&survey.graph, survey.operators.iter());
    let draft = rewrite(&survey.graph, survey.operators.iter(), &constants, &groups, &Scheme::draft(ty));
    let draft = perform(file, draft.map_err(|bug| vec![bug])?);
    if !draft.errors.is_empty() {
        return Err(draft.errors);
    }
    Float::new(survey, &draft).map_err(|bug| vec![bug])
}

/// Runs a float model on samples, one after the other as one sequence.
pub(crate) fn run(bytes: &[u8], samples: &[Vec<Vec<f32>>]) -> Result<Vec<Vec<Vec<f32>>>, Vec<Diagnostic>> {
    let bytes = readable(bytes);
    let file = File::parse(&bytes).map_err(|problem| vec![problem.at(At::Model)])?;
    let mut model = read(&file, ElementType::Int8)?;
    let run = |sample: &Vec<Vec<f32>>| {
        let inputs = inputs(&model, sample).map_err(|problem| problem.at(At::Model))?;
        let outputs = model.run(inputs, &mut |_, _| ())?;
        let real = |value: Value| match value {
            Value::Real(values) => values,
            Value::Whole(values) => values.into_iter().map(|x| x as f32).collect(),
        };
        Ok(outputs.into_iter().map(real).collect())
    };
    samples.iter().map(run).collect::<Result<_, Diagnostic>>().map_err(|diagnostic| vec![diagnostic])
}

/// One sample as the model's inputs.
pub(crate) fn inputs(model: &Float<'_>, sample: &[Vec<f32>]) -> Result<Vec<Value>, Problem> {
    let tensors: Vec<_> = model.graph.inputs.iter().map(|&id| model.graph.tensor(id)).collect();
    let sizes: Vec<usize> = tensors.iter().map(|tensor| tensor.elements()).collect();
    if !sizes.iter().copied().eq(sample.iter().map(Vec::len)) {
        let found: Vec<usize> = sample.iter().map(Vec::len).collect();
        return Err(Problem::new(
            format!("a sample with inputs of {found:?} elements"),
            format!("the inputs of the model have {sizes:?}"),
            CONVERT_AGAIN,
        ));
    }
    let value = |(tensor, values): (&&crate::graph::Tensor, &Vec<f32>)| match tensor.ty.is_float() {
        true => Value::Real(values.clone()),
        false => Value::Whole(values.iter().map(|&x| x as i32).collect()),
    };
    Ok(tensors.iter().zip(sample).map(value).collect())
}
