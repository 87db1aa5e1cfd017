//! A program out of a model: it infers some of the model's golden vectors, and each inference is measured.

use std::path::Path;

use anyhow::Result;
use quote::quote;

use crate::golden::Golden;
use crate::program::{Profile, Program, save};

/// How many golden vectors a board infers.
const VECTORS: usize = 4;

/// The program of the model at `path`.
pub(crate) fn program(path: &Path) -> Result<Program> {
    let golden = Golden::model(path, VECTORS)?;
    let path = save(&golden.name, &text(&golden)?)?;
    let needs = golden.needs();
    let Golden { name, input, expected, file, layers, .. } = golden;
    let (profile, model) = (Profile::Speed, Some(file));
    Ok(Program { name, path, input, expected, needs, profile, model, layers })
}

/// The program's source.
fn text(golden: &Golden) -> Result<String> {
    let (expansion, fill, put_out) = (golden.expansion()?, golden.fill(), golden.put_out());
    let program = quote! {
        // Whether a model deserves a warning is not what is tested.
        #![allow(deprecated)]
        use crate::Report;

        #expansion

        static mut NET: Net = Net::new();

        pub fn run(report: &mut impl Report) {
            // SAFETY: this function is called once, and nothing else names the static.
            let net = unsafe { &mut *(&raw mut NET) };
            report.number("macs", Net::MACS as u32);
            report.number("ram", Net::RAM as u32);
            while #fill {
                let output = report.measure("infer", || net.run());
                #put_out
            }
        }
    };
    Ok(program.to_string())
}
