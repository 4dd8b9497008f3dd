//! Fetches what a validation reads from a server over HTTP.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use http::Method;
use inquiry::validate::{Question, Source};
use serde_json::Value;
use trail::verify::{Limits, Meter, NamedLog, Object, Verdict, judge_log};
use types::{Clock, Timestamp};
use wire::uri;

use crate::client::{Answered, Call, CallError, Client, bucket_region};
use crate::out;

/// The number of log files fetched and checked concurrently.
const PARALLEL: usize = 16;
const METADATA: &str = "x-amz-meta-";

/// A server, and the buckets with the delivered files, each called in its own region: a trail's
/// files of all regions are in one bucket.
pub(super) struct Served<'a> {
    client: &'a Client,
    regions: Mutex<BTreeMap<String, String>>,
}

impl<'a> Served<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self { client, regions: Mutex::default() }
    }

    /// If the caller may not locate a bucket, it is assumed to be in the events' region.
    fn region(&self, bucket: &str) -> String {
        let mut regions = self.regions.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = regions.get(bucket) {
            return known.clone();
        }
        let found = bucket_region(self.client, bucket);
        let region = found.unwrap_or_else(|| self.client.region().to_owned());
        regions.insert(bucket.to_owned(), region.clone());
        region
    }
}

impl Source for Served<'_> {
    type Error = CallError;

    const LISTED_MAX: usize = usize::MAX;
    const LIMITS: Limits = Limits::COMMAND;

    fn call(&self, question: Question, region: &str, input: &Value) -> Result<Value, CallError> {
        let call = match question {
            Question::DescribeDeliveries => Call::own(question.name(), input),
            Question::GetTrail | Question::GetTrailStatus | Question::ListPublicKeys => {
                Call::cloudtrail(question.name(), input)
            }
        };
        let answered = self.client.call(&call.in_region(region.to_owned()))?;
        serde_json::from_slice(&answered.body).map_err(|error| Self::unusable(error.to_string()))
    }

    fn page(&self, bucket: &str, parameters: &[(&str, &str)]) -> Result<Vec<u8>, CallError> {
        let pair = |(name, value): &(&str, &str)| format!("{name}={}", uri::encode(value));
        let query = parameters.iter().map(pair).collect::<Vec<_>>().join("&");
        let call = Call::s3("ListObjects", Method::GET, bucket, &query);
        let answered = self.client.call(&call.in_region(self.region(bucket)))?;
        Ok(answered.body.to_vec())
    }

    fn object(&self, bucket: &str, key: &str) -> Result<Option<Object>, CallError> {
        let call = Call::s3("GetObject", Method::GET, &format!("{bucket}/{key}"), "");
        match self.client.call(&call.in_region(self.region(bucket))) {
            Ok(answered) => Ok(Some(object(&answered))),
            Err(CallError::Refused { status: 404, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Fetches and checks several files concurrently; results keep their order.
    fn judge(&self, logs: &[NamedLog], meter: &Meter) -> Vec<Verdict> {
        let next = AtomicUsize::new(0);
        let found = Mutex::new(BTreeMap::new());
        thread::scope(|scope| {
            for _ in 0..PARALLEL.min(logs.len()) {
                scope.spawn(|| {
                    loop {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        let Some(log) = logs.get(at) else { return };
                        let fetched = self.object(&log.bucket, &log.object);
                        let fetched = fetched.map_err(|error| error.to_string());
                        let verdict = judge_log(log, fetched, meter);
                        found.lock().unwrap_or_else(PoisonError::into_inner).insert(at, verdict);
                    }
                });
            }
        });
        let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        let lost = || Verdict::Unreadable("not checked".to_owned());
        (0..logs.len()).map(|at| found.remove(&at).unwrap_or_else(lost)).collect()
    }

    fn now(&self) -> Timestamp {
        Clock::system().now()
    }

    fn complain(&self, text: &str) {
        out::complain(text);
    }

    fn is_no_such_trail(error: &CallError) -> bool {
        error.code() == "TrailNotFoundException"
    }

    fn unusable(text: String) -> CallError {
        CallError::Unreachable(text)
    }
}

fn object(answered: &Answered) -> Object {
    let metadata = answered.headers.iter().filter_map(|(name, value)| {
        let name = name.as_str().strip_prefix(METADATA)?;
        Some((name.to_owned(), value.to_str().ok()?.to_owned()))
    });
    Object { bytes: answered.body.to_vec(), metadata: metadata.collect() }
}
