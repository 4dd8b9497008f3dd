//! `CreateGrant`: lets a principal use a key, without touching the key policy.
//!
//! Source: KMS API Reference, "`CreateGrant`"; KMS Developer Guide, "Grants in AWS KMS".

use gateway::{Access, Ctx, EventParts, Fault, Json, Plain, Spec};
use policy::Context;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::members::named;
use crate::checks::{ALIAS_PATTERN, Checks, PRINCIPAL_PATTERN};
use crate::condition_keys::EncryptionContext;
use crate::error::{KmsError, KmsFailure};
use crate::id::Scope;
use crate::model::{Constraints, Grant, GrantIndex, Key, Party};
use crate::resolve::Found;
use crate::rights::{self, Terms};
use crate::{condition_keys, crypto, event, grants, resolve};

/// Grants that a key has at most.
///
/// Source: KMS Developer Guide, "Resource quotas".
const PER_KEY_MAX: u32 = 50_000;
/// What can be granted at all.
const OPERATIONS: [&str; 19] = [
    "Decrypt",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "ReEncryptFrom",
    "ReEncryptTo",
    "Sign",
    "Verify",
    "GetPublicKey",
    "CreateGrant",
    "RetireGrant",
    "DescribeKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateMac",
    "VerifyMac",
    "DeriveSharedSecret",
    "Encapsulate",
    "Decapsulate",
];
/// What can be granted on keys of other kinds only.
const OF_OTHER_KEYS: [&str; 8] = [
    "Sign",
    "Verify",
    "GetPublicKey",
    "GenerateMac",
    "VerifyMac",
    "DeriveSharedSecret",
    "Encapsulate",
    "Decapsulate",
];

#[derive(Debug)]
pub(crate) struct CreateGrant;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CreateGrantInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grantee_principal: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grantee_service_principal: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retiring_principal: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retiring_service_principal: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operations: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    constraints: Option<GrantConstraints>,
    #[serde(skip_serializing)]
    grant_tokens: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dry_run: Option<bool>,
}

/// Constraints in requests and listings.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GrantConstraints {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) encryption_context_subset: Option<EncryptionContext>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) encryption_context_equals: Option<EncryptionContext>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) source_arn: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CreateGrantOutput {
    grant_token: String,
    grant_id: String,
    #[serde(skip)]
    key_arn: String,
}

impl Plain for CreateGrant {
    const SPEC: Spec = Spec::writes(&crate::SERVICE, "CreateGrant");
    type Input = CreateGrantInput;
    type Output = CreateGrantOutput;
    type Error = KmsError;
    type Codec = Json;

    fn access(ctx: &mut Ctx<'_>, input: &CreateGrantInput) -> Result<Vec<Access>, KmsFailure> {
        input.check()?;
        grants::check_tokens(ctx, input.grant_tokens.as_ref())?;
        let terms = Terms::from(input.context(ctx));
        rights::on_named_key(ctx, "kms:CreateGrant", input.key_id.as_ref(), Scope::Shared, terms)
    }

    fn run(ctx: &mut Ctx<'_>, input: &CreateGrantInput) -> Result<CreateGrantOutput, KmsFailure> {
        let found = resolve::key(ctx, named(input.key_id.as_ref()), Scope::Shared)?;
        found.key.usable()?;
        let grant = input.grant(ctx)?;
        let context = input.context(ctx);
        refuse_wider(ctx, &found, &grant, context)?;
        crypto::end_dry_run(input.dry_run)?;
        let mut key = found.key;
        let grant_id = match same_named(ctx, &key, &grant)? {
            Some(known) => known,
            None => add(ctx, &mut key, &grant)?,
        };
        let salt = ctx.entropy().bytes()?;
        let grant_token = grants::token(ctx.keyring(), &key, &grant_id, salt);
        Ok(CreateGrantOutput { grant_token, grant_id, key_arn: found.arn.to_string() })
    }

