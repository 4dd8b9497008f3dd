//! The additional checksums of objects and of documents.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crc_fast::{CrcAlgorithm, Digest, checksum_combine};
use gateway::Fault;
use keys::{Sha1, Sha256};

use crate::error::{S3Error, S3Result};
use crate::model::{Algorithm, Checksum, Kind};
use crate::request::Request;

const HEADER_PREFIX: &str = "x-amz-checksum-";

impl Algorithm {
    pub(crate) const ALL: [Self; 5] =
        [Self::Crc32, Self::Crc32c, Self::Crc64Nvme, Self::Sha1, Self::Sha256];

    /// Such as `CRC32`; errors with S3's list.
    pub(crate) fn parse(text: &str) -> S3Result<Self> {
        Self::ALL.into_iter().find(|own| own.name().eq_ignore_ascii_case(text)).ok_or_else(|| {
            S3Error::request(
                "Checksum algorithm provided is unsupported. Please try again with any of the \
                 valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]",
            )
            .into()
        })
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "CRC32",
            Self::Crc32c => "CRC32C",
            Self::Crc64Nvme => "CRC64NVME",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
        }
    }

    pub(crate) fn lower(self) -> String {
        self.name().to_ascii_lowercase()
    }

    pub(crate) fn header(self) -> String {
        format!("{HEADER_PREFIX}{}", self.lower())
    }

    /// The XML element.
    pub(crate) fn element(self) -> String {
        format!("Checksum{}", self.name())
    }

    fn bytes(self) -> usize {
        match self {
            Self::Crc32 | Self::Crc32c => 4,
            Self::Crc64Nvme => 8,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }

    fn is_crc(self) -> bool {
        self.crc().is_some()
    }

    fn crc(self) -> Option<CrcAlgorithm> {
        match self {
            Self::Crc32 => Some(CrcAlgorithm::Crc32IsoHdlc),
            Self::Crc32c => Some(CrcAlgorithm::Crc32Iscsi),
            Self::Crc64Nvme => Some(CrcAlgorithm::Crc64Nvme),
            Self::Sha1 | Self::Sha256 => None,
        }
    }

    /// The kind of a multipart upload that names none.
    pub(crate) fn default_kind(self) -> Kind {
        if self == Self::Crc64Nvme { Kind::FullObject } else { Kind::Composite }
    }

    /// Whether an upload may have checksums of this kind.
    pub(crate) fn check_kind(self, kind: Kind) -> S3Result<()> {
        let fits = match kind {
            Kind::FullObject => self.is_crc(),
            Kind::Composite => self != Self::Crc64Nvme,
        };
        if fits {
            return Ok(());
        }
        Err(S3Error::request(format!(
            "The {} checksum type cannot be used with the {} checksum algorithm.",
            kind.name(),
            self.lower()
        ))
        .into())
    }
}

impl Kind {
    pub(crate) fn parse(text: &str) -> S3Result<Self> {
        match text {
            "FULL_OBJECT" => Ok(Self::FullObject),
            "COMPOSITE" => Ok(Self::Composite),
            other => Err(S3Error::request(format!(
                "Value for x-amz-checksum-type header is invalid: {other}."
            ))
            .into()),
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::FullObject => "FULL_OBJECT",
            Self::Composite => "COMPOSITE",
        }
    }
}

impl Checksum {
    /// The two headers of a checksum.
    pub(crate) fn headers(&self) -> [(String, String); 2] {
        [
            (self.algorithm.header(), self.value.clone()),
            ("x-amz-checksum-type".to_owned(), self.kind.name().to_owned()),
        ]
    }
}

/// A running checksum.
pub(crate) struct Hasher {
    algorithm: Algorithm,
    state: State,
}

enum State {
    Crc(Box<Digest>),
    Sha1(Sha1),
    Sha256(Sha256),
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hasher({})", self.algorithm.name())
    }
}

