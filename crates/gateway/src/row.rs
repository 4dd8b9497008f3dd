//! One row of the table of operations, and the order of a call's steps.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use store::{Committed, LayeredTx, NewEvent, Snapshot, Tx};
use trail::Record;
use types::Region;

use crate::access::CallerSide;
use crate::execute::Stage;
use crate::incoming::Incoming;
use crate::nested::{Done, NestedCalls};
use crate::record::fault;
use crate::{
    Answer, Call, Codec, Ctx, Denial, Fault, Gateway, Operation, Refused, Reply, Spec, TagPort,
    Wait, WhenFull, WireError, decisions,
};

/// The message in diagnostics for a call that fails by a fault of our own.
pub(crate) const OWN_FAULT: &str = "a call failed for a reason of our own";

/// A row: the operation's fixed facts and the way to begin a call of it.
#[derive(Debug)]
pub struct Row {
    /// The fixed facts.
    pub spec: &'static Spec,
    pub(crate) begin: fn(&Incoming) -> Begun,
    pub(crate) refuse_by_head: fn(&Incoming) -> Option<Answering>,
    pub(crate) home: fn(&Tx<'_>, &str) -> Result<Option<Region>, Fault>,
    pub(crate) tags: Option<&'static dyn TagPort>,
}

/// The row of `O`.
pub const fn row<O: Operation>() -> Row {
    let (begin, refuse_by_head) = (begin::<O>, refuse_by_head::<O>);
    Row { spec: &O::SPEC, begin, refuse_by_head, home: O::home, tags: None }
}

impl Row {
    /// The same, of the operation that adds tags to the resources behind `port`.
    #[must_use]
    pub const fn with_tags(self, port: &'static dyn TagPort) -> Self {
        Self { tags: Some(port), ..self }
    }
}

/// A response that arrives once what it confirms is durable. A refusal that leaves no event is ready
/// at once.
pub type Answering = Pin<Box<dyn Future<Output = Answer> + Send>>;

/// A call that has begun.
pub enum Begun {
    /// It needs nothing more.
    Answering(Answering),
    /// It waits for its body.
    Body(Box<dyn Upload>),
}

impl fmt::Debug for Begun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Answering(_) => "Answering",
            Self::Body(_) => "Body",
        })
    }
}

/// A call that waits for its body. May block the thread.
pub trait Upload: Send {
    /// Accepts the next bytes of payload. An error ends the call: pass it to
    /// [`finish`](Self::finish).
    fn push(&mut self, data: &[u8]) -> Result<(), WireError>;
    /// All bytes have arrived, with these trailers, or the body failed.
    fn finish(self: Box<Self>, body: Result<Vec<(String, String)>, WireError>) -> Answering;
}

/// A call after authorization and preparation.
pub(crate) struct Admitted<O: Operation> {
    stage: Stage<O>,
    /// Events of nested calls.
    records: Vec<Record>,
    /// Refusals of rights, with the engine's reasons.
    denials: Vec<Denial>,
    /// The caller's policies as the snapshot has them.
    side: Option<Arc<CallerSide>>,
    /// The nested call that had to write.
    wanted: Option<usize>,
}

impl<O: Operation> Admitted<O> {
    fn of(stage: Stage<O>) -> Self {
        let (records, denials) = (Vec::new(), Vec::new());
        Self { stage, records, denials, side: None, wanted: None }
    }

    fn refused(refused: impl Into<Refused>) -> Self {
        Self::of(Stage::Refused { input: None, refused: refused.into() })
    }

    /// The same call once all is written that it had to write before its transaction, and whether
    /// it is still admitted on the snapshot that it was admitted on first.
    pub(crate) fn with_writes(self, gateway: &Arc<Gateway>, call: &Arc<Call>) -> (Self, bool) {
        let input = match self.stage.wants_writer() {
            Ok(input) => input,
            Err(stage) => return (Self { stage, ..self }, true),
        };
        let Some(nested) = self.wanted else {
            return (admitted_on_writer::<O>(gateway, call, input), false);
        };
        (admitted_after::<O>(gateway, call, input, nested).unwrap_or_else(Self::refused), false)
    }
}

