//! One file per operator: loops over shapes, safe and portable, that cannot panic.
//!
//! A kernel gets everything that it does not have to find out at run time in a struct of constants
//! named after it, then its constants in flash and its windows of the arena. It never indexes: what
//! is not there is skipped, so that no bounds check can end in a panic. Arithmetic that may leave its
//! type wraps, as it does in the reference.
//!
//! The compiler includes this folder too, so that parameters are checked when it is built and what it
//! computes is computed by the device's code.

pub mod accumulator;
pub mod add;
pub mod average_pool_2d;
pub mod broadcast;
pub mod clamp;
pub mod constant;
pub mod conv_2d;
pub mod depthwise_conv_2d;
pub mod fixed_point;
pub mod fully_connected;
pub mod lanes;
pub mod lookup;
pub mod max_pool_2d;
pub mod maximum;
pub mod mean;
pub mod minimum;
pub mod movement;
pub mod mul;
pub mod pad;
pub mod quantize;
pub mod relu;
pub mod requantization;
pub mod resize_nearest_neighbor;
pub mod rows;
pub mod shapes;
pub mod sigmoid;
pub mod softmax;
pub mod source;
pub mod sub;
pub mod window;
