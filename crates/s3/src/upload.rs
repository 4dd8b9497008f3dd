use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gateway::{ApiError, BodySink, Ctx, Fault, Refused, WireError};
use keys::frames::{FRAME_BYTES, FrameSealer, derive_object_key};
use keys::{Md5, SecretBytes};
use store::{Bodies, BodyId, BodyWriter};
use wire::sigv4::PostPolicy;

use crate::body::INLINE_BYTES_MAX;
use crate::checksum::{self, Announced, Expected, Hasher};
use crate::error::{S3Error, S3Result};
use crate::model::{Algorithm, Checksum, Envelope, Kind, Piece};
use crate::request::{Request, to_u64};

/// Source: S3 User Guide, "Uploading objects": 5 GiB in one request.
pub(crate) const UPLOAD_BYTES_MAX: u64 = 5 << 30;
/// The maximum number of sealed bytes that are buffered before they are written: a frame, or what
/// arrived at once. Clients may pause for any time, and the buffer would be occupied meanwhile.
const WRITE_BYTES: usize = FRAME_BYTES;

/// Receives an object's bytes: counts, hashes, encrypts and stores them.
pub struct Upload {
    envelope: Envelope,
    bodies: Bodies,
    id: [u8; 16],
    salt: [u8; 16],
    sealer: Option<FrameSealer>,
    writer: Option<BodyWriter>,
    sealed: Vec<u8>,
    size: u64,
    policy: Option<PostPolicy>,
    md5: Option<Md5>,
    content_md5: Option<[u8; 16]>,
    hex_digest: bool,
    etag: [u8; 16],
    algorithm: Algorithm,
    expected: Expected,
    hasher: Option<Hasher>,
    /// Of a part whose upload will need another checksum than the client sends.
    second: Option<Hasher>,
    done: Option<Done>,
}

/// The properties of the received bytes.
struct Done {
    file: Option<BodyId>,
    etag: String,
    checksum: String,
    /// What the piece stores: the checksum from which that of the whole is combined.
    kept: String,
}

/// Stored bytes, ready to be named by metadata.
#[derive(Debug)]
pub(crate) struct Stowed {
    pub(crate) piece: Piece,
    pub(crate) etag: String,
    pub(crate) checksum: Checksum,
    pub(crate) envelope: Envelope,
}

/// What an upload must prove and how it is named.
#[derive(Debug)]
pub(crate) struct Proofs {
    pub(crate) content_md5: Option<[u8; 16]>,
    pub(crate) checksum: Announced,
    /// The checksum that the piece stores, if it is another one.
    pub(crate) kept: Option<Algorithm>,
}

impl Proofs {
    /// As a request with a body announces them.
    ///
    /// Source: S3 User Guide, "Checking object integrity": CRC64NVME where nothing is announced.
    pub(crate) fn of(request: &Request) -> S3Result<Self> {
        let checksum = checksum::announced(request)?.unwrap_or_else(|| Self::plain().checksum);
        Ok(Self { content_md5: request.content_md5()?, checksum, kept: None })
    }

    /// Nothing to prove.
    pub(crate) fn plain() -> Self {
        Self::computing(Algorithm::Crc64Nvme)
    }

    /// Nothing to prove, but a checksum to compute.
    pub(crate) fn computing(algorithm: Algorithm) -> Self {
        let checksum = Announced { algorithm, value: Expected::Nothing };
        Self { content_md5: None, checksum, kept: None }
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload").field("size", &self.size).finish_non_exhaustive()
    }
}

impl Upload {
    /// Bytes that `root`, opened from `envelope`, shall encrypt.
    ///
    /// Source: S3 API Reference, "Object": the ETag is the MD5 under SSE-S3 only; elsewhere MD5 is
    /// computed only if the client requires its verification.
    pub(crate) fn new(
        ctx: &Ctx<'_>,
        envelope: Envelope,
        root: &SecretBytes,
        aad: &[u8],
        proofs: Proofs,
    ) -> S3Result<Self> {
        let salt: [u8; 16] = ctx.entropy().bytes()?;
        let key = derive_object_key(root, &salt)?;
        let sealer = FrameSealer::new(&key, aad)?;
        let algorithm = proofs.checksum.algorithm;
        let second = proofs.kept.filter(|kept| *kept != algorithm);
        let hashed = envelope.has_md5_etag() || proofs.content_md5.is_some();
        Ok(Self {
            envelope,
            bodies: ctx.bodies().clone(),
            id: ctx.entropy().bytes()?,
            salt,
            sealer: Some(sealer),
            writer: None,
            sealed: Vec::new(),
            size: 0,
            policy: None,
            md5: hashed.then(Md5::new),
            content_md5: proofs.content_md5,
            hex_digest: proofs.kept.is_none(),
            etag: ctx.entropy().bytes()?,
            algorithm,
            hasher: Some(Hasher::new(algorithm)),
            second: second.map(Hasher::new),
            expected: proofs.checksum.value,
            done: None,
        })
    }

