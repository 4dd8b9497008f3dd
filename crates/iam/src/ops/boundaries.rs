//! Permissions boundaries of users and roles.

use std::marker::PhantomData;

use gateway::Ctx;
use serde::{Deserialize, Serialize};

use super::attached::{attachable, check_policy_arn};
use crate::action::{Action, Target, target_of};
use crate::directory;
use crate::error::{Fail, IamError};
use crate::model::{Holder, Usage};
use crate::noun::{Noun, Of, Roles, Users};
use crate::validate::{ARN, Checks, given};

/// What can have a boundary.
pub(crate) trait Bounded: Noun {
    /// The name of the operation that sets it.
    const PUT: &'static str;
    /// The name of the operation that takes it away.
    const DELETE: &'static str;
}

impl Bounded for Users {
    const PUT: &'static str = "PutUserPermissionsBoundary";
    const DELETE: &'static str = "DeleteUserPermissionsBoundary";
}

impl Bounded for Roles {
    const PUT: &'static str = "PutRolePermissionsBoundary";
    const DELETE: &'static str = "DeleteRolePermissionsBoundary";
}

/// A holder and its boundary to be.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct BoundaryInput {
    #[serde(flatten)]
    of: Of,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    permissions_boundary: Option<String>,
}

/// Sets a new boundary or none, and keeps the table of uses true.
pub(crate) fn set_boundary(
    ctx: &mut Ctx<'_>,
    holder: &mut Holder,
    arn: Option<&str>,
) -> Result<(), Fail> {
    let new = arn.map(|arn| attachable(ctx, arn)).transpose()?.map(|policy| policy.arn);
    let (account, usage) = (holder.account.clone(), Usage::Boundary);
    if let Some(old) = &holder.boundary {
        directory::remove_use(ctx.tx_mut(), &account, old, usage, &holder.id)?;
    }
    if let Some(new) = &new {
        directory::add_use(ctx.tx_mut(), &account, new, usage, &holder.id)?;
    }
    holder.boundary = new;
    Ok(())
}

/// Sets the boundary.
pub(crate) struct Put<N>(PhantomData<N>);

impl<N: Bounded> Action for Put<N> {
    const NAME: &'static str = N::PUT;
    const READ_ONLY: bool = false;
    type Input = BoundaryInput;
    type Output = ();

    fn check(input: &BoundaryInput) -> Result<(), IamError> {
        let arn = input.permissions_boundary.as_deref();
        check_policy_arn(arn)?;
        input.of.check(N::KIND, Checks::iam()).must("permissionsBoundary", arn, &ARN).done()
    }

    fn targets(ctx: &Ctx<'_>, input: &BoundaryInput) -> Result<Vec<Target>, Fail> {
        let target = target_of(ctx, N::KIND, input.of.name(N::KIND))?;
        Ok(vec![target.with("iam:PermissionsBoundary", input.permissions_boundary.as_deref())])
    }

    fn run(ctx: &mut Ctx<'_>, input: &BoundaryInput) -> Result<(), Fail> {
        let mut holder = input.of.existing(ctx, N::KIND)?;
        let arn = given(input.permissions_boundary.as_ref());
        set_boundary(ctx, &mut holder, Some(arn))?;
        directory::put_holder(ctx.tx_mut(), &holder)?;
        Ok(())
    }
}

/// Takes the boundary away.
pub(crate) struct Delete<N>(PhantomData<N>);

impl<N: Bounded> Action for Delete<N> {
    const NAME: &'static str = N::DELETE;
    const READ_ONLY: bool = false;
    type Input = Of;
    type Output = ();

    fn check(input: &Of) -> Result<(), IamError> {
        input.check(N::KIND, Checks::iam()).done()
    }

    fn targets(ctx: &Ctx<'_>, input: &Of) -> Result<Vec<Target>, Fail> {
        Ok(vec![target_of(ctx, N::KIND, input.name(N::KIND))?])
    }

    fn run(ctx: &mut Ctx<'_>, input: &Of) -> Result<(), Fail> {
        let mut holder = input.existing(ctx, N::KIND)?;
        set_boundary(ctx, &mut holder, None)?;
        directory::put_holder(ctx.tx_mut(), &holder)?;
        Ok(())
    }
}
