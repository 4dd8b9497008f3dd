//! The account as a whole: its alias, and the summary of its resources.

use gateway::Ctx;
use serde::{Deserialize, Serialize};

use crate::action::{Action, Target};
use crate::directory;
use crate::document::{MANAGED_CHARS_MAX, TRUST_CHARS_MAX};
use crate::error::{Fail, IamError};
use crate::model::Kind;
use crate::paging::{Listing, Paging};
use crate::shapes::Nothing;
use crate::signin::rows;
use crate::token::Who;
use crate::validate::{ACCOUNT_ALIAS, Checks, given};

/// An alias.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AliasInput {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account_alias: Option<String>,
}

impl AliasInput {
    fn check(&self) -> Result<(), IamError> {
        let alias = self.account_alias.as_deref();
        Checks::iam().must("accountAlias", alias, &ACCOUNT_ALIAS).done()
    }
}

/// Sets the account's alias, replacing any it had.
pub(crate) struct CreateAccountAlias;

impl Action for CreateAccountAlias {
    const NAME: &'static str = "CreateAccountAlias";
    const READ_ONLY: bool = false;
    type Input = AliasInput;
    type Output = ();

    fn check(input: &AliasInput) -> Result<(), IamError> {
        input.check()
    }

    fn targets(_ctx: &Ctx<'_>, _input: &AliasInput) -> Result<Vec<Target>, Fail> {
        Ok(vec![Target::any()])
    }

    fn run(ctx: &mut Ctx<'_>, input: &AliasInput) -> Result<(), Fail> {
        let (alias, account) = (given(input.account_alias.as_ref()), ctx.account().clone());
        let owner = directory::account_by_alias(ctx.tx(), alias)?;
        if owner.is_some_and(|owner| owner != account) {
            let message = format!("The account alias {alias} already exists.");
            return Err(IamError::EntityAlreadyExists(message).into());
        }
        if let Some(mut row) = directory::account(ctx.tx(), &account)? {
            row.alias = Some(alias.to_owned());
            directory::put_account(ctx.tx_mut(), &account, &row)?;
        }
        Ok(())
    }
}

/// Deletes the alias.
pub(crate) struct DeleteAccountAlias;

impl Action for DeleteAccountAlias {
    const NAME: &'static str = "DeleteAccountAlias";
    const READ_ONLY: bool = false;
    type Input = AliasInput;
    type Output = ();

    fn check(input: &AliasInput) -> Result<(), IamError> {
        input.check()
    }

    fn targets(_ctx: &Ctx<'_>, _input: &AliasInput) -> Result<Vec<Target>, Fail> {
        Ok(vec![Target::any()])
    }

    fn run(ctx: &mut Ctx<'_>, input: &AliasInput) -> Result<(), Fail> {
        let account = ctx.account().clone();
        let row = directory::account(ctx.tx(), &account)?;
        let Some(mut row) = row.filter(|row| row.alias == input.account_alias) else {
            let alias = given(input.account_alias.as_ref());
            let message = format!("The account alias {alias} does not exist.");
            return Err(IamError::NoSuchEntity(message).into());
        };
        row.alias = None;
        directory::put_account(ctx.tx_mut(), &account, &row)?;
        Ok(())
    }
}

/// Lists the alias.
pub(crate) struct ListAccountAliases;

impl Action for ListAccountAliases {
    const NAME: &'static str = "ListAccountAliases";
    const READ_ONLY: bool = true;
    type Input = Paging;
    type Output = Listing<String>;

    fn check(input: &Paging) -> Result<(), IamError> {
        input.check(Checks::iam()).done()
    }

    fn targets(_ctx: &Ctx<'_>, _input: &Paging) -> Result<Vec<Target>, Fail> {
        Ok(vec![Target::any()])
    }

    fn run(ctx: &mut Ctx<'_>, input: &Paging) -> Result<Listing<String>, Fail> {
        let alias = directory::account(ctx.tx(), ctx.account())?.and_then(|row| row.alias);
        let aliases = alias.into_iter().map(|alias| (alias.clone(), alias));
        Ok(input.page(aliases)?.listing("AccountAliases"))
    }
}