impl Hasher {
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        let state = match (algorithm.crc(), algorithm) {
            (Some(crc), _) => State::Crc(Box::new(Digest::new(crc))),
            (None, Algorithm::Sha1) => State::Sha1(Sha1::new()),
            (None, _) => State::Sha256(Sha256::new()),
        };
        Self { algorithm, state }
    }

    pub(crate) fn update(&mut self, data: &[u8]) {
        match &mut self.state {
            State::Crc(digest) => digest.update(data),
            State::Sha1(hasher) => hasher.update(data),
            State::Sha256(hasher) => hasher.update(data),
        }
    }

    /// The checksum in base64.
    pub(crate) fn finish(self) -> String {
        match self.state {
            State::Crc(digest) => encode_crc(self.algorithm, digest.finalize()),
            State::Sha1(hasher) => STANDARD.encode(hasher.finish()),
            State::Sha256(hasher) => STANDARD.encode(hasher.finish()),
        }
    }
}

fn encode_crc(algorithm: Algorithm, value: u64) -> String {
    let bytes = value.to_be_bytes();
    let start = bytes.len().saturating_sub(algorithm.bytes());
    STANDARD.encode(bytes.get(start..).unwrap_or_default())
}

fn decode_crc(text: &str) -> Option<u64> {
    let bytes = STANDARD.decode(text).ok()?;
    Some(bytes.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte)))
}

/// The checksum of a whole object from its parts' checksums and sizes; `None` if there is no part,
/// or if the algorithm cannot combine.
pub(crate) fn combine(
    algorithm: Algorithm,
    kind: Kind,
    parts: &[(&str, u64)],
) -> Result<Option<Checksum>, Fault> {
    let damaged = || Fault::damaged("the checksum of a part");
    let value = match (kind, algorithm.crc()) {
        (Kind::FullObject, Some(crc)) => {
            let mut sum = None;
            for (value, size) in parts {
                let value = decode_crc(value).ok_or_else(damaged)?;
                sum = Some(match sum {
                    Some(before) => checksum_combine(crc, before, value, *size),
                    None => value,
                });
            }
            let Some(sum) = sum else { return Ok(None) };
            encode_crc(algorithm, sum)
        }
        (Kind::FullObject, None) => return Ok(None),
        (Kind::Composite, _) => {
            let mut hasher = Hasher::new(algorithm);
            for (value, _) in parts {
                hasher.update(&STANDARD.decode(value).map_err(|cause| damaged().because(cause))?);
            }
            format!("{}-{}", hasher.finish(), parts.len())
        }
    };
    Ok(Some(Checksum { algorithm, kind, value }))
}

/// How a request specifies the checksum of its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Announced {
    pub(crate) algorithm: Algorithm,
    /// The value, or where it will arrive.
    pub(crate) value: Expected,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expected {
    Header(String),
    Trailer,
    Nothing,
}

/// Reads the checksum headers of a request with a body.
///
/// Observed: those in the query of a presigned URL do not describe the body, which was unknown when
/// it was signed.
pub(crate) fn announced(request: &Request) -> S3Result<Option<Announced>> {
    let mut found = None;
    for algorithm in Algorithm::ALL {
        if let Some(value) = request.sent(&algorithm.header()) {
            if found.is_some() {
                return Err(S3Error::request(
                    "Expecting a single x-amz-checksum- header. Multiple checksum Types are not \
                     allowed.",
                )
                .into());
            }
            if !is_value(algorithm, &value) {
                return Err(invalid_value(algorithm, "header").into());
            }
            found = Some(Announced { algorithm, value: Expected::Header(value) });
        }
    }
    let trailer = request.sent("x-amz-trailer").unwrap_or_default().to_ascii_lowercase();
    if let (None, Some(name)) = (&found, trailer.trim().strip_prefix(HEADER_PREFIX)) {
        found = Some(Announced { algorithm: Algorithm::parse(name)?, value: Expected::Trailer });
    }
    check_named(request, found.as_ref())?;
    Ok(found)
}

/// Observed: a named algorithm must be accompanied by a checksum of that algorithm.
fn check_named(request: &Request, found: Option<&Announced>) -> S3Result<()> {
    let Some(name) = request.sent("x-amz-sdk-checksum-algorithm") else { return Ok(()) };
    let named = Algorithm::parse(&name)?;
    let text = match found {
        Some(found) if found.algorithm == named => return Ok(()),
        Some(_) => "Value for x-amz-sdk-checksum-algorithm header is invalid.",
        None => {
            "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or \
             x-amz-trailer headers were found."
        }
    };
    Err(S3Error::request(text).into())
}

