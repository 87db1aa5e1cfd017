//! One file per operator: loops over shapes, safe and portable, that cannot panic.
//!
//! A kernel gets everything that it does not have to find out at run time in a struct of constants
//! named after it, then its constants in flash and its windows of the arena. It never indexes: what
//! is not there is skipped, so that no bounds check can end in a panic. Arithmetic that may leave its
//! type wraps, as it does in the reference.
//!
//! Kernels are inlined, and so compiled for the one layer that calls them, except where debug assertions are on:
//! there they are compiled once, with this crate, which keeps debug builds of large models short and lets a profile
//! optimize this crate alone.
//!
//! The compiler includes this folder too, so that parameters are checked when it is built and what it
//! computes is computed by the device's code.

pub mod abs;
pub mod accumulator;
pub mod add;
pub mod add_n;
pub mod arg;
pub mod assign_variable;
pub mod average_pool_2d;
pub mod batch_matmul;
pub mod blocks;
pub mod broadcast;
pub mod cast;
pub mod clamp;
pub mod comparison;
pub mod constant;
pub mod conv_2d;
pub mod cumsum;
pub mod depthwise_conv_2d;
mod depthwise_pixels;
pub mod depthwise_rows;
pub mod depthwise_taps;
pub mod div;
pub mod fixed_point;
pub mod fours;
pub mod fully_connected;
pub mod gather;
pub mod history;
pub mod l2_normalization;
pub mod lanes;
pub mod leaky_relu;
pub mod log_softmax;
pub mod logical;
pub mod lookup;
pub mod max_pool_2d;
pub mod maximum;
pub mod mean;
pub mod minimum;
pub mod movement;
pub mod mul;
pub mod pad;
pub mod pairs;
pub mod planes;
pub mod prelu;
pub mod quantize;
#[cfg(test)]
pub mod random;
pub mod reach;
pub mod reduce;
pub mod relu;
pub mod requantization;
pub mod resize_bilinear;
pub mod resize_nearest_neighbor;
pub mod ring;
pub mod rows;
pub mod select;
pub mod shapes;
pub mod sigmoid;
pub mod signal_delay;
pub mod signal_energy;
pub mod signal_fft;
pub mod signal_fft_auto_scale;
pub mod signal_filter_bank;
pub mod signal_filter_bank_log;
pub mod signal_filter_bank_spectral_subtraction;
pub mod signal_filter_bank_square_root;
pub mod signal_framer;
pub mod signal_irfft;
pub mod signal_overlap_add;
pub mod signal_pcan;
pub mod signal_rfft;
pub mod signal_stacker;
pub mod signal_window;
pub mod softmax;
pub mod source;
pub mod squared_difference;
pub mod sub;
pub mod sum_of_two;
pub mod svdf;
pub mod transpose_conv;
pub mod unidirectional_sequence_lstm;
pub mod units;
mod vectors;
pub mod window;
pub mod winograd;