/// Authorizes and prepares on a snapshot.
pub(crate) fn admitted<O: Operation>(
    gateway: &Arc<Gateway>,
    call: &Arc<Call>,
    view: &Snapshot,
    input: Result<O::Input, WireError>,
) -> Admitted<O> {
    match input {
        Ok(input) => admitted_with::<O>(gateway, call, view, input, None),
        Err(error) => Admitted::refused(error),
    }
}

fn admitted_with<O: Operation>(
    gateway: &Arc<Gateway>,
    call: &Arc<Call>,
    view: &Snapshot,
    input: O::Input,
    done: Option<Done>,
) -> Admitted<O> {
    let mut ctx = Ctx::new(Arc::clone(gateway), Arc::clone(call), LayeredTx::over(view.tx()));
    ctx.nested_calls = NestedCalls::with(done);
    let stage = Stage::admit(&mut ctx, input);
    let (denials, side, wanted) = (ctx.take_denials(), ctx.known_side(), ctx.nested_calls.wanted());
    let (_, records) = ctx.into_parts();
    Admitted { stage, records, denials, side, wanted }
}

/// Performs the nested call `nested` on the writer, and admits on a snapshot that shows what it
/// wrote.
fn admitted_after<O: Operation>(
    gateway: &Arc<Gateway>,
    call: &Arc<Call>,
    input: O::Input,
    nested: usize,
) -> Result<Admitted<O>, Refused> {
    let (own, events, outer) = (Arc::clone(gateway), Arc::clone(gateway), Arc::clone(call));
    let writing = submit(gateway, goes_on_when_full(&O::SPEC, call), move |tx| {
        let mut ctx = Ctx::new(own, outer, tx.take());
        ctx.nested_calls = NestedCalls::stopping_behind(nested);
        let input = Stage::<O>::admit(&mut ctx, input).into_input();
        let mut done = ctx.nested_calls.take_done();
        let records = done.as_mut().map_or_else(Vec::new, Done::take_records);
        recorded(&events, tx, ctx.into_parts().0, records, (input, done))
    });
    let (input, done) = writing.wait()??;
    let input = input.ok_or_else(|| Fault::bug("an admission lost its input"))?;
    let admitted = admitted_with::<O>(gateway, call, &gateway.store.snapshot()?, input, done);
    Ok(match admitted.stage.wants_writer() {
        // It has to write once more.
        Ok(input) => admitted_on_writer::<O>(gateway, call, input),
        Err(stage) => Admitted { stage, ..admitted },
    })
}

/// Authorizes and prepares on the writer, because the operation itself has to write: an AWS managed
/// key, which KMS creates on first use. The results of nested calls are kept.
fn admitted_on_writer<O: Operation>(
    gateway: &Arc<Gateway>,
    call: &Arc<Call>,
    input: O::Input,
) -> Admitted<O> {
    let (own, events, call) = (Arc::clone(gateway), Arc::clone(gateway), Arc::clone(call));
    let goes_on = goes_on_when_full(&O::SPEC, &call);
    let admitting = submit(gateway, goes_on, move |tx| {
        let mut ctx = Ctx::new(own, call, tx.take());
        let stage = Stage::admit(&mut ctx, input);
        let denials = ctx.take_denials();
        let (back, records) = ctx.into_parts();
        recorded(&events, tx, back, records, Admitted::<O> { denials, ..Admitted::of(stage) })
    });
    match admitting.wait() {
        Ok(admitted) => admitted.unwrap_or_else(Admitted::refused),
        Err(error) => Admitted::refused(error),
    }
}

