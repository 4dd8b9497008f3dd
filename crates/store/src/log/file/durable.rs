//! Which frames are durable, for processes that read the log while a server appends to it.
//!
//! A frame can be read before it is synced. If the sync fails, it is erased, and another one takes
//! its place: a reader that copied it would have a history that never was. So the server publishes what it has
//! synced:
//!
//! ```text
//! log/durable   position (8) and tag (16) of the newest durable frame, checksum of these (4)
//! ```
//!
//! The server has the file locked. It is written after each sync, and is not synced itself: only
//! processes of this machine read it, and only while the server lives. Without a server nothing is
//! appended or erased: what is there is durable once its reader has synced it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::super::Head;
use super::super::folder::{FolderFile, Lock, LogFolder};
use super::super::frame::checksum;
use super::layout;
use crate::StoreError;

pub(super) const DURABLE_FILE: &str = "durable";
const BYTES: usize = 8 + 16 + 4;

/// What a server publishes.
#[derive(Debug)]
pub(super) struct Published {
    file: Arc<dyn FolderFile>,
    /// The last writing failed.
    is_stale: AtomicBool,
    _lock: Lock,
}

impl Published {
    /// Begins to publish, with a head that is durable.
    pub(super) fn begin(folder: &dyn LogFolder, head: &Head) -> Result<Self, StoreError> {
        let lock = folder.lock_waiting(DURABLE_FILE)?;
        let file = folder.open(DURABLE_FILE)?;
        let published = Self { file, is_stale: AtomicBool::new(false), _lock: lock };
        published.set(head);
        Ok(published)
    }

    /// The newest durable frame is this one now.
    ///
    /// On an error its readers wait for the next frame: the append has not failed, and a full disk
    /// prevents no start.
    pub(super) fn set(&self, head: &Head) {
        let written = self.file.write_at(&encoded(head), 0);
        if self.is_stale.swap(written.is_err(), Ordering::Relaxed) {
            return;
        }
        if let Err(error) = written {
            tracing::warn!(%error, "cannot write `log/durable`: backups are a frame behind");
        }
    }
}

/// Which process can append to a log, and what is durable of it.
pub(super) enum Durable {
    /// None, while this is held.
    All { _held: Lock },
    /// A server, which has published this frame; `None` if that cannot be read at the moment.
    UpTo(Option<Head>),
}

impl Durable {
    pub(super) fn of(folder: &dyn LogFolder) -> Result<Self, StoreError> {
        if let Some(lock) = folder.share(DURABLE_FILE)? {
            return Ok(Self::All { _held: lock });
        }
        let mut bytes = vec![0; BYTES];
        // It may be being written for the first time.
        let is_there = folder.len(DURABLE_FILE)? >= Some(layout::length(BYTES));
        if is_there {
            folder.open(DURABLE_FILE)?.read_at(&mut bytes, 0)?;
        }
        Ok(Self::UpTo(decoded(&bytes)))
    }
}

fn encoded(head: &Head) -> Vec<u8> {
    let position = head.position.to_be_bytes();
    let sum = checksum(&[position.as_slice(), &head.tag].concat());
    [position.as_slice(), &head.tag, &sum].concat()
}

/// `None` if a part of the bytes is from another time.
fn decoded(bytes: &[u8]) -> Option<Head> {
    let (covered, sum) = bytes.split_last_chunk::<4>()?;
    let (position, tag) = covered.split_first_chunk()?;
    let (tag, []) = tag.split_first_chunk()? else { return None };
    let head = Head { position: u64::from_be_bytes(*position), tag: *tag };
    (*sum == checksum(covered)).then_some(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of two writings neither half is taken for a whole.
    #[test]
    fn a_torn_head_is_none() {
        let (one, other) =
            (Head { position: 255, tag: [1; 16] }, Head { position: 256, tag: [2; 16] });
        let (one, other) = (encoded(&one), encoded(&other));
        assert_eq!(decoded(&other).unwrap().position, 256);
        for at in 1..BYTES {
            let torn = [&other[..at], &one[at..]].concat();
            assert!(decoded(&torn).is_none() || torn == one || torn == other, "{at}");
        }
        assert!(decoded(&[]).is_none() && decoded(&[0; BYTES]).is_none());
    }
}
