//! Roles: create, get, list, update, delete, and their trust policies.

use gateway::Ctx;
use serde::{Deserialize, Serialize};

use super::boundaries::set_boundary;
use super::holders::{self, CreateFields, ListInput};
use crate::action::{Action, Target, target_of};
use crate::error::{Fail, IamError};
use crate::model::{Kind, RoleFacts};
use crate::noun::Of;
use crate::paging::Listing;
use crate::shapes::{Nothing, RoleShape};
use crate::validate::{Checks, DOCUMENT, ROLE_DESCRIPTION, given};
use crate::{directory, document};

/// Source: the model's `roleMaxSessionDurationType`.
const SESSION_MIN_S: i64 = 3_600;
const SESSION_MAX_S: i64 = 43_200;

/// The optional properties of a role.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct RoleFields {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(
        default,
        deserialize_with = "wire::query::lenient::opt_i64",
        skip_serializing_if = "Option::is_none"
    )]
    max_session_duration: Option<i64>,
}

impl RoleFields {
    fn check(&self, checks: Checks) -> Checks {
        let duration = self.max_session_duration;
        checks.may("description", self.description.as_deref(), &ROLE_DESCRIPTION).number(
            "maxSessionDuration",
            duration,
            SESSION_MIN_S,
            SESSION_MAX_S,
        )
    }
}

/// A role to be.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CreateRoleInput {
    #[serde(flatten)]
    of: Of,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    assume_role_policy_document: Option<String>,
    #[serde(flatten)]
    role: RoleFields,
    #[serde(flatten)]
    fields: CreateFields,
}

/// A role in a response.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct RoleOutput {
    role: RoleShape,
}

/// Creates a role.
pub(crate) struct CreateRole;

impl Action for CreateRole {
    const NAME: &'static str = "CreateRole";
    const READ_ONLY: bool = false;
    type Input = CreateRoleInput;
    type Output = RoleOutput;

    fn check(input: &CreateRoleInput) -> Result<(), IamError> {
        let trust = input.assume_role_policy_document.as_deref();
        let checks = input.of.check(Kind::Role, Checks::iam());
        let checks = checks.must("assumeRolePolicyDocument", trust, &DOCUMENT);
        input.fields.check(input.role.check(checks))
    }

    fn targets(ctx: &Ctx<'_>, input: &CreateRoleInput) -> Result<Vec<Target>, Fail> {
        let name = input.of.name(Kind::Role);
        Ok(input.fields.targets(ctx, Kind::Role, name, "iam:TagRole"))
    }

    fn run(ctx: &mut Ctx<'_>, input: &CreateRoleInput) -> Result<RoleOutput, Fail> {
        let sent = given(input.assume_role_policy_document.as_ref());
        let trust = document::stored_trust(ctx.tx(), sent)?;
        let mut role = input.fields.holder(ctx, Kind::Role, input.of.name(Kind::Role))?;
        role.role = Some(RoleFacts {
            trust,
            description: input.role.description.clone(),
            max_session_s: input.role.max_session_duration.unwrap_or(SESSION_MIN_S),
        });
        let boundary = input.fields.permissions_boundary.clone();
        set_boundary(ctx, &mut role, boundary.as_deref())?;
        directory::insert_holder(ctx.tx_mut(), &role)?;
        Ok(RoleOutput { role: RoleShape::created(ctx, role, sent)? })
    }
}

/// Shows a role.
pub(crate) struct GetRole;

impl Action for GetRole {
    const NAME: &'static str = "GetRole";
    const READ_ONLY: bool = true;
    type Input = Of;
    type Output = RoleOutput;

    fn check(input: &Of) -> Result<(), IamError> {
        input.check(Kind::Role, Checks::iam()).done()
    }

    fn targets(ctx: &Ctx<'_>, input: &Of) -> Result<Vec<Target>, Fail> {
        Ok(vec![target_of(ctx, Kind::Role, input.name(Kind::Role))?])
    }

    fn run(ctx: &mut Ctx<'_>, input: &Of) -> Result<RoleOutput, Fail> {
        let role = input.existing(ctx, Kind::Role)?;
        Ok(RoleOutput { role: RoleShape::whole(ctx, role)? })
    }
}

/// Lists roles.
pub(crate) struct ListRoles;

impl Action for ListRoles {
    const NAME: &'static str = "ListRoles";
    const READ_ONLY: bool = true;
    type Input = ListInput;
    type Output = Listing<RoleShape>;

    fn check(input: &ListInput) -> Result<(), IamError> {
        input.check()
    }

    fn targets(ctx: &Ctx<'_>, _input: &ListInput) -> Result<Vec<Target>, Fail> {
        Ok(vec![holders::all(ctx, Kind::Role)])
    }

    fn run(ctx: &mut Ctx<'_>, input: &ListInput) -> Result<Listing<RoleShape>, Fail> {
        let page = input.page(ctx, Kind::Role)?;
        Ok(page.try_map(|role| RoleShape::listed(ctx, role))?.listing("Roles"))
    }
}

