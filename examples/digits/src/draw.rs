//! Pictures and answers in a terminal.

use crate::pictures::{INK, Picture, SIDE};
use crate::{Answer, Seen};
use std::io::{Result, Write};

/// Four frames side by side are 75 columns wide.
const PER_ROW: usize = 4;
/// Two characters for a pixel make it about square.
const FRAME_WIDTH: usize = 2 * SIDE + 2;
const BLOCKS: [char; 5] = [' ', '░', '▒', '▓', '█'];

/// Draws pictures side by side, below each the answer of the network; a cross marks a wrong one.
pub fn gallery<'a>(out: &mut impl Write, seen: impl IntoIterator<Item = &'a Seen>) -> Result<()> {
    let seen: Vec<&Seen> = seen.into_iter().collect();
    for group in seen.chunks(PER_ROW) {
        let edge = "─".repeat(FRAME_WIDTH - 2);
        side_by_side(out, group, |_| format!("┌{edge}┐"))?;
        for y in 0..SIDE {
            side_by_side(out, group, |seen| format!("│{}│", blocks(&seen.picture, y)))?;
        }
        side_by_side(out, group, |_| format!("└{edge}┘"))?;
        side_by_side(out, group, caption)?;
    }
    Ok(())
}

/// Lists the digits that the network holds possible, the likeliest first.
pub fn bars(out: &mut impl Write, answer: &Answer) -> Result<()> {
    for (digit, score) in answer.ranking().into_iter().filter(|&(_, score)| score >= 0.01) {
        let bar = "█".repeat((score * 40.0).round() as usize);
        writeln!(out, " {digit}  {} {bar}", percent(score))?;
    }
    Ok(())
}

fn side_by_side(out: &mut impl Write, group: &[&Seen], part: impl Fn(&Seen) -> String) -> Result<()> {
    let parts: Vec<String> = group.iter().map(|seen| format!("{:FRAME_WIDTH$}", part(seen))).collect();
    writeln!(out, "{}", parts.join(" ").trim_end())
}

fn blocks(picture: &Picture, y: usize) -> String {
    let row = picture.shades.iter().skip(y * SIDE).take(SIDE);
    row.flat_map(|&shade| [block(shade); 2]).collect()
}

fn block(shade: u8) -> char {
    let darkest = BLOCKS.len() - 1;
    BLOCKS[(usize::from(shade) * darkest).div_ceil(usize::from(INK))]
}

fn caption(seen: &Seen) -> String {
    let (digit, score) = seen.answer.best();
    match seen.picture.label {
        Some(label) if label != digit => format!("✗ {digit} {}, is {label}", percent(score)),
        _ => format!("  {digit} {}", percent(score)),
    }
}

fn percent(score: f32) -> String {
    format!("{:5.1} %", 100.0 * score)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pictures::PIXELS;

    /// All ink, read as a 3 with a score of one half.
    fn seen(label: Option<usize>) -> Seen {
        let mut scores = [0.0; 10];
        scores[3] = 0.5;
        Seen { picture: Picture { label, shades: [INK; PIXELS] }, answer: Answer { scores } }
    }

    fn lines(seen: &[Seen]) -> Vec<String> {
        let mut text = Vec::new();
        gallery(&mut text, seen).expect("a vector takes everything");
        String::from_utf8(text).expect("UTF-8").lines().map(str::to_owned).collect()
    }

    #[test]
    fn pictures_stand_side_by_side_with_answers_below() {
        let lines = lines(&[seen(None), seen(Some(3)), seen(Some(8))]);
        assert_eq!(lines.len(), SIDE + 3);
        assert_eq!(lines[1], ["│████████████████│"; 3].join(" "));
        assert_eq!(lines[SIDE + 2], "  3  50.0 %          3  50.0 %        ✗ 3  50.0 %, is 8");
    }

    #[test]
    fn a_fifth_picture_starts_a_new_row() {
        let lines = lines(&[(); PER_ROW + 1].map(|()| seen(None)));
        assert_eq!(lines.len(), 2 * (SIDE + 3));
        assert_eq!(lines[0].chars().count(), 75);
    }

    #[test]
    fn only_paper_is_blank() {
        let shades = [0, 1, 4, 5, 12, 13, INK].map(block);
        assert_eq!(shades, [' ', '░', '░', '▒', '▓', '█', '█']);
    }
}
