//! `CreateKey`: creates a symmetric encryption key.
//!
//! Source: KMS API Reference, "`CreateKey`".

use gateway::{Access, Ctx, EventParts, Fault, Json, Plain, Spec};
use policy::Context;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use types::Arn;

use crate::checks::{Checks, POLICY_PATTERN};
use crate::create::{self, Blueprint};
use crate::error::{KmsError, KmsFailure};
use crate::key_policy::{self, Proposal};
use crate::metadata::KeyMetadata;
use crate::model::Manager;
use crate::tags::{self, Tag};
use crate::{AWS_KMS, ENCRYPT_DECRYPT, SYMMETRIC_DEFAULT, condition_keys, event, rights};

/// The specs of KMS and the usages that each allows.
///
/// Source: KMS API Reference, "`CreateKey`", `KeySpec` and `KeyUsage`.
const SPECS: [(&str, &[&str]); 20] = [
    (SYMMETRIC_DEFAULT, &[ENCRYPT_DECRYPT]),
    ("RSA_2048", &[ENCRYPT_DECRYPT, "SIGN_VERIFY"]),
    ("RSA_3072", &[ENCRYPT_DECRYPT, "SIGN_VERIFY"]),
    ("RSA_4096", &[ENCRYPT_DECRYPT, "SIGN_VERIFY"]),
    ("ECC_NIST_P256", &["SIGN_VERIFY", "KEY_AGREEMENT"]),
    ("ECC_NIST_P384", &["SIGN_VERIFY", "KEY_AGREEMENT"]),
    ("ECC_NIST_P521", &["SIGN_VERIFY", "KEY_AGREEMENT"]),
    ("ECC_SECG_P256K1", &["SIGN_VERIFY"]),
    ("HMAC_224", &["GENERATE_VERIFY_MAC"]),
    ("HMAC_256", &["GENERATE_VERIFY_MAC"]),
    ("HMAC_384", &["GENERATE_VERIFY_MAC"]),
    ("HMAC_512", &["GENERATE_VERIFY_MAC"]),
    ("SM2", &[ENCRYPT_DECRYPT, "SIGN_VERIFY", "KEY_AGREEMENT"]),
    ("ML_DSA_44", &["SIGN_VERIFY"]),
    ("ML_DSA_65", &["SIGN_VERIFY"]),
    ("ML_DSA_87", &["SIGN_VERIFY"]),
    ("ECC_NIST_EDWARDS25519", &["SIGN_VERIFY"]),
    ("ML_KEM_512", &["ENCAPSULATE_DECAPSULATE"]),
    ("ML_KEM_768", &["ENCAPSULATE_DECAPSULATE"]),
    ("ML_KEM_1024", &["ENCAPSULATE_DECAPSULATE"]),
];
/// The specs that the deprecated member accepts.
const OLD_SPECS: usize = 13;
const USAGES: [&str; 5] = [
    "SIGN_VERIFY",
    ENCRYPT_DECRYPT,
    "GENERATE_VERIFY_MAC",
    "KEY_AGREEMENT",
    "ENCAPSULATE_DECAPSULATE",
];
const ORIGINS: [&str; 4] = [AWS_KMS, "EXTERNAL", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"];

#[derive(Debug)]
pub(crate) struct CreateKey;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CreateKeyInput {
    policy: Option<String>,
    description: Option<String>,
    key_usage: Option<String>,
    customer_master_key_spec: Option<String>,
    key_spec: Option<String>,
    origin: Option<String>,
    custom_key_store_id: Option<String>,
    bypass_policy_lockout_safety_check: Option<bool>,
    tags: Option<Vec<Tag>>,
    multi_region: Option<bool>,
    xks_key_id: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CreateKeyOutput {
    key_metadata: KeyMetadata,
}

impl Plain for CreateKey {
    const SPEC: Spec = Spec::writes(&crate::SERVICE, "CreateKey");
    type Input = CreateKeyInput;
    type Output = CreateKeyOutput;
    type Error = KmsError;
    type Codec = Json;

    fn access(ctx: &mut Ctx<'_>, input: &CreateKeyInput) -> Result<Vec<Access>, KmsFailure> {
        input.check()?;
        let tags = input.tags()?;
        let mut context = Context::new();
        condition_keys::add_kind(&mut context, input.is_multi_region());
        condition_keys::add_request_tags(&mut context, &tags);
        if let Some(bypass) = input.bypass_policy_lockout_safety_check {
            context.set("kms:BypassPolicyLockoutSafetyCheck", bypass.to_string());
        }
        let mut needs = vec![rights::plain(ctx, "kms:CreateKey", "*", context.clone())];
        if !tags.is_empty() {
            needs.push(rights::plain(ctx, "kms:TagResource", "*", context));
        }
        Ok(needs)
    }

    fn run(ctx: &mut Ctx<'_>, input: &CreateKeyInput) -> Result<CreateKeyOutput, KmsFailure> {
        let multi_region = input.is_multi_region();
        let id = create::fresh_id(ctx, multi_region)?;
        let policy = policy_of(ctx, input, &ctx.arn("kms", format_args!("key/{id}")))?;
        let key = create::create(
            ctx,
            Blueprint {
                id,
                description: input.description.clone().unwrap_or_default(),
                manager: Manager::Customer,
                multi_region,
                policy,
                tags: input.tags()?,
            },
        )?;
        Ok(CreateKeyOutput { key_metadata: KeyMetadata::of(&key) })
    }

    fn annotate(
        ctx: &Ctx<'_>,
        input: &CreateKeyInput,
        output: Option<&CreateKeyOutput>,
        parts: &mut EventParts,
    ) -> Result<(), Fault> {
        parts.request_parameters = input.recorded()?;
        if let Some(output) = output {
            parts.response_elements = json!({ "keyMetadata": output.key_metadata.recorded()? });
            event::about_arn(ctx, parts, &output.key_metadata.arn);
        }
        Ok(())
    }
}

fn policy_of(ctx: &mut Ctx<'_>, input: &CreateKeyInput, arn: &Arn) -> Result<String, KmsFailure> {
    let default = key_policy::default_text(ctx.account());
    let mut context = Context::new();
    condition_keys::add_kind(&mut context, input.is_multi_region());
    let text = input.policy.as_deref().unwrap_or(&default);
    // Assumed: KMS does not check the default policy, so that an administrator without
    // `kms:PutKeyPolicy` may create keys.
    let bypass_lockout_check =
        input.policy.is_none() || input.bypass_policy_lockout_safety_check.unwrap_or_default();
    key_policy::accept(ctx, Proposal { text, arn, context, bypass_lockout_check })
}

impl CreateKeyInput {
    fn check(&self) -> Result<(), KmsError> {
        let specs = SPECS.map(|(spec, _)| spec);
        let old_specs = specs.get(..OLD_SPECS).unwrap_or_default();
        let mut checks = Checks::new();
        checks
            .length("policy", self.policy.as_ref(), 1..=131_072)
            .pattern("policy", self.policy.as_ref(), &POLICY_PATTERN)
            .length("description", self.description.as_ref(), 0..=8192)
            .one_of("keyUsage", self.key_usage.as_ref(), &USAGES)
            .one_of("customerMasterKeySpec", self.customer_master_key_spec.as_ref(), old_specs)
            .one_of("keySpec", self.key_spec.as_ref(), &specs)
            .one_of("origin", self.origin.as_ref(), &ORIGINS)
            .length("customKeyStoreId", self.custom_key_store_id.as_ref(), 1..=64)
            .length("xksKeyId", self.xks_key_id.as_ref(), 1..=128);
        tags::check_model(&mut checks, self.tags.as_deref().unwrap_or_default());
        checks.finish()?;
        self.check_kind()
    }

    /// Observed: the texts; that about two specs at once in the sources of grucloud, which came upon it.
    fn check_kind(&self) -> Result<(), KmsError> {
        if self.key_spec.is_some() && self.customer_master_key_spec.is_some() {
            return Err(KmsError::Validation(
                "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. \
                 CustomerMasterKeySpec is deprecated."
                    .to_owned(),
            ));
        }
        let spec = self.spec();
        if spec != SYMMETRIC_DEFAULT && self.key_usage.is_none() {
            return Err(KmsError::Validation(
                "You must specify a KeyUsage value for all KMS keys except for symmetric \
                 encryption keys."
                    .to_owned(),
            ));
        }
        let usage = self.usage();
        let fits = SPECS.iter().any(|(known, usages)| *known == spec && usages.contains(&usage));
        if !fits {
            return Err(KmsError::Validation(format!(
                "KeyUsage {usage} is not compatible with KeySpec {spec}"
            )));
        }
        if spec != SYMMETRIC_DEFAULT {
            return Err(KmsError::absent(&format!("KeySpec {spec}")));
        }
        if let Some(id) = &self.custom_key_store_id {
            return Err(KmsError::no_key_store(id));
        }
        let origin = self.origin.as_deref().unwrap_or(AWS_KMS);
        if origin != AWS_KMS {
            return Err(KmsError::absent(&format!("Origin {origin}")));
        }
        if self.xks_key_id.is_some() {
            return Err(KmsError::absent("An external key store"));
        }
        Ok(())
    }

    fn spec(&self) -> &str {
        let given = self.key_spec.as_deref().or(self.customer_master_key_spec.as_deref());
        given.unwrap_or(SYMMETRIC_DEFAULT)
    }

    fn usage(&self) -> &str {
        self.key_usage.as_deref().unwrap_or(ENCRYPT_DECRYPT)
    }

    fn is_multi_region(&self) -> bool {
        self.multi_region.unwrap_or_default()
    }

    fn tags(&self) -> Result<Vec<(String, String)>, KmsError> {
        tags::pairs(self.tags.as_deref().unwrap_or_default())
    }

    /// Observed: defaults are filled in, and the policy appears only if it was sent.
    fn recorded(&self) -> Result<Value, Fault> {
        let mut members = Map::new();
        let mut add = |name: &str, value: Value| members.insert(name.to_owned(), value);
        if let Some(policy) = &self.policy {
            add("policy", json!(policy));
        }
        add("description", json!(self.description.as_deref().unwrap_or_default()));
        add("keyUsage", json!(self.usage()));
        add("customerMasterKeySpec", json!(self.spec()));
        add("keySpec", json!(self.spec()));
        add("origin", json!(self.origin.as_deref().unwrap_or(AWS_KMS)));
        let bypass = self.bypass_policy_lockout_safety_check.unwrap_or_default();
        add("bypassPolicyLockoutSafetyCheck", json!(bypass));
        let tags = gateway::shown(&self.tags.as_deref().unwrap_or_default())?;
        add("tags", gateway::camel_members(tags, &crate::SERVICE.event_form));
        add("multiRegion", json!(self.is_multi_region()));
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(input: &str, expected: Option<&str>) {
        let input: CreateKeyInput = serde_json::from_str(input).unwrap();
        let found = input.check().err().map(|error| gateway::ApiError::wire(&error));
        let found = found.map(|wire| format!("{}: {}", wire.code, wire.message.unwrap()));
        assert_eq!(found.as_deref(), expected);
    }

    /// A value that is not a key spec on AWS is a validation error; one that is unsupported here
    /// gets `UnsupportedOperationException`.
    #[test]
    fn kinds_of_keys_are_distinguished() {
        check("{}", None);
        check(r#"{"KeySpec":"SYMMETRIC_DEFAULT","KeyUsage":"ENCRYPT_DECRYPT"}"#, None);
        check(
            r#"{"KeySpec":"RSA_2048"}"#,
            Some(
                "ValidationException: You must specify a KeyUsage value for all KMS keys except \
                 for symmetric encryption keys.",
            ),
        );
        check(
            r#"{"KeySpec":"RSA_2048","KeyUsage":"KEY_AGREEMENT"}"#,
            Some(
                "ValidationException: KeyUsage KEY_AGREEMENT is not compatible with KeySpec \
                 RSA_2048",
            ),
        );
        check(
            r#"{"KeySpec":"HMAC_256","KeyUsage":"GENERATE_VERIFY_MAC"}"#,
            Some("UnsupportedOperationException: KeySpec HMAC_256 is not supported."),
        );
        check(
            r#"{"Origin":"EXTERNAL"}"#,
            Some("UnsupportedOperationException: Origin EXTERNAL is not supported."),
        );
    }

    /// Events show the defaults that AWS filled in.
    #[test]
    fn events_show_defaults() {
        let expected = json!({
            "description": "", "keyUsage": "ENCRYPT_DECRYPT",
            "customerMasterKeySpec": "SYMMETRIC_DEFAULT", "keySpec": "SYMMETRIC_DEFAULT",
            "origin": "AWS_KMS", "bypassPolicyLockoutSafetyCheck": false, "tags": [],
            "multiRegion": false,
        });
        assert_eq!(CreateKeyInput::default().recorded().unwrap(), expected);
    }
}
