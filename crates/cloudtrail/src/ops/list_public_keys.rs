//! `ListPublicKeys`: the keys that prove the region's digests.
//!
//! Source: CloudTrail API Reference, "ListPublicKeys".

use gateway::{Access, Ctx, EventParts, Failure, Fault, Json, Plain, Spec};
use serde::{Deserialize, Serialize};
use types::Timestamp;

use crate::{SERVICE, TrailError, public_keys};

/// The operation.
#[derive(Debug)]
pub struct ListPublicKeys;

/// The input.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListPublicKeysInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    start_time: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_time: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// The output, always one page: `validate-logs` requests no second one.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListPublicKeysOutput {
    public_key_list: Vec<ListedKey>,
}

/// One key.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListedKey {
    value: String,
    validity_start_time: f64,
    validity_end_time: f64,
    fingerprint: String,
}

impl Plain for ListPublicKeys {
    const SPEC: Spec = Spec::reads(&SERVICE, "ListPublicKeys");
    type Input = ListPublicKeysInput;
    type Output = ListPublicKeysOutput;
    type Error = TrailError;
    type Codec = Json;

    fn access(
        _: &mut Ctx<'_>,
        _: &ListPublicKeysInput,
    ) -> Result<Vec<Access>, Failure<TrailError>> {
        Ok(vec![Access::by_identity("cloudtrail:ListPublicKeys", "*")])
    }

    fn annotate(
        _: &Ctx<'_>,
        input: &ListPublicKeysInput,
        _: Option<&ListPublicKeysOutput>,
        parts: &mut EventParts,
    ) -> Result<(), Fault> {
        super::record_range(input.start_time, input.end_time, parts);
        Ok(())
    }

    fn run(
        ctx: &mut Ctx<'_>,
        input: &ListPublicKeysInput,
    ) -> Result<ListPublicKeysOutput, Failure<TrailError>> {
        let instant = |seconds: Option<f64>| seconds.map_or(ctx.now(), Timestamp::from_secs_f64);
        let (from, to) = (instant(input.start_time), instant(input.end_time));
        if input.next_token.is_some() {
            // Source: CloudTrail API Reference, "ListPublicKeys": reserved for future use.
            return Err(TrailError::InvalidToken("The token is not valid.".to_owned()).into());
        }
        if from > to {
            let message = "The start time must be before the end time.".to_owned();
            return Err(TrailError::InvalidTimeRange(message).into());
        }
        let keys = public_keys::between(ctx.tx(), ctx.region(), from, to)?;
        let keys = keys.into_iter().map(|key| ListedKey {
            value: key.value,
            validity_start_time: key.from.as_secs_f64(),
            validity_end_time: key.until.as_secs_f64(),
            fingerprint: key.fingerprint,
        });
        Ok(ListPublicKeysOutput { public_key_list: keys.collect() })
    }
}
