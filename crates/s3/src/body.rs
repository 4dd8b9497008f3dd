//! Where the bytes of objects are stored, and how they are read.

use std::ops::Range;

use bytes::Bytes;
use gateway::{AnswerBody, Ctx, Fault};
use keys::SecretBytes;
use keys::frames::{FRAME_BYTES, FrameOpener, derive_object_key, frame_range, sealed_len};
use store::{Bodies, BodyId, BodyReader, ByteTable, Tx};

use crate::error::S3Result;
use crate::model::{Piece, Place};
use crate::request::to_u64;

/// Sealed bytes up to this length stay in the state, beside the metadata that names them: they
/// become durable with the same commit.
pub(crate) const INLINE_BYTES_MAX: usize = 16 * 1024;
/// The plaintext that one step of a response carries.
const STEP_BYTES: u64 = 2 * FRAME_BYTES as u64;
/// Responses up to this length are opened before the response begins, so that damage is a clean
/// error.
const WHOLE_BYTES_MAX: u64 = FRAME_BYTES as u64;

/// Small sealed bodies, by random id.
const INLINE: ByteTable = ByteTable::new("s3.inline");

impl Piece {
    /// A piece in a separate file.
    pub(crate) fn in_file(size: u64, id: BodyId, salt: [u8; 16]) -> Self {
        Self::at(size, Place::File(id), salt)
    }

    /// A piece in the state; its bytes go into the transaction.
    pub(crate) fn inline(
        tx: &mut Tx<'_>,
        size: u64,
        id: BodyId,
        salt: [u8; 16],
        sealed: Vec<u8>,
    ) -> Result<Self, Fault> {
        INLINE.put(tx, id.to_string(), sealed)?;
        Ok(Self::at(size, Place::Inline(id), salt))
    }

    fn at(size: u64, place: Place, salt: [u8; 16]) -> Self {
        Self { size, place, salt: types::hex(&salt), number: 1, checksum: None }
    }

    /// Drops what of it is in the state. Files that nothing names are swept later.
    pub(crate) fn discard(&self, tx: &mut Tx<'_>) -> Result<(), Fault> {
        match self.place {
            Place::Inline(id) => Ok(INLINE.delete(tx, id.to_string())?),
            Place::File(_) => Ok(()),
        }
    }

    /// Whether all its bytes exist, by their number; `length` returns the length of files.
    pub(crate) fn is_whole(
        &self,
        tx: &Tx<'_>,
        length: impl FnOnce(&BodyId) -> Option<u64>,
    ) -> Result<bool, Fault> {
        let length = match &self.place {
            Place::File(id) => length(id),
            Place::Inline(id) => INLINE.get(tx, id.to_string())?.map(|bytes| to_u64(bytes.len())),
        };
        Ok(length.is_some_and(|length| length == sealed_len(self.size)))
    }

    /// The file that it needs.
    pub(crate) fn file(&self) -> Option<BodyId> {
        match self.place {
            Place::File(id) => Some(id),
            Place::Inline(_) => None,
        }
    }

    fn salt(&self) -> Result<[u8; 16], Fault> {
        let bytes = types::hex_decode(&self.salt).and_then(|bytes| bytes.try_into().ok());
        bytes.ok_or_else(|| Fault::damaged("the salt of a piece"))
    }
}

/// What the frames of an object are bound to.
pub(crate) fn frames_aad(bucket: &str, key: &str) -> Vec<u8> {
    store::key([bucket, key])
}

/// Reads a range of an object's plaintext, piece by piece.
#[derive(Debug)]
pub(crate) struct Reader {
    bodies: Bodies,
    runs: std::vec::IntoIter<Run>,
    current: Option<Run>,
}

/// The unread rest of a piece.
#[derive(Debug)]
struct Run {
    opener: FrameOpener,
    sealed: Sealed,
    size: u64,
    wanted: Range<u64>,
}

#[derive(Debug)]
enum Sealed {
    Memory(Vec<u8>),
    File(BodyId),
    Open(BodyReader),
}

impl Reader {
    /// For the bytes `wanted` of the object that consists of `pieces`.
    pub(crate) fn new(
        ctx: &Ctx<'_>,
        pieces: &[Piece],
        root: &SecretBytes,
        aad: &[u8],
        wanted: &Range<u64>,
    ) -> S3Result<Self> {
        Ok(Self::over(ctx.tx(), ctx.bodies(), pieces, root, aad, wanted)?)
    }

