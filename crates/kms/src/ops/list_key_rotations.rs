//! `ListKeyRotations`: lists a key's materials and their origin.
//!
//! Source: KMS API Reference, "`ListKeyRotations`": the first material is not a rotation and
//! appears only when all material is requested.

use gateway::{Access, Ctx, EventParts, Fault, Json, Plain, Spec};
use serde::{Deserialize, Serialize};

use super::members::named;
use crate::checks::Checks;
use crate::error::{KmsError, KmsFailure};
use crate::id::Scope;
use crate::metadata::Seconds;
use crate::model::{Key, Material};
use crate::page::{Page, Sizes};
use crate::rights::{self, Terms};
use crate::{event, material, resolve};

const SIZES: Sizes = Sizes { default: 100, max: 1000 };
const ALL: &str = "ALL_KEY_MATERIAL";

#[derive(Debug)]
pub(crate) struct ListKeyRotations;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListKeyRotationsInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    include_key_material: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListKeyRotationsOutput {
    rotations: Vec<RotationsListEntry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_marker: Option<String>,
    truncated: bool,
}

#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct RotationsListEntry {
    key_id: String,
    key_material_id: String,
    key_material_state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rotation_date: Option<Seconds>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rotation_type: Option<&'static str>,
}

impl Plain for ListKeyRotations {
    const SPEC: Spec = Spec::reads(&crate::SERVICE, "ListKeyRotations");
    type Input = ListKeyRotationsInput;
    type Output = ListKeyRotationsOutput;
    type Error = KmsError;
    type Codec = Json;

    fn access(ctx: &mut Ctx<'_>, input: &ListKeyRotationsInput) -> Result<Vec<Access>, KmsFailure> {
        let (key_id, include) = (input.key_id.as_ref(), input.include_key_material.as_ref());
        Checks::new()
            .key_id("keyId", key_id)
            .one_of("includeKeyMaterial", include, &[ALL, "ROTATIONS_ONLY"])
            .page(input.limit, input.marker.as_ref())
            .finish()?;
        rights::on_named_key(ctx, "kms:ListKeyRotations", key_id, Scope::Own, Terms::default())
    }

    fn run(
        ctx: &mut Ctx<'_>,
        input: &ListKeyRotationsInput,
    ) -> Result<ListKeyRotationsOutput, KmsFailure> {
        let key = resolve::key(ctx, named(input.key_id.as_ref()), Scope::Own)?.key;
        let page = Page::read("rotations", SIZES, input.limit, input.marker.as_ref())?;
        let all = input.include_key_material.as_deref() == Some(ALL);
        let mut found = material::all(ctx.tx(), ctx.keyring(), &key)?;
        found.retain(|(_, row)| all || row.number > 0);
        if let Some(after) = &page.after {
            let seen = found.iter().position(|(id, _)| id == after);
            found.drain(..seen.map_or(0, |index| index.saturating_add(1)));
        }
        let next_marker = page.cut(&mut found, |(id, _)| id);
        let rotations = found.into_iter().map(|(id, row)| entry(&key, id, &row)).collect();
        Ok(ListKeyRotationsOutput { rotations, truncated: next_marker.is_some(), next_marker })
    }

    fn annotate(
        ctx: &Ctx<'_>,
        input: &ListKeyRotationsInput,
        _output: Option<&ListKeyRotationsOutput>,
        parts: &mut EventParts,
    ) -> Result<(), Fault> {
        event::about_named(ctx, parts, input.key_id.as_ref())?;
        Ok(())
    }
}

fn entry(key: &Key, id: String, row: &Material) -> RotationsListEntry {
    let rotation = row.number > 0;
    let kind = if row.on_demand { "ON_DEMAND" } else { "AUTOMATIC" };
    RotationsListEntry {
        key_id: key.arn().to_string(),
        key_material_state: if id == key.material_id { "CURRENT" } else { "NON_CURRENT" },
        key_material_id: id,
        rotation_date: rotation.then_some(Seconds(row.created)),
        rotation_type: rotation.then_some(kind),
    }
}
