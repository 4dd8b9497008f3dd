//! `ListAliases`: the aliases of account and region, or of one key.
//!
//! Source: KMS API Reference, "`ListAliases`": the predefined aliases of AWS are listed from the
//! start, without a target until their key exists.

use gateway::{Access, Ctx, EventParts, Fault, Json, Plain, Spec};
use policy::Context;
use serde::{Deserialize, Serialize};

use crate::checks::Checks;
use crate::error::{KmsError, KmsFailure};
use crate::id::Scope;
use crate::metadata::Seconds;
use crate::model::{ALIASES, Alias, alias_place};
use crate::page::{Page, Sizes};
use crate::rows::Range;
use crate::{alias, event, managed, resolve, rights};

const SIZES: Sizes = Sizes { default: 50, max: 100 };

#[derive(Debug)]
pub(crate) struct ListAliases;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListAliasesInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListAliasesOutput {
    aliases: Vec<AliasListEntry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_marker: Option<String>,
    truncated: bool,
}

#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AliasListEntry {
    alias_name: String,
    alias_arn: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_key_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    creation_date: Option<Seconds>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_updated_date: Option<Seconds>,
}

impl Plain for ListAliases {
    const SPEC: Spec = Spec::reads(&crate::SERVICE, "ListAliases");
    type Input = ListAliasesInput;
    type Output = ListAliasesOutput;
    type Error = KmsError;
    type Codec = Json;

    fn access(ctx: &mut Ctx<'_>, input: &ListAliasesInput) -> Result<Vec<Access>, KmsFailure> {
        Checks::new()
            .optional_key_id("keyId", input.key_id.as_ref())
            .page(input.limit, input.marker.as_ref())
            .finish()?;
        Ok(vec![rights::plain(ctx, "kms:ListAliases", "*", Context::new())])
    }

    fn run(ctx: &mut Ctx<'_>, input: &ListAliasesInput) -> Result<ListAliasesOutput, KmsFailure> {
        let page = Page::read("aliases", SIZES, input.limit, input.marker.as_ref())?;
        let mut found = match &input.key_id {
            Some(key_id) => of_key(ctx, key_id, &page)?,
            None => of_account(ctx, &page)?,
        };
        let next_marker = page.cut(&mut found, |(name, _)| name);
        let aliases = found.into_iter().map(|(name, row)| entry(ctx, name, row)).collect();
        Ok(ListAliasesOutput { aliases, truncated: next_marker.is_some(), next_marker })
    }

    fn annotate(
        ctx: &Ctx<'_>,
        input: &ListAliasesInput,
        _output: Option<&ListAliasesOutput>,
        parts: &mut EventParts,
    ) -> Result<(), Fault> {
        event::about_named(ctx, parts, input.key_id.as_ref())?;
        Ok(())
    }
}

type Listed = (String, Option<Alias>);

fn of_key(ctx: &mut Ctx<'_>, key_id: &str, page: &Page) -> Result<Vec<Listed>, KmsFailure> {
    let key = resolve::key(ctx, key_id, Scope::Own)?.key;
    let mut found = Vec::new();
    for name in key.aliases {
        let row = alias::find(ctx, &name)?.map(|(row, _)| row);
        if page.after.as_ref().is_none_or(|after| name > *after) {
            found.push((name, row));
        }
    }
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(found)
}

fn of_account(ctx: &Ctx<'_>, page: &Page) -> Result<Vec<Listed>, KmsFailure> {
    let prefix = store::key([ctx.account().as_str(), ctx.region().as_str()]);
    let mut from = Vec::new();
    if let Some(after) = &page.after {
        from = alias_place(ctx.account(), ctx.region(), after);
        from.push(0);
    }
    let limit = page.limit.saturating_add(1);
    let range = Range { prefix: &prefix, from: &from, limit };
    let mut found: Vec<Listed> = Vec::new();
    for (place, row) in ALIASES.page(ctx.tx(), ctx.keyring(), &range)? {
        found.push((store::key_text(&place, 2)?, Some(row)));
    }
    for name in managed::aliases() {
        let behind = page.after.as_ref().is_none_or(|after| name > *after);
        let place = alias_place(ctx.account(), ctx.region(), &name);
        if behind && ALIASES.get(ctx.tx(), ctx.keyring(), &place)?.is_none() {
            found.push((name, None));
        }
    }
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(found)
}

fn entry(ctx: &Ctx<'_>, alias_name: String, row: Option<Alias>) -> AliasListEntry {
    AliasListEntry {
        alias_arn: alias::arn(ctx, &alias_name).to_string(),
        alias_name,
        creation_date: row.as_ref().map(|row| Seconds(row.created)),
        last_updated_date: row.as_ref().map(|row| Seconds(row.updated)),
        target_key_id: row.map(|row| row.key_id),
    }
}
