//! `PutEventSelectors` and `GetEventSelectors`: which events a trail selects.
//!
//! Source: CloudTrail API Reference. A trail has one kind of selectors; setting one drops the
//! other.

use gateway::{Access, Ctx, Failure, Json, Plain, Spec};
use serde::{Deserialize, Serialize};
use trail::selectors::{
    AdvancedEventSelector, EventSelector, Selection, validate_advanced, validate_basic,
};

use super::update_trail::turn;
use crate::model::Trail;
use crate::{SERVICE, TrailError, reference};

/// `PutEventSelectors`
#[derive(Debug)]
pub(crate) struct PutEventSelectors;

/// The input of `PutEventSelectors`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct PutEventSelectorsInput {
    trail_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_selectors: Option<Vec<EventSelector>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    advanced_event_selectors: Option<Vec<AdvancedEventSelector>>,
}

/// The output of both operations.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SelectorsOutput {
    #[serde(rename = "TrailARN")]
    trail_arn: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_selectors: Option<Vec<EventSelector>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    advanced_event_selectors: Option<Vec<AdvancedEventSelector>>,
}

impl SelectorsOutput {
    fn of(trail: &Trail) -> Self {
        let (event_selectors, advanced_event_selectors) = match trail.selection.clone() {
            Selection::Basic(basic) => (Some(basic), None),
            Selection::Advanced(advanced) => (None, Some(advanced)),
        };
        Self { trail_arn: trail.arn().to_string(), event_selectors, advanced_event_selectors }
    }
}

impl PutEventSelectorsInput {
    fn selection(&self) -> Result<Selection, TrailError> {
        let basic = self.event_selectors.as_ref().filter(|list| !list.is_empty());
        let advanced = self.advanced_event_selectors.as_ref().filter(|list| !list.is_empty());
        let invalid =
            |error: trail::selectors::InvalidSelectors| TrailError::InvalidEventSelectors(error.0);
        match (basic, advanced) {
            (Some(basic), None) => {
                validate_basic(basic).map_err(invalid)?;
                Ok(Selection::Basic(basic.clone()))
            }
            (None, Some(advanced)) => {
                validate_advanced(advanced).map_err(invalid)?;
                Ok(Selection::Advanced(advanced.clone()))
            }
            (Some(_), Some(_)) => Err(TrailError::InvalidEventSelectors(
                "You can use either event selectors or advanced event selectors, but not both."
                    .to_owned(),
            )),
            (None, None) => Err(TrailError::InvalidEventSelectors(
                "At least one event selector or advanced event selector is required.".to_owned(),
            )),
        }
    }
}

impl Plain for PutEventSelectors {
    const SPEC: Spec = Spec::writes(&SERVICE, "PutEventSelectors");
    type Input = PutEventSelectorsInput;
    type Output = SelectorsOutput;
    type Error = TrailError;
    type Codec = Json;

    fn access(
        ctx: &mut Ctx<'_>,
        input: &PutEventSelectorsInput,
    ) -> Result<Vec<Access>, Failure<TrailError>> {
        reference::access(ctx, "PutEventSelectors", &input.trail_name)
    }

    fn run(
        ctx: &mut Ctx<'_>,
        input: &PutEventSelectorsInput,
    ) -> Result<SelectorsOutput, Failure<TrailError>> {
        let mut trail = reference::at_home(ctx, &input.trail_name, true)?;
        trail.selection = input.selection()?;
        trail.has_custom_event_selectors = !trail.selection.is_default();
        trail.save(ctx.tx_mut())?;
        turn(ctx, &trail)?;
        Ok(SelectorsOutput::of(&trail))
    }
}

/// `GetEventSelectors`
#[derive(Debug)]
pub(crate) struct GetEventSelectors;

/// The input of `GetEventSelectors`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct GetEventSelectorsInput {
    trail_name: String,
}

impl Plain for GetEventSelectors {
    const SPEC: Spec = Spec::reads(&SERVICE, "GetEventSelectors");
    type Input = GetEventSelectorsInput;
    type Output = SelectorsOutput;
    type Error = TrailError;
    type Codec = Json;

    fn access(
        ctx: &mut Ctx<'_>,
        input: &GetEventSelectorsInput,
    ) -> Result<Vec<Access>, Failure<TrailError>> {
        reference::access(ctx, "GetEventSelectors", &input.trail_name)
    }

    fn run(
        ctx: &mut Ctx<'_>,
        input: &GetEventSelectorsInput,
    ) -> Result<SelectorsOutput, Failure<TrailError>> {
        Ok(SelectorsOutput::of(&reference::existing(ctx, &input.trail_name, true)?))
    }
}
