tiny_model::tiny_model!("dynamic_shape.tflite");

fn main() {
    let _ = DynamicShape::new();
}
