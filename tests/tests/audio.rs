//! From sound to words in two models and no other code, against TensorFlow Lite Micro.

use tiny_model_tests::{Kind, Slice, Vectors};

mod listen {
    // What stands between the marks is in the README.
    // readme: audio
    use tiny_model::tiny_model;

    tiny_model!("../ops/audio/front_end.tflite"); // 20 ms of sound in, 40 features out
    tiny_model!("../ops/audio/keyword.tflite"); // 40 features in, the shares of four words out

    pub struct Listener {
        front_end: FrontEnd,
        keyword: Keyword,
    }

    impl Listener {
        pub const fn new() -> Self {
            Self { front_end: FrontEnd::new(), keyword: Keyword::new() }
        }

        /// To be called with every 20 ms of sound.
        pub fn hear(&mut self, sound: &[i16; 320]) -> &[i8; 4] {
            self.keyword.infer(self.front_end.infer(sound))
        }
    }
    // end of readme: audio

    impl Listener {
        pub fn reset(&mut self) {
            self.front_end.reset();
            self.keyword.reset();
        }
    }
}

/// The values of one tensor in one vector.
fn values<T: TryFrom<i64> + Default + Copy, const N: usize>(
    vectors: &Vectors,
    kind: Kind,
    vector: usize,
) -> [T; N] {
    let Some(Slice::Integers(values)) = vectors.values(kind, 0, vector) else { panic!("no integers") };
    assert_eq!(values.len(), N);
    let mut array = [T::default(); N];
    array.iter_mut().zip(values).for_each(|(y, &x)| *y = T::try_from(x).ok().expect("it fits"));
    array
}

fn vectors(name: &str) -> Vectors {
    Vectors::open(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("ops/audio").join(name))
}

#[test]
fn a_stream_of_sound_becomes_words() {
    let vectors = vectors("stream.npz");
    let mut listener = listen::Listener::new();
    for _ in 0..2 {
        for step in 0..vectors.count() {
            let scores: [i8; 4] = values(&vectors, Kind::Output, step);
            assert_eq!(listener.hear(&values(&vectors, Kind::Input, step)), &scores, "step {step}");
        }
        listener.reset();
    }
    assert!(vectors.count() >= 30);
}

include!(concat!(env!("OUT_DIR"), "/audio.rs"));
