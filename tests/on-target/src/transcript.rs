//! What firmware told the host; the other end of `firmware/src/report.rs`.

use anyhow::{Context, Result, bail};

use crate::program::{Output, parse_output};

/// One run's words, sorted.
#[derive(Debug, Default)]
pub(crate) struct Transcript {
    /// Remarks for people.
    pub(crate) texts: Vec<String>,
    pub(crate) numbers: Vec<(String, u32)>,
    pub(crate) outputs: Vec<Output>,
    /// Name and bytes of stack of each piece of measured work. The first is no work at all.
    pub(crate) measured: Vec<(String, u32)>,
}

impl Transcript {
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let mut transcript = Self::default();
        for line in text.lines() {
            let (kind, rest) = line.split_once(' ').unwrap_or((line, ""));
            match kind {
                "text" => transcript.texts.push(rest.to_owned()),
                "number" => transcript.numbers.push(name_and_number(rest)?),
                "output" => transcript.outputs.push(parse_output(rest)?),
                "measure" => transcript.measured.push(name_and_number(rest)?),
                "fail" => bail!("the firmware stopped: {rest}"),
                _ => bail!("the firmware printed a line of no known kind: '{line}'"),
            }
        }
        Ok(transcript)
    }

    pub(crate) fn number(&self, name: &str) -> Option<u32> {
        self.numbers.iter().find(|(known, _)| known == name).map(|&(_, number)| number)
    }
}

/// The name may hold spaces: the number is the last word.
fn name_and_number(rest: &str) -> Result<(String, u32)> {
    let (name, number) =
        rest.rsplit_once(' ').with_context(|| format!("no number follows the name in '{rest}'"))?;
    Ok((name.to_owned(), number.parse().with_context(|| format!("in '{rest}'"))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_line_is_read() {
        let transcript =
            Transcript::parse("text hi\nnumber macs 64\nmeasure first run 12\noutput y 00ff\n").unwrap();
        assert_eq!(transcript.texts, ["hi"]);
        assert_eq!(transcript.number("macs"), Some(64));
        assert_eq!(transcript.measured, [("first run".to_owned(), 12)]);
        assert_eq!(transcript.outputs, [("y".to_owned(), vec![0, 255])]);
    }

    #[test]
    fn failures_and_garbage_are_errors() {
        for text in ["fail panicked", "number macs", "number macs x", "output y", "nonsense"] {
            assert!(Transcript::parse(text).is_err(), "{text:?}");
        }
    }
}
