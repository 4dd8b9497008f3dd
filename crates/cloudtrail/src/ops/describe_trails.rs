//! `DescribeTrails`, `GetTrail`, `ListTrails`: what trails there are.
//!
//! Source: CloudTrail API Reference.

use gateway::{Access, Ctx, Failure, Json, Plain, Spec};
use serde::{Deserialize, Serialize};

use crate::model::trails_of;
use crate::shape::TrailDescription;
use crate::{SERVICE, TrailError, reference};

/// `DescribeTrails`
#[derive(Debug)]
pub(crate) struct DescribeTrails;

/// The input of `DescribeTrails`; the members are in lower camel case.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct DescribeTrailsInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    trail_name_list: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    include_shadow_trails: Option<bool>,
}

/// The output of `DescribeTrails`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DescribeTrailsOutput {
    trail_list: Vec<TrailDescription>,
}

impl Plain for DescribeTrails {
    const SPEC: Spec = Spec::reads(&SERVICE, "DescribeTrails");
    type Input = DescribeTrailsInput;
    type Output = DescribeTrailsOutput;
    type Error = TrailError;
    type Codec = Json;

    fn access(
        _: &mut Ctx<'_>,
        _: &DescribeTrailsInput,
    ) -> Result<Vec<Access>, Failure<TrailError>> {
        Ok(vec![Access::by_identity("cloudtrail:DescribeTrails", "*")])
    }

    /// Names that mean nothing are left out without a word.
    fn run(
        ctx: &mut Ctx<'_>,
        input: &DescribeTrailsInput,
    ) -> Result<DescribeTrailsOutput, Failure<TrailError>> {
        let shadows = input.include_shadow_trails.unwrap_or(true);
        // The event contains the names too: they are not moved out of the input.
        let wanted = input.trail_name_list.clone().filter(|names| !names.is_empty());
        let trails = match wanted {
            Some(names) => {
                let mut trails = Vec::new();
                for name in &names {
                    trails.extend(reference::find(ctx, &reference::parse(name)?)?);
                }
                trails
            }
            None => trails_of(ctx.tx(), ctx.account())?
                .into_iter()
                .filter(|trail| trail.is_visible_in(ctx.region()))
                .filter(|trail| shadows || trail.home_region == *ctx.region())
                .collect(),
        };
        Ok(DescribeTrailsOutput { trail_list: trails.iter().map(TrailDescription::from).collect() })
    }
}

/// `GetTrail`
#[derive(Debug)]
pub struct GetTrail;

/// The input of `GetTrail`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetTrailInput {
    name: String,
}

/// The output of `GetTrail`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct GetTrailOutput {
    trail: TrailDescription,
}

impl Plain for GetTrail {
    const SPEC: Spec = Spec::reads(&SERVICE, "GetTrail");
    type Input = GetTrailInput;
    type Output = GetTrailOutput;
    type Error = TrailError;
    type Codec = Json;

    fn access(
        ctx: &mut Ctx<'_>,
        input: &GetTrailInput,
    ) -> Result<Vec<Access>, Failure<TrailError>> {
        reference::access(ctx, "GetTrail", &input.name)
    }

    fn run(
        ctx: &mut Ctx<'_>,
        input: &GetTrailInput,
    ) -> Result<GetTrailOutput, Failure<TrailError>> {
        let trail = reference::existing(ctx, &input.name, false)?;
        Ok(GetTrailOutput { trail: TrailDescription::from(&trail) })
    }
}

/// `ListTrails`
#[derive(Debug)]
pub(crate) struct ListTrails;

/// The input of `ListTrails`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct ListTrailsInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// The output of `ListTrails`, always one page.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListTrailsOutput {
    trails: Vec<TrailInfo>,
}

/// One trail of a list.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct TrailInfo {
    #[serde(rename = "TrailARN")]
    trail_arn: String,
    name: String,
    home_region: String,
}

impl Plain for ListTrails {
    const SPEC: Spec = Spec::reads(&SERVICE, "ListTrails");
    type Input = ListTrailsInput;
    type Output = ListTrailsOutput;
    type Error = TrailError;
    type Codec = Json;

    fn access(_: &mut Ctx<'_>, _: &ListTrailsInput) -> Result<Vec<Access>, Failure<TrailError>> {
        Ok(vec![Access::by_identity("cloudtrail:ListTrails", "*")])
    }

    fn run(
        ctx: &mut Ctx<'_>,
        _: &ListTrailsInput,
    ) -> Result<ListTrailsOutput, Failure<TrailError>> {
        let trails = trails_of(ctx.tx(), ctx.account())?;
        let trails = trails.iter().map(|trail| TrailInfo {
            trail_arn: trail.arn().to_string(),
            name: trail.name.to_string(),
            home_region: trail.home_region.to_string(),
        });
        Ok(ListTrailsOutput { trails: trails.collect() })
    }
}
