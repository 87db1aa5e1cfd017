//! Samples of what a model will see, from files as people have them.

mod csv;
mod npy;
mod picture;
mod sound;

use super::settings::Sample;
use crate::diagnostics::{Problem, printable};
use std::fmt;

/// Files with samples, as they were found.
#[derive(Clone, Default)]
pub struct Files {
    /// The path as it was written.
    pub path: String,
    /// The one file, or those of the folder by their names, and their bytes.
    pub files: Vec<(String, Vec<u8>)>,
    /// Absolute paths of the files, for cargo to watch.
    pub sources: Vec<String>,
    /// What the least and the greatest integer of pictures and sounds stand for.
    pub range: Option<(f32, f32)>,
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} files)", self.path, self.files.len())
    }
}

/// An input of the model that samples are for.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    pub(crate) name: String,
    pub(crate) shape: Vec<usize>,
}

impl Input {
    fn elements(&self) -> usize {
        self.shape.iter().product()
    }
}

/// Samples, and the number of the right class for each, if the file has them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Samples {
    pub(crate) samples: Vec<Sample>,
    pub(crate) labels: Option<Vec<usize>>,
}

/// Numbers with a shape.
#[derive(Clone, Debug, PartialEq)]
struct Array {
    shape: Vec<usize>,
    values: Vec<f32>,
}

/// What is wrong with a file of samples.
fn unfit(what: impl Into<String>, why: impl Into<String>, fix: impl Into<String>) -> Problem {
    Problem::new(what, why, fix)
}

/// Reads the one sample of a file with this name.
type ReadOne<'r> = dyn Fn(&str, &[u8], &Input) -> Result<Vec<f32>, Problem> + 'r;

/// What to do about files that cannot be read.
const SAVE_AGAIN: &str = "save them by `numpy.save` or `numpy.savez` as float32";

/// Reads samples for these inputs.
pub(crate) fn read(files: &Files, inputs: &[Input]) -> Result<Samples, Problem> {
    let here = |mut problem: Problem, name: &str| {
        problem.what = format!("`{}`: {}", printable(name), problem.what);
        problem
    };
    let of_folder = |read: &ReadOne<'_>| {
        let [input] = inputs else {
            return Err(here(several(inputs), &files.path));
        };
        let sample = |(name, bytes): &(String, Vec<u8>)| {
            read(name, bytes, input).map(|values| vec![values]).map_err(|problem| here(problem, name))
        };
        let samples = files.files.iter().map(sample).collect::<Result<_, _>>()?;
        Ok(Samples { samples, labels: None })
    };
    let Some((name, bytes)) = files.files.first() else {
        return Err(here(
            unfit("no files", "a folder of samples has .wav, .png or .bmp files", SAVE_AGAIN),
            &files.path,
        ));
    };
    let lower = name.to_lowercase();
    match lower.rsplit('.').next().unwrap_or_default() {
        "npy" => npy::array(bytes).and_then(|array| single(array, inputs)).map_err(|p| here(p, name)),
        "npz" => npy::arrays(bytes).and_then(|arrays| named(arrays, inputs)).map_err(|p| here(p, name)),
        "csv" => csv::read(bytes, inputs).map_err(|problem| here(problem, name)),
        "wav" => of_folder(&|_, bytes, input| sound::read(bytes, input, files.range.unwrap_or((-1.0, 1.0)))),
        "png" | "bmp" => of_folder(&|name, bytes, input| {
            picture::read(name, bytes, input, files.range.unwrap_or((0.0, 1.0)))
        }),
        other => Err(here(
            unfit(
                format!("files of the kind `{}`", printable(other)),
                "samples are read from .npy, .npz and .csv, and from folders of .wav, .png or .bmp",
                SAVE_AGAIN,
            ),
            name,
        )),
    }
}

fn several(inputs: &[Input]) -> Problem {
    let names: Vec<String> = inputs.iter().map(|input| format!("`{}`", printable(&input.name))).collect();
    unfit(
        format!("samples for one input, of {}", inputs.len()),
        format!("the inputs of the model are {}", names.join(", ")),
        "save an array for each by `numpy.savez`, under these names or as `input_0`, `input_1` …",
    )
}

/// The samples of an array for a model with one input.
fn single(array: Array, inputs: &[Input]) -> Result<Samples, Problem> {
    let [input] = inputs else { return Err(several(inputs)) };
    let samples = split(&array, input)?.into_iter().map(|values| vec![values]).collect();
    Ok(Samples { samples, labels: None })
}

/// An array as one row for each sample.
fn split(array: &Array, input: &Input) -> Result<Vec<Vec<f32>>, Problem> {
    let elements = input.elements();
    if elements == 0 || !array.values.len().is_multiple_of(elements) || array.values.is_empty() {
        return Err(unfit(
            format!("an array of shape {:?}", array.shape),
            format!("samples for `{}` have shape {:?}", printable(&input.name), input.shape),
            "let the first dimension count the samples, and the others be those of the input",
        ));
    }
    Ok(array.values.chunks_exact(elements).map(<[f32]>::to_vec).collect())
}

