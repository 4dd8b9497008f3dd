//! Why calls were refused, kept for a day; [`Ctx::denials`](crate::Ctx::denials) returns it.
//!
//! On the wire a denial says no more than AWS says. The engine knows more: each layer's answer,
//! and the statement that decided. That is kept under the request's id, for callers who may ask.

use std::ops::ControlFlow;

use policy::{Decision, Request};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{StoreError, Table, Tx, key};
use types::{AccountId, DAY_MS, Timestamp};

/// Denials by account and request id.
const DENIALS: Table<Vec<Denial>> = Table::new("gateway.denial");
/// Their places by instant, to forget them.
const DENIAL_TIMES: Table<Vec<u8>> = Table::new("gateway.denial_time");
/// How long a denial can be explained.
///
/// Source: IAM Toolbox API Reference: authorization details are kept for at least a day.
const KEPT_MS: u64 = DAY_MS;
/// Denials that one pass forgets at most.
const FORGOTTEN_MAX: usize = 10_000;

/// A refusal, with the engine's reasons.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Denial {
    /// When.
    time: Timestamp,
    /// Who was refused.
    principal: String,
    /// What they wanted to do.
    action: String,
    /// To what.
    resource: String,
    /// What they were told.
    message: String,
    /// The engine's reason, with the deciding policy and statement where there is one.
    reason: Value,
    /// What each layer said, in the order in which they were asked.
    checks: Value,
    /// The statements that would have allowed it, were it not for a condition.
    #[serde(default)]
    near_misses: Value,
}

impl Denial {
    pub(crate) fn new(
        request: &Request<'_>,
        decision: &Decision,
        message: &str,
        now: Timestamp,
    ) -> Self {
        Self {
            time: now,
            principal: request.principal.arn().into_owned(),
            action: request.action.to_owned(),
            resource: request.resource.to_owned(),
            message: message.to_owned(),
            reason: serde_json::to_value(&decision.reason).unwrap_or_default(),
            checks: serde_json::to_value(&decision.checks).unwrap_or_default(),
            near_misses: serde_json::to_value(&decision.near_misses).unwrap_or_default(),
        }
    }
}

/// Keeps the denials of a call, in its transaction.
pub(crate) fn keep(
    tx: &mut Tx<'_>,
    account: &AccountId,
    request_id: &str,
    denials: &Vec<Denial>,
) -> Result<(), StoreError> {
    let Some(first) = denials.first() else { return Ok(()) };
    let place = key([account.as_str(), request_id]);
    let time = key([format!("{:020}", first.time.as_ms()).as_str(), request_id]);
    DENIALS.put(tx, &place, denials)?;
    DENIAL_TIMES.put(tx, time, &place)
}

/// The denials of a request of the account, if it had any in the last day.
pub(crate) fn of(
    tx: &Tx<'_>,
    account: &AccountId,
    request_id: &str,
) -> Result<Option<Vec<Denial>>, StoreError> {
    DENIALS.get(tx, key([account.as_str(), request_id]))
}

/// Forgets denials that are older than a day.
pub(crate) fn forget(tx: &mut Tx<'_>, now: Timestamp) -> Result<(), StoreError> {
    let horizon = key([format!("{:020}", now.minus_ms(KEPT_MS).as_ms())]);
    let mut old = Vec::new();
    DENIAL_TIMES.visit(tx, "", "", &mut |time, place| {
        if time >= horizon.as_slice() || old.len() >= FORGOTTEN_MAX {
            return ControlFlow::Break(());
        }
        old.push((time.to_vec(), place));
        ControlFlow::Continue(())
    })?;
    for (time, place) in old {
        DENIAL_TIMES.delete(tx, time)?;
        DENIALS.delete(tx, place)?;
    }
    Ok(())
}
