use std::fmt;

use serde_json::Value;
use trail::verify::{Limits, Meter, NamedLog, Object, Verdict, judge_log};
use types::Timestamp;

/// An operation that a validation asks, with JSON in and out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// Our own service's: the newest digests that the trail remembers.
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

/// What a validation reads from, as somebody who may read it.
pub trait Source {
    /// Why something could not be read; a text for people.
    type Error: fmt::Display;

    /// Objects that one listing may have; more is an error.
    const LISTED_MAX: usize;

    /// How much is read and inflated; what is larger is unreadable.
    const LIMITS: Limits;

    /// Asks an operation in a region.
    fn ask(&self, question: Question, region: &str, input: &Value) -> Result<Value, Self::Error>;

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

    /// Says what could not be asked, and so is not known.
    fn complain(&self, text: &str);

    /// Whether the error says that there is no such trail.
    fn is_no_such_trail(error: &Self::Error) -> bool;

    /// An answer that cannot be understood, or that is too long.
    fn unusable(text: String) -> Self::Error;
}
