//! `StartLogging` and `StopLogging`: turn a trail on and off.
//!
//! Source: CloudTrail API Reference.

use gateway::{Access, Ctx, Failure, Json, Plain, Spec};
use serde::{Deserialize, Serialize};

use super::Empty;
use super::update_trail::turn;
use crate::model::{PROGRESS, Progress};
use crate::{SERVICE, TrailError, reference};

/// `StartLogging`
#[derive(Debug)]
pub(crate) struct StartLogging;

/// `StopLogging`
#[derive(Debug)]
pub(crate) struct StopLogging;

/// What the caller sends.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct LoggingInput {
    name: String,
}

impl Plain for StartLogging {
    const SPEC: Spec = Spec::named(&SERVICE, "StartLogging", false);
    type Input = LoggingInput;
    type Output = Empty;
    type Error = TrailError;
    type Codec = Json;

    fn access(ctx: &mut Ctx<'_>, input: &LoggingInput) -> Result<Vec<Access>, Failure<TrailError>> {
        reference::access(ctx, "StartLogging", &input.name)
    }

    fn run(ctx: &mut Ctx<'_>, input: &LoggingInput) -> Result<Empty, Failure<TrailError>> {
        let mut trail = reference::at_home(ctx, &input.name, true)?;
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
    const SPEC: Spec = Spec::named(&SERVICE, "StopLogging", false);
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