    /// Observed: the token is not in the event.
    fn annotate(
        ctx: &Ctx<'_>,
        input: &CreateGrantInput,
        output: Option<&CreateGrantOutput>,
        parts: &mut EventParts,
    ) -> Result<(), Fault> {
        event::about_named(ctx, parts, input.key_id.as_ref())?;
        if let Some(output) = output {
            parts.response_elements =
                json!({ "grantId": output.grant_id, "keyId": output.key_arn });
        }
        Ok(())
    }
}

/// A principal that may create grants only through a grant passes on no more than it has.
fn refuse_wider(
    ctx: &mut Ctx<'_>,
    found: &Found,
    grant: &Grant,
    context: Context,
) -> Result<(), KmsFailure> {
    let parents = grants::covering(ctx, &found.key, "kms:CreateGrant", None)?;
    if parents.is_empty() {
        return Ok(());
    }
    let mut need = rights::on_key(ctx, "kms:CreateGrant", found, Terms::from(context))?;
    need.granted = false;
    if gateway::allows(ctx, need)? {
        return Ok(());
    }
    let within = parents.iter().any(|parent| {
        grant.operations.iter().all(|operation| parent.operations.contains(operation))
            && grant.constraints.at_least_as_strict_as(&parent.constraints)
    });
    if within {
        return Ok(());
    }
    let caller = ctx.caller().principal.arn().into_owned();
    Err(KmsError::GrantRefused(format!(
        "User: {caller} is not authorized to perform: kms:CreateGrant on resource: {} because no \
         resource-based policy allows the kms:CreateGrant action",
        found.arn
    ))
    .into())
}

/// The id of a grant with the same name and otherwise the same parameters.
fn same_named(ctx: &Ctx<'_>, key: &Key, grant: &Grant) -> Result<Option<String>, KmsFailure> {
    let Some(name) = grant.name.as_deref().filter(|_| key.grants > 0) else { return Ok(None) };
    let known = grants::found_by(ctx, key, GrantIndex::Named(name))?.into_iter().find(|known| {
        let same = Grant { id: grant.id.clone(), created: grant.created, ..known.clone() };
        same == *grant
    });
    Ok(known.map(|known| known.id))
}

fn add(ctx: &mut Ctx<'_>, key: &mut Key, grant: &Grant) -> Result<String, KmsFailure> {
    if key.grants >= PER_KEY_MAX {
        let text = format!("Key {} has reached the limit of {PER_KEY_MAX} grants.", key.arn());
        return Err(KmsError::LimitExceeded(text).into());
    }
    grants::add(ctx, key, grant)?;
    Ok(grant.id.clone())
}

impl CreateGrantInput {
    fn check(&self) -> Result<(), KmsError> {
        let operations = self.operations.as_deref().unwrap_or_default();
        let mut checks = Checks::new();
        checks
            .key_id("keyId", self.key_id.as_ref())
            .length("granteePrincipal", self.grantee_principal.as_ref(), 1..=256)
            .pattern("granteePrincipal", self.grantee_principal.as_ref(), &PRINCIPAL_PATTERN)
            .length("retiringPrincipal", self.retiring_principal.as_ref(), 1..=256)
            .pattern("retiringPrincipal", self.retiring_principal.as_ref(), &PRINCIPAL_PATTERN)
            .required("operations", self.operations.as_ref())
            .grant_tokens(self.grant_tokens.as_ref())
            .length("name", self.name.as_ref(), 1..=256)
            .pattern("name", self.name.as_ref(), &ALIAS_PATTERN);
        for (index, operation) in operations.iter().enumerate() {
            let path = format!("operations.{}.member", index.saturating_add(1));
            checks.one_of(&path, Some(operation), &OPERATIONS);
        }
        checks.finish()?;
        self.check_combination(operations)
    }

