//! The middle of the pipeline, which every call passes: authorize, prepare, run, record.

use crate::access::{ByHead, authorize, authorize_by_head};
use crate::record::{Outcome, build};
use crate::{BodySink, Ctx, Fault, Operation, Phase, Refused};

/// The progress of a call.
pub(crate) enum Stage<O: Operation> {
    /// It may run.
    Ready { input: O::Input, work: O::Work },
    /// It will not run. `input` is `None` if it could not be read.
    Refused { input: Option<O::Input>, refused: Refused },
}

impl<O: Operation> Stage<O> {
    /// Authorizes and prepares: all that happens before the transaction.
    pub(crate) fn admit(ctx: &mut Ctx<'_>, input: O::Input) -> Self {
        match admit::<O>(ctx, &input) {
            Ok(work) => Self::Ready { input, work },
            Err(refused) => Self::Refused { input: Some(input), refused },
        }
    }

    /// The call without its body, if its head alone is refused. Nothing is written.
    pub(crate) fn refused_by_head(ctx: &mut Ctx<'_>, input: O::Input) -> Option<Self> {
        let refused = try_head::<O>(ctx, &input).err().filter(Refused::is_decided_by_head)?;
        Some(Self::Refused { input: Some(input), refused })
    }

    /// Why it will not run.
    pub(crate) fn refused(&self) -> Option<&Refused> {
        match self {
            Self::Ready { .. } => None,
            Self::Refused { refused, .. } => Some(refused),
        }
    }

    /// The input, unchanged, of a call that turned out to need the writer; otherwise itself.
    pub(crate) fn wants_writer(self) -> Result<O::Input, Self> {
        match self {
            Self::Refused { input: Some(input), refused } if refused.needs_writer() => Ok(input),
            Self::Ready { .. } | Self::Refused { .. } => Err(self),
        }
    }

    /// The input alone.
    pub(crate) fn into_input(self) -> Option<O::Input> {
        match self {
            Self::Ready { input, .. } => Some(input),
            Self::Refused { input, .. } => input,
        }
    }

    /// The receiver of the body.
    pub(crate) fn sink(&mut self) -> Option<&mut dyn BodySink> {
        match self {
            Self::Ready { work, .. } => O::sink(work),
            Self::Refused { .. } => None,
        }
    }

    /// The same call after its body failed.
    pub(crate) fn fail(self, refused: Refused) -> Self {
        match self {
            Self::Ready { input, .. } => Self::Refused { input: Some(input), refused },
            Self::Refused { input, .. } => Self::Refused { input, refused },
        }
    }

    /// Runs it and adds its event to the transaction. `Err` of the outer result: there is no event,
    /// and nothing of the call may be kept.
    ///
    /// `keep_reasons` stores why permissions were denied. It runs before the event is built, so the
    /// event records what the caller receives: if the reasons cannot be stored, that is a fault,
    /// and nothing of the call is kept.
    pub(crate) fn conclude(
        &mut self,
        ctx: &mut Ctx<'_>,
        keep_reasons: impl FnOnce(&mut Ctx<'_>) -> Result<(), Fault>,
    ) -> Result<Result<O::Output, Refused>, Refused> {
        match self {
            Self::Ready { input, work } => {
                let run = |ctx: &mut Ctx<'_>| O::run(ctx, input, work).map_err(Refused::from);
                let result = ctx.phase(Phase::Operation, |ctx| in_layer(ctx, run, keep_reasons));
                record::<O>(ctx, Some(input), Some(work), &result)?;
                Ok(result)
            }
            Self::Refused { input, refused } => {
                let result = in_layer(ctx, |_| Err(refused.clone()), keep_reasons);
                record::<O>(ctx, input.as_ref(), None, &result)?;
                Ok(result)
            }
        }
    }
}

fn admit<O: Operation>(ctx: &mut Ctx<'_>, input: &O::Input) -> Result<O::Work, Refused> {
    let (needs, seen) =
        ctx.phase(Phase::Operation, |ctx| O::access(ctx, input).map_err(Refused::from))?;
    ctx.phase(Phase::Policy, |ctx| authorize(ctx, O::SPEC.service, needs))?;
    ctx.phase(Phase::Operation, |ctx| O::prepare(ctx, input, seen).map_err(Refused::from))
}

/// Takes the steps of a call whose body has not arrived, up to the one that reads it.
fn try_head<O: Operation>(ctx: &mut Ctx<'_>, input: &O::Input) -> Result<(), Refused> {
    let (needs, seen) = O::access(ctx, input).map_err(Refused::from)?;
    if authorize_by_head(ctx, O::SPEC.service, needs)? == ByHead::Open {
        return Ok(());
    }
    let mut work = O::prepare(ctx, input, seen).map_err(Refused::from)?;
    let run = |ctx: &mut Ctx<'_>| O::run(ctx, input, &mut work).map_err(Refused::from);
    in_layer(ctx, run, |_| Ok(())).map(drop)
}

/// Runs an operation in a separate layer; on failure only what `finally` writes is kept, and nothing
/// at all if that fails.
fn in_layer<T>(
    ctx: &mut Ctx<'_>,
    run: impl FnOnce(&mut Ctx<'_>) -> Result<T, Refused>,
    finally: impl FnOnce(&mut Ctx<'_>) -> Result<(), Fault>,
) -> Result<T, Refused> {
    ctx.layers().begin();
    let result = run(ctx);
    if result.is_err() {
        ctx.layers().discard();
        ctx.layers().begin();
    }
    match finally(ctx) {
        Ok(()) => {
            ctx.layers().keep();
            result
        }
        Err(fault) => {
            ctx.layers().discard();
            Err(fault.into())
        }
    }
}

/// Adds the event of a finished call to the transaction.
// INVARIANT: every call with a caller, also an anonymous one, passes here exactly once when it ends,
// well or badly. The exception is a call that a full disk refuses (`refuse_when_full` in `row.rs`):
// there is no room for its event.
fn record<O: Operation>(
    ctx: &mut Ctx<'_>,
    input: Option<&O::Input>,
    work: Option<&O::Work>,
    result: &Result<O::Output, Refused>,
) -> Result<(), Refused> {
    if result.as_ref().is_err_and(Refused::runs_again) {
        return Ok(());
    }
    let records =
        ctx.phase(Phase::Event, |ctx| build::<O>(ctx, input, work, &Outcome::of(result)))?;
    for record in records {
        ctx.push_record(record);
    }
    Ok(())
}

/// A complete nested call: its body, if it has one, is already in the input.
pub(crate) fn execute<O: Operation>(
    ctx: &mut Ctx<'_>,
    input: &O::Input,
) -> Result<O::Output, Refused> {
    let mut work = admit::<O>(ctx, input);
    let result = match &mut work {
        Ok(work) => {
            let run = |ctx: &mut Ctx<'_>| O::run(ctx, input, work).map_err(Refused::from);
            ctx.phase(Phase::Operation, |ctx| in_layer(ctx, run, |_| Ok(())))
        }
        Err(refused) => Err(refused.clone()),
    };
    record::<O>(ctx, Some(input), work.as_ref().ok(), &result)?;
    result
}
