//! Things that do not exist here, and whose lists clients still ask for before they delete a user
//! or a role.

use gateway::Ctx;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::action::{Action, Target, existing, target_of, user_or_caller};
use crate::error::{Fail, IamError};
use crate::model::Kind;
use crate::noun::Of;
use crate::paging::{Listing, Paging};
use crate::validate::{Checks, NAME_128};

/// Whose things are listed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AbsentInput {
    #[serde(flatten)]
    of: Of,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    service_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    assignment_status: Option<String>,
    #[serde(flatten)]
    paging: Paging,
}

macro_rules! absent_of_users {
    ($($action:ident $list:literal;)*) => {$(
        /// Lists none, after looking whether there is such a user.
        pub(crate) struct $action;

        impl Action for $action {
            const NAME: &'static str = stringify!($action);
            type Input = AbsentInput;
            type Output = Listing<Value>;

            fn check(input: &AbsentInput) -> Result<(), IamError> {
                let name = input.of.user_name.as_deref();
                input.paging.check(Checks::iam().may("userName", name, &NAME_128)).done()
            }

            fn targets(ctx: &Ctx<'_>, input: &AbsentInput) -> Result<Vec<Target>, Fail> {
                match user_or_caller(input.of.user_name.as_ref(), ctx)? {
                    Some(name) => Ok(vec![target_of(ctx, Kind::User, &name)?]),
                    None => Ok(vec![Target::new(ctx.caller().principal.arn())]),
                }
            }

            fn run(ctx: &mut Ctx<'_>, input: &mut AbsentInput) -> Result<Listing<Value>, Fail> {
                if let Some(name) = user_or_caller(input.of.user_name.as_ref(), ctx)? {
                    existing(ctx, Kind::User, &name)?;
                }
                Ok(Listing::empty($list))
            }
        }
    )*};
}

absent_of_users! {
    ListMFADevices "MFADevices";
    ListSSHPublicKeys "SSHPublicKeys";
    ListSigningCertificates "Certificates";
    ListServiceSpecificCredentials "ServiceSpecificCredentials";
}

macro_rules! absent_of_the_account {
    ($($action:ident $answer:expr;)*) => {$(
        /// Lists none.
        pub(crate) struct $action;

        impl Action for $action {
            const NAME: &'static str = stringify!($action);
            type Input = AbsentInput;
            type Output = Value;

            fn check(input: &AbsentInput) -> Result<(), IamError> {
                let words = ["Assigned", "Unassigned", "Any"];
                let status = input.assignment_status.as_deref();
                let checks = Checks::iam().word("assignmentStatus", status, &words);
                input.paging.check(checks).done()
            }

            fn targets(_ctx: &Ctx<'_>, _input: &AbsentInput) -> Result<Vec<Target>, Fail> {
                Ok(vec![Target::any()])
            }

            fn run(_ctx: &mut Ctx<'_>, _input: &mut AbsentInput) -> Result<Value, Fail> {
                Ok($answer)
            }
        }
    )*};
}

absent_of_the_account! {
    ListVirtualMFADevices json!({"VirtualMFADevices": [], "IsTruncated": false});
    ListInstanceProfiles json!({"InstanceProfiles": [], "IsTruncated": false});
    ListServerCertificates json!({"ServerCertificateMetadataList": [], "IsTruncated": false});
    ListSAMLProviders json!({"SAMLProviderList": []});
    ListOpenIDConnectProviders json!({"OpenIDConnectProviderList": []});
}

/// Lists no instance profiles, after looking whether there is such a role.
pub(crate) struct ListInstanceProfilesForRole;

impl Action for ListInstanceProfilesForRole {
    const NAME: &'static str = "ListInstanceProfilesForRole";
    type Input = AbsentInput;
    type Output = Listing<Value>;

    fn check(input: &AbsentInput) -> Result<(), IamError> {
        input.paging.check(input.of.check(Kind::Role, Checks::iam())).done()
    }

    fn targets(ctx: &Ctx<'_>, input: &AbsentInput) -> Result<Vec<Target>, Fail> {
        Ok(vec![target_of(ctx, Kind::Role, input.of.name(Kind::Role))?])
    }

    fn run(ctx: &mut Ctx<'_>, input: &mut AbsentInput) -> Result<Listing<Value>, Fail> {
        existing(ctx, Kind::Role, input.of.name(Kind::Role))?;
        Ok(Listing::empty("InstanceProfiles"))
    }
}

macro_rules! absent_password {
    ($($action:ident)*) => {$(
        /// Nobody has a password.
        pub(crate) struct $action;

        impl Action for $action {
            const NAME: &'static str = stringify!($action);
            type Input = AbsentInput;
            type Output = Value;

            fn check(input: &AbsentInput) -> Result<(), IamError> {
                let name = input.of.user_name.as_deref();
                Checks::iam().may("userName", name, &NAME_128).done()
            }

            fn targets(ctx: &Ctx<'_>, input: &AbsentInput) -> Result<Vec<Target>, Fail> {
                match user_or_caller(input.of.user_name.as_ref(), ctx)? {
                    Some(name) => Ok(vec![target_of(ctx, Kind::User, &name)?]),
                    None => Ok(vec![Target::new(ctx.caller().principal.arn())]),
                }
            }

            /// Observed: the text.
            fn run(ctx: &mut Ctx<'_>, input: &mut AbsentInput) -> Result<Value, Fail> {
                let name = user_or_caller(input.of.user_name.as_ref(), ctx)?.unwrap_or_default();
                if !name.is_empty() {
                    existing(ctx, Kind::User, &name)?;
                }
                let told = format!("Login Profile for User {name} cannot be found.");
                Err(IamError::NoSuchEntity(told).into())
            }
        }
    )*};
}

absent_password! { GetLoginProfile DeleteLoginProfile }

/// The account has no rules about passwords.
pub(crate) struct GetAccountPasswordPolicy;

impl Action for GetAccountPasswordPolicy {
    const NAME: &'static str = "GetAccountPasswordPolicy";
    type Input = AbsentInput;
    type Output = Value;

    fn check(_input: &AbsentInput) -> Result<(), IamError> {
        Ok(())
    }

    fn targets(_ctx: &Ctx<'_>, _input: &AbsentInput) -> Result<Vec<Target>, Fail> {
        Ok(vec![Target::any()])
    }

    /// Observed: the text.
    fn run(ctx: &mut Ctx<'_>, _input: &mut AbsentInput) -> Result<Value, Fail> {
        let account = ctx.account();
        let told = format!("The Password Policy with domain name {account} cannot be found.");
        Err(IamError::NoSuchEntity(told).into())
    }
}
