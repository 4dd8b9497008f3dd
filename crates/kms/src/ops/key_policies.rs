//! `GetKeyPolicy`, `PutKeyPolicy`, `ListKeyPolicies`: a key has one policy, called `default`.
//!
//! Source: KMS API Reference.

use gateway::{Access, Ctx, EventParts, Fault, Json, Plain, Spec};
use policy::Context;
use serde::{Deserialize, Serialize};

use super::members::{Nothing, named};
use crate::checks::{Checks, POLICY_PATTERN, WORD_PATTERN};
use crate::error::{KmsError, KmsFailure};
use crate::id::Scope;
use crate::key_policy::{self, Proposal};
use crate::page::{Page, Sizes};
use crate::rights::{self, Terms};
use crate::{condition_keys, event, resolve};

#[derive(Debug)]
pub(crate) struct GetKeyPolicy;

#[derive(Debug)]
pub(crate) struct PutKeyPolicy;

#[derive(Debug)]
pub(crate) struct ListKeyPolicies;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetKeyPolicyInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_name: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GetKeyPolicyOutput {
    policy: String,
    policy_name: &'static str,
}

impl Plain for GetKeyPolicy {
    const SPEC: Spec = Spec::reads(&crate::SERVICE, "GetKeyPolicy");
    type Input = GetKeyPolicyInput;
    type Output = GetKeyPolicyOutput;
    type Error = KmsError;
    type Codec = Json;

    fn access(ctx: &mut Ctx<'_>, input: &GetKeyPolicyInput) -> Result<Vec<Access>, KmsFailure> {
        let key_id = input.key_id.as_ref();
        Checks::new()
            .key_id("keyId", key_id)
            .length("policyName", input.policy_name.as_ref(), 1..=128)
            .pattern("policyName", input.policy_name.as_ref(), &WORD_PATTERN)
            .finish()?;
        rights::on_named_key(ctx, "kms:GetKeyPolicy", key_id, Scope::Own, Terms::default())
    }

    fn run(ctx: &mut Ctx<'_>, input: &GetKeyPolicyInput) -> Result<GetKeyPolicyOutput, KmsFailure> {
        let found = resolve::key(ctx, named(input.key_id.as_ref()), Scope::Own)?;
        if input.policy_name.as_deref().is_some_and(|name| name != key_policy::NAME) {
            return Err(KmsError::NotFound("No such policy exists".to_owned()).into());
        }
        let policy = key_policy::show(ctx, &found.key.policy)?;
        Ok(GetKeyPolicyOutput { policy, policy_name: key_policy::NAME })
    }

    fn annotate(
        ctx: &Ctx<'_>,
        input: &GetKeyPolicyInput,
        _output: Option<&GetKeyPolicyOutput>,
        parts: &mut EventParts,
    ) -> Result<(), Fault> {
        event::about_named(ctx, parts, input.key_id.as_ref())?;
        Ok(())
    }
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct PutKeyPolicyInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bypass_policy_lockout_safety_check: Option<bool>,
}

impl Plain for PutKeyPolicy {
    const SPEC: Spec = Spec::writes(&crate::SERVICE, "PutKeyPolicy");
    type Input = PutKeyPolicyInput;
    type Output = Nothing;
    type Error = KmsError;
    type Codec = Json;

    fn access(ctx: &mut Ctx<'_>, input: &PutKeyPolicyInput) -> Result<Vec<Access>, KmsFailure> {
        let (key_id, policy) = (input.key_id.as_ref(), input.policy.as_ref());
        Checks::new()
            .key_id("keyId", key_id)
            .length("policyName", input.policy_name.as_ref(), 1..=128)
            .pattern("policyName", input.policy_name.as_ref(), &WORD_PATTERN)
            .required("policy", policy)
            .length("policy", policy, 1..=131_072)
            .pattern("policy", policy, &POLICY_PATTERN)
            .finish()?;
        let mut context = Context::new();
        if let Some(bypass) = input.bypass_policy_lockout_safety_check {
            context.set("kms:BypassPolicyLockoutSafetyCheck", bypass.to_string());
        }
        rights::on_named_key(ctx, "kms:PutKeyPolicy", key_id, Scope::Own, context.into())
    }

    fn run(ctx: &mut Ctx<'_>, input: &PutKeyPolicyInput) -> Result<Nothing, KmsFailure> {
        let found = resolve::key(ctx, named(input.key_id.as_ref()), Scope::Own)?;
        let mut key = found.key;
        if input.policy_name.as_deref().is_some_and(|name| name != key_policy::NAME) {
            return Err(KmsError::Unsupported(Some("Invalid policy name".to_owned())).into());
        }
        let mut context = Context::new();
        condition_keys::add_key(&mut context, &key);
        key.policy = key_policy::accept(
            ctx,
            Proposal {
                text: named(input.policy.as_ref()),
                arn: &found.arn,
                context,
                bypass_lockout_check: input.bypass_policy_lockout_safety_check == Some(true),
            },
        )?;
        resolve::save(ctx, &mut key)?;
        Ok(Nothing {})
    }

    fn annotate(
        ctx: &Ctx<'_>,
        input: &PutKeyPolicyInput,
        _output: Option<&Nothing>,
        parts: &mut EventParts,
    ) -> Result<(), Fault> {
        event::about_named(ctx, parts, input.key_id.as_ref())?;
        Ok(())
    }
}

const SIZES: Sizes = Sizes { default: 100, max: 1000 };

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListKeyPoliciesInput {
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ListKeyPoliciesOutput {
    policy_names: Vec<&'static str>,
    truncated: bool,
}

impl Plain for ListKeyPolicies {
    const SPEC: Spec = Spec::reads(&crate::SERVICE, "ListKeyPolicies");
    type Input = ListKeyPoliciesInput;
    type Output = ListKeyPoliciesOutput;
    type Error = KmsError;
    type Codec = Json;

    fn access(ctx: &mut Ctx<'_>, input: &ListKeyPoliciesInput) -> Result<Vec<Access>, KmsFailure> {
        let key_id = input.key_id.as_ref();
        Checks::new().key_id("keyId", key_id).page(input.limit, input.marker.as_ref()).finish()?;
        rights::on_named_key(ctx, "kms:ListKeyPolicies", key_id, Scope::Own, Terms::default())
    }

    fn run(
        ctx: &mut Ctx<'_>,
        input: &ListKeyPoliciesInput,
    ) -> Result<ListKeyPoliciesOutput, KmsFailure> {
        resolve::key(ctx, named(input.key_id.as_ref()), Scope::Own)?;
        Page::read("policies", SIZES, input.limit, input.marker.as_ref())?;
        Ok(ListKeyPoliciesOutput { policy_names: vec![key_policy::NAME], truncated: false })
    }

    fn annotate(
        ctx: &Ctx<'_>,
        input: &ListKeyPoliciesInput,
        _output: Option<&ListKeyPoliciesOutput>,
        parts: &mut EventParts,
    ) -> Result<(), Fault> {
        event::about_named(ctx, parts, input.key_id.as_ref())?;
        Ok(())
    }
}