/// What a job commits: the writes of `back` with the records, or, if one of them cannot be written,
/// nothing.
fn recorded<'t, T>(
    gateway: &Gateway,
    tx: &mut LayeredTx<'t>,
    back: LayeredTx<'t>,
    records: Vec<Record>,
    done: T,
) -> (Result<T, Fault>, Vec<NewEvent>) {
    match gateway.new_events(records) {
        Ok(events) => {
            *tx = back;
            (Ok(done), events)
        }
        Err(fault) => (Err(fault), Vec::new()),
    }
}

/// Runs on the writer and commits state and events as one.
// INVARIANT: the response is returned after the commit, and the commit contains the event.
pub(crate) fn commit_call<O: Operation>(
    gateway: &Arc<Gateway>,
    call: Arc<Call>,
    admitted: Admitted<O>,
) -> Committed<Ended<O>> {
    let (own, events) = (Arc::clone(gateway), Arc::clone(gateway));
    let Admitted { mut stage, records, mut denials, .. } = admitted;
    let nested = records.clone();
    submit(gateway, goes_on_when_full(&O::SPEC, &call), move |tx| {
        let mut ctx = Ctx::new(own, Arc::clone(&call), tx.take());
        for record in records {
            ctx.push_record(record);
        }
        let concluded = stage.conclude(&mut ctx, |ctx| {
            denials.append(&mut ctx.take_denials());
            decisions::keep(ctx.tx_mut(), call.account(), &call.request_id, denials)
        });
        let result = match concluded {
            Ok(result) => result,
            // A change without an event must not be kept: the transaction is dropped with its
            // context.
            Err(unrecorded) => return (Ended::Done(Err(unrecorded)), Vec::new()),
        };
        if let Some(wait) = result.as_ref().err().and_then(Refused::wait) {
            let admitted = Admitted { records: nested, ..Admitted::of(stage) };
            return (Ended::Waits(wait, admitted), Vec::new());
        }
        let (back, records) = ctx.into_parts();
        let (result, events) = recorded(&events, tx, back, records, result);
        (Ended::Done(result.unwrap_or_else(|fault| Err(fault.into()))), events)
    })
}

/// How a call ended on the writer.
pub(crate) enum Ended<O: Operation> {
    Done(Result<O::Output, Refused>),
    /// It will run again.
    Waits(Arc<Wait>, Admitted<O>),
}

impl<O: Operation> Ended<O> {
    /// The result of a call that cannot wait, because a service made it.
    pub(crate) fn result(self) -> Result<O::Output, Refused> {
        match self {
            Self::Done(result) => result,
            Self::Waits(wait, _) => Err(Fault::waits(wait).into()),
        }
    }
}

/// Whether a call continues while the disk is full: deletions by their operation, deliveries by
/// their caller, because services deliver events and do nothing else by themselves.
fn goes_on_when_full(spec: &Spec, call: &Call) -> bool {
    spec.when_full == WhenFull::GoesOn || call.caller.is_service()
}

fn submit<R: Send + 'static>(
    gateway: &Gateway,
    when_full: bool,
    job: impl FnOnce(&mut LayeredTx<'_>) -> (R, Vec<NewEvent>) + Send + 'static,
) -> Committed<R> {
    if when_full { gateway.store.submit_when_full(job) } else { gateway.store.submit(job) }
}

/// The refusal of a call while the disk is full: a body would use the space that deletion needs.
/// It leaves no event.
fn refuse_when_full<O: Operation>(incoming: &Incoming) -> Option<Answering> {
    let Incoming { gateway, call, .. } = incoming;
    let full = gateway.store.expect_room().err()?;
    if goes_on_when_full(&O::SPEC, call) {
        return None;
    }
    let refusal = answer::<O>(gateway, call, Err(full.into()));
    Some(Box::pin(std::future::ready(refusal)))
}