/// The samples of arrays with names.
fn named(arrays: Vec<(String, Array)>, inputs: &[Input]) -> Result<Samples, Problem> {
    const LABELS: &str = "labels";
    let find = |name: &str| arrays.iter().find(|(found, _)| found == name).map(|(_, array)| array);
    let mut others = arrays.iter().filter(|(name, _)| name != LABELS && !name.contains("output"));
    let only = others.next().filter(|_| others.next().is_none() && inputs.len() == 1);
    let mut columns = Vec::with_capacity(inputs.len());
    for (index, input) in inputs.iter().enumerate() {
        let array = find(&input.name).or_else(|| find(&format!("input_{index}")));
        let array = array.or_else(|| only.map(|(_, array)| array)).ok_or_else(|| {
            let names: Vec<String> =
                arrays.iter().map(|(name, _)| format!("`{}`", printable(name))).collect();
            unfit(
                format!("no array `{}` and none `input_{index}`", printable(&input.name)),
                format!("the arrays are {}", names.join(", ")),
                "name arrays as the inputs of the model, or `input_0`, `input_1` …",
            )
        })?;
        columns.push(split(array, input)?);
    }
    let count = columns.first().map_or(0, Vec::len);
    if let Some(other) = columns.iter().find(|column| column.len() != count) {
        return Err(unfit(
            format!("{count} samples for one input, and {} for another", other.len()),
            "a sample has the elements of every input",
            "save as many for each",
        ));
    }
    let mut columns: Vec<_> = columns.into_iter().map(Vec::into_iter).collect();
    let samples: Vec<Sample> =
        (0..count).map(|_| columns.iter_mut().filter_map(Iterator::next).collect()).collect();
    let labels = find(LABELS).map(|array| labels(&array.values, count)).transpose()?;
    Ok(Samples { samples, labels })
}

/// Numbers of classes.
fn labels(values: &[f32], count: usize) -> Result<Vec<usize>, Problem> {
    let class = |&x: &f32| (x >= 0.0 && x.fract() == 0.0).then_some(x as usize);
    let labels: Option<Vec<usize>> = values.iter().map(class).collect();
    labels.filter(|labels| labels.len() == count).ok_or_else(|| {
        unfit(
            format!("{} labels for {count} samples", values.len()),
            "there is the number of one class for each sample",
            "save whole numbers from 0 on",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file cut off everywhere, and with each byte changed.
    pub(super) fn damaged(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
        let cut = (0..bytes.len()).map(|len| bytes[..len].to_vec());
        let changed = (0..bytes.len()).flat_map(|at| {
            [1, 0x80, 0xff, 0x0f].map(|change| {
                let mut bytes = bytes.to_vec();
                bytes[at] ^= change;
                bytes
            })
        });
        cut.chain(changed)
    }

    fn input(name: &str, shape: &[usize]) -> Input {
        Input { name: name.to_owned(), shape: shape.to_vec() }
    }

    fn array(shape: &[usize]) -> Array {
        let values = (0..).map(|x| x as f32).take(shape.iter().product()).collect();
        Array { shape: shape.to_vec(), values }
    }

    #[test]
    fn the_first_dimension_counts_samples() {
        let one = [input("x", &[1, 2])];
        let samples = single(array(&[3, 2]), &one).map(|found| found.samples);
        assert_eq!(samples, Ok(vec![vec![vec![0.0, 1.0]], vec![vec![2.0, 3.0]], vec![vec![4.0, 5.0]]]));
        assert!(single(array(&[3]), &one).is_err());
        assert!(single(array(&[0]), &one).is_err());
        assert!(single(array(&[4]), &[input("x", &[2]), input("y", &[2])]).is_err());
    }

    #[test]
    fn arrays_belong_to_inputs_by_name() {
        let two = [input("a", &[2]), input("b", &[1])];
        let arrays = |names: [&str; 2]| {
            let shapes: [&[usize]; 2] = [&[2, 2], &[2, 1]];
            names
                .iter()
                .zip(shapes)
                .map(|(name, shape)| ((*name).to_owned(), array(shape)))
                .collect::<Vec<_>>()
        };
        let expected = Ok(vec![vec![vec![0.0, 1.0], vec![0.0]], vec![vec![2.0, 3.0], vec![1.0]]]);
        for names in [["a", "b"], ["input_0", "input_1"], ["a", "input_1"]] {
            assert_eq!(named(arrays(names), &two).map(|found| found.samples), expected);
        }
        assert!(named(arrays(["a", "c"]), &two).is_err_and(|problem| problem.what.contains("`b`")));
        let with_labels = named(arrays(["x_test", "labels"]), &[input("a", &[2])]);
        assert_eq!(with_labels.map(|found| found.labels), Ok(Some(vec![0, 1])));
    }
}