/// Numbers by name.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SummaryOutput {
    summary_map: Entries,
}

/// A map, as the Query protocol writes one.
#[derive(Debug, Serialize)]
struct Entries {
    entry: Vec<Entry>,
}

#[derive(Debug, Serialize)]
struct Entry {
    key: &'static str,
    value: usize,
}

/// Counts the account's resources and its limits.
pub(crate) struct GetAccountSummary;

impl Action for GetAccountSummary {
    const NAME: &'static str = "GetAccountSummary";
    const READ_ONLY: bool = true;
    type Input = Nothing;
    type Output = SummaryOutput;

    fn check(_input: &Nothing) -> Result<(), IamError> {
        Ok(())
    }

    fn targets(_ctx: &Ctx<'_>, _input: &Nothing) -> Result<Vec<Target>, Fail> {
        Ok(vec![Target::any()])
    }

    fn run(ctx: &mut Ctx<'_>, _input: &Nothing) -> Result<SummaryOutput, Fail> {
        let policies = directory::policies(ctx.tx(), ctx.account())?;
        let versions = policies.iter().map(|policy| policy.versions.len()).sum();
        let root = directory::account(ctx.tx(), ctx.account())?;
        let root_keys = root.is_some_and(|row| !row.access_keys.is_empty());
        let count = |kind| directory::count_holders(ctx.tx(), ctx.account(), kind);
        let (users, groups) = (count(Kind::User)?, count(Kind::Group)?);
        let devices = rows::devices(ctx.tx(), ctx.account())?;
        let root_mfa = !rows::devices_of(ctx.tx(), ctx.account(), &Who::Root)?.is_empty();
        let root_password = rows::profile(ctx.tx(), ctx.account(), &Who::Root)?.is_some();
        let numbers = [
            ("Users", users),
            ("UsersQuota", Kind::User.per_account_max()),
            ("Groups", groups),
            ("GroupsQuota", Kind::Group.per_account_max()),
            ("Roles", count(Kind::Role)?),
            ("RolesQuota", Kind::Role.per_account_max()),
            ("Policies", policies.len()),
            ("PoliciesQuota", super::policies::PER_ACCOUNT_MAX),
            ("PolicySizeQuota", MANAGED_CHARS_MAX),
            ("PolicyVersionsInUse", versions),
            ("PolicyVersionsInUseQuota", 10_000),
            ("VersionsPerPolicyQuota", 5),
            ("UserPolicySizeQuota", Kind::User.inline_chars_max()),
            ("GroupPolicySizeQuota", Kind::Group.inline_chars_max()),
            ("RolePolicySizeQuota", Kind::Role.inline_chars_max()),
            ("AssumeRolePolicySizeQuota", TRUST_CHARS_MAX),
            ("GroupsPerUserQuota", 10),
            ("AttachedPoliciesPerUserQuota", 10),
            ("AttachedPoliciesPerGroupQuota", 10),
            ("AttachedPoliciesPerRoleQuota", 10),
            ("AccessKeysPerUserQuota", 2),
            ("SigningCertificatesPerUserQuota", 2),
            ("ServerCertificates", 0),
            ("ServerCertificatesQuota", 20),
            ("InstanceProfiles", 0),
            ("InstanceProfilesQuota", 1_000),
            ("Providers", 0),
            ("MFADevices", devices.len()),
            ("MFADevicesInUse", devices.iter().filter(|device| device.used_by.is_some()).count()),
            ("AccountMFAEnabled", usize::from(root_mfa)),
            ("AccountPasswordPresent", usize::from(root_password)),
            ("AccountSigningCertificatesPresent", 0),
            ("AccountAccessKeysPresent", usize::from(root_keys)),
            ("GlobalEndpointTokenVersion", 1),
        ];
        let entry = numbers.into_iter().map(|(key, value)| Entry { key, value }).collect();
        Ok(SummaryOutput { summary_map: Entries { entry } })
    }
}
