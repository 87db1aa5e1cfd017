//! What the golden tests share: vectors from a file, fed to a model and compared bit for bit.

mod clock;
mod npz;
mod outside;

pub use clock::Clock;
use npz::{Npy, Npz};
pub use outside::Outside;
use std::path::{Path, PathBuf};
use tiny_model::{Integer, Tensor};

/// Golden vectors of a model, and the one that is current.
pub struct Vectors {
    file: PathBuf,
    inputs: Vec<Array>,
    outputs: Vec<Array>,
    /// Whether the file says that the outputs are TensorFlow Lite Micro's.
    exact: bool,
    /// By how much outputs may differ: not at all if they are TensorFlow Lite Micro's.
    tolerance: f64,
    current: Option<usize>,
    count: usize,
}

/// Which side of a model.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// What goes in.
    Input,
    /// What comes out.
    Output,
}

/// Values of one tensor for all vectors.
struct Array {
    vectors: usize,
    values: Values,
}

enum Values {
    Integers(Vec<i64>),
    Floats(Vec<f32>),
}

/// The folder with models of other people.
pub fn zoo() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    std::env::var_os("TINY_MODEL_ZOO").map_or_else(|| here.join("../../shared/models"), PathBuf::from)
}

/// The bytes of one of those models. If it is absent, that is said, and is an error where `CI` is set.
pub fn zoo_model(name: &str) -> Option<Vec<u8>> {
    let path = zoo().join(name).with_extension("tflite");
    let bytes = std::fs::read(&path).ok();
    if bytes.is_none() {
        eprintln!("NOT TESTED: there is no {}", path.display());
        assert!(std::env::var_os("CI").is_none(), "the model is absent");
    }
    bytes
}

/// The tensors of one vector as floats.
pub fn tensors(vectors: &Vectors, kind: Kind, vector: usize) -> Vec<Vec<f32>> {
    let all = (0..).map_while(|index| vectors.values(kind, index, vector));
    let floats = all.map(|values| match values {
        Slice::Floats(values) => values.to_vec(),
        Slice::Integers(values) => values.iter().map(|&x| x as f32).collect(),
    });
    floats.collect()
}

/// Runs a test over all golden files of the model at `path`, on a stack that holds large models.
///
/// Outputs named `tflm_output_*` are compared exactly. Others may differ by `tolerance`: 0 for our own
/// golden files; in the zoo they are of LiteRT's reference kernels, which round every FULLY_CONNECTED
/// once instead of twice, and stand alone only where TensorFlow Lite Micro cannot run the model.
pub fn run(path: &Path, tolerance: u8, test: impl Fn(&mut Vectors) + Send + 'static) {
    let path = path.to_owned();
    let thread = std::thread::Builder::new().stack_size(256 << 20).spawn(move || {
        let mut files = 0;
        for extension in ["npz", "extra.npz", "long.npz"] {
            let file = path.with_extension(extension);
            if file.exists() {
                let mut vectors = Vectors::open(&file);
                if !vectors.exact {
                    vectors.tolerance = tolerance.into();
                }
                test(&mut vectors);
                assert!(vectors.count > 0, "{} holds no vector", file.display());
                files += 1;
            }
        }
        assert!(files > 0, "there are no golden vectors for {}", path.display());
    });
    let result = thread.expect("a thread can be started").join();
    if let Err(panic) = result {
        std::panic::resume_unwind(panic);
    }
}

impl Vectors {
    /// Reads a file of golden vectors.
    pub fn open(file: &Path) -> Self {
        let archive = Npz::open(file);
        let read = |kind: &str| -> Vec<Array> {
            (0..).map_while(|index| Some(Array::new(archive.array(&format!("{kind}_{index}"))?))).collect()
        };
        let inputs = read("input");
        let micro = read("tflm_output");
        let exact = !micro.is_empty();
        let outputs = if micro.is_empty() { read("output") } else { micro };
        assert!(!outputs.is_empty(), "{} has no outputs", file.display());
        let count = outputs.first().map_or(0, |array| array.vectors);
        Self { file: file.to_owned(), inputs, outputs, exact, tolerance: 0.0, current: None, count }
    }

    /// The integers of the first tensor of a kind, for a vector in the middle of the file.
    pub fn integers(&self, kind: Kind) -> &[i64] {
        match self.values(kind, 0, self.count / 2) {
            Some(Slice::Integers(values)) => values,
            _ => panic!("{} holds no integers", self.file.display()),
        }
    }

