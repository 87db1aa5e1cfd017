fn main() {
    for path in std::env::args().skip(1) {
        let file = std::fs::read(&path).unwrap();
        let Ok((program, _)) = tiny_model_compiler::analyze(&file) else { continue };
        println!("== {path}");
        for call in &program.calls {
            let macs = call.macs;
            if macs == 0 {
                println!("   {} {:?}", call.kernel, call.shape);
                continue;
            }
            let get =
                |n: &str| call.constants().find(|c| c.name == n).map(|c| c.bytes.clone()).unwrap_or_default();
            let i32s = |b: Vec<u8>| {
                b.chunks_exact(4).map(|c| i32::from_le_bytes([c[0], c[1], c[2], c[3]])).collect::<Vec<_>>()
            };
            let shifts: Vec<i8> = get("SHIFTS").iter().map(|&b| b as i8).collect();
            let bias = i32s(get("BIAS"));
            let w: Vec<i8> = get("WEIGHTS").iter().map(|&b| b as i8).collect();
            println!(
                "   {} {:?} macs {macs} variant {:?} shifts {:?}..{:?} bias max {:?} w128 {}",
                call.kernel,
                call.shape,
                call.variant.as_ref().map(|v| v.kernel),
                shifts.iter().min(),
                shifts.iter().max(),
                bias.iter().map(|b| b.unsigned_abs()).max(),
                w.iter().filter(|&&w| w == -128).count()
            );
        }
    }
}
