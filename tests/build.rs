//! Writes one module and one test for each model that lies beside a file of golden vectors.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use tiny_model_compiler::{Port, analyze};

fn main() {
    let here = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it"));
    println!("cargo::rerun-if-env-changed=TINY_MODEL_ZOO");
    println!("cargo::rerun-if-env-changed=TINY_MODEL_ONLY");
    println!("cargo::rerun-if-env-changed=TINY_MODEL_WITHOUT");

    let operators = folders(&here.join("ops"));
    let mut operators: Vec<Case> = operators.iter().flat_map(|folder| cases(folder)).collect();
    let mut digits = cases(&here.join("../examples/digits"));
    digits.retain(|case| case.path.with_extension("npz").exists());
    operators.extend(digits);
    operators.iter_mut().for_each(|case| case.fully_connected = 0);
    std::fs::write(out.join("ops.rs"), tests(&operators)).expect("OUT_DIR can be written");

    let zoo = std::env::var_os("TINY_MODEL_ZOO").map(PathBuf::from);
    let zoo = zoo.unwrap_or_else(|| here.join("../../shared/models"));
    println!("cargo::rustc-env=TINY_MODEL_ZOO_FOUND={}", zoo.display());
    std::fs::write(out.join("zoo.rs"), tests(&cases(&zoo))).expect("OUT_DIR can be written");
    std::fs::write(out.join("audio.rs"), micro_speech(&zoo)).expect("OUT_DIR can be written");
}

/// The models of TensorFlow Lite Micro's micro_speech example one after the other, if they are there.
fn micro_speech(zoo: &Path) -> String {
    let [preprocessor, speech] = ["tflm_audio_preprocessor_int8", "microflow_speech"]
        .map(|name| zoo.join(name).with_extension("tflite"));
    if !(preprocessor.exists() && speech.exists()) {
        return String::new();
    }
    format!(
        r#"
mod micro_speech {{
    use super::{{Kind, values, vectors}};

    tiny_model::tiny_model! {{ pub struct Preprocessor = {preprocessor:?}; }}
    tiny_model::tiny_model! {{ #[allow(deprecated)] pub struct Speech = {speech:?}; }}

    #[test]
    fn seconds_of_sound_become_words() {{
        let vectors = vectors("micro_speech.npz");
        let (mut preprocessor, mut speech) = (Preprocessor::new(), Speech::new());
        for clip in 0..vectors.count() {{
            let sound: [i16; 48 * 320 + 480] = values(&vectors, Kind::Input, clip);
            let scores: [i8; 4] = values(&vectors, Kind::Output, clip);
            let frames = sound.windows(480).step_by(320).flat_map(|frame| frame.as_array());
            for (features, frame) in speech.input_mut().chunks_exact_mut(40).zip(frames) {{
                features.copy_from_slice(preprocessor.infer(frame));
            }}
            assert_eq!(speech.run(), &scores, "clip {{clip}}");
            preprocessor.reset();
        }}
    }}
}}
"#
    )
}

/// A model, and whether the compiler takes it.
struct Case {
    name: String,
    path: PathBuf,
    ports: Result<(Vec<Port>, Vec<Port>), String>,
    /// Whether its vectors are one sequence.
    stateful: bool,
    /// FULLY_CONNECTED operators, by one for each of which LiteRT differs from TensorFlow Lite Micro.
    fully_connected: usize,
}

fn folders(root: &Path) -> Vec<PathBuf> {
    println!("cargo::rerun-if-changed={}", root.display());
    let entries = std::fs::read_dir(root).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

/// The models of a folder, sorted by name.
fn cases(folder: &Path) -> Vec<Case> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "tflite"));
    paths.sort();
    // While working on one operator, `TINY_MODEL_ONLY=conv_2d,mean` builds its cases alone. The tests
    // of completeness fail then.
    if let Ok(only) = std::env::var("TINY_MODEL_ONLY") {
        paths.retain(|path| only.split(',').any(|part| path.to_string_lossy().contains(&format!("/{part}"))));
    }
    paths.into_iter().map(case).collect()
}

