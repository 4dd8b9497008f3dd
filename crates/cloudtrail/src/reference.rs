//! From the names in requests to trails.

use gateway::{Access, Ctx, Failure};
use trail::names::{InvalidTrailRef, TrailRef};
use types::Arn;

use crate::TrailError;
use crate::model::{TRAILS, Trail, trail_key};

type Result<T> = std::result::Result<T, Failure<TrailError>>;

/// Reads a trail's name or ARN.
pub(crate) fn parse(text: &str) -> std::result::Result<TrailRef, TrailError> {
    TrailRef::parse(text).map_err(|error| match error {
        InvalidTrailRef::Name(name) => TrailError::InvalidTrailName(name.to_string()),
        InvalidTrailRef::Arn(_) => TrailError::TrailArnInvalid(error.to_string()),
    })
}

/// The ARN that a name means in the call's account and region.
pub(crate) fn arn_of(ctx: &Ctx<'_>, named: &TrailRef) -> Arn {
    match named {
        TrailRef::Arn { arn, .. } => arn.clone(),
        TrailRef::Name(name) => trail::names::trail_arn(ctx.region(), ctx.account(), name),
    }
}

/// The right to an action on the trail that `text` names.
pub(crate) fn access(ctx: &Ctx<'_>, action: &str, text: &str) -> Result<Vec<Access>> {
    let named = parse(text)?;
    let arn = arn_of(ctx, &named);
    let mut access = Access::by_identity(format!("cloudtrail:{action}"), arn.as_str());
    if let Some(trail) = find(ctx, &named)? {
        for (key, value) in &trail.tags {
            let value = value.as_deref().unwrap_or_default();
            access.context.set(&format!("aws:ResourceTag/{key}"), value);
        }
    }
    Ok(vec![access])
}

/// The trail, if it is of this account: by its name in its home region, by its ARN anywhere.
///
/// Observed: in other regions the bare name of a multi-region trail is unknown (hashicorp's and
/// elastic's tools had to learn it), though `DescribeTrails` without names lists it there.
pub(crate) fn find(ctx: &Ctx<'_>, named: &TrailRef) -> Result<Option<Trail>> {
    let account = ctx.account();
    let (region, name) = match named {
        TrailRef::Arn { account: owner, .. } if owner != account => return Ok(None),
        TrailRef::Arn { region, name, .. } => (region, name),
        TrailRef::Name(name) => (ctx.region(), name),
    };
    Ok(TRAILS.get(ctx.tx(), trail_key(account, region, name))?)
}

/// The trail to be read, or AWS's complaint. `expanded` complaints name the ARN.
pub(crate) fn existing(ctx: &Ctx<'_>, text: &str, expanded: bool) -> Result<Trail> {
    let named = parse(text)?;
    if let Some(trail) = find(ctx, &named)? {
        return Ok(trail);
    }
    let shown = if expanded { arn_of(ctx, &named).to_string() } else { text.to_owned() };
    // Observed: the wording, and which operations expand the name.
    let message = format!("Unknown trail: {shown} for the user: {}", ctx.account());
    Err(TrailError::TrailNotFound(message).into())
}

/// The trail to be changed: its home region only.
pub(crate) fn at_home(ctx: &Ctx<'_>, text: &str, expanded: bool) -> Result<Trail> {
    let trail = existing(ctx, text, expanded)?;
    if trail.home_region == *ctx.region() {
        return Ok(trail);
    }
    let message = format!(
        "The trail {} can only be changed in its home region {}.",
        trail.arn(),
        trail.home_region
    );
    Err(TrailError::InvalidHomeRegion(message).into())
}
