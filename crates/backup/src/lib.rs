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
//! log/FIRST-LAST-HASH.frames    frames; the newest file is replaced by longer ones
//! segments/HASH.events          old events
//! bodies/xx/ID                  bodies of objects
//! catalog/HASH.json             lists of bodies, with their hashes
//! ```
//!
//! **Complete at every round.** A round copies the frames up to the newest one, then what their rows
//! name, then writes the manifest. What was interrupted leaves objects that no manifest names, which
//! the next attempt writes again. While a backup follows the log, the server keeps the frames that
//! it has not copied ([`store::BackupCursor`]); bodies and segments outlive the rows that name them
//! for a day, and are copied with the frames.
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
mod error;
mod manifest;
mod part;
mod place;
mod restore;
mod verify;

pub use bucket::Bucket;
pub use copier::{Copier, Round, Source};
pub use error::BackupError;
pub use manifest::{SmallFile, Span};
pub use place::Place;
pub use restore::{KeyFiles, Restored, Until, restore};
pub use verify::{Verified, verify};
