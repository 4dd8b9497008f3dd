//! Backups of a data directory, made while its server runs, and restored to any instant.
//!
//! A backup is a *base* (the rows as of a frame), the *frames* of the log after it, and what rows
//! name beside them: segments of old events, bodies of objects. Bases and frames are copied as they
//! are, sealed; the rest is named by its hash in a sealed *manifest*, which is written last and
//! replaced at once. So a backup needs nothing of a server but its files, is made where there is a
//! root key, and is worth nothing to those who have none.
//!
//! ```text
//! manifest                      sealed: what belongs to the backup, with its hashes
//! keyring, root-key.sealed      what opens it: with the root key, or its passphrase
//! bases/POSITION-HASH.base      the rows as of a frame
//! log/FIRST-LAST-HASH.frames    frames of a round; small ones are merged into longer ones
//! segments/HASH.events          old events
//! bodies/xx/ID                  bodies of objects
//! tree/FIRST-HASH.leaves        leaves of the transparency log
//! catalog/HASH.json             lists of bodies, and of old files of frames, with their hashes
//! lease/NUMBER                  who writes to the place
//! ```
//!
//! **Complete at every round.** A round copies the frames up to the newest one, then what their rows
//! name, then writes the manifest. A long round writes it now and then, and what was interrupted
//! goes on from there; only what no manifest names yet is written again. The first round writes it
//! when base and frames are there, which can be restored without the bodies that are still missing.
//!
//! **Nothing goes unseen.** While a backup runs or follows the log, the server keeps the frames that
//! it has not copied, and the bodies that these may name ([`store::BackupCursor`]). If it gives the
//! backup up, or the backup was away, a new stretch begins: all rows are compared with what was
//! copied, and the positions between are not claimed to be restorable.
//!
//! **One writer.** A run takes the place's lease, and writes no manifest once another run has it.
//!
//! **One history.** A backup continues only the log that it has copied so far: of a data directory
//! that was restored, or copied and served twice, it refuses the second one.
//!
//! Reading order: [`Place`], `manifest.rs`, [`Copier`], [`verify`], [`restore()`].
//!
//! It depends on neither services nor configuration: which bodies a row names is decided by a function
//! that the caller passes.

mod bucket;
mod chunk;
mod connector;
mod contents;
mod copier;
mod copying;
mod error;
mod lease;
mod manifest;
mod merging;
mod part;
mod place;
mod ranges;
mod restore;
mod source;
mod tail;
mod tree;
mod verify;

pub use bucket::Bucket;
pub use copier::Copier;
pub use error::BackupError;
pub use manifest::{SmallFile, Span};
pub use place::Place;
pub use restore::{KeyFiles, Restored, Until, Wanted, restore};
pub use source::{Round, Source};
pub use tree::{Tree, TreeFiles};
pub use verify::{Verified, verify};
