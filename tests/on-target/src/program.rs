//! The programs that can be built into firmware, and what they must put out.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::layers::Layer;
use crate::transcript::Transcript;

/// A Rust file with `pub fn run(report: &mut impl Report)`, and the bytes it must put out on every board.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    /// What it can read; programs without a file of input have none.
    pub(crate) input: Vec<u8>,
    pub(crate) expected: Vec<Output>,
    /// Memory that it takes for certain, as far as that is known before it is built.
    pub(crate) needs: Needs,
    pub(crate) profile: Profile,
    /// The file of the model that it infers, if it is of one.
    pub(crate) model: Option<Vec<u8>>,
    /// The layers of that model, which are measured one by one.
    pub(crate) layers: Vec<Layer>,
}

/// What the compiler strives for: a profile of the firmware's workspace.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Profile {
    Speed,
    Size,
}

impl Profile {
    /// Its name, which is also that of the folder where cargo puts what it built.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Speed => "release",
            Self::Size => "small",
        }
    }
}

/// Bytes beside code and stack.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Needs {
    pub(crate) ram: usize,
    pub(crate) flash: usize,
}

/// A name and its bytes.
pub(crate) type Output = (String, Vec<u8>);

impl Program {
    /// By the name of one in `firmware/programs`, by its path, or by that of a model with golden vectors.
    pub(crate) fn find(name_or_path: &str) -> Result<Self> {
        let path = match Path::new(name_or_path).extension() {
            Some(extension) if extension == "tflite" => {
                return crate::model::program(Path::new(name_or_path));
            }
            Some(_) => PathBuf::from(name_or_path),
            None => crate::firmware::folder().join("programs").join(name_or_path).with_extension("rs"),
        };
        let path = path.canonicalize().with_context(|| format!("no program at {}", path.display()))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let beside = path.with_extension("expected");
        let text = fs::read_to_string(&beside)
            .with_context(|| format!("{} must hold the expected output of {name}", beside.display()))?;
        let expected = parse_expected(&text).with_context(|| format!("in {}", beside.display()))?;
        let input = path.with_extension("input");
        let input = if input.exists() { fs::read(input)? } else { Vec::new() };
        Ok(Self {
            name,
            path,
            input,
            expected,
            needs: Needs::default(),
            profile: Profile::Speed,
            model: None,
            layers: Vec::new(),
        })
    }

    /// Compares every output byte.
    pub(crate) fn check(&self, transcript: &Transcript) -> Result<()> {
        for (expected, found) in self.expected.iter().zip(&transcript.outputs) {
            ensure!(expected.0 == found.0, "put out '{}' where '{}' is expected", found.0, expected.0);
            let at = format!("output '{}'", found.0);
            let (expected, found) = (&expected.1, &found.1);
            ensure!(expected.len() == found.len(), "{at} has {} bytes, not {}", found.len(), expected.len());
            if let Some(i) = (0..expected.len()).find(|&i| expected.get(i) != found.get(i)) {
                let wrong = expected.iter().zip(found).filter(|(expected, found)| expected != found).count();
                bail!("{at}: byte {i} is {:02x}, not {:02x}; {wrong} bytes differ", found[i], expected[i]);
            }
        }
        let (expected, found) = (self.expected.len(), transcript.outputs.len());
        ensure!(expected == found, "put out {found} results, not {expected}");
        Ok(())
    }
}

/// Writes a generated program's source where only changes make cargo build again.
pub(crate) fn save(name: &str, text: &str) -> Result<PathBuf> {
    let folder = crate::firmware::output_folder().join(name);
    fs::create_dir_all(&folder)?;
    let path = folder.canonicalize()?.join("program.rs");
    if fs::read_to_string(&path).ok().as_deref() != Some(text) {
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(path)
}

/// One output a line: its name, a space, its bytes in hexadecimal.
fn parse_expected(text: &str) -> Result<Vec<Output>> {
    let outputs = text.lines().map(parse_output).collect::<Result<Vec<_>>>()?;
    ensure!(!outputs.is_empty(), "nothing is expected, so nothing would be compared");
    Ok(outputs)
}

/// `name 00ff…`, as in the files of expected output and in what the firmware prints.
pub(crate) fn parse_output(line: &str) -> Result<Output> {
    let (name, digits) =
        line.split_once(' ').with_context(|| format!("no bytes follow the name in '{line}'"))?;
    ensure!(digits.is_ascii() && digits.len() % 2 == 0, "'{digits}' is not a sequence of two-digit numbers");
    let bytes = (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16));
    Ok((
        name.to_owned(),
        bytes.collect::<Result<_, _>>().with_context(|| format!("in the bytes of '{name}'"))?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(expected: &str) -> Program {
        Program {
            name: "p".to_owned(),
            path: PathBuf::new(),
            input: Vec::new(),
            expected: parse_expected(expected).unwrap(),
            needs: Needs::default(),
            profile: Profile::Speed,
            model: None,
            layers: Vec::new(),
        }
    }

    fn complaint(expected: &str, found: &str) -> String {
        let transcript = Transcript { outputs: parse_expected(found).unwrap(), ..Transcript::default() };
        program(expected).check(&transcript).map_or_else(|error| error.to_string(), |()| "none".to_owned())
    }

    #[test]
    fn equal_output_passes() {
        assert_eq!(complaint("a 00ff\nb 7f", "a 00ff\nb 7f"), "none");
    }

    #[test]
    fn every_difference_is_found() {
        assert_eq!(complaint("a 00ff10", "a 00fe11"), "output 'a': byte 1 is fe, not ff; 2 bytes differ");
        assert_eq!(complaint("a 00", "a 0000"), "output 'a' has 2 bytes, not 1");
        assert_eq!(complaint("a 00", "b 00"), "put out 'b' where 'a' is expected");
        assert_eq!(complaint("a 00\nb 00", "a 00"), "put out 1 results, not 2");
    }

    #[test]
    fn malformed_expectations_are_refused() {
        for text in ["", "a", "a 0", "a 0g"] {
            assert!(parse_expected(text).is_err(), "{text:?}");
        }
    }
}
