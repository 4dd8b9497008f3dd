//! How the root key rests: as a file that only its owner may read, or under a passphrase.
//!
//! Both are bytes in, bytes out; the caller reads and writes them.

mod file;
mod passphrase;

pub use file::{parse_root_key, print_root_key};
pub use passphrase::{open_with_passphrase, seal_with_passphrase};
