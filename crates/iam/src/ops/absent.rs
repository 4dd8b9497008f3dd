//! Unsupported resources whose lists clients request before they delete a user or a role.

use gateway::Ctx;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::action::{Action, Target, existing, target_of, user_or_caller};
use crate::error::{Fail, IamError};
use crate::model::Kind;
use crate::noun::Of;
use crate::paging::{Listing, Paging};
use crate::validate::{Checks, NAME_64, NAME_128, PATH_PREFIX};

/// The owner of the listed resources.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AbsentInput {
    #[serde(flatten)]
    of: Of,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    service_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path_prefix: Option<String>,
    #[serde(flatten)]
    paging: Paging,
}

/// The services with credentials of their own.
///
/// Source: IAM API Reference, "`CreateServiceSpecificCredential`".
const WITH_CREDENTIALS: [&str; 3] =
    ["bedrock.amazonaws.com", "cassandra.amazonaws.com", "codecommit.amazonaws.com"];

/// Observed: another service is no such entity, not the model's `NotSupportedService`.
fn has_credentials(input: &AbsentInput) -> Result<(), IamError> {
    match input.service_name.as_deref() {
        Some(name) if !WITH_CREDENTIALS.contains(&name) => Err(IamError::NoSuchEntity(format!(
            "No such service {name} is supported for Service Specific Credentials"
        ))),
        Some(_) | None => Ok(()),
    }
}

macro_rules! absent_of_users {
    ($($action:ident $list:literal $rule:ident;)*) => {$(
        /// Returns an empty list, after checking that the user exists.
        pub(crate) struct $action;

        impl Action for $action {
            const NAME: &'static str = stringify!($action);
            const READ_ONLY: bool = true;
            type Input = AbsentInput;
            type Output = Listing<Value>;

            fn check(input: &AbsentInput) -> Result<(), IamError> {
                let name = input.of.user_name.as_deref();
                input.paging.check(Checks::iam().may("userName", name, &$rule)).done()
            }

            fn targets(ctx: &Ctx<'_>, input: &AbsentInput) -> Result<Vec<Target>, Fail> {
                match user_or_caller(input.of.user_name.as_ref(), ctx)? {
                    Some(name) => Ok(vec![target_of(ctx, Kind::User, &name)?]),
                    None => Ok(vec![Target::new(ctx.caller().principal.arn())]),
                }
            }

            fn run(ctx: &mut Ctx<'_>, input: &AbsentInput) -> Result<Listing<Value>, Fail> {
                if let Some(name) = user_or_caller(input.of.user_name.as_ref(), ctx)? {
                    existing(ctx, Kind::User, &name)?;
                }
                has_credentials(input)?;
                Ok(Listing::empty($list))
            }
        }
    )*};
}

absent_of_users! {
    ListSSHPublicKeys "SSHPublicKeys" NAME_64;
    ListSigningCertificates "Certificates" NAME_128;
    ListServiceSpecificCredentials "ServiceSpecificCredentials" NAME_64;
}

macro_rules! absent_of_the_account {
    ($($action:ident $answer:expr;)*) => {$(
        /// Lists none.
        pub(crate) struct $action;

        impl Action for $action {
            const NAME: &'static str = stringify!($action);
            const READ_ONLY: bool = true;
            type Input = AbsentInput;
            type Output = Value;

            fn check(input: &AbsentInput) -> Result<(), IamError> {
                let prefix = input.path_prefix.as_deref();
                input.paging.check(Checks::iam().may("pathPrefix", prefix, &PATH_PREFIX)).done()
            }

            fn targets(_ctx: &Ctx<'_>, _input: &AbsentInput) -> Result<Vec<Target>, Fail> {
                Ok(vec![Target::any()])
            }

            fn run(_ctx: &mut Ctx<'_>, _input: &AbsentInput) -> Result<Value, Fail> {
                Ok($answer)
            }
        }
    )*};
}

absent_of_the_account! {
    ListInstanceProfiles json!({"InstanceProfiles": [], "IsTruncated": false});
    ListServerCertificates json!({"ServerCertificateMetadataList": [], "IsTruncated": false});
    ListSAMLProviders json!({"SAMLProviderList": []});
    ListOpenIDConnectProviders json!({"OpenIDConnectProviderList": []});
}

/// Returns an empty list of instance profiles, after checking that the role exists.
pub(crate) struct ListInstanceProfilesForRole;

impl Action for ListInstanceProfilesForRole {
    const NAME: &'static str = "ListInstanceProfilesForRole";
    const READ_ONLY: bool = true;
    type Input = AbsentInput;
    type Output = Listing<Value>;

    fn check(input: &AbsentInput) -> Result<(), IamError> {
        input.paging.check(input.of.check(Kind::Role, Checks::iam())).done()
    }

    fn targets(ctx: &Ctx<'_>, input: &AbsentInput) -> Result<Vec<Target>, Fail> {
        Ok(vec![target_of(ctx, Kind::Role, input.of.name(Kind::Role))?])
    }

    fn run(ctx: &mut Ctx<'_>, input: &AbsentInput) -> Result<Listing<Value>, Fail> {
        existing(ctx, Kind::Role, input.of.name(Kind::Role))?;
        Ok(Listing::empty("InstanceProfiles"))
    }
}
