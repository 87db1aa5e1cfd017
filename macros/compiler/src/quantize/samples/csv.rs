//! Samples as lines of numbers with commas between them.

use super::{Input, Samples, labels, several, unfit};
use crate::diagnostics::{Problem, printable};

/// One line for each sample; a last number beyond the input's elements is its class. A first line that has no
/// numbers names the columns.
pub(super) fn read(bytes: &[u8], inputs: &[Input]) -> Result<Samples, Problem> {
    let [input] = inputs else { return Err(several(inputs)) };
    let elements = input.elements();
    let text = String::from_utf8_lossy(bytes);
    let (mut samples, mut classes) = (Vec::new(), Vec::new());
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let cells = line.split([',', ';']).map(str::trim).filter(|cell| !cell.is_empty());
        let values: Option<Vec<f32>> = cells.map(|cell| cell.parse().ok()).collect();
        let Some(mut values) = values else {
            if at == 0 {
                continue;
            }
            return Err(unfit(
                format!("line {} is `{}`", at.saturating_add(1), printable(line)),
                "a sample is numbers with commas between them",
                "leave out other lines",
            ));
        };
        if values.len() == elements.saturating_add(1) {
            classes.extend(values.pop());
        }
        if values.len() != elements {
            return Err(unfit(
                format!("line {} has {} numbers", at.saturating_add(1), values.len()),
                format!("a sample for `{}` has {elements}", printable(&input.name)),
                "write one line for each sample, and behind it the number of its class if it is known",
            ));
        }
        samples.push(vec![values]);
    }
    let labels = (!classes.is_empty()).then(|| labels(&classes, samples.len())).transpose()?;
    Ok(Samples { samples, labels })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_samples() {
        let two = [Input { name: "x".to_owned(), shape: vec![1, 2] }];
        let read = |text: &str| read(text.as_bytes(), &two);
        let samples = vec![vec![vec![1.0, 2.5]], vec![vec![-3.0, 4e2]]];
        let plain = Samples { samples: samples.clone(), labels: None };
        assert_eq!(read("1, 2.5\n-3,4e2\n"), Ok(plain.clone()));
        assert_eq!(read("a,b\n1;2.5\r\n\n-3;4e2"), Ok(plain));
        assert_eq!(read("1,2.5,0\n-3,4e2,7"), Ok(Samples { samples, labels: Some(vec![0, 7]) }));
        assert!(read("1,2\nx,y").is_err_and(|problem| problem.what.starts_with("line 2")));
        assert!(read("1").is_err());
        assert!(read("1,2\n1,2,3").is_err());
    }
}
