//! `DeleteTrail`: removes a trail; its recorded events are still delivered, and a last digest.
//!
//! Source: CloudTrail API Reference, "DeleteTrail".

use gateway::{Access, Ctx, Failure, Json, Plain, Spec};
use serde::{Deserialize, Serialize};

use super::Empty;
use crate::model::{PROGRESS, Progress, TRAILS};
use crate::{SERVICE, TrailError, reference};

/// The operation.
#[derive(Debug)]
pub(crate) struct DeleteTrail;

/// The input.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct DeleteTrailInput {
    name: String,
}

impl Plain for DeleteTrail {
    const SPEC: Spec = Spec::writes(&SERVICE, "DeleteTrail");
    type Input = DeleteTrailInput;
    type Output = Empty;
    type Error = TrailError;
    type Codec = Json;

    fn access(
        ctx: &mut Ctx<'_>,
        input: &DeleteTrailInput,
    ) -> Result<Vec<Access>, Failure<TrailError>> {
        reference::access(ctx, "DeleteTrail", &input.name)
    }

    fn run(ctx: &mut Ctx<'_>, input: &DeleteTrailInput) -> Result<Empty, Failure<TrailError>> {
        let mut trail = reference::at_home(ctx, &input.name, true)?;
        TRAILS.delete(ctx.tx_mut(), trail.key())?;
        let known = PROGRESS.get(ctx.tx(), &trail.id)?;
        let mut progress = known.unwrap_or_else(|| Progress::new(&trail));
        trail.is_logging = false;
        // The deletion itself is the last event that a logging trail delivers.
        progress.turn(&trail, ctx.event_seq().saturating_add(1));
        progress.deleted = Some(Box::new(trail.clone()));
        PROGRESS.put(ctx.tx_mut(), &trail.id, &progress)?;
        Ok(Empty {})
    }
}
