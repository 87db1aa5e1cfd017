//! The text format of the pictures: 8 lines of 8 shades and, above them, the digit if it is known.
//!
//! A shade is `.` or `0` for paper, `1` to `9`, then `a` to `g` for 10 to 16, which is ink. `# 7` on a
//! line of its own is the label of the picture that follows, `# other text` a remark.

use std::error::Error;
use std::fmt;
use std::fs;
use std::path::Path;

/// Pixels on each side of a picture.
pub const SIDE: usize = 8;
/// Pixels of a picture.
pub const PIXELS: usize = SIDE * SIDE;
/// The shade of ink; paper is 0.
pub const INK: u8 = 16;

/// A picture of a digit.
#[derive(Debug, PartialEq)]
pub struct Picture {
    /// The digit it shows, if the file says so.
    pub label: Option<usize>,
    /// Line by line, from 0 to [`INK`].
    pub shades: [u8; PIXELS],
}

/// Why a text holds no pictures.
#[derive(Debug)]
pub struct Mistake {
    line: usize,
    what: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

impl Error for Mistake {}

/// Reads the pictures of a file; the error names the file.
pub fn load(path: &Path) -> Result<Vec<Picture>, Box<dyn Error>> {
    let name = path.display();
    let text = fs::read_to_string(path).map_err(|error| format!("cannot read {name}: {error}"))?;
    let pictures = parse(&text).map_err(|mistake| format!("{name}, {mistake}"))?;
    if pictures.is_empty() {
        return Err(format!("{name} holds no picture").into());
    }
    Ok(pictures)
}

/// Reads the pictures of a text.
pub fn parse(text: &str) -> Result<Vec<Picture>, Mistake> {
    let mut pictures = Vec::new();
    let mut draft = Draft::default();
    let mut last = 0;
    for (line, content) in (1..).zip(text.lines()) {
        last = line;
        draft.add(content.trim_end()).map_err(|what| Mistake { line, what })?;
        pictures.extend(draft.take_if_complete());
    }
    match draft.is_empty() {
        true => Ok(pictures),
        false => Err(Mistake { line: last, what: format!("the file ends here, {}", draft.progress()) }),
    }
}

/// A picture of which some lines have been read.
#[derive(Default)]
struct Draft {
    label: Option<usize>,
    shades: Vec<u8>,
}

impl Draft {
    fn add(&mut self, line: &str) -> Result<(), String> {
        match line.strip_prefix('#') {
            // A row drawn with `#` is a mistake to report, so a remark needs the space.
            Some(text) if text.is_empty() || text.starts_with(' ') => self.add_label_or_remark(text.trim()),
            None if line.is_empty() && !self.shades.is_empty() => {
                Err(format!("an empty line, {}", self.progress()))
            }
            None if line.is_empty() => Ok(()),
            _ => self.add_row(line),
        }
    }

    fn add_label_or_remark(&mut self, text: &str) -> Result<(), String> {
        if text.is_empty() || !text.chars().all(|c| c.is_ascii_digit()) {
            return Ok(());
        }
        if !self.is_empty() {
            return Err(format!("a label, {}", self.progress()));
        }
        match text.parse() {
            Ok(label @ 0..=9) => self.label = Some(label),
            _ => return Err(format!("the label {text} is not a digit from 0 to 9")),
        }
        Ok(())
    }

    fn add_row(&mut self, line: &str) -> Result<(), String> {
        let length = line.chars().count();
        if length != SIDE {
            return Err(format!("a line of a picture has {SIDE} characters, this one has {length}"));
        }
        for character in line.chars() {
            self.shades.push(shade(character)?);
        }
        Ok(())
    }

    fn take_if_complete(&mut self) -> Option<Picture> {
        let shades = self.shades.as_slice().try_into().ok()?;
        let label = self.label;
        *self = Self::default();
        Some(Picture { label, shades })
    }

    fn is_empty(&self) -> bool {
        self.label.is_none() && self.shades.is_empty()
    }

    fn progress(&self) -> String {
        format!("after {} of the {SIDE} lines of a picture", self.shades.len() / SIDE)
    }
}

fn shade(character: char) -> Result<u8, String> {
    let shade = match character {
        '.' => Some(0),
        _ => character.to_digit(u32::from(INK) + 1),
    };
    let shade = shade.and_then(|shade| u8::try_from(shade).ok());
    shade.ok_or_else(|| format!("{character:?} is not a shade: use . for paper, 1 to 9, a to f, g for ink"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: &str = "..123456\n789abcde\nfgG00000\n........\n........\n........\n........\n.......g\n";

    fn message(text: &str) -> String {
        parse(text).expect_err("the text has a mistake").to_string()
    }

    #[test]
    fn every_shade_has_a_character() {
        let [picture] = &parse(ROWS).unwrap()[..] else { panic!("one picture") };
        assert_eq!(picture.label, None);
        assert_eq!(picture.shades[..18], [0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
        assert_eq!(picture.shades[18..20], [INK, 0]);
        assert_eq!(picture.shades[63], INK);
    }

    #[test]
    fn labels_belong_to_the_picture_below() {
        let pictures = parse(&format!("# 7\n\n{ROWS}{ROWS}\n# 0\n{ROWS}")).unwrap();
        let labels: Vec<_> = pictures.iter().map(|picture| picture.label).collect();
        assert_eq!(labels, [Some(7), None, Some(0)]);
    }

    #[test]
    fn remarks_and_line_ends_of_windows_are_skipped() {
        let text = format!("# drawn by hand\n#\n{ROWS}\n# the end");
        assert_eq!(parse(&text.replace('\n', "\r\n")).unwrap(), parse(ROWS).unwrap());
    }

    #[test]
    fn a_text_without_pictures_has_none() {
        assert_eq!(parse("# nothing yet\n\n").unwrap(), []);
    }

    #[test]
    fn a_line_of_another_length_is_named() {
        let text = ROWS.replace("789abcde", "789abcd");
        assert_eq!(message(&text), "line 2: a line of a picture has 8 characters, this one has 7");
    }

    #[test]
    fn a_character_that_is_no_shade_is_named() {
        let hint = "is not a shade: use . for paper, 1 to 9, a to f, g for ink";
        assert_eq!(message(&ROWS.replace("fgG", "fgh")), format!("line 3: 'h' {hint}"));
        assert_eq!(message(&ROWS.replace("..12", "#.12")), format!("line 1: '#' {hint}"));
    }

    #[test]
    fn a_label_that_is_no_digit_is_named() {
        assert_eq!(message(&format!("# 10\n{ROWS}")), "line 1: the label 10 is not a digit from 0 to 9");
    }

    #[test]
    fn a_picture_that_stops_early_is_named() {
        let half = &ROWS[..4 * (SIDE + 1)];
        let progress = "after 4 of the 8 lines of a picture";
        assert_eq!(message(half), format!("line 4: the file ends here, {progress}"));
        assert_eq!(message(&format!("{half}\n{ROWS}")), format!("line 5: an empty line, {progress}"));
        assert_eq!(message(&format!("{half}# 3\n{ROWS}")), format!("line 5: a label, {progress}"));
    }

    #[test]
    fn a_label_without_a_picture_is_named() {
        let progress = "after 0 of the 8 lines of a picture";
        assert_eq!(message("# 3\n"), format!("line 1: the file ends here, {progress}"));
        assert_eq!(message(&format!("# 3\n# 4\n{ROWS}")), format!("line 2: a label, {progress}"));
    }
}