    /// Requires as many bytes as the policy of a form allows.
    pub(crate) fn expect_length(&mut self, policy: PostPolicy) {
        self.policy = Some(policy);
    }

    /// Receives everything at once: a body that was sent with the call, or bytes copied from
    /// elsewhere.
    pub(crate) fn fill(
        &mut self,
        mut pieces: impl Iterator<Item = Result<bytes::Bytes, Fault>>,
    ) -> S3Result<()> {
        pieces.try_for_each(|piece| Ok::<_, gateway::Failure<S3Error>>(self.push(&piece?)?))?;
        Ok(self.close(&[])?)
    }

    fn write(&mut self, at_least: usize) -> Result<(), Fault> {
        if self.sealed.len() < at_least || self.sealed.is_empty() {
            return Ok(());
        }
        let mut writer = match self.writer.take() {
            Some(writer) => writer,
            None => self.bodies.writer(self.id)?,
        };
        writer.write(&std::mem::take(&mut self.sealed))?;
        self.writer = Some(writer);
        Ok(())
    }

    fn finish(&mut self, trailers: &[(String, String)]) -> S3Result<Done> {
        let checksum = self.hasher.take().map(Hasher::finish).unwrap_or_default();
        let expected = match &self.expected {
            Expected::Header(value) => Some(value.clone()),
            Expected::Trailer => Some(checksum::from_trailers(self.algorithm, trailers)?),
            Expected::Nothing => None,
        };
        if expected.is_some_and(|expected| expected != checksum) {
            return Err(checksum::mismatch(self.algorithm).into());
        }
        let md5 = self.md5.take().map(Md5::finish);
        if let (Some(expected), Some(calculated)) = (self.content_md5, md5)
            && expected != calculated
        {
            // Observed: of an object the expected one is in hexadecimal digits, of a part in base64.
            let expected =
                if self.hex_digest { types::hex(&expected) } else { STANDARD.encode(expected) };
            let calculated = STANDARD.encode(calculated);
            return Err(S3Error::BadMd5 { expected, calculated }.into());
        }
        if let Some(sealer) = self.sealer.take() {
            sealer.finish(&mut self.sealed)?;
        }
        if self.writer.is_some() || self.sealed.len() > INLINE_BYTES_MAX {
            self.write(1)?;
        }
        let file = self.writer.take().map(BodyWriter::finish).transpose()?;
        let etag = md5.filter(|_| self.envelope.has_md5_etag()).unwrap_or(self.etag);
        let kept = self.second.take().map_or_else(|| checksum.clone(), Hasher::finish);
        Ok(Done { file, etag: types::hex(&etag), checksum, kept })
    }

    /// Adds what was received to the transaction, where metadata may reference it.
    pub(crate) fn stow(&mut self, ctx: &mut Ctx<'_>) -> S3Result<Stowed> {
        let Some(done) = self.done.take() else {
            return Err(Fault::bug("an upload was not closed").into());
        };
        let mut piece = if let Some(id) = done.file {
            Piece::in_file(self.size, id, self.salt)
        } else {
            let id = BodyId::new(self.id);
            let sealed = std::mem::take(&mut self.sealed);
            Piece::inline(ctx.tx_mut(), self.size, id, self.salt, sealed)?
        };
        piece.checksum = Some(done.kept);
        let (algorithm, kind) = (self.algorithm, Kind::FullObject);
        let checksum = Checksum { algorithm, kind, value: done.checksum };
        Ok(Stowed { piece, etag: done.etag, checksum, envelope: self.envelope.clone() })
    }
}

impl BodySink for Upload {
    fn push(&mut self, data: &[u8]) -> Result<(), Refused> {
        self.size = self.size.saturating_add(to_u64(data.len()));
        if self.size > UPLOAD_BYTES_MAX {
            let (proposed, max) = (self.size, UPLOAD_BYTES_MAX);
            return Err(S3Error::EntityTooLarge { proposed, max }.wire().into());
        }
        if self.policy.as_ref().is_some_and(|policy| self.size > policy.length_range().1) {
            // The final error contains the length of the whole.
            return Ok(());
        }
        if let Some(md5) = &mut self.md5 {
            md5.update(data);
        }
        for hasher in self.hasher.iter_mut().chain(&mut self.second) {
            hasher.update(data);
        }
        if let Some(sealer) = &mut self.sealer {
            sealer.push(data, &mut self.sealed).map_err(Fault::from)?;
            self.write(WRITE_BYTES)?;
        }
        Ok(())
    }

    fn close(&mut self, trailers: &[(String, String)]) -> Result<(), Refused> {
        if let Some(policy) = &self.policy {
            policy.check_length(self.size).map_err(WireError::from)?;
        }
        self.done = Some(self.finish(trailers)?);
        Ok(())
    }
}
