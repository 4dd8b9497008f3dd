//! The calls that an operation makes while it is admitted, and the one among them that writes.
//!
//! Admission happens on a snapshot, where a nested call cannot write. If one has to, such as the
//! first use of an AWS managed key, the admission is repeated on the writer up to that call and no
//! further: the call is performed and recorded there. Then the operation is admitted on a new
//! snapshot, where that call returns its result from the writer, without a second event. So the
//! writer never waits for the work of the outer call, which may be gigabytes.

use std::any::Any;

use serde_json::Value;
use trail::Record;
use types::Region;

use crate::{Call, Codec, Denial, Fault, Operation, Refused};

/// The result of a nested call.
type Answered<O> = Result<<O as Operation>::Output, Refused>;

/// The nested calls of one admission that the operation makes itself, counted in their order.
#[derive(Default)]
pub(crate) struct NestedCalls {
    begun: usize,
    /// The first that had to write on a snapshot.
    wanted: Option<usize>,
    /// On the writer: the one behind which the admission stops.
    stop_behind: Option<usize>,
    stopped: bool,
    done: Option<Done>,
}

/// A nested call that was done on the writer.
pub(crate) struct Done {
    at: usize,
    request: NestedRequest,
    /// An [`Answered`].
    result: Box<dyn Any + Send>,
    records: Vec<Record>,
    denials: Vec<Denial>,
}

/// The input of a nested call, and its caller. Its result may be used for no other call.
#[derive(PartialEq)]
struct NestedRequest {
    operation: &'static str,
    by: NestedCaller,
    parameters: Value,
}

impl NestedRequest {
    fn of<O: Operation>(by: &NestedCaller, input: &O::Input) -> Result<Self, Fault> {
        let parameters = O::Codec::parameters(input, O::SPEC.service)?;
        Ok(Self { operation: O::SPEC.name, by: by.clone(), parameters })
    }
}

/// The caller and region of a nested call: the inputs of its policies.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NestedCaller {
    /// Of the principal; a service's name.
    arn: String,
    via: Option<&'static str>,
    source_arn: Option<String>,
    region: Region,
}

impl NestedCaller {
    /// That of a call.
    pub(crate) fn of(call: &Call) -> Self {
        let caller = &call.caller;
        Self {
            arn: caller.principal.arn().into_owned(),
            via: caller.via,
            source_arn: caller.source_arn.clone(),
            region: call.region.clone(),
        }
    }
}

impl NestedCalls {
    /// For an admission on the writer that stops behind the call `at`, or behind an earlier one
    /// that has written.
    pub(crate) fn stopping_behind(at: usize) -> Self {
        Self { stop_behind: Some(at), ..Self::default() }
    }

    /// For an admission in which a nested call was done before.
    pub(crate) fn with(done: Option<Done>) -> Self {
        Self { done, ..Self::default() }
    }

    /// The first call that had to write and could not.
    pub(crate) fn wanted(&self) -> Option<usize> {
        self.wanted
    }

    /// What was done on the writer.
    pub(crate) fn take_done(&mut self) -> Option<Done> {
        self.done.take()
    }

    /// The place of the call that begins. Errors after the stop.
    pub(crate) fn begin(&mut self) -> Result<usize, Fault> {
        if self.stopped {
            return Err(stopped());
        }
        let at = self.begun;
        self.begun = at.saturating_add(1);
        Ok(at)
    }

    /// The result on the writer of the call at this position, if it was the same call, with its
    /// denials.
    pub(crate) fn replay<O: Operation>(
        &mut self,
        at: usize,
        by: &NestedCaller,
        input: &O::Input,
    ) -> Option<(Answered<O>, Vec<Denial>)> {
        let same = |done: &mut Done| {
            done.at == at
                && NestedRequest::of::<O>(by, input).is_ok_and(|request| done.request == request)
        };
        let done = self.done.take_if(same)?;
        let result = done.result.downcast::<Answered<O>>().ok()?;
        Some((*result, done.denials))
    }

    /// A call has to write and cannot.
    pub(crate) fn want(&mut self, at: usize) {
        self.wanted.get_or_insert(at);
    }

    /// Whether the admission stops behind the call `at`. `wrote` is whether anything was written.
    pub(crate) fn stops_behind(&self, at: usize, wrote: bool) -> bool {
        self.stop_behind.is_some_and(|last| at >= last || wrote)
    }

    /// Stops: the call at this place is done. The error ends the admission.
    pub(crate) fn stop<O: Operation>(
        &mut self,
        at: usize,
        (by, input): (&NestedCaller, &O::Input),
        result: Answered<O>,
        (records, denials): (Vec<Record>, Vec<Denial>),
    ) -> Refused {
        self.stopped = true;
        match NestedRequest::of::<O>(by, input) {
            Ok(request) => {
                self.done = Some(Done { at, request, result: Box::new(result), records, denials });
                stopped().into()
            }
            Err(fault) => fault.into(),
        }
    }
}

impl Done {
    /// The events of the call, for the commit of what it wrote.
    pub(crate) fn take_records(&mut self) -> Vec<Record> {
        std::mem::take(&mut self.records)
    }
}

fn stopped() -> Fault {
    Fault::bug("the admission stops here and is repeated on a snapshot")
}

#[cfg(test)]
mod tests {
    use types::{AccountId, Timestamp};

    use super::*;
    use crate::Caller;

    /// A call by another caller, for another resource or elsewhere is another call.
    #[test]
    fn another_caller_is_different() {
        let account = AccountId::parse("111122223333").unwrap();
        let by = |caller: &Caller, region: &str| {
            NestedCaller::of(&Call {
                caller: caller.clone(),
                region: Region::parse(region).unwrap(),
                now: Timestamp::from_secs(1),
                request_id: "r".to_owned(),
                host_id: "h".to_owned(),
                origin: None,
            })
        };
        let service = Caller::service("s3.amazonaws.com", &account, "arn:aws:s3:::a");
        let own = by(&service, "us-east-1");
        assert_eq!(own, by(&service, "us-east-1"));
        for (other, region) in [
            (service.clone(), "eu-west-1"),
            (Caller::anonymous(&account), "us-east-1"),
            (service.forwarded("kms.amazonaws.com"), "us-east-1"),
            (Caller::service("s3.amazonaws.com", &account, "arn:aws:s3:::b"), "us-east-1"),
            (Caller::service("x.amazonaws.com", &account, "arn:aws:s3:::a"), "us-east-1"),
        ] {
            assert_ne!(own, by(&other, region), "{other:?}");
        }
    }
}
