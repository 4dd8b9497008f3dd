//! `StartLogging` and `StopLogging`: turn a trail on and off.
//!
//! Source: CloudTrail API Reference.

use gateway::{Access, Ctx, Failure, Json, Needed, Operation, Plain, Spec};
use serde::{Deserialize, Serialize};
use types::Region;

use super::Empty;
use super::update_trail::turn;
use crate::model::{PROGRESS, Progress, PublicKey};
use crate::{SERVICE, TrailError, public_keys, reference};

/// `StartLogging`
#[derive(Debug)]
pub(crate) struct StartLogging;

/// `StopLogging`
#[derive(Debug)]
pub(crate) struct StopLogging;

/// The input.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct LoggingInput {
    name: String,
}

/// Before the first digest `validate-logs` lists the keys that could verify it, and reports an
/// error if there are none.
///
/// Source: AWS CLI, `cloudtrail validate-logs`. Observed: on AWS every region has keys at any time.
impl Operation for StartLogging {
    const SPEC: Spec = Spec::writes(&SERVICE, "StartLogging");
    type Input = LoggingInput;
    type Output = Empty;
    type Error = TrailError;
    type Codec = Json;
    type Seen = ();
    type Work = Vec<(Region, PublicKey)>;

    fn access(ctx: &mut Ctx<'_>, input: &LoggingInput) -> Result<Needed<()>, Failure<TrailError>> {
        Ok((reference::access(ctx, "StartLogging", &input.name)?, ()))
    }

    fn prepare(
        ctx: &mut Ctx<'_>,
        input: &LoggingInput,
        (): (),
    ) -> Result<Self::Work, Failure<TrailError>> {
        let trail = reference::at_home(ctx, &input.name, true)?;
        let mut regions = vec![trail.home_region.clone()];
        if trail.is_multi_region {
            regions.push(Region::us_east_1());
            regions.dedup();
        }
        Ok(public_keys::missing(ctx, &regions)?)
    }

    fn run(
        ctx: &mut Ctx<'_>,
        input: &LoggingInput,
        work: &mut Self::Work,
    ) -> Result<Empty, Failure<TrailError>> {
        let mut trail = reference::at_home(ctx, &input.name, true)?;
        for (region, pair) in work.drain(..) {
            public_keys::add(ctx, &region, &pair)?;
        }
        if !trail.is_logging {
            trail.is_logging = true;
            trail.started = Some(ctx.now());
            trail.save(ctx.tx_mut())?;
            turn(ctx, &trail)?;
        }
        Ok(Empty {})
    }
}

impl Plain for StopLogging {
    const SPEC: Spec = Spec::writes(&SERVICE, "StopLogging");
    type Input = LoggingInput;
    type Output = Empty;
    type Error = TrailError;
    type Codec = Json;

    fn access(ctx: &mut Ctx<'_>, input: &LoggingInput) -> Result<Vec<Access>, Failure<TrailError>> {
        reference::access(ctx, "StopLogging", &input.name)
    }

    fn run(ctx: &mut Ctx<'_>, input: &LoggingInput) -> Result<Empty, Failure<TrailError>> {
        let mut trail = reference::at_home(ctx, &input.name, true)?;
        if trail.is_logging {
            trail.is_logging = false;
            trail.stopped = Some(ctx.now());
            trail.save(ctx.tx_mut())?;
            let known = PROGRESS.get(ctx.tx(), &trail.id)?;
            let mut progress = known.unwrap_or_else(|| Progress::new(&trail));
            // Source: the call that stops a trail is the last event in it.
            progress.turn(&trail, ctx.event_seq().saturating_add(1));
            PROGRESS.put(ctx.tx_mut(), &trail.id, &progress)?;
        }
        Ok(Empty {})
    }
}
