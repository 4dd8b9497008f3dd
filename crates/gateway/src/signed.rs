//! A signature as presented, of either version, and what both have in common.

use types::{Region, Timestamp};
use wire::Head;
use wire::sigv2;
use wire::sigv4::{self, Payload, SignatureError};

use crate::{Auth, Family, SignatureVersion, WireError};

/// A signature as presented, read but not yet believed.
#[derive(Debug)]
pub(crate) enum Signed {
    /// Version 4, which every service takes.
    V4(sigv4::Signed),
    /// Version 2, of S3 alone.
    V2(sigv2::Signed),
}

/// Which versions are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    /// Both.
    Both,
    /// Version 4 alone: by the service, or by the operator.
    V4,
}

impl Signed {
    /// What the request presents; `None` when it presents nothing and its caller is anonymous.
    pub(crate) fn presented(
        head: &Head,
        family: Family,
        taken: Taken,
    ) -> Result<Option<Self>, WireError> {
        let version_2 = match family {
            Family::S3 => sigv2::presented(head).map_err(|refusal| refusal.wire())?,
            Family::Json | Family::Query => None,
        };
        match version_2 {
            Some(_) if taken == Taken::V4 => Err(sigv2::Refusal::NotSupported.wire()),
            Some(signed) => {
                refuse_chunks(head)?;
                Ok(Some(Self::V2(signed)))
            }
            None => {
                let signed = sigv4::presented(head).map_err(|error| error.wire(family))?;
                Ok(signed.map(Self::V4))
            }
        }
    }

    /// Where it stands, and its version.
    pub(crate) fn auth(&self) -> (Auth, SignatureVersion) {
        match self {
            Self::V4(signed) => {
                let auth = match signed.form {
                    sigv4::Form::Header => Auth::Header,
                    sigv4::Form::Query { .. } => Auth::Query,
                    sigv4::Form::Post => Auth::Form,
                };
                (auth, SignatureVersion::V4)
            }
            Self::V2(signed) => {
                let auth = match signed.form {
                    sigv2::Form::Header { .. } => Auth::Header,
                    sigv2::Form::Query { .. } => Auth::Query,
                    sigv2::Form::Post => Auth::Form,
                };
                (auth, SignatureVersion::V2)
            }
        }
    }

    /// When it was made, if it says so.
    pub(crate) fn date(&self) -> Option<Timestamp> {
        match self {
            Self::V4(signed) => Some(signed.date),
            Self::V2(signed) => signed.date(),
        }
    }

    /// What it says of the body. Version 2 says nothing; a hash in a header is under its signature
    /// all the same.
    pub(crate) fn payload(&self, head: &Head) -> Payload {
        match self {
            Self::V4(signed) => signed.payload.clone(),
            Self::V2(_) => {
                head.header("x-amz-content-sha256").map_or(Payload::Absent, Payload::parse)
            }
        }
    }

    /// The region that it is for; Version 2 names none.
    pub(crate) fn region(&self) -> Option<Region> {
        match self {
            Self::V4(signed) => Region::parse(&signed.region),
            Self::V2(_) => None,
        }
    }

    /// Errors if the host names another region than the signature.
    ///
    /// Observed: S3 names the endpoint's region, so that the client signs for it.
    pub(crate) fn expect_region(
        &self,
        of_host: Option<&Region>,
        family: Family,
    ) -> Result<(), WireError> {
        match self {
            Self::V4(signed) => expect_region(signed, of_host, family),
            Self::V2(_) => Ok(()),
        }
    }
}

/// The same, for Version 4.
pub(crate) fn expect_region(
    signed: &sigv4::Signed,
    of_host: Option<&Region>,
    family: Family,
) -> Result<(), WireError> {
    match of_host {
        Some(region) if signed.region != region.as_str() => {
            let error = SignatureError::wrong_region(signed, region.as_str()).wire(family);
            Err(error.with_header("x-amz-bucket-region", region.as_str()))
        }
        Some(_) | None => Ok(()),
    }
}

/// Assumed: a body in chunks, whose signatures go on from that of Version 4, is refused as a
/// mechanism that does not fit; so is one in chunks without signatures.
fn refuse_chunks(head: &Head) -> Result<(), WireError> {
    match head.header("x-amz-content-sha256").map(Payload::parse) {
        Some(Payload::Streaming { .. }) => Err(sigv2::Refusal::NotSupported.wire()),
        _ => Ok(()),
    }
}
