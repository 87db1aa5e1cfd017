//! What all models have in common.

/// One step of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layer {
    /// The operator's name in TensorFlow Lite's schema.
    pub operator: &'static str,
    /// Shape of its first output.
    pub shape: &'static [usize],
    /// Multiplications and accumulations; 65535 on AVR if there are more.
    pub macs: usize,
    /// Bytes of constants in program memory.
    pub flash: usize,
    /// Bytes of RAM that hold something while it runs.
    pub ram: usize,
    /// What the compiler proved of it or fused into it; empty if there is nothing to say.
    pub notes: &'static str,
}

/// How near a model that was quantized while compiling is to the float model, measured with the kernels that
/// run on the device.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Accuracy {
    /// On so many samples.
    pub samples: usize,
    /// Share of them of which the float model's class is ours too; none if the output has no classes.
    pub agreement: Option<f32>,
    /// Signal-to-noise ratio of all outputs in dB, with the float model's as the signal.
    pub sqnr: f32,
    /// Share of them of which the class is the right one, if `verify` names samples with labels.
    pub accuracy: Option<f32>,
    /// The same for the float model.
    pub float_accuracy: Option<f32>,
}

/// A compiled model, for code that is generic over models.
///
/// Every struct that [`tiny_model!`](crate::tiny_model) defines has the same as inherent items, so
/// that this trait need not be in scope.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a model",
    label = "expected a struct that `tiny_model!` defines",
    note = "`tiny_model!(\"kws.tflite\");` defines `Kws`, which implements `tiny_model::Model`"
)]
pub trait Model {
    /// The struct's name.
    const NAME: &'static str;
    /// Bytes of RAM.
    const RAM: usize;
    /// Bytes of it that are kept from one inference to the next; 0 if none are.
    const STATE: usize;
    /// Bytes of constants in program memory.
    const FLASH: usize;
    /// Multiplications and accumulations of one inference; 65535 on AVR if there are more.
    const MACS: usize;
    /// What runs, in order.
    const LAYERS: &'static [Layer];
    /// A reference to the input's array, or a tuple of several.
    type Input<'a>;
    /// A mutable reference to the input's array, or a tuple of several.
    type InputMut<'a>
    where
        Self: 'a;
    /// A reference to the output's array, or a tuple of several.
    type Output<'a>
    where
        Self: 'a;

    /// Runs the model once: the inputs in, the outputs out.
    fn infer<'a>(&'a mut self, input: Self::Input<'_>) -> Self::Output<'a>;

    /// The place where [`run`](Self::run) expects the input.
    fn input_mut(&mut self) -> Self::InputMut<'_>;

    /// Runs the model once on what was written to [`input_mut`](Self::input_mut).
    fn run(&mut self) -> Self::Output<'_>;
}

/// A compiled model that keeps state from one inference to the next, as those do that hear a stream
/// step by step.
///
/// ```
/// use tiny_model::tiny_model;
///
/// tiny_model!("../tests/ops/read_variable/delay_int8.tflite"); // gives what went in one step before
///
/// let mut delay = DelayInt8::new();
/// let nothing = *delay.infer(&[1; 6]);
/// assert_eq!(delay.infer(&[2; 6]), &[1; 6]);
/// delay.reset();
/// assert_eq!(delay.infer(&[3; 6]), &nothing);
/// assert!(DelayInt8::STATE >= 6);
/// ```
pub trait Stateful: Model {
    /// Forgets all inferences: the next one is as the first one was.
    fn reset(&mut self);
}
