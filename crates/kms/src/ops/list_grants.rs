//! `ListGrants` and `ListRetirableGrants`.
//!
//! Source: KMS API Reference.

use std::collections::BTreeMap;

use gateway::{Access, Ctx, EventParts, Fault, Json, Plain, Spec};
use policy::Context;
use serde::{Deserialize, Serialize};

use super::create_grant::GrantConstraints;
use super::members::named;
use crate::checks::{Checks, PRINCIPAL_PATTERN};
use crate::error::{KmsError, KmsFailure};
use crate::id::Scope;
use crate::metadata::Seconds;
use crate::model::{GRANTS, Grant, KEYS, Key, Party, key_place};
use crate::page::{Page, Sizes};
use crate::rights::{self, Terms};
use crate::{event, grants, resolve};

const SIZES: Sizes = Sizes { default: 50, max: 100 };

#[derive(Debug)]
pub(crate) struct ListGrants;

#[derive(Debug)]
pub(crate) struct ListRetirableGrants;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListGrantsInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grant_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grantee_principal: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grantee_service_principal: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListGrantsOutput {
    grants: Vec<GrantListEntry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_marker: Option<String>,
    truncated: bool,
}

#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GrantListEntry {
    key_id: String,
    grant_id: String,
    name: String,
    creation_date: Seconds,
    #[serde(skip_serializing_if = "Option::is_none")]
    grantee_principal: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grantee_service_principal: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retiring_principal: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retiring_service_principal: Option<String>,
    issuing_account: String,
    operations: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    constraints: Option<GrantConstraints>,
}

impl Plain for ListGrants {
    const SPEC: Spec = Spec::reads(&crate::SERVICE, "ListGrants");
    type Input = ListGrantsInput;
    type Output = ListGrantsOutput;
    type Error = KmsError;
    type Codec = Json;

    fn access(ctx: &mut Ctx<'_>, input: &ListGrantsInput) -> Result<Vec<Access>, KmsFailure> {
        let (key_id, grantee) = (input.key_id.as_ref(), input.grantee_principal.as_ref());
        Checks::new()
            .key_id("keyId", key_id)
            .page(input.limit, input.marker.as_ref())
            .length("grantId", input.grant_id.as_ref(), 1..=128)
            .length("granteePrincipal", grantee, 1..=256)
            .pattern("granteePrincipal", grantee, &PRINCIPAL_PATTERN)
            .finish()?;
        if input.grant_id.as_deref().is_some_and(|id| !grants::is_grant_id(id)) {
            return Err(KmsError::InvalidGrantId.into());
        }
        let mut context = Context::new();
        context.set("kms:GrantIsForAWSResource", ctx.caller().via.is_some().to_string());
        let terms = Terms::from(context);
        rights::on_named_key(ctx, "kms:ListGrants", key_id, Scope::Shared, terms)
    }

    fn run(ctx: &mut Ctx<'_>, input: &ListGrantsInput) -> Result<ListGrantsOutput, KmsFailure> {
        let key = resolve::key(ctx, named(input.key_id.as_ref()), Scope::Shared)?.key;
        let page = Page::read("grants", SIZES, input.limit, input.marker.as_ref())?;
        let wanted = wanted(
            ctx,
            input.grantee_principal.as_ref(),
            input.grantee_service_principal.as_ref(),
        )?;
        let mut found = grants::of_key(ctx, &key)?;
        found.retain(|grant| {
            input.grant_id.as_ref().is_none_or(|id| *id == grant.id)
                && wanted.as_ref().is_none_or(|party| *party == grant.grantee)
                && page.after.as_ref().is_none_or(|after| grant.id > *after)
        });
        let next_marker = page.cut(&mut found, |grant| &grant.id);
        let grants = found.into_iter().map(|grant| entry(ctx, &key, grant));
        let grants = grants.collect::<Result<_, _>>()?;
        Ok(ListGrantsOutput { grants, truncated: next_marker.is_some(), next_marker })
    }

    fn annotate(
        ctx: &Ctx<'_>,
        input: &ListGrantsInput,
        _output: Option<&ListGrantsOutput>,
        parts: &mut EventParts,
    ) -> Result<(), Fault> {
        event::about_named(ctx, parts, input.key_id.as_ref())?;
        Ok(())
    }
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListRetirableGrantsInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    retiring_principal: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retiring_service_principal: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
}

impl Plain for ListRetirableGrants {
    const SPEC: Spec = Spec::reads(&crate::SERVICE, "ListRetirableGrants");
    type Input = ListRetirableGrantsInput;
    type Output = ListGrantsOutput;
    type Error = KmsError;
    type Codec = Json;

