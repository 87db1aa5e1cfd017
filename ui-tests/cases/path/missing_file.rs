tiny_model::tiny_model!("sond.tflite");

fn main() {
    let mut model = Sond::new();
    let _: &[i8; 2] = model.infer(&[1i8, 2, 3, 4]);
}
