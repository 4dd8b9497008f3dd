//! Users: create, get, list, update, delete.

use gateway::{Ctx, Fault};
use serde::{Deserialize, Serialize};
use types::Arn;

use super::boundaries::set_boundary;
use super::holders::{self, CreateFields, ListInput, UpdateFields};
use crate::action::{Action, Target, existing, target_of, user_or_caller};
use crate::directory;
use crate::error::{Fail, IamError};
use crate::model::Kind;
use crate::noun::Of;
use crate::paging::Listing;
use crate::shapes::UserShape;
use crate::signin::rows;
use crate::token::Who;
use crate::validate::{Checks, NAME_64, NAME_128, PATH, given};

/// A user to be.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CreateUserInput {
    #[serde(flatten)]
    of: Of,
    #[serde(flatten)]
    fields: CreateFields,
}

/// A user in an answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UserOutput {
    user: UserShape,
}

/// Creates a user.
pub(crate) struct CreateUser;

impl Action for CreateUser {
    const NAME: &'static str = "CreateUser";
    const READ_ONLY: bool = false;
    type Input = CreateUserInput;
    type Output = UserOutput;

    fn check(input: &CreateUserInput) -> Result<(), IamError> {
        input.fields.check(input.of.check(Kind::User, Checks::iam()))
    }

    fn targets(ctx: &Ctx<'_>, input: &CreateUserInput) -> Result<Vec<Target>, Fail> {
        let name = input.of.name(Kind::User);
        Ok(input.fields.targets(ctx, Kind::User, name, "iam:TagUser"))
    }

    fn run(ctx: &mut Ctx<'_>, input: &CreateUserInput) -> Result<UserOutput, Fail> {
        let mut user = input.fields.holder(ctx, Kind::User, input.of.name(Kind::User))?;
        let boundary = input.fields.permissions_boundary.clone();
        set_boundary(ctx, &mut user, boundary.as_deref())?;
        directory::insert_holder(ctx.tx_mut(), &user)?;
        Ok(UserOutput { user: UserShape::whole(user) })
    }
}

/// Shows a user; without a name, the caller.
pub(crate) struct GetUser;

impl Action for GetUser {
    const NAME: &'static str = "GetUser";
    const READ_ONLY: bool = true;
    type Input = Of;
    type Output = UserOutput;

    fn check(input: &Of) -> Result<(), IamError> {
        Checks::iam().may("userName", input.user_name.as_deref(), &NAME_128).done()
    }

    fn targets(ctx: &Ctx<'_>, input: &Of) -> Result<Vec<Target>, Fail> {
        match user_or_caller(input.user_name.as_ref(), ctx)? {
            Some(name) => Ok(vec![target_of(ctx, Kind::User, &name)?]),
            None => Ok(vec![Target::new(ctx.caller().principal.arn())]),
        }
    }

    fn run(ctx: &mut Ctx<'_>, input: &Of) -> Result<UserOutput, Fail> {
        match user_or_caller(input.user_name.as_ref(), ctx)? {
            Some(name) => {
                let user = existing(ctx, Kind::User, &name)?;
                let who = Who::User(user.id.clone());
                Ok(UserOutput { user: UserShape::whole(user).seen(ctx, &who)? })
            }
            None => Ok(UserOutput { user: root_user(ctx)?.seen(ctx, &Who::Root)? }),
        }
    }
}

/// Observed: the root user is shown without name and path.
pub(super) fn root_user(ctx: &Ctx<'_>) -> Result<UserShape, Fault> {
    let row = directory::account(ctx.tx(), ctx.account())?;
    Ok(UserShape {
        path: None,
        user_name: None,
        user_id: ctx.account().to_string(),
        arn: Arn::global("iam", ctx.account(), "root").to_string(),
        create_date: row.map_or_else(|| ctx.now(), |row| row.created).iso(),
        password_last_used: None,
        permissions_boundary: None,
        tags: Vec::new(),
    })
}

/// Lists users.
pub(crate) struct ListUsers;

impl Action for ListUsers {
    const NAME: &'static str = "ListUsers";
    const READ_ONLY: bool = true;
    type Input = ListInput;
    type Output = Listing<UserShape>;

    fn check(input: &ListInput) -> Result<(), IamError> {
        input.check()
    }

    fn targets(ctx: &Ctx<'_>, _input: &ListInput) -> Result<Vec<Target>, Fail> {
        Ok(vec![holders::all(ctx, Kind::User)])
    }

    fn run(ctx: &mut Ctx<'_>, input: &ListInput) -> Result<Listing<UserShape>, Fail> {
        let page = input.page(ctx, Kind::User)?.try_map(|user| {
            let who = Who::User(user.id.clone());
            UserShape::from(user).seen(ctx, &who)
        })?;
        Ok(page.listing("Users"))
    }
}

/// New names for a user.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UpdateUserInput {
    #[serde(flatten)]
    of: Of,
    #[serde(flatten)]
    fields: UpdateFields,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    new_user_name: Option<String>,
}

/// Renames or moves a user.
pub(crate) struct UpdateUser;

impl Action for UpdateUser {
    const NAME: &'static str = "UpdateUser";
    const READ_ONLY: bool = false;
    type Input = UpdateUserInput;
    type Output = ();

    fn check(input: &UpdateUserInput) -> Result<(), IamError> {
        let checks = input.of.check_as(Kind::User, Checks::iam(), &NAME_128);
        checks
            .may("newPath", input.fields.new_path.as_deref(), &PATH)
            .may("newUserName", input.new_user_name.as_deref(), &NAME_64)
            .done()
    }

    fn targets(ctx: &Ctx<'_>, input: &UpdateUserInput) -> Result<Vec<Target>, Fail> {
        let name = input.of.name(Kind::User);
        input.fields.targets(ctx, Kind::User, name, input.new_user_name.as_deref())
    }

    fn run(ctx: &mut Ctx<'_>, input: &UpdateUserInput) -> Result<(), Fail> {
        let user = input.of.existing(ctx, Kind::User)?;
        input.fields.apply(ctx, user, input.new_user_name.as_deref())?;
        Ok(())
    }
}

/// Deletes a user that has nothing left.
pub(crate) struct DeleteUser;

impl Action for DeleteUser {
    const NAME: &'static str = "DeleteUser";
    const READ_ONLY: bool = false;
    type Input = Of;
    type Output = ();

    fn check(input: &Of) -> Result<(), IamError> {
        input.check_as(Kind::User, Checks::iam(), &NAME_128).done()
    }

    fn targets(ctx: &Ctx<'_>, input: &Of) -> Result<Vec<Target>, Fail> {
        Ok(vec![target_of(ctx, Kind::User, given(input.user_name.as_ref()))?])
    }

    fn run(ctx: &mut Ctx<'_>, input: &Of) -> Result<(), Fail> {
        let user = input.existing(ctx, Kind::User)?;
        if !user.access_keys.is_empty() {
            return Err(IamError::delete_first("delete access keys").into());
        }
        let who = Who::User(user.id.clone());
        if rows::profile(ctx.tx(), ctx.account(), &who)?.is_some() {
            return Err(IamError::delete_first("delete login profile").into());
        }
        if !rows::devices_of(ctx.tx(), ctx.account(), &who)?.is_empty() {
            return Err(IamError::delete_first("delete MFA device").into());
        }
        if !user.groups.is_empty() {
            return Err(IamError::delete_first("remove user from all groups").into());
        }
        holders::delete(ctx, &user)?;
        Ok(())
    }
}
