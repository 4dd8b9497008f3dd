//! The reasons of denials, stored for a day; [`Ctx::denials`](crate::Ctx::denials) returns them.
//!
//! An error response contains no more than AWS's. The engine has more: each layer's result, and the
//! statement that decided. That is stored under the request's ID, for callers with permission.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use policy::{Decision, Request};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{Table, Tx, key};
use types::{AccountId, DAY_MS, Timestamp};

use crate::Fault;
use crate::sides::Sides;

/// Denials by account and request id.
const DENIALS: Table<Vec<Denial>> = Table::new("gateway.denial");
/// Their keys by time, for deletion.
const DENIAL_TIMES: Table<Vec<u8>> = Table::new("gateway.denial_time");
/// How long a denial can be explained.
///
/// Source: IAM Toolbox API Reference: authorization details are kept for at least a day.
const KEPT_MS: u64 = DAY_MS;
/// The maximum number of denials that one pass deletes.
const EXPIRED_MAX: usize = 10_000;

/// The engine's reasons for a denied call, stored for a day.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Denial {
    /// When.
    time: Timestamp,
    /// The denied caller.
    principal: String,
    /// The action.
    action: String,
    /// To what.
    resource: String,
    /// The error message.
    message: String,
    /// The engine's reason, with the deciding policy and statement where there is one.
    reason: Value,
    /// The result of each layer, in the order of evaluation.
    checks: Value,
    /// The statements that would have allowed it, were it not for a condition.
    #[serde(default)]
    near_misses: Value,
    /// Whether another account has policies that took part, of which nothing is shown here.
    #[serde(default)]
    withheld: bool,
    /// What the account of the resource may read, if that is another account.
    #[serde(skip)]
    for_owner: Option<Box<(AccountId, Self)>>,
}

impl Denial {
    /// The reasons as `reader` may read them. `caller` is the account of the caller.
    // INVARIANT: no account reads the policies of another account.
    pub(crate) fn new(
        request: &Request<'_>,
        decision: &Decision,
        message: &str,
        now: Timestamp,
        (reader, caller): (&AccountId, &AccountId),
    ) -> Result<Self, Fault> {
        let read_by = |account: &AccountId| {
            let sides = Sides::of(account, caller, request);
            let (principal, message) = sides.who_and_message(request, message, caller);
            Ok::<_, Fault>(Self {
                time: now,
                principal,
                action: request.action.to_owned(),
                resource: request.resource.to_owned(),
                message,
                reason: sides.reason(decision)?,
                checks: sides.checks(decision)?,
                near_misses: sides.near_misses(decision)?,
                withheld: sides.withhold(),
                for_owner: None,
            })
        };
        let other = request.resource_account.filter(|owner| *owner != reader);
        let for_owner = match other {
            Some(owner) => Some(Box::new((owner.clone(), read_by(owner)?))),
            None => None,
        };
        Ok(Self { for_owner, ..read_by(reader)? })
    }
}

/// Stores the denials of a call, in its transaction: for its account, and for the accounts of the
/// resources.
pub(crate) fn keep(
    tx: &mut Tx<'_>,
    account: &AccountId,
    request_id: &str,
    denials: Vec<Denial>,
) -> Result<(), Fault> {
    let mut by_account: BTreeMap<AccountId, Vec<Denial>> = BTreeMap::new();
    for mut denial in denials {
        if let Some((owner, denial)) = denial.for_owner.take().map(|both| *both) {
            by_account.entry(owner).or_default().push(denial);
        }
        by_account.entry(account.clone()).or_default().push(denial);
    }
    for (account, denials) in &by_account {
        let Some(first) = denials.first() else { continue };
        let time = format!("{:020}", first.time.as_ms());
        let place = key([account.as_str(), request_id]);
        DENIALS.put(tx, &place, denials)?;
        DENIAL_TIMES.put(tx, key([time.as_str(), request_id, account.as_str()]), &place)?;
    }
    Ok(())
}

/// The denials of a request of the account, if it had any in the last day.
pub(crate) fn of(
    tx: &Tx<'_>,
    account: &AccountId,
    request_id: &str,
) -> Result<Option<Vec<Denial>>, Fault> {
    Ok(DENIALS.get(tx, key([account.as_str(), request_id]))?)
}

/// Deletes denials that are older than a day.
pub(crate) fn expire(tx: &mut Tx<'_>, now: Timestamp) -> Result<(), Fault> {
    let horizon = key([format!("{:020}", now.minus_ms(KEPT_MS).as_ms())]);
    let mut old = Vec::new();
    DENIAL_TIMES.visit(tx, "", "", &mut |time, place| {
        if time >= horizon.as_slice() || old.len() >= EXPIRED_MAX {
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
