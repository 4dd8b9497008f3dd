//! Why somebody was refused: kept for a while, told by `ExplainDenial`.
//!
//! On the wire a denial says no more than AWS says. The engine knows more: every layer it looked
//! at, and the statement that decided. That is kept under the request's id, for whoever may ask.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use policy::{Decision, Request};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{StoreError, Table, Tx, key};
use types::{AccountId, DAY_MS, Timestamp};
use wire::{Family, Protocol};

use crate::describe_server::DescribeServer;
use crate::sides::Sides;
use crate::{Access, ApiError, Ctx, Failure, Json, Plain, Row, Service, Spec, WireError, row};

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

/// Our own service: what AWS has no API for.
pub static SHOSEKI: Service = Service {
    name: "shoseki",
    event_source: "shoseki.local",
    protocol: Protocol::Json11,
    family: Family::Json,
    target: "Shoseki_20261101",
    global: false,
    event_api_version: None,
};

/// The rows of this crate.
pub const ROWS: &[Row] = &[row::<DescribeServer>(), row::<ExplainDenial>()];

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
    /// Whether another account has policies that took part, of which nothing is shown here.
    #[serde(default)]
    withheld: bool,
    /// What the account of the resource may read instead, if that is another account.
    #[serde(skip)]
    for_owner: Option<Box<(AccountId, Self)>>,
}

impl Denial {
    /// The refusal as `reader` may read it. `caller` is the account of the caller.
    // INVARIANT: no account reads the policies of another account.
    pub(crate) fn new(
        request: &Request<'_>,
        decision: &Decision,
        message: &str,
        now: Timestamp,
        (reader, caller): (&AccountId, &AccountId),
    ) -> Self {
        let read_by = |account: &AccountId| {
            let sides = Sides::of(account, caller, request);
            let (principal, message) = sides.who_and_message(request, message, caller);
            Self {
                time: now,
                principal,
                action: request.action.to_owned(),
                resource: request.resource.to_owned(),
                message,
                reason: sides.reason(decision),
                checks: sides.checks(decision),
                near_misses: sides.near_misses(decision),
                withheld: sides.withhold(),
                for_owner: None,
            }
        };
        let other = request.resource_account.filter(|owner| *owner != reader);
        let for_owner = other.map(|owner| Box::new((owner.clone(), read_by(owner))));
        Self { for_owner, ..read_by(reader) }
    }
}

/// Keeps the denials of a call, in its transaction: for its account, and for the accounts of the
/// resources.
pub(crate) fn keep(
    tx: &mut Tx<'_>,
    account: &AccountId,
    request_id: &str,
    denials: Vec<Denial>,
) -> Result<(), StoreError> {
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

/// `ExplainDenial`: the engine's reasons for a refused request of the last day.
#[derive(Debug)]
pub(crate) struct ExplainDenial;

/// What the caller sends.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct ExplainDenialInput {
    request_id: String,
}

/// What the caller gets.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ExplainDenialOutput {
    denials: Vec<Denial>,
}

/// No such denial.
#[derive(Debug)]
pub(crate) struct NoSuchDenial;

impl ApiError for NoSuchDenial {
    fn wire(&self) -> WireError {
        WireError::new(400, "ResourceNotFoundException", "no denial of that request is on record")
    }
}

impl Plain for ExplainDenial {
    const SPEC: Spec = Spec::named(&SHOSEKI, "ExplainDenial", true);
    type Input = ExplainDenialInput;
    type Output = ExplainDenialOutput;
    type Error = NoSuchDenial;
    type Codec = Json;

    fn access(
        _: &mut Ctx<'_>,
        _: &ExplainDenialInput,
    ) -> Result<Vec<Access>, Failure<NoSuchDenial>> {
        Ok(vec![Access::by_identity("shoseki:ExplainDenial", "*")])
    }

    fn run(
        ctx: &mut Ctx<'_>,
        input: &ExplainDenialInput,
    ) -> Result<ExplainDenialOutput, Failure<NoSuchDenial>> {
        let place = key([ctx.account().as_str(), &input.request_id]);
        let denials = DENIALS.get(ctx.tx(), place)?.ok_or(NoSuchDenial)?;
        Ok(ExplainDenialOutput { denials })
    }
}