/// New facts about a role.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UpdateRoleInput {
    #[serde(flatten)]
    of: Of,
    #[serde(flatten)]
    role: RoleFields,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    policy_document: Option<String>,
}

/// Changes the facts of an existing role.
fn change(
    ctx: &mut Ctx<'_>,
    of: &Of,
    change: impl FnOnce(&mut RoleFacts),
) -> Result<RoleOutput, Fail> {
    let mut role = of.existing(ctx, Kind::Role)?;
    if let Some(facts) = &mut role.role {
        change(facts);
    }
    directory::put_holder(ctx.tx_mut(), &role)?;
    Ok(RoleOutput { role: RoleShape::whole(ctx, role)? })
}

/// Changes description and session duration.
pub(crate) struct UpdateRole;

impl Action for UpdateRole {
    const NAME: &'static str = "UpdateRole";
    const READ_ONLY: bool = false;
    type Input = UpdateRoleInput;
    type Output = Nothing;

    fn check(input: &UpdateRoleInput) -> Result<(), IamError> {
        input.role.check(input.of.check(Kind::Role, Checks::iam())).done()
    }

    fn targets(ctx: &Ctx<'_>, input: &UpdateRoleInput) -> Result<Vec<Target>, Fail> {
        Ok(vec![target_of(ctx, Kind::Role, input.of.name(Kind::Role))?])
    }

    /// Omitted members are kept, including the session duration.
    ///
    /// Observed: a change of only the description kept a duration of hours, although
    /// according to the API reference the default applies then.
    fn run(ctx: &mut Ctx<'_>, input: &UpdateRoleInput) -> Result<Nothing, Fail> {
        change(ctx, &input.of, |facts| {
            if let Some(description) = &input.role.description {
                facts.description = Some(description.clone());
            }
            if let Some(seconds) = input.role.max_session_duration {
                facts.max_session_s = seconds;
            }
        })?;
        Ok(Nothing {})
    }
}

/// Changes only the description.
pub(crate) struct UpdateRoleDescription;

impl Action for UpdateRoleDescription {
    const NAME: &'static str = "UpdateRoleDescription";
    const READ_ONLY: bool = false;
    type Input = UpdateRoleInput;
    type Output = RoleOutput;

    fn check(input: &UpdateRoleInput) -> Result<(), IamError> {
        let description = input.role.description.as_deref();
        let checks = input.of.check(Kind::Role, Checks::iam());
        checks.must("description", description, &ROLE_DESCRIPTION).done()
    }

    fn targets(ctx: &Ctx<'_>, input: &UpdateRoleInput) -> Result<Vec<Target>, Fail> {
        Ok(vec![target_of(ctx, Kind::Role, input.of.name(Kind::Role))?])
    }

    fn run(ctx: &mut Ctx<'_>, input: &UpdateRoleInput) -> Result<RoleOutput, Fail> {
        let description = input.role.description.clone();
        change(ctx, &input.of, |facts| facts.description = description)
    }
}

/// Replaces the trust policy.
pub(crate) struct UpdateAssumeRolePolicy;

impl Action for UpdateAssumeRolePolicy {
    const NAME: &'static str = "UpdateAssumeRolePolicy";
    const READ_ONLY: bool = false;
    type Input = UpdateRoleInput;
    type Output = ();

    fn check(input: &UpdateRoleInput) -> Result<(), IamError> {
        let trust = input.policy_document.as_deref();
        let checks = input.of.check(Kind::Role, Checks::iam());
        checks.must("policyDocument", trust, &DOCUMENT).done()
    }

    fn targets(ctx: &Ctx<'_>, input: &UpdateRoleInput) -> Result<Vec<Target>, Fail> {
        Ok(vec![target_of(ctx, Kind::Role, input.of.name(Kind::Role))?])
    }

    fn run(ctx: &mut Ctx<'_>, input: &UpdateRoleInput) -> Result<(), Fail> {
        input.of.existing(ctx, Kind::Role)?;
        let trust = document::stored_trust(ctx.tx(), given(input.policy_document.as_ref()))?;
        change(ctx, &input.of, |facts| facts.trust = trust)?;
        Ok(())
    }
}

/// Deletes a role without policies; its sessions end with it.
pub(crate) struct DeleteRole;

impl Action for DeleteRole {
    const NAME: &'static str = "DeleteRole";
    const READ_ONLY: bool = false;
    type Input = Of;
    type Output = ();

    fn check(input: &Of) -> Result<(), IamError> {
        input.check(Kind::Role, Checks::iam()).done()
    }

    fn targets(ctx: &Ctx<'_>, input: &Of) -> Result<Vec<Target>, Fail> {
        Ok(vec![target_of(ctx, Kind::Role, input.name(Kind::Role))?])
    }

    fn run(ctx: &mut Ctx<'_>, input: &Of) -> Result<(), Fail> {
        let role = input.existing(ctx, Kind::Role)?;
        holders::delete(ctx, &role)?;
        Ok(())
    }
}
