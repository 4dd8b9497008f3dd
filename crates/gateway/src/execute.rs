//! The middle of the pipeline, which every call passes, wherever it came from: authorize,
//! prepare, run, record.

use store::StoreError;

use crate::access::authorize;
use crate::record::{Outcome, build};
use crate::{Ctx, Operation, Refused};

/// Authorizes and prepares: all that happens before the transaction.
pub(crate) fn admit<O: Operation>(ctx: &mut Ctx<'_>, input: &mut O::Input) -> Result<(), Refused> {
    let needs = O::access(ctx, input).map_err(Refused::from)?;
    authorize(ctx, O::SPEC.service, needs)?;
    O::prepare(ctx, input).map_err(Refused::from)
}

/// Runs an admitted operation in a layer of its own; on failure nothing of it stays.
pub(crate) fn run<O: Operation>(
    ctx: &mut Ctx<'_>,
    input: &mut O::Input,
) -> Result<O::Output, Refused> {
    ctx.tx_mut().begin();
    match O::run(ctx, input) {
        Ok(output) => {
            ctx.tx_mut().keep();
            Ok(output)
        }
        Err(failure) => {
            ctx.tx_mut().discard();
            Err(failure.into())
        }
    }
}

/// Puts the event of a finished call into the transaction.
// INVARIANT: every call that ends, well or badly, passes here exactly once.
pub(crate) fn record<O: Operation>(
    ctx: &mut Ctx<'_>,
    input: Option<&O::Input>,
    result: &Result<O::Output, Refused>,
) -> Result<(), Refused> {
    if result.as_ref().is_err_and(Refused::needs_writer) {
        return Ok(());
    }
    let records = build::<O>(ctx, input, &Outcome::of(result))?;
    for record in records {
        ctx.push_record(record);
    }
    Ok(())
}

/// A whole nested call: its body, if it takes one, is in the input already.
pub(crate) fn execute<O: Operation>(
    ctx: &mut Ctx<'_>,
    input: &mut O::Input,
) -> Result<O::Output, Refused> {
    let result = admit::<O>(ctx, input).and_then(|()| run::<O>(ctx, input));
    record::<O>(ctx, Some(input), &result)?;
    result
}

/// A 500 for the client; the cause goes to diagnostics, once.
pub(crate) fn report(error: &StoreError, request_id: &str) {
    tracing::error!(%error, request.id = request_id, "a call failed for a reason of our own");
}
