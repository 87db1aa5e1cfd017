//! Parameters that several kernels share.

pub use super::requantization::Requantization;
pub use super::window::{Axis, Window};
