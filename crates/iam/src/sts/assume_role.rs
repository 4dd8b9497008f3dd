//! `AssumeRole`: creates a session of a role for a principal that its trust policy allows.
//!
//! Source: STS API Reference, "AssumeRole".

use gateway::{Access, Answered, Ctx, EventParts, Fault, Plain, Query, Resource, Spec};
use keys::SecretText;
use policy::{Context, Grammar, Policy, Principal, ResourceRule};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use types::{AccountId, Arn};

use super::Credentials;
use super::packed::packed_size;
use super::session_tags::SessionTags;
use crate::STS;
use crate::error::{Fail, IamError};
use crate::model::{Holder, Kind};
use crate::signin::second_factor::Shown;
use crate::tagging::SentTag;
use crate::token::{Token, Who};
use crate::validate::{
    ARN, Checks, EXTERNAL_ID, SESSION_NAME, SESSION_POLICY, SOURCE_IDENTITY, STS_SERIAL_NUMBER,
    TOKEN_CODE, given,
};
use crate::{directory, principals, tagging};

/// Source: the model's `roleDurationSecondsType`.
const DURATION_MIN_S: i64 = 900;
const DURATION_MAX_S: i64 = 43_200;
const DURATION_DEFAULT_S: i64 = 3_600;
/// Source: IAM User Guide, "Role chaining".
const CHAINED_DURATION_MAX_S: i64 = 3_600;
/// Policies given by ARN.
///
/// Source: STS API Reference, "AssumeRole".
const POLICY_ARNS_MAX: usize = 10;

/// The role, and the properties of the session.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AssumeRoleInput {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    role_arn: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    role_session_name: Option<String>,
    #[serde(
        default,
        deserialize_with = "wire::query::lenient::list",
        skip_serializing_if = "Vec::is_empty"
    )]
    policy_arns: Vec<PolicyArn>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    policy: Option<String>,
    #[serde(
        default,
        deserialize_with = "wire::query::lenient::opt_i64",
        skip_serializing_if = "Option::is_none"
    )]
    duration_seconds: Option<i64>,
    #[serde(
        default,
        deserialize_with = "wire::query::lenient::list",
        skip_serializing_if = "Vec::is_empty"
    )]
    tags: Vec<SentTag>,
    #[serde(
        default,
        deserialize_with = "wire::query::lenient::list",
        skip_serializing_if = "Vec::is_empty"
    )]
    transitive_tag_keys: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    external_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    serial_number: Option<String>,
    #[serde(default, skip_serializing)]
    token_code: Option<SecretText>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source_identity: Option<String>,
}

/// A session policy given by its ARN. The member is lower-case in the model.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PolicyArn {
    arn: String,
}

/// The session.
#[derive(Debug)]
pub(crate) struct AssumeRoleOutput {
    credentials: Credentials,
    assumed_role_user: AssumedRoleUser,
    packed_policy_size: Option<usize>,
    source_identity: Option<String>,
}

impl AssumeRoleOutput {
    fn with(&self, credentials: Value) -> Value {
        gateway::object([
            ("Credentials", credentials),
            ("AssumedRoleUser", json!(self.assumed_role_user)),
            ("PackedPolicySize", json!(self.packed_policy_size)),
            ("SourceIdentity", json!(self.source_identity)),
        ])
    }

    fn in_event(&self) -> Value {
        self.with(self.credentials.recorded())
    }
}

