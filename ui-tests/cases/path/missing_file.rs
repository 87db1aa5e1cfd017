tiny_model::tiny_model!("sond.tflite");

fn main() {
    let mut model = Sond::new();
    let _: &[i8; 2] = model.infer(&[1i8, 2, 3, 4]);
    *model.input_mut() = [1i8, 2, 3, 4];
    let _: &[i8; 2] = model.run();
    model.reset();
}
