use std::fmt;
use std::io::{ErrorKind, Read};
use std::sync::Arc;

use flate2::Crc;
use keys::stretch::{SEAL_BYTES, Stretch, StretchKey};
use keys::{KeyError, Keyring, SecretBytes};
use types::Entropy;

use super::{Head, Tag};
use crate::StoreError;

/// The first bytes of every frame.
const MAGIC: [u8; 4] = *b"SHF1";
/// Magic (4), length of what follows the header (4), position (8), tag of the frame before (16),
/// epoch (4), salt (16), counter (8), checksum of all these (4).
///
/// The checksum distinguishes a header of which a crash left a part from one of a key that is
/// missing; against forgery there is the frame's tag.
pub(super) const HEADER_BYTES: usize = 64;
/// The longest payload of a frame: 1 GiB, far beyond what one commit may contain.
const PAYLOAD_BYTES_MAX: usize = 1 << 30;

/// A sealed frame, as it is stored: header, ciphertext, tag.
#[derive(Clone, PartialEq, Eq)]
pub struct Frame {
    header: Header,
    bytes: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) position: u64,
    pub(super) previous: Tag,
    epoch: u32,
    salt: [u8; 16],
    counter: u64,
    /// Of ciphertext and tag.
    sealed_len: u32,
}

impl Header {
    /// The header that begins `bytes`; `None` if none does.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let rest = bytes.get(..HEADER_BYTES)?.strip_prefix(&MAGIC)?;
        let (sealed_len, rest) = rest.split_first_chunk()?;
        let (position, rest) = rest.split_first_chunk()?;
        let (previous, rest) = rest.split_first_chunk()?;
        let (epoch, rest) = rest.split_first_chunk()?;
        let (salt, rest) = rest.split_first_chunk()?;
        let (counter, sum) = rest.split_first_chunk()?;
        let header = Self {
            position: u64::from_be_bytes(*position),
            previous: *previous,
            epoch: u32::from_be_bytes(*epoch),
            salt: *salt,
            counter: u64::from_be_bytes(*counter),
            sealed_len: u32::from_be_bytes(*sealed_len),
        };
        let is_possible = sum == checksum(bytes.get(..HEADER_BYTES.saturating_sub(sum.len()))?)
            && (SEAL_BYTES..=PAYLOAD_BYTES_MAX.saturating_add(SEAL_BYTES))
                .contains(&header.sealed_len());
        is_possible.then_some(header)
    }

    fn write(&self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        let parts = MAGIC
            .into_iter()
            .chain(self.sealed_len.to_be_bytes())
            .chain(self.position.to_be_bytes())
            .chain(self.previous)
            .chain(self.epoch.to_be_bytes())
            .chain(self.salt)
            .chain(self.counter.to_be_bytes());
        for (to, from) in bytes.iter_mut().zip(parts) {
            *to = from;
        }
        if let Some((covered, sum)) = bytes.split_last_chunk_mut() {
            *sum = checksum(covered);
        }
        bytes
    }

    fn sealed_len(&self) -> usize {
        usize::try_from(self.sealed_len).unwrap_or(usize::MAX)
    }

    /// The whole frame's length in bytes.
    pub(super) fn frame_len(&self) -> usize {
        self.sealed_len().saturating_add(HEADER_BYTES)
    }

    pub(super) fn follows(&self, head: &Head) -> bool {
        head.position.checked_add(1) == Some(self.position) && self.previous == head.tag
    }
}

/// What distinguishes bytes that were written completely from a part of them.
pub(super) fn checksum(bytes: &[u8]) -> [u8; 4] {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum().to_be_bytes()
}

impl Frame {
    /// The frame that is exactly these bytes; `None` if they are none. Nothing of it is verified.
    pub fn read(bytes: Vec<u8>) -> Option<Self> {
        let header = Header::read(&bytes)?;
        (bytes.len() == header.frame_len()).then_some(Self { header, bytes })
    }

    /// The frame that follows in a file; `None` if there is none, or not all of it.
    pub fn read_from(file: &mut impl Read) -> Result<Option<Self>, StoreError> {
        let mut bytes = vec![0; HEADER_BYTES];
        let header = filled(file, &mut bytes)?.then(|| Header::read(&bytes)).flatten();
        let Some(header) = header else { return Ok(None) };
        // Not at once: the length may be anything.
        let rest = length(header.sealed_len());
        let read = file.by_ref().take(rest).read_to_end(&mut bytes)?;
        Ok((length(read) == rest).then_some(Self { header, bytes }))
    }

    /// As it is stored.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Its position.
    pub fn position(&self) -> u64 {
        self.header.position
    }

    /// The tag of the frame before it.
    pub fn previous(&self) -> &Tag {
        &self.header.previous
    }

    /// The head of a log whose newest frame it is.
    pub fn head(&self) -> Head {
        // No frame is shorter than a tag.
        let tag = self.bytes.last_chunk().map_or(Tag::default(), |tag| *tag);
        Head { position: self.header.position, tag }
    }

    /// Whether it names `head` as the frame before it.
    pub fn follows(&self, head: &Head) -> bool {
        self.header.follows(head)
    }
}

