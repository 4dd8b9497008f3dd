use std::fmt;

use serde_json::Value;
use trail::verify::{Limits, Meter, NamedLog, Object, Verdict, judge_log};
use types::Timestamp;

/// An operation that a validation calls, with JSON input and output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// Of our own service: the newest digests in the trail's own record.
    DescribeDeliveries,
    /// CloudTrail's: where a trail delivers to.
    GetTrail,
    /// CloudTrail's: when the newest digest was delivered.
    GetTrailStatus,
    /// CloudTrail's: the keys that prove digests.
    ListPublicKeys,
}

impl Question {
    /// The operation's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::DescribeDeliveries => "DescribeDeliveries",
            Self::GetTrail => "GetTrail",
            Self::GetTrailStatus => "GetTrailStatus",
            Self::ListPublicKeys => "ListPublicKeys",
        }
    }
}

/// The data source of a validation, with the permissions of a caller.
pub trait Source {
    /// Why a read failed; human-readable text.
    type Error: fmt::Display;

    /// Objects that one listing may have; more is an error.
    const LISTED_MAX: usize;

    /// How much is read and decompressed; larger files are unreadable.
    const LIMITS: Limits;

    /// Calls an operation in a region.
    fn call(&self, question: Question, region: &str, input: &Value) -> Result<Value, Self::Error>;

    /// One page of `ListObjects`, as XML, with these parameters.
    fn page(&self, bucket: &str, parameters: &[(&str, &str)]) -> Result<Vec<u8>, Self::Error>;

    /// An object; `None` if there is none.
    fn object(&self, bucket: &str, key: &str) -> Result<Option<Object>, Self::Error>;

    /// Judges log files, in their order. The meter counts their bytes.
    fn judge(&self, logs: &[NamedLog], meter: &Meter) -> Vec<Verdict> {
        let one = |log: &NamedLog| {
            let fetched = self.object(&log.bucket, &log.object);
            judge_log(log, fetched.map_err(|error| error.to_string()), meter)
        };
        logs.iter().map(one).collect()
    }

    /// The time.
    fn now(&self) -> Timestamp;

    /// Records a call that failed, and whose result is unknown.
    fn complain(&self, text: &str);

    /// Whether the error means that the trail does not exist.
    fn is_no_such_trail(error: &Self::Error) -> bool;

    /// A response that cannot be parsed, or that is too long.
    fn unusable(text: String) -> Self::Error;
}
