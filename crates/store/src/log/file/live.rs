//! Reads the log of a data directory that a server may have open, and append to.

use std::io::ErrorKind;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use keys::{Keyring, SecretBytes};

use super::super::folder::{LogFolder, OsFolder};
use super::super::frame::Header;
use super::super::{Frame, Head, LOG_FOLDER, Opener};
use super::layout::{BLOCK_BYTES, FileHeader, file_name, first_position, length, next_offset};
use super::log_file::{LogFile, OpenLogFile};
use crate::StoreError;

/// Called with one verified frame and its payload after the other, until it breaks.
pub(crate) type LiveVisitor<'v> =
    dyn FnMut(Frame, SecretBytes) -> Result<ControlFlow<()>, StoreError> + 'v;

/// A place in a log that is followed while it grows.
#[derive(Debug)]
pub struct LiveLog {
    folder: OsFolder,
    opener: Opener,
    head: Head,
    file: OpenLogFile,
    /// Where the frame after `head` begins, if it is in this file.
    offset: u64,
}

impl LiveLog {
    /// The log in `data`, to be read from the frame after `head` on.
    ///
    /// Errors: [`StoreError::is_missing`] if those frames were trimmed, and
    /// [`StoreError::is_corrupt`] if the log has another frame in the place of `head`, or none: it
    /// is the log of another history.
    pub fn after(data: &Path, keyring: &Arc<Keyring>, head: Head) -> Result<Self, StoreError> {
        let folder = log_folder(data)?;
        let next = head.position.saturating_add(1);
        let first = firsts(&folder)?.into_iter().rfind(|first| *first <= next);
        let Some(first) = first else {
            return Err(StoreError::missing(format_args!("the log no longer has frame {next}")));
        };
        let file = open(&folder, first)?;
        let opener = Opener::new(Arc::clone(keyring));
        let mut found = Self { folder, opener, head, offset: BLOCK_BYTES, file };
        found.seek()?;
        Ok(found)
    }

    /// Where the log in `data` begins: what precedes its oldest frame.
    pub fn beginning(data: &Path) -> Result<Head, StoreError> {
        let folder = log_folder(data)?;
        let none = || StoreError::missing("there is no log");
        let first = firsts(&folder)?.into_iter().next().ok_or_else(none)?;
        Ok(open(&folder, first)?.about.header.head_before())
    }

    /// The frame up to which everything was read.
    pub fn head(&self) -> Head {
        self.head
    }

    /// Passes the frames of the file up to the head.
    fn seek(&mut self) -> Result<(), StoreError> {
        let forked = |position: u64| {
            StoreError::corrupt(format_args!(
                "frame {position} of the log is not the one that was read before: the log is of \
                 another history"
            ))
        };
        let mut passed = self.file.about.header.head_before();
        while passed.position < self.head.position {
            let header = self.file.header_at(self.offset)?.filter(|header| header.follows(&passed));
            let header = header.ok_or_else(|| forked(self.head.position))?;
            let tag = self.file.tag_at(self.offset, &header)?;
            passed = Head { position: header.position, tag };
            self.offset = next_offset(self.offset, length(header.frame_len()));
        }
        if passed == self.head { Ok(()) } else { Err(forked(self.head.position)) }
    }

    /// Shows the frames after the head, verified, up to the newest one that is complete, and makes
    /// sure that they are durable.
    ///
    /// An error may come after frames were shown: they are not to be relied on then.
    pub fn read(&mut self, visitor: &mut LiveVisitor<'_>) -> Result<(), StoreError> {
        loop {
            while let Some((header, frame)) = self.next_in_file()? {
                let payload = match self.opener.open(&frame) {
                    // It is being written.
                    Err(error) if error.is_corrupt() => break,
                    payload => payload?,
                };
                self.offset = next_offset(self.offset, length(header.frame_len()));
                self.head = frame.head();
                if visitor(frame, payload)?.is_break() {
                    return self.sync();
                }
            }
            self.sync()?;
            if !self.continue_in_next_file()? {
                return Ok(());
            }
        }
    }

    fn next_in_file(&self) -> Result<Option<(Header, Frame)>, StoreError> {
        let header = self.file.header_at(self.offset)?.filter(|own| own.follows(&self.head));
        let Some(header) = header else { return Ok(None) };
        Ok(self.file.frame_at(self.offset, &header)?.map(|frame| (header, frame)))
    }

    /// A server syncs each frame itself, but may be about to.
    fn sync(&self) -> Result<(), StoreError> {
        Ok(self.file.file.sync()?)
    }

    /// Whether there is a file that continues this one.
    fn continue_in_next_file(&mut self) -> Result<bool, StoreError> {
        let next = self.head.position.saturating_add(1);
        let (own, all) = (self.file.about.header.first, firsts(&self.folder)?);
        let Some(first) = all.iter().copied().find(|first| *first > own) else { return Ok(false) };
        // What was not complete a moment ago may be by now: a file follows complete ones.
        if first != next && self.next_in_file()?.is_some() {
            return Ok(true);
        }
        let file = open(&self.folder, first)?;
        if first != next && !all.contains(&own) {
            return Err(StoreError::missing(format_args!("the log no longer has frame {next}")));
        }
        if first != next || file.about.header.previous != self.head.tag {
            return Err(self.file.about.damaged(next, "it is broken, and a file follows it"));
        }
        (self.file, self.offset) = (file, BLOCK_BYTES);
        Ok(true)
    }
}

fn log_folder(data: &Path) -> Result<OsFolder, StoreError> {
    let folder = OsFolder::examined(&data.join(LOG_FOLDER))?;
    folder.ok_or_else(|| StoreError::missing("there is no log"))
}

/// The first positions of the files, ascending.
fn firsts(folder: &OsFolder) -> Result<Vec<u64>, StoreError> {
    let names = folder.names()?;
    let mut found: Vec<u64> = names.iter().filter_map(|name| first_position(name)).collect();
    found.sort_unstable();
    Ok(found)
}

fn open(folder: &OsFolder, first: u64) -> Result<OpenLogFile, StoreError> {
    let (name, gone) = (file_name(first), || {
        StoreError::missing(format_args!("the log no longer has frame {first}"))
    });
    let bytes = folder.len(&name)?.ok_or_else(gone)?;
    let file = match folder.open(&name) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(gone()),
        file => file?,
    };
    let mut block = vec![0; usize::try_from(BLOCK_BYTES.min(bytes)).unwrap_or(0)];
    file.read_at(&mut block, 0)?;
    let header = FileHeader::read(&block).filter(|header| header.first == first);
    let damaged = || StoreError::corrupt(format_args!("`{name}` does not begin as it should"));
    let about = Arc::new(LogFile::new(header.ok_or_else(damaged)?, bytes));
    Ok(OpenLogFile { about, file })
}