    /// The same without a call.
    pub(crate) fn over(
        tx: &Tx<'_>,
        bodies: &Bodies,
        pieces: &[Piece],
        root: &SecretBytes,
        aad: &[u8],
        wanted: &Range<u64>,
    ) -> Result<Self, Fault> {
        let (mut runs, mut start) = (Vec::new(), 0_u64);
        for piece in pieces {
            let end = start.saturating_add(piece.size);
            let first = wanted.start.clamp(start, end).saturating_sub(start);
            let last = wanted.end.clamp(start, end).saturating_sub(start);
            start = end;
            if first < last {
                runs.push(Run::new(tx, piece, root, aad, first..last)?);
            }
        }
        let bodies = bodies.clone();
        Ok(Self { bodies, runs: runs.into_iter(), current: None })
    }

    /// The next bytes; `None` at the end.
    pub(crate) fn step(&mut self) -> Result<Option<Vec<u8>>, Fault> {
        loop {
            if let Some(run) = self.current.as_mut()
                && let Some(bytes) = run.step(&self.bodies)?
            {
                return Ok(Some(bytes));
            }
            self.current = self.runs.next();
            if self.current.is_none() {
                return Ok(None);
            }
        }
    }
}

impl Iterator for Reader {
    type Item = Result<Bytes, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.step() {
            Ok(bytes) => bytes.map(|bytes| Ok(Bytes::from(bytes))),
            Err(error) => {
                self.runs = Vec::new().into_iter();
                self.current = None;
                Some(Err(error))
            }
        }
    }
}

impl Run {
    fn new(
        tx: &Tx<'_>,
        piece: &Piece,
        root: &SecretBytes,
        aad: &[u8],
        wanted: Range<u64>,
    ) -> Result<Self, Fault> {
        let key = derive_object_key(root, &piece.salt()?)?;
        let opener = FrameOpener::new(&key, aad)?;
        let sealed = match piece.place {
            Place::File(id) => Sealed::File(id),
            Place::Inline(id) => {
                let bytes = INLINE.get(tx, id.to_string())?;
                Sealed::Memory(bytes.ok_or_else(|| Fault::damaged("an inline body"))?)
            }
        };
        Ok(Self { opener, sealed, size: piece.size, wanted })
    }

    fn step(&mut self, bodies: &Bodies) -> Result<Option<Vec<u8>>, Fault> {
        if self.wanted.is_empty() {
            return Ok(None);
        }
        let boundary = self.wanted.start.saturating_add(STEP_BYTES);
        let boundary =
            boundary.saturating_sub(boundary.checked_rem(STEP_BYTES).unwrap_or_default());
        let now = self.wanted.start..self.wanted.end.min(boundary);
        self.wanted.start = now.end;
        let range = frame_range(now, self.size)
            .ok_or_else(|| Fault::damaged("a piece is shorter than its object records"))?;
        if let Sealed::File(id) = &self.sealed {
            self.sealed = Sealed::Open(bodies.reader(id)?);
        }
        let mut buffer = Vec::new();
        let sealed = match &self.sealed {
            Sealed::Memory(bytes) => {
                let (start, end) = (index(range.sealed.start), index(range.sealed.end));
                bytes.get(start..end).ok_or_else(|| Fault::damaged("an inline body"))?
            }
            Sealed::Open(reader) => {
                buffer.resize(index(range.sealed.end.saturating_sub(range.sealed.start)), 0);
                reader.read_at(range.sealed.start, &mut buffer)?;
                buffer.as_slice()
            }
            Sealed::File(_) => return Err(Fault::bug("a body was not opened")),
        };
        let plain = self.opener.open_range(&range, sealed);
        plain.map(Some).map_err(|error| Fault::damaged("a body").because(error))
    }
}

fn index(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}

/// A range of an object as a response's body.
pub(crate) fn answer(mut reader: Reader, wanted: &Range<u64>) -> Result<AnswerBody, Fault> {
    let length = wanted.end.saturating_sub(wanted.start);
    if length > WHOLE_BYTES_MAX {
        return Ok(AnswerBody::Pieces { length, pieces: Box::new(reader) });
    }
    let mut whole = Vec::new();
    while let Some(bytes) = reader.step()? {
        whole.extend_from_slice(&bytes);
    }
    if to_u64(whole.len()) != length {
        return Err(Fault::damaged("an object is shorter than its recorded length"));
    }
    Ok(AnswerBody::Whole(whole.into()))
}
