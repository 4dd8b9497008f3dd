//! Reads the data of a validation through the other services' operations, as the caller.

use std::cell::RefCell;
use std::fmt;

use cloudtrail::{GetTrail, GetTrailStatus, ListPublicKeys};
use gateway::{AnswerBody, Ctx, Operation, Refused};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use trail::verify::{Limits, Object};
use types::{Region, Timestamp};

use crate::SERVICE;
use crate::ops::describe_deliveries::DescribeDeliveries;
use crate::validate::{Question, Source};

/// Objects that one listing may have: some 30 MB of names.
const LISTED_MAX: usize = 200_000;
/// The largest object that is read, in bytes; CloudTrail's files are far smaller.
const OBJECT_BYTES_MAX: u64 = 64 << 20;
/// CloudTrail's log files inflate to some 256 MB at most. A digest of 16 MiB names some 30 000.
const LIMITS: Limits =
    Limits { digest_bytes: 16 << 20, log_bytes: 256 << 20, all_bytes: 768 << 20 };
const METADATA: &str = "x-amz-meta-";

/// The caller of the present call, through our own service. Every read is authorized separately and
/// recorded as a separate event.
pub(crate) struct AsCaller<'c, 't> {
    ctx: RefCell<&'c mut Ctx<'t>>,
    warnings: RefCell<Vec<String>>,
}

impl<'c, 't> AsCaller<'c, 't> {
    pub(crate) fn new(ctx: &'c mut Ctx<'t>) -> Self {
        Self { ctx: RefCell::new(ctx), warnings: RefCell::default() }
    }

    /// The calls that failed.
    pub(crate) fn into_warnings(self) -> Vec<String> {
        self.warnings.into_inner()
    }

    fn invoke<O: Operation>(
        &self,
        region: Region,
        input: &O::Input,
    ) -> Result<O::Output, ReadError> {
        let mut ctx = self.ctx.borrow_mut();
        let caller = ctx.caller().forwarded(SERVICE.event_source);
        ctx.invoke_in::<O>(region, caller, input).map_err(ReadError::Refused)
    }

    fn json<O: Operation>(&self, region: &str, input: &Value) -> Result<Value, ReadError>
    where
        O::Input: DeserializeOwned,
        O::Output: Serialize,
    {
        let unusable = |error: serde_json::Error| ReadError::Unusable(error.to_string());
        let input: O::Input = serde_json::from_value(input.clone()).map_err(unusable)?;
        let region = Region::parse(region)
            .ok_or_else(|| ReadError::Unusable(format!("`{region}` is not a region")))?;
        serde_json::to_value(self.invoke::<O>(region, &input)?).map_err(unusable)
    }

    /// Locates a bucket. A missing one gets its error wherever it is called.
    fn region_of(&self, bucket: &str) -> Result<Region, ReadError> {
        let ctx = self.ctx.borrow();
        let found = ctx.region_of::<s3::ListObjects>(bucket);
        let found = found.map_err(|error| ReadError::Refused(error.into()))?;
        Ok(found.unwrap_or_else(|| ctx.region().clone()))
    }
}

impl Source for AsCaller<'_, '_> {
    type Error = ReadError;

    const LISTED_MAX: usize = LISTED_MAX;
    const LIMITS: Limits = LIMITS;

    fn call(&self, question: Question, region: &str, input: &Value) -> Result<Value, ReadError> {
        match question {
            Question::DescribeDeliveries => self.json::<DescribeDeliveries>(region, input),
            Question::GetTrail => self.json::<GetTrail>(region, input),
            Question::GetTrailStatus => self.json::<GetTrailStatus>(region, input),
            Question::ListPublicKeys => self.json::<ListPublicKeys>(region, input),
        }
    }

    fn page(&self, bucket: &str, parameters: &[(&str, &str)]) -> Result<Vec<u8>, ReadError> {
        let mut request = s3::Request::bucket(bucket);
        for (name, value) in parameters {
            request = request.with_query(name, value);
        }
        let listed = self.invoke::<s3::ListObjects>(self.region_of(bucket)?, &request)?;
        whole(listed.into_parts().1)
    }

    fn object(&self, bucket: &str, key: &str) -> Result<Option<Object>, ReadError> {
        let request = s3::Request::object(bucket, key);
        let got = match self.invoke::<s3::GetObject>(self.region_of(bucket)?, &request) {
            Ok(got) => got,
            Err(ReadError::Refused(Refused::Wire(error))) if error.status == 404 => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let (headers, body) = got.into_parts();
        let metadata = headers.into_iter().filter_map(|(name, value)| {
            let name = name.strip_prefix(METADATA)?.to_owned();
            Some((name, value))
        });
        let metadata = metadata.collect();
        Ok(Some(Object { bytes: whole(body)?, metadata }))
    }

    fn now(&self) -> Timestamp {
        self.ctx.borrow().now()
    }

    fn complain(&self, text: &str) {
        self.warnings.borrow_mut().push(text.to_owned());
    }

    fn is_no_such_trail(error: &ReadError) -> bool {
        matches!(error, ReadError::Refused(refused) if refused.code() == Some("TrailNotFoundException"))
    }

    fn unusable(text: String) -> ReadError {
        ReadError::Unusable(text)
    }
}

fn whole(body: AnswerBody) -> Result<Vec<u8>, ReadError> {
    let (length, pieces) = match body {
        AnswerBody::Whole(bytes) => return Ok(bytes.to_vec()),
        AnswerBody::Pieces { length, pieces } => (length, pieces),
    };
    if length > OBJECT_BYTES_MAX {
        return Err(ReadError::Unusable(format!("larger than {OBJECT_BYTES_MAX} bytes")));
    }
    let mut whole = Vec::new();
    for piece in pieces {
        whole.extend_from_slice(&piece.map_err(|fault| ReadError::Unusable(fault.to_string()))?);
    }
    Ok(whole)
}

/// Why something could not be read.
#[derive(Debug)]
pub(crate) enum ReadError {
    /// The operation refused, or failed.
    Refused(Refused),
    /// The response is unusable.
    Unusable(String),
}

/// Formats an error as the command does, so that both report the same for the same file.
impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(Refused::Wire(error) | Refused::Denied(error)) => match &error.message {
                Some(message) => write!(f, "{} {}: {message}", error.status, error.code),
                None => write!(f, "{} {}", error.status, error.code),
            },
            Self::Refused(Refused::Internal(_)) => f.write_str("500 InternalError"),
            Self::Unusable(text) => f.write_str(text),
        }
    }
}