pub(crate) fn is_value(algorithm: Algorithm, text: &str) -> bool {
    STANDARD.decode(text).is_ok_and(|bytes| bytes.len() == algorithm.bytes())
}

fn invalid_value(algorithm: Algorithm, place: &str) -> S3Error {
    S3Error::request(format!("Value for {} {place} is invalid.", algorithm.header()))
}

/// The value that a trailer brings. Observed: another name, or none, is malformed.
pub(crate) fn from_trailers(
    algorithm: Algorithm,
    trailers: &[(String, String)],
) -> Result<String, S3Error> {
    let header = algorithm.header();
    let value = trailers.iter().find(|(name, _)| *name == header).map(|(_, value)| value.trim());
    match value {
        None => Err(S3Error::MalformedTrailer),
        Some(value) if !is_value(algorithm, value) => {
            Err(invalid_value(algorithm, "trailing header"))
        }
        Some(value) => Ok(value.to_owned()),
    }
}

/// Observed: the text names the algorithm in upper case.
pub(crate) fn mismatch(algorithm: Algorithm) -> S3Error {
    let name = algorithm.name();
    S3Error::BadDigest(format!("The {name} you specified did not match the calculated checksum."))
}

/// Verifies a buffered document against the digests in its request. Of one that has not arrived,
/// only they are checked.
pub(crate) fn check_document(request: &Request) -> S3Result<()> {
    if let (Some(expected), false) = (request.content_md5()?, request.awaits_document()) {
        let calculated = keys::md5(request.document()?);
        if calculated != expected {
            let (expected, calculated) = (STANDARD.encode(expected), STANDARD.encode(calculated));
            return Err(S3Error::BadMd5 { expected, calculated }.into());
        }
    }
    if request.lacks_document() {
        return Ok(());
    }
    // Of completing an upload, the checksum is the object's.
    if request.param("uploadId").is_some() {
        return Ok(());
    }
    let Some(Announced { algorithm, value: Expected::Header(value) }) = announced(request)? else {
        return Ok(());
    };
    if request.awaits_document() {
        return Ok(());
    }
    let mut hasher = Hasher::new(algorithm);
    hasher.update(request.document()?);
    if hasher.finish() == value { Ok(()) } else { Err(mismatch(algorithm).into()) }
}

/// Whether a digest was sent with the body, or will follow it.
pub(crate) fn is_proved(request: &Request) -> S3Result<bool> {
    Ok(announced(request)?.is_some() || request.header("content-md5").is_some())
}

/// The header that proves `content`, by the algorithm that an object has without one.
pub(crate) fn header_of(content: &[u8]) -> (String, String) {
    let algorithm = Algorithm::Crc64Nvme;
    let mut hasher = Hasher::new(algorithm);
    hasher.update(content);
    (algorithm.header(), hasher.finish())
}

