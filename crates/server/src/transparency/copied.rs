//! The transparency log in a backup: its leaves, and its two checkpoints. Its key is made from the
//! keyring, which is in the backup, too.
//!
//! A restored log continues the one that was backed up: same name, same key, same tree. Where the
//! restored history ends before the newest checkpoint, the log stops at the start, with the reason
//! `tlog-stopped`: it never signs a second history under one name.

use std::io;
use std::path::Path;
use std::sync::Arc;

use backup::{Place, Tree, TreeFiles};
use store::Store;
use tlog::{Edge, SignedCheckpoint, TILE_WIDTH, Tile};

use super::FOLDER;
use super::begin::beginning;
use super::files::{Files, NotWritten};
use crate::OpenError;

/// The names of its small files within the data directory; what is published is not newer than what
/// was signed, if it is read first.
pub(crate) const COPIED_FILES: [&str; 2] = ["tlog/checkpoint", "tlog/checkpoint.signed"];

/// How a backup reads the leaves.
pub(crate) const TREE_FILES: TreeFiles = TreeFiles { size, leaves };

fn size(data: &Path) -> io::Result<Option<u64>> {
    let signed = Files::new(data.join(FOLDER)).signed()?;
    Ok(signed.map(|signed| signed.checkpoint.head.size))
}

/// The leaves from `from` on, as far as they are of the newest checkpoint.
fn leaves(data: &Path, from: u64, count: u64) -> io::Result<Vec<u8>> {
    let (files, width) = (Files::new(data.join(FOLDER)), u64::from(TILE_WIDTH));
    // A partial tile has the width that the newest checkpoint gives it.
    let size = size(data)?.unwrap_or(0);
    let end = from.saturating_add(count).min(size);
    let (mut next, mut found) = (from, Vec::new());
    while next < end {
        let index = next / width;
        let first = index.saturating_mul(width);
        let part = u16::try_from(size.saturating_sub(first).min(width)).unwrap_or(TILE_WIDTH);
        let missing =
            || io::Error::other(format!("tile {index} of the transparency log is missing"));
        let tile = Tile::new(0, index, part).ok_or_else(missing)?;
        let hashes = files.read_tile(tile)?.ok_or_else(missing)?;
        let wanted = (first..).zip(hashes).filter(|(at, _)| (next..end).contains(at));
        wanted.for_each(|(_, hash)| found.extend_from_slice(&hash));
        next = first.saturating_add(width).min(end);
    }
    Ok(found)
}

/// Makes the folder of the log from its leaves and checkpoints. Returns what is wrong with it, in a
/// sentence: then the log does not continue.
pub(crate) fn restore(
    data: &Path,
    place: &Arc<Place>,
    tree: Option<&Tree>,
    published: Option<&SignedCheckpoint>,
    signed: &SignedCheckpoint,
) -> Result<Option<String>, OpenError> {
    let files = Files::new(data.join(FOLDER));
    let failed = |cause: io::Error| OpenError::File { path: data.join(FOLDER), cause };
    let made = match tree {
        Some(tree) => make_tiles(&files, place, tree, signed),
        None => Err("the backup does not have its leaves".to_owned()),
    };
    // INVARIANT: a log that signed this checkpoint does not begin again from nothing.
    files.write_signed(signed).map_err(failed)?;
    if let Some(published) = published {
        files.write_published(published).map_err(failed)?;
    }
    Ok(made.err().map(|why| format!("the transparency log does not continue: {why}")))
}

fn make_tiles(
    files: &Files,
    place: &Arc<Place>,
    tree: &Tree,
    signed: &SignedCheckpoint,
) -> Result<(), String> {
    let (mut edge, mut left) = (Edge::default(), signed.checkpoint.head.size);
    let unwritten = |error: NotWritten| match error {
        NotWritten::Disk(error) => error,
        NotWritten::Differs(tile) => io::Error::other(format!("the tile `{tile}` differs")),
    };
    tree.read(place, &mut |leaf| {
        if left > 0 {
            left = left.saturating_sub(1);
            for (tile, hashes) in edge.append(*leaf) {
                files.write_tile(tile, &hashes).map_err(unwritten)?;
            }
        }
        Ok(())
    })
    .map_err(|error| error.to_string())?;
    for (tile, hashes) in edge.partials() {
        files.write_tile(tile, &hashes).map_err(|error| unwritten(error).to_string())?;
    }
    files.settle().map_err(|error| error.to_string())?;
    if edge.head() == signed.checkpoint.head {
        return Ok(());
    }
    Err("its leaves in the backup do not match its newest checkpoint".to_owned())
}

/// Whether the restored history ends before the newest checkpoint, in a sentence.
pub(crate) fn behind(
    store: &Store,
    signed: &SignedCheckpoint,
) -> Result<Option<String>, OpenError> {
    let view = store.snapshot()?;
    let (size, last) = (signed.checkpoint.head.size, view.last_seq()?);
    let first = beginning(&view)?.map_or(1, |begun| begun.first_seq);
    let newest = first.saturating_add(size).saturating_sub(1);
    Ok((newest > last).then(|| {
        format!(
            "the transparency log signed a checkpoint up to event {newest}, and the restored \
             history ends with event {last}: another history under the name of this log would be a \
             fork, so it does not continue. Start once with `serve --accept-older`, which begins a \
             new log with a new key"
        )
    }))
}
