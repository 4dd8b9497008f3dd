//! Cryptography under plain names; the only crate that knows the primitives' library.

mod digest;

pub use digest::{Md5, Sha256, equal_in_constant_time, hmac_sha256, md5, sha256};
