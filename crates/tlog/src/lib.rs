//! The transparency log: formats and arithmetic by which an outsider verifies that an event was
//! recorded, and that the record of all events was only ever extended.
//!
//! The events, in the order of their numbers, are the leaves of a Merkle tree (RFC 6962, section
//! 2.1). **A leaf is the JSON text of an event's record**, byte for byte as `LookupEvents` returns it
//! in `CloudTrailEvent` and as it occurs in a delivered log file. The head of the tree is signed
//! regularly as a *checkpoint*; *witnesses*, run by others, cosign a checkpoint only if it extends
//! the last one that they cosigned. A *proof* contains such a checkpoint and the hashes between it
//! and one leaf, so it is verified offline.
//!
//! Everything here is values in, values out: no files, no sockets, no clock. `server` computes the
//! tree and asks the witnesses; the command `shoseki` is a witness, proves and verifies.
//!
//! It is not a general library. It contains what this log needs of the formats of C2SP, with one
//! kind of signature, Ed25519. `tlog_tiles` and `signed_note` have more, but depend on another
//! cryptographic library than ours.
//!
//! Source: <https://c2sp.org/tlog-tiles>, `/tlog-checkpoint`, `/signed-note`, `/tlog-cosignature`,
//! `/tlog-witness`, `/tlog-proof`; RFC 6962, section 2.1; RFC 9162, sections 2.1.3.2 and 2.1.4.2.
//!
//! Reading order: [`Hash`], [`Tile`], [`Edge`] (the tree grows), [`Reader`] (proofs from tiles),
//! [`Head`] (proofs verified), [`Note`], [`Checkpoint`], [`witness`], [`Proof`].
//!
//! ```
//! use tlog::{Edge, Reader, Tile, TlogError, leaf_hash};
//! let mut edge = Edge::default();
//! for event in ["{\"eventID\":\"1\"}", "{\"eventID\":\"2\"}", "{\"eventID\":\"3\"}"] {
//!     edge.append(leaf_hash(event.as_bytes()));
//! }
//! let tiles = edge.partials();
//! let mut read = |wanted: Tile| -> Result<_, TlogError> {
//!     let found = tiles.iter().find(|(tile, _)| *tile == wanted);
//!     found.map(|(_, hashes)| hashes.clone()).ok_or(TlogError::Tile(wanted))
//! };
//! let proof = Reader::new(3, &mut read).inclusion(1)?;
//! let leaf = leaf_hash(b"{\"eventID\":\"2\"}");
//! assert!(edge.head().includes(&leaf, 1, &proof));
//! # Ok::<_, TlogError>(())
//! ```

mod checkpoint;
mod edge;
mod error;
mod hash;
mod head;
mod line;
mod name;
mod note;
mod proof;
mod reader;
mod signer;
mod tile;
mod verifier;
pub mod witness;

pub use checkpoint::{Checkpoint, SignedCheckpoint};
pub use edge::Edge;
pub use error::TlogError;
pub use hash::{Hash, leaf_hash};
pub use head::Head;
pub use name::is_key_name;
pub use note::{NOTE_BYTES_MAX, Note, SignatureLine};
pub use proof::{Policy, Proof, Proven, Unproven};
pub use reader::Reader;
pub use signer::Signer;
pub use tile::{TILE_WIDTH, Tile};
pub use verifier::{Purpose, VerifierKey};