fn case(path: PathBuf) -> Case {
    println!("cargo::rerun-if-changed={}", path.display());
    let stem = path.file_stem().and_then(|stem| stem.to_str()).expect("names are UTF-8");
    let folder = path.parent().and_then(Path::file_name).and_then(|name| name.to_str());
    let name = match folder {
        Some("models") | None => stem.to_owned(),
        Some(operator) => format!("{operator}__{stem}"),
    };
    let bytes = std::fs::read(&path).expect("listed files can be read");
    let mut fully_connected = 0;
    let mut stateful = false;
    let ports = match analyze(&bytes) {
        Ok((program, _)) => {
            stateful = program.has_state();
            fully_connected = program.calls.iter().filter(|call| call.name == "FULLY_CONNECTED").count();
            Ok((program.inputs, program.outputs))
        }
        Err(diagnostics) => Err(diagnostics.first().map(ToString::to_string).unwrap_or_default()),
    };
    Case { name, path, ports, stateful, fully_connected }
}

/// A module for each model that compiles, and the list of those that do not.
fn tests(cases: &[Case]) -> String {
    let mut text = String::from("const REFUSED: &[(&str, &str)] = &[\n");
    for Case { name, ports, .. } in cases {
        if let Err(reason) = ports {
            let _ = writeln!(text, "    ({name:?}, {reason:?}),");
        }
    }
    text.push_str("];\n\nconst COMPILED: &[&str] = &[\n");
    for Case { name, .. } in cases.iter().filter(|case| case.ports.is_ok()) {
        let _ = writeln!(text, "    {name:?},");
    }
    text.push_str("];\n");
    for case in cases {
        if let Ok((inputs, outputs)) = &case.ports {
            module(&mut text, case, inputs.len(), outputs.len());
        }
    }
    text
}

fn module(text: &mut String, case: &Case, inputs: usize, outputs: usize) {
    let Case { name, path, fully_connected, stateful, .. } = case;
    let list =
        |count: usize, one: &dyn Fn(usize) -> String| (0..count).map(one).collect::<Vec<_>>().join(" ");
    let field = |what: &str, count: usize, i: usize| match count {
        1 => what.to_owned(),
        _ => format!("{what}.{i}"),
    };
    let infer = (0..inputs).map(|i| format!("&vectors.input({i}, {})", field("Net::INPUT", inputs, i)));
    let infer = infer.collect::<Vec<_>>().join(", ");
    let fill = list(inputs, &|i| {
        format!("vectors.fill({i}, {}, {});", field("Net::INPUT", inputs, i), field("window", inputs, i))
    });
    let check = list(outputs, &|i| {
        format!("vectors.check({i}, {}, {});", field("Net::OUTPUT", outputs, i), field("output", outputs, i))
    });
    let infer = format!("let output = net.infer({infer}); {check}");
    let run = format!(
        "#[allow(unused_variables)] let window = net.input_mut(); {fill} let output = net.run(); {check}"
    );
    // A step must not be taken twice where the next one depends on it.
    let test = match stateful {
        true => format!(
            "vectors.twice(&mut net, Net::reset, |vectors, net| if vectors.is_even() {{ {infer} }} else {{ {run} }});"
        ),
        false => format!("while vectors.next() {{ {infer} {run} }}"),
    };
    // `TINY_MODEL_WITHOUT=overlap` leaves out a pass: outputs must be the same.
    let without = std::env::var("TINY_MODEL_WITHOUT");
    let without = without.map_or(String::new(), |passes| format!("without = [{passes}];"));
    let _ = write!(
        text,
        r#"
#[allow(non_snake_case, deprecated)] // warnings about models are not about this test
mod {name} {{
    tiny_model::tiny_model! {{ pub struct Net = {path:?}; {without} }}

    #[test]
    fn equals_the_reference() {{
        tiny_model_tests::run(std::path::Path::new({path:?}), {fully_connected}, |vectors| {{
            let mut net = Net::new();
            {test}
        }});
    }}
}}
"#
    );
}