/// Refuses a call before its body, which is not in `incoming`, if the head alone decides so. A
/// refused call leaves its event, except on a full disk; any other leaves nothing, and is begun once its body is here.
fn refuse_by_head<O: Operation>(incoming: &Incoming) -> Option<Answering> {
    if let Some(refusal) = refuse_when_full::<O>(incoming) {
        return Some(refusal);
    }
    let (gateway, call) = (Arc::clone(&incoming.gateway), Arc::clone(&incoming.call));
    let admitted = match incoming.decode::<O>() {
        Ok(input) => {
            let tx = LayeredTx::over(incoming.view.tx());
            let mut ctx = Ctx::new(Arc::clone(&gateway), Arc::clone(&call), tx);
            let stage = Stage::refused_by_head(&mut ctx, input)?;
            let denials = ctx.take_denials();
            Admitted { denials, records: ctx.into_parts().1, ..Admitted::of(stage) }
        }
        Err(error) => Admitted::<O>::refused(error),
    };
    Some(Started { gateway, call, admitted, broken: None }.conclude(None))
}

fn begin<O: Operation>(incoming: &Incoming) -> Begun {
    if let Some(refusal) = refuse_when_full::<O>(incoming) {
        return Begun::Answering(refusal);
    }
    let (gateway, call) = (Arc::clone(&incoming.gateway), Arc::clone(&incoming.call));
    let view = &incoming.view;
    let admitted = admitted::<O>(&gateway, &call, view, incoming.decode::<O>());
    let (admitted, on_view) = admitted.with_writes(&gateway, &call);
    let started = Started { gateway, call, admitted, broken: None };
    if O::SPEC.body.is_streamed() && started.admitted.stage.refused().is_none() {
        return Begun::Body(Box::new(started));
    }
    Begun::Answering(started.conclude(Some(view).filter(|_| on_view)))
}

/// A call between its preparation and its end.
struct Started<O: Operation> {
    gateway: Arc<Gateway>,
    call: Arc<Call>,
    admitted: Admitted<O>,
    /// Why its body could not be stored.
    broken: Option<Fault>,
}

impl<O: Operation> Started<O> {
    /// `view` is the snapshot on which the call was just admitted, if any.
    fn conclude(mut self, view: Option<&Snapshot>) -> Answering {
        if !O::SPEC.read_only || self.admitted.stage.refused().is_some() {
            return self.write();
        }
        if let Some(view) = view {
            return self.read(Ok(view));
        }
        let view = self.gateway.store.snapshot();
        self.admitted.side = None;
        self.read(view.as_ref().map_err(|error| error.clone().into()))
    }

    fn write(self) -> Answering {
        let running = commit_call::<O>(&self.gateway, Arc::clone(&self.call), self.admitted);
        let (gateway, call) = (self.gateway, self.call);
        Box::pin(async move {
            let result = match running.done().await {
                Ok(Ended::Done(result)) => result,
                Ok(Ended::Waits(wait, admitted)) => {
                    let waiting = Self { gateway, call, admitted, broken: None };
                    return waiting.go_on_after(wait).await;
                }
                Err(error) => Err(error.into()),
            };
            answer::<O>(&gateway, &call, result)
        })
    }

    /// Runs again once the wait is over, at the instant that it is then.
    fn go_on_after(mut self, wait: Arc<Wait>) -> Answering {
        Box::pin(async move {
            wait.over(&self.gateway.alarm).await;
            drop(wait);
            let now = self.gateway.clock.now();
            self.call = Arc::new(Call { now, ..Call::clone(&self.call) });
            self.conclude(None).await
        })
    }