impl Answered for AssumeRoleOutput {
    fn answer(&self) -> impl Serialize + '_ {
        self.with(self.credentials.answer())
    }

    fn recorded(&self) -> Result<Value, Fault> {
        Ok(self.in_event())
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct AssumedRoleUser {
    assumed_role_id: String,
    arn: String,
}

/// Creates a session of a role.
#[derive(Debug)]
pub(crate) struct AssumeRole;

impl Plain for AssumeRole {
    const SPEC: Spec = Spec::reads(&STS, "AssumeRole");
    type Input = AssumeRoleInput;
    type Output = AssumeRoleOutput;
    type Error = IamError;
    type Codec = Query;

    fn access(ctx: &mut Ctx<'_>, input: &AssumeRoleInput) -> Result<Vec<Access>, Fail> {
        input.check()?;
        let arn = input.parsed_role_arn()?;
        if matches!(ctx.caller().principal, Principal::Root { .. }) {
            let message = "Roles may not be assumed by root accounts.";
            return Err(IamError::AccessDenied(message.to_owned()).into());
        }
        let shown = input.second_factor(ctx)?;
        let tags = input.session_tags(ctx)?;
        let source_identity = input.source_identity(ctx)?;
        let mut actions = vec!["sts:AssumeRole"];
        if !tags.tags.is_empty() {
            actions.push("sts:TagSession");
        }
        if source_identity.is_some() {
            actions.push("sts:SetSourceIdentity");
        }
        let role = role_of(ctx, &arn)?;
        let trust = role.as_ref().map(|role| ctx.resource_policy(role.trust(), &Grammar::Trust));
        let mut context = input.context(role.as_ref(), &tags, source_identity.as_deref());
        if shown.is_some() {
            context.set("aws:MultiFactorAuthPresent", "true");
            context.set("aws:MultiFactorAuthAge", "0");
        }
        Ok(actions
            .into_iter()
            .map(|action| Access {
                owner: AccountId::parse(arn.account()),
                policy: trust.clone(),
                rule: ResourceRule::TrustPolicy,
                context: context.clone(),
                ..Access::by_identity(action, arn.as_str())
            })
            .collect())
    }

    fn run(ctx: &mut Ctx<'_>, input: &AssumeRoleInput) -> Result<AssumeRoleOutput, Fail> {
        let arn = input.parsed_role_arn()?;
        let Some(role) = role_of(ctx, &arn)? else {
            // It was there when the call was authorized.
            return Err(IamError::no_such("role", arn.as_str()).into());
        };
        let duration_s = input.duration_s(ctx, &role)?;
        input.check_session_policies(ctx, &role)?;
        let tags = input.session_tags(ctx)?;
        let session_name = given(input.role_session_name.as_ref()).to_owned();
        let who = Who::Role(role.id.clone(), session_name.clone());
        let shown = input.second_factor_again(ctx)?;
        let token = Token {
            mfa: shown.is_some(),
            policy: input.policy.clone(),
            policy_arns: input.policy_arns.iter().map(|policy| policy.arn.clone()).collect(),
            tags: tags.tags,
            transitive_tag_keys: tags.transitive_keys,
            source_identity: input.source_identity(ctx)?,
            ..Token::new(ctx.entropy(), &role.account, who, ctx.now(), duration_s)?
        };
        let packed_policy_size = packed_size(&token)?;
        if let Some(shown) = &shown {
            shown.use_up(ctx)?;
        }
        let session = principals::role_principal(&role, &session_name);
        Ok(AssumeRoleOutput {
            credentials: Credentials::of(ctx, &token)?,
            assumed_role_user: AssumedRoleUser {
                assumed_role_id: format!("{}:{session_name}", role.id),
                arn: session.arn().into_owned(),
            },
            packed_policy_size,
            source_identity: token.source_identity,
        })
    }

    fn annotate(
        ctx: &Ctx<'_>,
        input: &AssumeRoleInput,
        output: Option<&AssumeRoleOutput>,
        event: &mut EventParts,
    ) -> Result<(), Fault> {
        let Some(output) = output else {
            // Observed: of a refused call the parameters are not recorded.
            event.request_parameters = Value::Null;
            return Ok(());
        };
        // It is read-only, and its event has them all the same.
        event.response_elements = gateway::camel_members(output.in_event(), &STS.event_form);
        let arn = given(input.role_arn.as_ref());
        if let Some(account) = Arn::parse(arn).and_then(|arn| AccountId::parse(arn.account())) {
            event.resources = vec![Resource::owned(&account, "AWS::IAM::Role", arn)];
            event.owner = Some(account).filter(|account| account != ctx.account());
        }
        Ok(())
    }
}

/// The role of an ARN, path and case included.
fn role_of(ctx: &Ctx<'_>, arn: &Arn) -> Result<Option<Holder>, Fail> {
    let Some(account) = AccountId::parse(arn.account()) else { return Ok(None) };
    let name = arn.as_str().rsplit('/').next().unwrap_or_default();
    let role = directory::holder(ctx.tx(), &account, Kind::Role, name)?;
    Ok(role.filter(|role| role.arn() == *arn))
}

impl AssumeRoleInput {
    fn check(&self) -> Result<(), IamError> {
        let checks = Checks::sts()
            .must("roleArn", self.role_arn.as_deref(), &ARN)
            .must("roleSessionName", self.role_session_name.as_deref(), &SESSION_NAME)
            .number("durationSeconds", self.duration_seconds, DURATION_MIN_S, DURATION_MAX_S)
            .may("externalId", self.external_id.as_deref(), &EXTERNAL_ID)
            .may("policy", self.policy.as_deref(), &SESSION_POLICY)
            .may("serialNumber", self.serial_number.as_deref(), &STS_SERIAL_NUMBER)
            .may("tokenCode", self.token_code.as_deref(), &TOKEN_CODE)
            .may("sourceIdentity", self.source_identity.as_deref(), &SOURCE_IDENTITY);
        let checks = tagging::check(checks, &self.tags);
        tagging::check_keys(checks, "transitiveTagKeys", &self.transitive_tag_keys).done()
    }

    /// Observed: the text.
    fn parsed_role_arn(&self) -> Result<Arn, IamError> {
        let text = given(self.role_arn.as_ref());
        let parsed = Arn::parse(text).filter(|arn| {
            arn.service() == "iam"
                && arn.resource().starts_with("role/")
                && AccountId::parse(arn.account()).is_some()
        });
        parsed.ok_or_else(|| IamError::Validation(format!("{text} is invalid")))
    }

    fn session_tags(&self, ctx: &Ctx<'_>) -> Result<SessionTags, IamError> {
        let caller = ctx.caller().session.as_deref();
        SessionTags::new(&tagging::accepted(&self.tags), &self.transitive_tag_keys, caller)
    }

    /// Source: IAM User Guide, "Monitor and control actions taken with assumed roles": it is
    /// inherited and cannot be changed.
    fn source_identity(&self, ctx: &Ctx<'_>) -> Result<Option<String>, IamError> {
        let session = ctx.caller().session.as_deref();
        let inherited = session.and_then(|session| session.source_identity.clone());
        match (&self.source_identity, inherited) {
            (Some(own), Some(inherited)) if *own != inherited => {
                let message = "The source identity of the calling session cannot be changed.";
                Err(IamError::AccessDenied(message.to_owned()))
            }
            (own, inherited) => Ok(own.clone().or(inherited)),
        }
    }

    /// Source: Service Authorization Reference, "Condition keys for AWS STS".
    fn second_factor(&self, ctx: &mut Ctx<'_>) -> Result<Option<Shown>, Fail> {
        Shown::at_first(ctx, self.serial_number.as_deref(), self.token_code.as_deref())
    }

    fn second_factor_again(&self, ctx: &Ctx<'_>) -> Result<Option<Shown>, Fail> {
        Shown::again(ctx, self.serial_number.as_deref(), self.token_code.as_deref())
    }

    fn context(
        &self,
        role: Option<&Holder>,
        tags: &SessionTags,
        source_identity: Option<&str>,
    ) -> Context {
        let mut context = Context::new();
        context.set("sts:RoleSessionName", given(self.role_session_name.as_ref()));
        if let Some(external_id) = &self.external_id {
            context.set("sts:ExternalId", external_id.as_str());
        }
        if let Some(source_identity) = source_identity {
            context.set("sts:SourceIdentity", source_identity);
        }
        for tag in &tags.tags {
            context.set(&format!("aws:RequestTag/{}", tag.key), tag.value.as_str());
        }
        context.set_list("aws:TagKeys", tags.tags.iter().map(|tag| tag.key.clone()).collect());
        context.set_list("sts:TransitiveTagKeys", tags.transitive_keys.clone());
        for tag in role.iter().flat_map(|role| &role.tags) {
            context.set(&format!("aws:ResourceTag/{}", tag.key), tag.value.as_str());
            context.set(&format!("iam:ResourceTag/{}", tag.key), tag.value.as_str());
        }
        context
    }

    /// Observed: both texts; mmmorris1975/aws-runas, issue 11: a session made of the credentials of
    /// `GetSessionToken` is chained, too.
    /// One that the console asks for is not. Source: IAM User Guide, "Switching to a role (console)":
    /// it lasts as long as the role allows.
    fn duration_s(&self, ctx: &Ctx<'_>, role: &Holder) -> Result<i64, IamError> {
        let asked = self.duration_seconds.unwrap_or(DURATION_DEFAULT_S);
        let of_token = ctx.caller().session.as_deref().is_some_and(|session| !session.console);
        let chained = of_token || matches!(ctx.caller().principal, Principal::Role { .. });
        if chained && asked > CHAINED_DURATION_MAX_S {
            let message = "The requested DurationSeconds exceeds the 1 hour session limit for roles \
                        assumed by role chaining.";
            return Err(IamError::Validation(message.to_owned()));
        }
        let most = role.role.as_ref().map_or(DURATION_DEFAULT_S, |facts| facts.max_session_s);
        if asked > most {
            let message = "The requested DurationSeconds exceeds the MaxSessionDuration set for this \
                        role.";
            return Err(IamError::Validation(message.to_owned()));
        }
        Ok(asked)
    }

    /// Session policies must be policies, few, small, and of the role's account or AWS's.
    fn check_session_policies(&self, ctx: &Ctx<'_>, role: &Holder) -> Result<(), Fail> {
        if let Some(text) = &self.policy {
            Policy::parse(text, &Grammar::Session)
                .map_err(|error| IamError::MalformedPolicyDocument(error.message))?;
        }
        if self.policy_arns.len() > POLICY_ARNS_MAX {
            let message = format!("The number of policy ARNs exceeds {POLICY_ARNS_MAX}.");
            return Err(IamError::InvalidParameterValue(message).into());
        }
        for PolicyArn { arn } in &self.policy_arns {
            let account = Arn::parse(arn).map(|arn| arn.account().to_owned());
            let near = account.is_some_and(|own| own == "aws" || own == role.account.as_str());
            if !near || directory::policy(ctx.tx(), arn)?.is_none() {
                return Err(IamError::no_policy_to_attach(arn).into());
            }
        }
        Ok(())
    }
}