/// Refuses a document without any digest where S3 demands one.
pub(crate) fn demand_digest(request: &Request) -> S3Result<()> {
    // Calls of services need no proof of transport.
    if request.method.is_empty() || is_proved(request)? {
        return Ok(());
    }
    Err(S3Error::request(
        "Missing required header for this request: Content-MD5 OR x-amz-checksum-*",
    )
    .into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(algorithm: Algorithm, data: &[u8]) -> String {
        let mut hasher = Hasher::new(algorithm);
        hasher.update(data);
        hasher.finish()
    }

    /// Known answers: the check value of each CRC over `123456789`, FIPS 180-4 for `abc`.
    #[test]
    fn known_answers() {
        assert_eq!(of(Algorithm::Crc32, b"123456789"), STANDARD.encode([0xcb, 0xf4, 0x39, 0x26]));
        assert_eq!(of(Algorithm::Crc32c, b"123456789"), STANDARD.encode([0xe3, 0x06, 0x92, 0x83]));
        assert_eq!(of(Algorithm::Crc64Nvme, b"123456789"), "rosUhgp5mIg=");
        assert_eq!(of(Algorithm::Sha1, b"abc"), "qZk+NkcGgWq6PiVxeFDCbJzQ2J0=");
        assert_eq!(of(Algorithm::Sha256, b"abc"), STANDARD.encode(keys::sha256(b"abc")));
        // Observed: `ChecksumCRC32` of an empty object.
        assert_eq!(of(Algorithm::Crc32, b""), "AAAAAA==");
    }

    #[test]
    fn checksums_of_parts_combine_to_that_of_the_whole() {
        for algorithm in [Algorithm::Crc32, Algorithm::Crc32c, Algorithm::Crc64Nvme] {
            let parts = [b"hello ".as_slice(), b"wor", b"ld"];
            let sums = parts.map(|part| (of(algorithm, part), part.len() as u64));
            let sums: Vec<_> = sums.iter().map(|(sum, size)| (sum.as_str(), *size)).collect();
            let whole = combine(algorithm, Kind::FullObject, &sums).unwrap().unwrap();
            assert_eq!(whole.value, of(algorithm, b"hello world"), "{algorithm:?}");
        }
        assert_eq!(combine(Algorithm::Sha256, Kind::FullObject, &[]).unwrap(), None);
        let part = of(Algorithm::Sha256, b"a");
        let composite = combine(Algorithm::Sha256, Kind::Composite, &[(&part, 1)]);
        assert!(composite.unwrap().unwrap().value.ends_with("=-1"));
    }

    /// A damaged checksum of a part is a fault: without it, the client's checksum of the whole
    /// would be accepted unchecked.
    #[test]
    fn a_damaged_checksum_of_a_part_is_a_fault() {
        for kind in [Kind::FullObject, Kind::Composite] {
            assert!(combine(Algorithm::Crc32, kind, &[("?", 1)]).is_err(), "{kind:?}");
        }
    }

    #[test]
    fn each_algorithm_accepts_its_kinds() {
        let fits = |algorithm: Algorithm, kind| algorithm.check_kind(kind).is_ok();
        for (algorithm, full, composite) in [
            (Algorithm::Crc32, true, true),
            (Algorithm::Crc32c, true, true),
            (Algorithm::Crc64Nvme, true, false),
            (Algorithm::Sha1, false, true),
            (Algorithm::Sha256, false, true),
        ] {
            assert_eq!(
                (fits(algorithm, Kind::FullObject), fits(algorithm, Kind::Composite)),
                (full, composite)
            );
        }
    }

    #[test]
    fn one_well_formed_checksum_is_accepted() {
        let ask = |pairs: &[(&str, &str)]| {
            let request = pairs.iter().fold(Request::default(), |r, (n, v)| r.with_header(n, v));
            announced(&request).map_err(|error| format!("{error:?}"))
        };
        let crc = ask(&[("x-amz-checksum-crc32", "AAAAAA==")]).unwrap().unwrap();
        assert_eq!(crc.value, Expected::Header("AAAAAA==".to_owned()));
        assert!(ask(&[("x-amz-checksum-crc32", "test")]).unwrap_err().contains("is invalid"));
        let two = [("x-amz-checksum-crc32", "AAAAAA=="), ("x-amz-checksum-crc32c", "AAAAAA==")];
        assert!(ask(&two).unwrap_err().contains("Expecting a single"));
        let trailer = ask(&[("x-amz-trailer", "x-amz-checksum-crc64nvme")]).unwrap().unwrap();
        assert_eq!((trailer.algorithm, trailer.value), (Algorithm::Crc64Nvme, Expected::Trailer));
    }

    #[test]
    fn a_trailer_must_bring_what_was_announced() {
        let bring = |name: &str, value: &str| {
            from_trailers(Algorithm::Crc32, &[(name.to_owned(), value.to_owned())])
        };
        assert_eq!(bring("x-amz-checksum-crc32", "AAAAAA==").unwrap(), "AAAAAA==");
        assert_eq!(bring("x-amz-checksum-sha1", "AAAAAA=="), Err(S3Error::MalformedTrailer));
        assert!(bring("x-amz-checksum-crc32", "!").is_err());
    }

    #[test]
    fn a_document_is_proved_against_its_digests() {
        let request =
            |md5: &str| Request::default().with_body("abc").with_header("content-md5", md5);
        assert!(check_document(&request("kAFQmDzST7DWlj99KOF/cg==")).is_ok());
        assert!(check_document(&request("AAAAAAAAAAAAAAAAAAAAAA==")).is_err());
        assert!(check_document(&request("x")).is_err());
    }
}
