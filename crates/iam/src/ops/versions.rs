//! The versions of managed policies.

use gateway::Ctx;
use serde::{Deserialize, Serialize};

use super::attached::check_policy_arn;
use super::policies::{own_policy, target, visible_policy};
use crate::action::{Action, Target};
use crate::error::{Fail, IamError};
use crate::model::Version;
use crate::noun::Of;
use crate::paging::{Listing, Paging};
use crate::shapes::VersionShape;
use crate::validate::{Checks, DOCUMENT, VERSION_ID, given};
use crate::{directory, document};

/// Source: IAM User Guide, "IAM and AWS STS quotas".
const VERSIONS_MAX: usize = 5;

/// A version to be.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CreateVersionInput {
    #[serde(flatten)]
    of: Of,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    policy_document: Option<String>,
    #[serde(
        default,
        deserialize_with = "wire::query::lenient::opt_bool",
        skip_serializing_if = "Option::is_none"
    )]
    set_as_default: Option<bool>,
}

/// A version in a response.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct VersionOutput {
    policy_version: VersionShape,
}

/// Adds a version.
pub(crate) struct CreatePolicyVersion;

impl Action for CreatePolicyVersion {
    const NAME: &'static str = "CreatePolicyVersion";
    const READ_ONLY: bool = false;
    type Input = CreateVersionInput;
    type Output = VersionOutput;

    fn check(input: &CreateVersionInput) -> Result<(), IamError> {
        check_policy_arn(input.of.policy_arn.as_deref())?;
        let checks = input.of.check_arn(Checks::iam());
        checks.must("policyDocument", input.policy_document.as_deref(), &DOCUMENT).done()
    }

    fn targets(ctx: &Ctx<'_>, input: &CreateVersionInput) -> Result<Vec<Target>, Fail> {
        Ok(vec![target(ctx, &input.of)?])
    }

    fn run(ctx: &mut Ctx<'_>, input: &CreateVersionInput) -> Result<VersionOutput, Fail> {
        let mut policy = own_policy(ctx, input.of.arn())?;
        let document = given(input.policy_document.as_ref()).to_owned();
        document::check_managed(&document)?;
        if policy.versions.len() >= VERSIONS_MAX {
            return Err(IamError::LimitExceeded(format!(
                "A managed policy can have up to {VERSIONS_MAX} versions. Before you create a new \
                 version, you must delete an existing version."
            ))
            .into());
        }
        let version = Version { number: policy.next_version, document, created: ctx.now() };
        policy.next_version = policy.next_version.saturating_add(1);
        if input.set_as_default == Some(true) {
            policy.default_version = version.number;
        }
        policy.updated = ctx.now();
        // Observed: the response does not repeat the document.
        let policy_version = VersionShape::listed(&version, policy.default_version);
        policy.versions.push(version);
        let account = ctx.account().clone();
        directory::put_policy(ctx.tx_mut(), &account, &policy)?;
        Ok(VersionOutput { policy_version })
    }
}

/// One version of a policy.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct VersionInput {
    #[serde(flatten)]
    of: Of,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    version_id: Option<String>,
}

impl VersionInput {
    fn check(&self) -> Result<(), IamError> {
        check_policy_arn(self.of.policy_arn.as_deref())?;
        let checks = self.of.check_arn(Checks::iam());
        checks.must("versionId", self.version_id.as_deref(), &VERSION_ID).done()
    }

    fn id(&self) -> &str {
        given(self.version_id.as_ref())
    }

    /// Observed: the text.
    fn no_such_version(&self) -> IamError {
        let (arn, id) = (self.of.arn(), self.id());
        IamError::NoSuchEntity(format!(
            "Policy {arn} version {id} does not exist or is not attachable."
        ))
    }
}

/// Shows a version with its document.
pub(crate) struct GetPolicyVersion;

impl Action for GetPolicyVersion {
    const NAME: &'static str = "GetPolicyVersion";
    const READ_ONLY: bool = true;
    type Input = VersionInput;
    type Output = VersionOutput;

    fn check(input: &VersionInput) -> Result<(), IamError> {
        input.check()
    }

