//! Parameters that several kernels share.
