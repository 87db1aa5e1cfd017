tiny_model::tiny_model! {
    struct Model = "small.tflite";
    calibrate = "absent.npy";
}

fn main() {
    let mut model = Model::new();
    println!("{} bytes, {} dB", Model::RAM, Model::ACCURACY.sqnr);
    model.infer(&[0; 4]);
}