    /// Runs on a snapshot and commits only the event and the reasons for denials.
    fn read(mut self, view: Result<&Snapshot, Fault>) -> Answering {
        let nested = std::mem::take(&mut self.admitted.records);
        let mut denials = Vec::new();
        let result = match view {
            Ok(view) => {
                let own = Arc::clone(&self.gateway);
                let mut ctx = Ctx::new(own, Arc::clone(&self.call), LayeredTx::over(view.tx()));
                ctx.keep_side(self.admitted.side.take());
                for record in nested.iter().cloned() {
                    ctx.push_record(record);
                }
                let concluded = self.admitted.stage.conclude(&mut ctx, |_| Ok(()));
                let result = concluded.unwrap_or_else(Err);
                denials = ctx.take_denials();
                self.admitted.records = ctx.into_parts().1;
                result
            }
            Err(error) => Err(error.into()),
        };
        if result.as_ref().is_err_and(Refused::needs_writer) {
            self.admitted.records = nested;
            return self.write();
        }
        if let Some(wait) = result.as_ref().err().and_then(Refused::wait) {
            self.admitted.records = nested;
            return self.go_on_after(wait);
        }
        let (result, events) = match self.gateway.new_events(self.admitted.records) {
            Ok(events) => (result, events),
            Err(fault) => (Err(fault.into()), Vec::new()),
        };
        let goes_on = goes_on_when_full(&O::SPEC, &self.call);
        let (call, own, gateway) = (Arc::clone(&self.call), self.call, self.gateway);
        let recorded = submit(&gateway, goes_on, move |tx| {
            tx.begin();
            match decisions::keep(tx, own.account(), &own.request_id, denials) {
                Ok(()) => {
                    tx.keep();
                    (Ok(()), events)
                }
                // The event would differ from the response.
                Err(fault) => {
                    tx.discard();
                    (Err(fault), Vec::new())
                }
            }
        });
        Box::pin(async move {
            let result = match recorded.done().await {
                Ok(Ok(())) => result,
                Ok(Err(fault)) => Err(fault.into()),
                Err(error) => Err(error.into()),
            };
            answer::<O>(&gateway, &call, result)
        })
    }
}

impl<O: Operation> Upload for Started<O> {
    fn push(&mut self, data: &[u8]) -> Result<(), WireError> {
        let pushed = self.admitted.stage.sink().map_or(Ok(()), |sink| sink.push(data));
        pushed.map_err(|refused| match refused {
            Refused::Wire(error) | Refused::Denied(error) => error,
            Refused::Internal(cause) => {
                let error = fault(O::SPEC.service, &cause);
                self.broken = Some(cause);
                error
            }
        })
    }

    fn finish(mut self: Box<Self>, body: Result<Vec<(String, String)>, WireError>) -> Answering {
        let body = match self.broken.take() {
            Some(cause) => Err(cause.into()),
            None => body.map_err(Refused::from),
        };
        let closed = body.and_then(|trailers| {
            self.admitted.stage.sink().map_or(Ok(()), |sink| sink.close(&trailers))
        });
        let mut started = *self;
        if let Err(refused) = closed {
            started.admitted.stage = started.admitted.stage.fail(refused);
        }
        started.conclude(None)
    }
}

fn answer<O: Operation>(
    gateway: &Gateway,
    call: &Call,
    result: Result<O::Output, Refused>,
) -> Answer {
    let service = O::SPEC.service;
    let json = call.origin.as_ref().is_some_and(|origin| origin.json);
    let reply =
        Reply { spec: &O::SPEC, request_id: &call.request_id, host_id: &call.host_id, json };
    let encoded = result.and_then(|output| Ok(O::Codec::encode(output, &reply)?));
    let (answer, code) = match encoded {
        Ok(answer) => (answer, None),
        Err(refused) => {
            let error = match refused {
                Refused::Wire(error) | Refused::Denied(error) => error,
                Refused::Internal(cause) => {
                    gateway.report(&cause, OWN_FAULT, &call.request_id);
                    fault(service, &cause)
                }
            };
            (Answer::refusal(service.protocol, &error, &reply), Some(error.code))
        }
    };
    tracing::debug!(
        aws.service = service.name,
        aws.operation = O::SPEC.name,
        request.id = call.request_id,
        status = answer.status.as_u16(),
        code,
        made_at = answer.made_at.map(tracing::field::display),
        duration_ms = gateway.clock.now().since_ms(call.now),
        "answered"
    );
    answer
}
