//! `ListKeys`: ids and ARNs of the keys of account and region, those of AWS included.
//!
//! Source: KMS API Reference, "`ListKeys`".

use gateway::{Access, Ctx, Json, Plain, Spec};
use policy::Context;
use serde::{Deserialize, Serialize};

use crate::checks::Checks;
use crate::error::{KmsError, KmsFailure};
use crate::model::KEYS;
use crate::page::{Page, Sizes};
use crate::rights;
use crate::rows::Range;

const SIZES: Sizes = Sizes { default: 100, max: 1000 };
const OWNERS: [&str; 2] = ["SELF", "OTHER_ACCOUNTS_VIA_RAM"];

#[derive(Debug)]
pub(crate) struct ListKeys;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListKeysInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_owners: Option<Vec<String>>,
}

#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListKeysOutput {
    keys: Vec<KeyListEntry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_marker: Option<String>,
    truncated: bool,
}

#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct KeyListEntry {
    key_id: String,
    key_arn: String,
}

impl Plain for ListKeys {
    const SPEC: Spec = Spec::reads(&crate::SERVICE, "ListKeys");
    type Input = ListKeysInput;
    type Output = ListKeysOutput;
    type Error = KmsError;
    type Codec = Json;

    fn access(ctx: &mut Ctx<'_>, input: &ListKeysInput) -> Result<Vec<Access>, KmsFailure> {
        input.check()?;
        Ok(vec![rights::plain(ctx, "kms:ListKeys", "*", Context::new())])
    }

    fn run(ctx: &mut Ctx<'_>, input: &ListKeysInput) -> Result<ListKeysOutput, KmsFailure> {
        let page = Page::read("keys", SIZES, input.limit, input.marker.as_ref())?;
        let owners = input.resource_owners.as_deref();
        // Keys shared through AWS RAM do not exist here.
        if owners.is_some_and(|owners| !owners.iter().any(|owner| owner == "SELF")) {
            return Ok(ListKeysOutput::default());
        }
        let prefix = store::key([ctx.account().as_str(), ctx.region().as_str()]);
        let from = page.after.as_deref().map_or_else(Vec::new, |after| {
            let mut from = store::key([ctx.account().as_str(), ctx.region().as_str(), after]);
            from.push(0);
            from
        });
        let limit = page.limit.saturating_add(1);
        let range = Range { prefix: &prefix, from: &from, limit };
        let rows = KEYS.page(ctx.tx(), ctx.keyring(), &range)?;
        let mut found: Vec<_> = rows.into_iter().map(|(_, key)| key).collect();
        let next_marker = page.cut(&mut found, |key| &key.id);
        found.retain(|key| !key.is_gone(ctx.now()));
        let keys = found
            .into_iter()
            .map(|key| KeyListEntry { key_arn: key.arn().to_string(), key_id: key.id })
            .collect();
        Ok(ListKeysOutput { keys, truncated: next_marker.is_some(), next_marker })
    }
}

impl ListKeysInput {
    fn check(&self) -> Result<(), KmsError> {
        let mut checks = Checks::new();
        checks.page(self.limit, self.marker.as_ref());
        if let Some(owners) = &self.resource_owners {
            let shown = format!("[{}]", owners.join(", "));
            checks.list_len("resourceOwners", &shown, owners.len(), 1..=2);
            for (index, owner) in owners.iter().enumerate() {
                let path = format!("resourceOwners.{}.member", index.saturating_add(1));
                checks.one_of(&path, Some(owner), &OWNERS);
            }
        }
        checks.finish()
    }
}