    /// Source: KMS Developer Guide, "AWS KMS permissions": an identity policy, on the principal.
    fn access(
        ctx: &mut Ctx<'_>,
        input: &ListRetirableGrantsInput,
    ) -> Result<Vec<Access>, KmsFailure> {
        let retiring = input.retiring_principal.as_ref();
        Checks::new()
            .page(input.limit, input.marker.as_ref())
            .length("retiringPrincipal", retiring, 1..=256)
            .pattern("retiringPrincipal", retiring, &PRINCIPAL_PATTERN)
            .finish()?;
        if retiring.is_some() == input.retiring_service_principal.is_some() {
            let text = "Specify either RetiringPrincipal or RetiringServicePrincipal";
            return Err(KmsError::Validation(text.to_owned()).into());
        }
        let resource = retiring.map_or("*", String::as_str);
        Ok(vec![rights::plain(ctx, "kms:ListRetirableGrants", resource, Context::new())])
    }

    fn run(
        ctx: &mut Ctx<'_>,
        input: &ListRetirableGrantsInput,
    ) -> Result<ListGrantsOutput, KmsFailure> {
        let page = Page::read("retirable", SIZES, input.limit, input.marker.as_ref())?;
        let wanted = wanted(
            ctx,
            input.retiring_principal.as_ref(),
            input.retiring_service_principal.as_ref(),
        )?;
        let mut keys = BTreeMap::new();
        let prefix = store::key([ctx.account().as_str(), ctx.region().as_str()]);
        let mut found = Vec::new();
        for (place, grant) in GRANTS.all(ctx.tx(), ctx.keyring(), &prefix)? {
            let behind = page.after.as_ref().is_none_or(|after| grant.id > *after);
            if !behind || grant.retiring.is_none() || grant.retiring != wanted {
                continue;
            }
            let id = store::key_text(&place, 2)?;
            let place = key_place(ctx.account(), ctx.region(), &id);
            if let Some(key) = KEYS.get(ctx.tx(), ctx.keyring(), &place)? {
                keys.insert(grant.id.clone(), key);
                found.push(grant);
            }
        }
        found.sort_by(|a: &Grant, b| a.id.cmp(&b.id));
        let next_marker = page.cut(&mut found, |grant| &grant.id);
        let mut grants = Vec::new();
        for grant in found {
            if let Some(key) = keys.get(&grant.id) {
                grants.push(entry(ctx, key, grant)?);
            }
        }
        Ok(ListGrantsOutput { grants, truncated: next_marker.is_some(), next_marker })
    }
}

/// A filter's principal as grants store it. One that does not exist matches nothing.
fn wanted(
    ctx: &Ctx<'_>,
    principal: Option<&String>,
    service: Option<&String>,
) -> Result<Option<Party>, KmsFailure> {
    let Some(name) = principal else { return Ok(service.cloned().map(Party::Service)) };
    let id = (ctx.identities().unique_id)(ctx.tx(), name)?;
    Ok(Some(Party::Principal(id.unwrap_or_else(|| name.clone()))))
}

/// Observed: a grant without a name has an empty one.
fn entry(ctx: &Ctx<'_>, key: &Key, grant: Grant) -> Result<GrantListEntry, KmsFailure> {
    let (grantee_principal, grantee_service_principal) = shown(ctx, Some(grant.grantee))?;
    let (retiring_principal, retiring_service_principal) = shown(ctx, grant.retiring)?;
    let constraints = GrantConstraints {
        encryption_context_subset: grant.constraints.subset,
        encryption_context_equals: grant.constraints.equals,
        source_arn: grant.constraints.source_arn,
    };
    let bound = constraints.encryption_context_subset.is_some()
        || constraints.encryption_context_equals.is_some()
        || constraints.source_arn.is_some();
    Ok(GrantListEntry {
        key_id: key.arn().to_string(),
        grant_id: grant.id,
        name: grant.name.unwrap_or_default(),
        creation_date: Seconds(grant.created),
        grantee_principal,
        grantee_service_principal,
        retiring_principal,
        retiring_service_principal,
        issuing_account: format!("arn:aws:iam::{}:root", grant.issuer),
        operations: grant.operations,
        constraints: bound.then_some(constraints),
    })
}

/// A principal by its current ARN, or by the bare ID if it was deleted; a service by its name.
fn shown(
    ctx: &Ctx<'_>,
    party: Option<Party>,
) -> Result<(Option<String>, Option<String>), KmsFailure> {
    Ok(match party {
        None => (None, None),
        Some(Party::Service(name)) => (None, Some(name)),
        Some(Party::Principal(id)) => {
            let arn = (ctx.identities().arn)(ctx.tx(), &id)?;
            (Some(arn.unwrap_or(id)), None)
        }
    })
}