    /// Observed: the text about two constraints.
    fn check_combination(&self, operations: &[String]) -> Result<(), KmsError> {
        let source = self.constraints.as_ref().and_then(|c| c.source_arn.as_ref());
        let both = self.constraints.as_ref().is_some_and(|c| {
            c.encryption_context_subset.is_some() && c.encryption_context_equals.is_some()
        });
        let retirings = (&self.retiring_principal, &self.retiring_service_principal);
        let text = match (&self.grantee_principal, &self.grantee_service_principal) {
            _ if both => "More than one constraint supplied",
            _ if operations.is_empty() => "Operations must not be empty",
            _ if operations.iter().any(|own| OF_OTHER_KEYS.contains(&own.as_str())) => {
                "Operations are not compatible with the key's usage"
            }
            _ if matches!(retirings, (Some(_), Some(_))) => {
                "Specify either RetiringPrincipal or RetiringServicePrincipal"
            }
            (Some(_), Some(_)) | (None, None) => {
                "Specify either GranteePrincipal or GranteeServicePrincipal"
            }
            (None, Some(_)) if source.is_none() => {
                "GranteeServicePrincipal requires the SourceArn constraint"
            }
            (None, Some(_)) if matches!(retirings, (None, None)) => {
                "GranteeServicePrincipal requires a retiring principal"
            }
            _ => return Ok(()),
        };
        Err(KmsError::Validation(text.to_owned()))
    }

    /// Source: KMS Developer Guide, "Condition keys for AWS KMS".
    fn context(&self, ctx: &Ctx<'_>) -> Context {
        let mut context = Context::new();
        let named = [
            ("kms:GranteePrincipal", &self.grantee_principal),
            ("kms:RetiringPrincipal", &self.retiring_principal),
            ("kms:GranteeServicePrincipal", &self.grantee_service_principal),
        ];
        for (key, value) in named {
            if let Some(value) = value {
                context.set(key, value.as_str());
            }
        }
        context.set_list("kms:GrantOperations", self.operations.clone().unwrap_or_default());
        context.set("kms:GrantIsForAWSResource", ctx.caller().via.is_some().to_string());
        let Some(constraints) = &self.constraints else { return context };
        let (equals, subset) =
            (&constraints.encryption_context_equals, &constraints.encryption_context_subset);
        for (kind, pairs) in
            [("EncryptionContextEquals", equals), ("EncryptionContextSubset", subset)]
        {
            if let Some(pairs) = pairs {
                context.set("kms:GrantConstraintType", kind);
                condition_keys::add_pairs(&mut context, pairs);
            }
        }
        if let Some(arn) = &constraints.source_arn {
            context.set("kms:GrantConstraintSourceArn", arn.as_str());
        }
        context
    }

    fn grant(&self, ctx: &Ctx<'_>) -> Result<Grant, KmsFailure> {
        let (principal, service) = (&self.grantee_principal, &self.grantee_service_principal);
        let grantee = party(ctx, principal.as_ref(), service.as_ref())?;
        let grantee = grantee.ok_or_else(|| KmsError::InvalidArn(String::new()))?;
        let (principal, service) = (&self.retiring_principal, &self.retiring_service_principal);
        let retiring = party(ctx, principal.as_ref(), service.as_ref())?;
        let constraints = self.constraints.clone().unwrap_or_default();
        Ok(Grant {
            id: types::hex(&ctx.entropy().bytes::<32>()?),
            name: self.name.clone(),
            created: ctx.now(),
            issuer: ctx.account().clone(),
            grantee,
            retiring,
            operations: self.operations.clone().unwrap_or_default(),
            constraints: Constraints {
                subset: constraints.encryption_context_subset,
                equals: constraints.encryption_context_equals,
                source_arn: constraints.source_arn,
            },
        })
    }
}

/// Observed: an unknown principal is an invalid ARN; the text, also as Lambda quotes it.
fn party(
    ctx: &Ctx<'_>,
    principal: Option<&String>,
    service: Option<&String>,
) -> Result<Option<Party>, KmsFailure> {
    let Some(name) = principal else { return Ok(service.cloned().map(Party::Service)) };
    match (ctx.identities().unique_id)(ctx.tx(), name)? {
        Some(id) => Ok(Some(Party::Principal(id))),
        None => {
            Err(KmsError::InvalidArn(format!("ARN does not refer to a valid principal: {name}"))
                .into())
        }
    }
}