    fn targets(ctx: &Ctx<'_>, input: &VersionInput) -> Result<Vec<Target>, Fail> {
        Ok(vec![target(ctx, &input.of)?])
    }

    fn run(ctx: &mut Ctx<'_>, input: &VersionInput) -> Result<VersionOutput, Fail> {
        let policy = visible_policy(ctx, input.of.arn())?;
        let version = policy.version(input.id()).ok_or_else(|| input.no_such_version())?;
        Ok(VersionOutput { policy_version: VersionShape::whole(version, policy.default_version) })
    }
}

/// A policy whose versions are listed.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ListVersionsInput {
    #[serde(flatten)]
    of: Of,
    #[serde(flatten)]
    paging: Paging,
}

/// Lists versions, newest first.
pub(crate) struct ListPolicyVersions;

impl Action for ListPolicyVersions {
    const NAME: &'static str = "ListPolicyVersions";
    const READ_ONLY: bool = true;
    type Input = ListVersionsInput;
    type Output = Listing<VersionShape>;

    fn check(input: &ListVersionsInput) -> Result<(), IamError> {
        check_policy_arn(input.of.policy_arn.as_deref())?;
        input.paging.check(input.of.check_arn(Checks::iam())).done()
    }

    fn targets(ctx: &Ctx<'_>, input: &ListVersionsInput) -> Result<Vec<Target>, Fail> {
        Ok(vec![target(ctx, &input.of)?])
    }

    fn run(ctx: &mut Ctx<'_>, input: &ListVersionsInput) -> Result<Listing<VersionShape>, Fail> {
        let policy = visible_policy(ctx, input.of.arn())?;
        let newest_first = policy.versions.iter().rev().map(|version| {
            let key = format!("{:010}", u32::MAX.saturating_sub(version.number));
            (key, VersionShape::listed(version, policy.default_version))
        });
        Ok(input.paging.page(newest_first)?.listing("Versions"))
    }
}

/// Sets the default version.
pub(crate) struct SetDefaultPolicyVersion;

impl Action for SetDefaultPolicyVersion {
    const NAME: &'static str = "SetDefaultPolicyVersion";
    const READ_ONLY: bool = false;
    type Input = VersionInput;
    type Output = ();

    fn check(input: &VersionInput) -> Result<(), IamError> {
        input.check()
    }

    fn targets(ctx: &Ctx<'_>, input: &VersionInput) -> Result<Vec<Target>, Fail> {
        Ok(vec![target(ctx, &input.of)?])
    }

    fn run(ctx: &mut Ctx<'_>, input: &VersionInput) -> Result<(), Fail> {
        let mut policy = own_policy(ctx, input.of.arn())?;
        let version = policy.version(input.id()).ok_or_else(|| input.no_such_version())?;
        policy.default_version = version.number;
        policy.updated = ctx.now();
        let account = ctx.account().clone();
        directory::put_policy(ctx.tx_mut(), &account, &policy)?;
        Ok(())
    }
}

/// Deletes a version that is not in force.
pub(crate) struct DeletePolicyVersion;

impl Action for DeletePolicyVersion {
    const NAME: &'static str = "DeletePolicyVersion";
    const READ_ONLY: bool = false;
    type Input = VersionInput;
    type Output = ();

    fn check(input: &VersionInput) -> Result<(), IamError> {
        input.check()
    }

    fn targets(ctx: &Ctx<'_>, input: &VersionInput) -> Result<Vec<Target>, Fail> {
        Ok(vec![target(ctx, &input.of)?])
    }

    fn run(ctx: &mut Ctx<'_>, input: &VersionInput) -> Result<(), Fail> {
        let mut policy = own_policy(ctx, input.of.arn())?;
        let version = policy.version(input.id()).ok_or_else(|| input.no_such_version())?;
        let number = version.number;
        if number == policy.default_version {
            let message = "Cannot delete the default version of a policy.";
            return Err(IamError::DeleteConflict(message.to_owned()).into());
        }
        policy.versions.retain(|version| version.number != number);
        policy.updated = ctx.now();
        let account = ctx.account().clone();
        directory::put_policy(ctx.tx_mut(), &account, &policy)?;
        Ok(())
    }
}