    /// How many vectors there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The values of tensor `index` of a kind in one vector, if there is such a tensor.
    pub fn values(&self, kind: Kind, index: usize, vector: usize) -> Option<Slice<'_>> {
        let arrays = match kind {
            Kind::Input => &self.inputs,
            Kind::Output => &self.outputs,
        };
        Some(arrays.get(index)?.slice(Some(vector)))
    }

    /// Whether the outputs are TensorFlow Lite Micro's, by the file's own word.
    pub fn is_exact(&self) -> bool {
        self.exact
    }

    /// Goes on to the next vector; `false` at the end.
    #[allow(clippy::should_implement_trait)] // it is no iterator, only a cursor
    pub fn next(&mut self) -> bool {
        let next = self.current.map_or(0, |current| current + 1);
        self.current = Some(next);
        next < self.count
    }

    /// Takes every step of a sequence, and all of them again after a reset.
    pub fn twice<M>(&mut self, model: &mut M, reset: impl Fn(&mut M), step: impl Fn(&mut Self, &mut M)) {
        while self.next() {
            step(self, model);
        }
        reset(model);
        self.current = None;
        while self.next() {
            step(self, model);
        }
    }

    /// Whether the current vector is the first, third, fifth …
    pub fn is_even(&self) -> bool {
        self.current.is_some_and(|current| current.is_multiple_of(2))
    }

    /// Input `index` of the current vector, quantized if the file holds real values.
    pub fn input<T: Integer + Default + TryFrom<i64>, const N: usize>(
        &self,
        index: usize,
        tensor: Tensor<T>,
    ) -> [T; N] {
        let mut values = [T::default(); N];
        self.fill(index, tensor, &mut values);
        values
    }

    /// The same, in place.
    pub fn fill<T: Integer + TryFrom<i64>, const N: usize>(
        &self,
        index: usize,
        tensor: Tensor<T>,
        values: &mut [T; N],
    ) {
        let exact = |&value: &i64| T::try_from(value).ok().expect("a golden value fits its type");
        match self.inputs[index].slice(self.current) {
            Slice::Integers(golden) => {
                assert_eq!(golden.len(), N, "input {index} has another size");
                values.iter_mut().zip(golden.iter().map(exact)).for_each(|(value, golden)| *value = golden);
            }
            Slice::Floats(golden) => {
                assert_eq!(golden.len(), N, "input {index} has another size");
                values.iter_mut().zip(golden).for_each(|(value, &golden)| *value = tensor.quantize(golden));
            }
        }
    }

    /// Compares output `index` with the current vector, dequantized if the file holds real values.
    pub fn check<T: Integer, const N: usize>(&self, index: usize, tensor: Tensor<T>, values: &[T; N]) {
        let found: Vec<f64>;
        let golden: Vec<f64>;
        match self.outputs[index].slice(self.current) {
            Slice::Integers(expected) => {
                found = values.iter().map(|&v| v.into() as f64).collect();
                golden = expected.iter().map(|&v| v as f64).collect();
            }
            Slice::Floats(expected) => {
                found = values.iter().map(|&v| tensor.dequantize(v).into()).collect();
                golden = expected.iter().map(|&v| v.into()).collect();
            }
        }
        let (file, vector) = (self.file.display(), self.current.unwrap_or_default());
        assert_eq!(found.len(), golden.len(), "output {index} of {file} has another size");
        let near = |a: f64, b: f64| (a - b).abs() <= self.tolerance; // false for NaN
        let wrong: Vec<usize> = (0..N).filter(|&i| !near(found[i], golden[i])).collect();
        if let Some(&first) = wrong.first() {
            panic!(
                "{file}: vector {vector}, output {index}: {} of {N} elements differ, the first at {first}: {} instead of {}",
                wrong.len(),
                found[first],
                golden[first]
            );
        }
    }
}

/// Values of one tensor in one vector.
#[derive(Clone, Copy, Debug)]
pub enum Slice<'a> {
    /// As the tensor holds them.
    Integers(&'a [i64]),
    /// Real values, to be quantized.
    Floats(&'a [f32]),
}

impl Array {
    fn new(array: Npy) -> Self {
        let vectors = array.shape.first().copied().unwrap_or(1);
        let values = match array.ty.as_str() {
            "i1" => Values::Integers(array.elements(|[byte]| i64::from(byte as i8))),
            "u1" | "b1" => Values::Integers(array.elements(|[byte]| i64::from(byte))),
            "i2" => Values::Integers(array.elements(|bytes| i16::from_le_bytes(bytes).into())),
            "i4" => Values::Integers(array.elements(|bytes| i32::from_le_bytes(bytes).into())),
            "u4" => Values::Integers(array.elements(|bytes| u32::from_le_bytes(bytes).into())),
            "f4" => Values::Floats(array.elements(f32::from_le_bytes)),
            other => panic!("there are elements of type {other}"),
        };
        Self { vectors, values }
    }

    fn slice(&self, vector: Option<usize>) -> Slice<'_> {
        let range = |len: usize| {
            let each = len / self.vectors;
            let start = vector.unwrap_or_default() * each;
            start..start + each
        };
        match &self.values {
            Values::Integers(values) => Slice::Integers(&values[range(values.len())]),
            Values::Floats(values) => Slice::Floats(&values[range(values.len())]),
        }
    }
}
