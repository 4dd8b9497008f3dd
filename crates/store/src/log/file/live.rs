//! Reads the log of a data directory that a server may have open, and append to.
//!
//! Only durable frames are shown: those that the server has published as such (`durable.rs`), or that
//! another frame follows, which is written only afterwards. A frame that cannot be read is being
//! written, or was not finished; with a sound one behind it, it is damage, and an error.

use std::io::ErrorKind;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use keys::{Keyring, SecretBytes};

use super::super::folder::{LogFolder, OsFolder};
use super::super::{Frame, Head, LOG_FOLDER, Opener};
use super::durable::Durable;
use super::layout::{BLOCK_BYTES, FileHeader, file_name, first_position, length, next_offset};
use super::log_file::{LogFile, OpenLogFile};
use super::recover::sound_behind;
use crate::{StoreError, damaged_frame};

/// Called with one verified frame and its payload after the other, until it breaks.
pub(crate) type LiveVisitor<'v> =
    dyn FnMut(Frame, SecretBytes) -> Result<ControlFlow<()>, StoreError> + 'v;

/// A place in a log that is followed while it grows.
#[derive(Debug)]
pub struct LiveLog {
    folder: Arc<dyn LogFolder>,
    /// The data directory, if it is one of the operating system.
    data: Option<PathBuf>,
    opener: Opener,
    head: Head,
    file: OpenLogFile,
    /// Where the frame after `head` begins, if it is in this file.
    offset: u64,
    /// What the server had published when it was read last.
    published: Head,
}

impl LiveLog {
    /// The log in `data`, to be read from the frame after `head` on.
    ///
    /// Errors: [`StoreError::is_missing`] if those frames were trimmed, and
    /// [`StoreError::is_corrupt`] if the log has another frame in the place of `head`, or none: it
    /// is the log of another history.
    pub fn after(data: &Path, keyring: &Arc<Keyring>, head: Head) -> Result<Self, StoreError> {
        let live = Self::within(Arc::new(log_folder(data)?), keyring, head)?;
        Ok(Self { data: Some(data.to_owned()), ..live })
    }

    /// The same in any folder.
    pub fn within(
        folder: Arc<dyn LogFolder>,
        keyring: &Arc<Keyring>,
        head: Head,
    ) -> Result<Self, StoreError> {
        let next = head.position.saturating_add(1);
        let first = firsts(folder.as_ref())?.into_iter().rfind(|first| *first <= next);
        let Some(first) = first else {
            return Err(StoreError::missing(format_args!("the log no longer has frame {next}")));
        };
        let file = open(folder.as_ref(), first)?;
        let opener = Opener::new(Arc::clone(keyring));
        let published = Head::default();
        let offset = BLOCK_BYTES;
        let mut found = Self { folder, data: None, opener, head, offset, file, published };
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
        let mut passed = self.file.about.header.head_before();
        while passed.position < self.head.position {
            let header = self.file.header_at(self.offset)?;
            let Some(header) = header.filter(|header| header.follows(&passed)) else {
                self.expect_no_damage(passed.position)?;
                return Err(forked(self.head.position));
            };
            let tag = self.file.tag_at(self.offset, &header)?;
            passed = Head { position: header.position, tag };
            self.offset = next_offset(self.offset, length(header.frame_len()));
        }
        if passed == self.head { Ok(()) } else { Err(forked(self.head.position)) }
    }

    /// Shows the frames after the head, verified, up to the newest one that is durable.
    ///
    /// Errors with [`StoreError::is_corrupt`] where a frame is damaged and a sound one is behind it;
    /// the server reports that, too. After an error the frames that were shown are not to be relied
    /// on.
    pub fn read(&mut self, visitor: &mut LiveVisitor<'_>) -> Result<(), StoreError> {
        let read = self.read_all(visitor);
        if let Some(data) = &self.data {
            let next = self.head.position.saturating_add(1);
            match &read {
                Err(error) if error.is_corrupt() => damaged_frame::note(data, next),
                Ok(()) if damaged_frame::noted(data).is_some_and(|noted| noted < next) => {
                    if let Err(error) = damaged_frame::take_back(data) {
                        let error = types::error_chain(&error);
                        tracing::warn!(error, "cannot take back that a frame is damaged");
                    }
                }
                _ => {}
            }
        }
        read
    }

    fn read_all(&mut self, visitor: &mut LiveVisitor<'_>) -> Result<(), StoreError> {
        loop {
            let before = (self.file.about.header.first, self.head);
            while let Some((frame, payload)) = self.next_durable()? {
                self.offset = next_offset(self.offset, length(frame.as_bytes().len()));
                self.head = frame.head();
                if visitor(frame, payload)?.is_break() {
                    return self.sync();
                }
            }
            self.sync()?;
            if !self.continue_in_next_file()? {
                return self.expect_no_damage(self.head.position);
            }
            if before == (self.file.about.header.first, self.head) {
                // The next frame is whole, and not known to be durable yet.
                return Ok(());
            }
        }
    }