/// Whether there were enough bytes.
fn filled(file: &mut impl Read, bytes: &mut [u8]) -> Result<bool, StoreError> {
    match file.read_exact(bytes) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
        read => Ok(read.map(|()| true)?),
    }
}

fn length(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frame")
            .field("position", &self.header.position)
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

/// Makes the frames of one stretch: those that one process appends until it ends.
pub struct Sealer {
    key: StretchKey,
    epoch: u32,
    salt: [u8; 16],
    counter: u64,
}

impl Sealer {
    /// Begins a stretch of the log under the newest epoch of `keyring`.
    pub fn start(keyring: &Keyring, entropy: &Entropy) -> Result<Self, KeyError> {
        Self::start_of(Stretch::Log, keyring, entropy)
    }

    /// The same for any use of frames.
    pub fn start_of(
        stretch: Stretch,
        keyring: &Keyring,
        entropy: &Entropy,
    ) -> Result<Self, KeyError> {
        let (epoch, salt) = (keyring.current_epoch(), entropy.bytes()?);
        Ok(Self { key: keyring.stretch_key(stretch, epoch, &salt)?, epoch, salt, counter: 0 })
    }

    /// The frame of `payload` that follows `head`.
    ///
    /// Errors: `TooLong` beyond 1 GiB, and when positions or counters have come to their end.
    pub fn seal(&mut self, head: &Head, payload: &[u8]) -> Result<Frame, KeyError> {
        if payload.len() > PAYLOAD_BYTES_MAX {
            return Err(KeyError::TooLong);
        }
        let sealed_len = payload.len().checked_add(SEAL_BYTES).ok_or(KeyError::TooLong)?;
        let header = Header {
            position: head.position.checked_add(1).ok_or(KeyError::TooLong)?,
            previous: head.tag,
            epoch: self.epoch,
            salt: self.salt,
            counter: self.counter,
            sealed_len: u32::try_from(sealed_len).map_err(|_| KeyError::TooLong)?,
        };
        // Before the key is used: no counter seals twice, even if sealing fails.
        self.counter = self.counter.checked_add(1).ok_or(KeyError::TooLong)?;
        let head_bytes = header.write();
        let mut bytes = Vec::with_capacity(header.frame_len());
        bytes.extend_from_slice(&head_bytes);
        self.key.seal(header.counter, &head_bytes, payload, &mut bytes)?;
        Ok(Frame { header, bytes })
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealer").field("epoch", &self.epoch).finish_non_exhaustive()
    }
}

/// Opens frames of any stretch, and remembers the key of the last one.
pub struct Opener {
    keyring: Arc<Keyring>,
    stretch: Stretch,
    last: Option<(u32, [u8; 16], StretchKey)>,
}

impl Opener {
    /// Opens frames of the log that were sealed under this keyring.
    pub fn new(keyring: Arc<Keyring>) -> Self {
        Self::of(Stretch::Log, keyring)
    }

    /// The same for any use of frames.
    pub fn of(stretch: Stretch, keyring: Arc<Keyring>) -> Self {
        Self { keyring, stretch, last: None }
    }

    /// The payload of a frame.
    ///
    /// Errors with [`StoreError::is_corrupt`] if the frame is not what was sealed, and with
    /// [`StoreErrorKind::NoKey`](crate::StoreErrorKind::NoKey) if the keyring lacks its key.
    pub fn open(&mut self, frame: &Frame) -> Result<SecretBytes, StoreError> {
        self.open_bytes(&frame.header, &frame.bytes)
    }

    fn open_bytes(&mut self, header: &Header, bytes: &[u8]) -> Result<SecretBytes, StoreError> {
        let position = header.position;
        let of = match self.stretch {
            Stretch::Log => "of the log",
            Stretch::Base => "of a base",
            Stretch::Backup => "of a backup's manifest",
        };
        let failed = |cause: KeyError| {
            if matches!(cause, KeyError::NotAuthentic | KeyError::Malformed) {
                return StoreError::corrupt(format_args!("frame {position} {of}: {cause}"));
            }
            if let KeyError::UnknownEpoch(epoch) = cause {
                return StoreError::no_key(format_args!(
                    "frame {position} {of} is sealed under epoch {epoch}: put back the newest \
                     `keyring`"
                ));
            }
            StoreError::engine(format_args!("cannot open frame {position} {of}")).because(cause)
        };
        let parts = bytes.split_at_checked(HEADER_BYTES);
        let (head, sealed) = parts.ok_or_else(|| failed(KeyError::Malformed))?;
        let key = self.key(header).map_err(failed)?;
        key.open(header.counter, head, sealed).map_err(failed)
    }

    fn key(&mut self, header: &Header) -> Result<&StretchKey, KeyError> {
        let is_last = |(epoch, salt, _): &(u32, [u8; 16], StretchKey)| {
            *epoch == header.epoch && *salt == header.salt
        };
        let last = match self.last.take() {
            Some(last) if is_last(&last) => last,
            _ => {
                let (epoch, salt) = (header.epoch, header.salt);
                (epoch, salt, self.keyring.stretch_key(self.stretch, epoch, &salt)?)
            }
        };
        Ok(&self.last.insert(last).2)
    }
}

impl fmt::Debug for Opener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opener").finish_non_exhaustive()
    }
}
