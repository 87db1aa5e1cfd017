//! Programs out of the operators' golden cases: as many cases in one firmware as fit the board.

use quote::{format_ident, quote};

use crate::board::Board;
use crate::golden::Golden;
use crate::program::{Needs, Profile, Program, save};

/// Flash for each case beside its constants, by which cases are put together; firmware that turns out too large
/// for the board is split. Bytes.
const CODE_OF_A_CASE: usize = 3000;

/// Constants on AVR are read by an instruction that reaches this far.
const LPM_REACH: usize = 0xf000;

/// The cases that fit the board, in groups that probably do together, and the names of those that do not.
pub(crate) fn groups<'a>(board: &Board, cases: &'a [Golden]) -> (Vec<Vec<&'a Golden>>, Vec<&'a str>) {
    let (mut groups, mut left_out) = (Vec::new(), Vec::new());
    let (mut group, mut flash, mut constants) = (Vec::new(), 0, 0);
    let room = board.flash.length as usize;
    for case in cases {
        if board.too_small_for(case.needs()).is_some() {
            left_out.push(case.name.as_str());
            continue;
        }
        let more = case.figures.flash + CODE_OF_A_CASE;
        let reached = !board.is_tier_3() || constants + case.figures.flash <= LPM_REACH;
        if flash + more > room || !reached {
            groups.push(std::mem::take(&mut group));
            (flash, constants) = (0, 0);
        }
        group.push(case);
        flash += more;
        constants += case.figures.flash;
    }
    groups.push(group);
    groups.retain(|group| !group.is_empty());
    (groups, left_out)
}

/// One program that infers all vectors of all these cases.
pub(crate) fn program(board: &Board, cases: &[&Golden]) -> anyhow::Result<Program> {
    let modules = cases.iter().enumerate().map(|(index, case)| {
        let (expansion, count) = (case.expansion()?, case.count);
        let (module, infer) = (format_ident!("case_{index}"), format_ident!("infer_{index}"));
        let (fill, put_out) = (case.fill(), case.put_out());
        Ok(quote! {
            mod #module { #expansion }

            #[inline(never)]
            fn #infer(report: &mut impl Report) {
                let mut guarded = Guarded::new(#module::Net::new());
                for _ in 0..#count {
                    let net = guarded.inside();
                    if !#fill {
                        return;
                    }
                    let output = net.run();
                    #put_out
                }
            }
        })
    });
    let modules = modules.collect::<anyhow::Result<Vec<_>>>()?;
    let names = (0..cases.len()).map(|index| format_ident!("infer_{index}"));
    let text = quote! {
        #![allow(deprecated)]
        use crate::{Guarded, Report};

        #(#modules)*

        pub fn run(report: &mut impl Report) {
            #(#names(report);)*
        }
    };
    let name = format!("cases-{}", board.name);
    Ok(Program {
        path: save(&name, &text.to_string())?,
        name,
        input: cases.iter().flat_map(|case| case.input.iter().copied()).collect(),
        expected: cases.iter().flat_map(|case| case.expected.iter().cloned()).collect(),
        needs: Needs::default(),
        profile: Profile::Size,
        model: None,
        layers: Vec::new(),
    })
}