    /// The next frame of this file, if it is whole and durable.
    fn next_durable(&mut self) -> Result<Option<(Frame, SecretBytes)>, StoreError> {
        let next = self.head.position.saturating_add(1);
        // What was published before the frame is read is about this frame, and no other at its place.
        let durable = if self.published.position > next {
            Durable::UpTo(Some(self.published))
        } else {
            Durable::of(self.folder.as_ref())?
        };
        let Some((frame, payload)) = self.next_in_file()? else { return Ok(None) };
        let is_durable = match durable {
            // The sync that follows makes it durable.
            Durable::All { .. } => true,
            Durable::UpTo(published) => {
                self.published = published.unwrap_or(self.published);
                let is_published = self.published.position > next || self.published == frame.head();
                is_published || self.is_followed(&frame)?
            }
        };
        Ok(is_durable.then_some((frame, payload)))
    }

    /// Whether a frame, the next one of this file, has another one behind it.
    fn is_followed(&self, frame: &Frame) -> Result<bool, StoreError> {
        let (own, behind) = (frame.head(), length(frame.as_bytes().len()));
        let header = self.file.header_at(next_offset(self.offset, behind))?;
        if header.is_some_and(|header| header.follows(&own)) {
            return Ok(true);
        }
        let next = own.position.saturating_add(1);
        let is_there = firsts(self.folder.as_ref())?.contains(&next);
        Ok(is_there && open(self.folder.as_ref(), next)?.about.header.previous == own.tag)
    }

    /// The next frame of this file, if it is whole.
    fn next_in_file(&mut self) -> Result<Option<(Frame, SecretBytes)>, StoreError> {
        let header = self.file.header_at(self.offset)?.filter(|own| own.follows(&self.head));
        let Some(header) = header else { return Ok(None) };
        let Some(frame) = self.file.frame_at(self.offset, &header)? else { return Ok(None) };
        match self.opener.open(&frame) {
            // It is being written.
            Err(error) if error.is_corrupt() => Ok(None),
            payload => Ok(Some((frame, payload?))),
        }
    }

    /// Errors if no whole frame follows at the offset, after `position`, although there is a newer one
    /// in this file, or if another one than the head precedes the one that is there.
    ///
    /// A server may have finished it meanwhile, and the newer one, too: then it is whole now.
    fn expect_no_damage(&mut self, position: u64) -> Result<(), StoreError> {
        let behind = sound_behind(&self.file, self.offset, position, &mut self.opener)?;
        let Some(behind) = behind else { return Ok(()) };
        if self.next_in_file()?.is_some() {
            return Ok(());
        }
        let (next, own) = (position.saturating_add(1), self.file.about.header.first);
        if !firsts(self.folder.as_ref())?.contains(&own) {
            // It was trimmed, and used again.
            return Err(StoreError::missing(format_args!("the log no longer has frame {next}")));
        }
        if behind > next {
            let what = format!("it is broken, and frame {behind} is not");
            return Err(self.file.about.damaged(next, &what));
        }
        // Of a failed append, the frame may have been erased meanwhile.
        let header = self.file.header_at(self.offset)?;
        if header.is_some_and(|header| header.position == next) {
            return Err(forked(position));
        }
        Ok(())
    }

    /// Without a server, the newest frame may not be durable yet.
    fn sync(&self) -> Result<(), StoreError> {
        Ok(self.file.file.sync()?)
    }

    /// Whether there is a file that continues this one.
    fn continue_in_next_file(&mut self) -> Result<bool, StoreError> {
        let next = self.head.position.saturating_add(1);
        let (own, all) = (self.file.about.header.first, firsts(self.folder.as_ref())?);
        let Some(first) = all.iter().copied().find(|first| *first > own) else { return Ok(false) };
        // What was not complete a moment ago may be by now: a file follows complete ones.
        if first != next && self.next_in_file()?.is_some() {
            return Ok(true);
        }
        let file = open(self.folder.as_ref(), first)?;
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

fn forked(position: u64) -> StoreError {
    StoreError::corrupt(format_args!(
        "frame {position} of the log is not the one that was read before: the log is of another \
         history"
    ))
}

fn log_folder(data: &Path) -> Result<OsFolder, StoreError> {
    let folder = OsFolder::examined(&data.join(LOG_FOLDER))?;
    folder.ok_or_else(|| StoreError::missing("there is no log"))
}

/// The first positions of the files, ascending.
fn firsts(folder: &dyn LogFolder) -> Result<Vec<u64>, StoreError> {
    let names = folder.names()?;
    let mut found: Vec<u64> = names.iter().filter_map(|name| first_position(name)).collect();
    found.sort_unstable();
    Ok(found)
}

fn open(folder: &dyn LogFolder, first: u64) -> Result<OpenLogFile, StoreError> {
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
