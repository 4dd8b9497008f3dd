//! Groups and who is in them.

use gateway::Ctx;
use serde::{Deserialize, Serialize};

use super::holders::{self, CreateFields, ListInput, UpdateFields};
use crate::action::{Action, Target, existing, target_of};
use crate::directory;
use crate::error::{Fail, IamError};
use crate::model::Kind;
use crate::noun::Of;
use crate::paging::{Listing, Paging};
use crate::shapes::{GroupShape, UserShape};
use crate::validate::{Checks, NAME_128, PATH};

/// Groups that a user may be in.
///
/// Source: IAM User Guide, "IAM and AWS STS quotas".
const GROUPS_PER_USER_MAX: usize = 10;

/// A group to be.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CreateGroupInput {
    #[serde(flatten)]
    of: Of,
    #[serde(flatten)]
    fields: CreateFields,
}

/// A group in an answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GroupOutput {
    group: GroupShape,
}

/// Creates a group.
pub(crate) struct CreateGroup;

impl Action for CreateGroup {
    const NAME: &'static str = "CreateGroup";
    const READ_ONLY: bool = false;
    type Input = CreateGroupInput;
    type Output = GroupOutput;

    fn check(input: &CreateGroupInput) -> Result<(), IamError> {
        input.fields.check(input.of.check(Kind::Group, Checks::iam()))
    }

    fn targets(ctx: &Ctx<'_>, input: &CreateGroupInput) -> Result<Vec<Target>, Fail> {
        let name = input.of.name(Kind::Group);
        Ok(input.fields.targets(ctx, Kind::Group, name, "iam:CreateGroup"))
    }

    fn run(ctx: &mut Ctx<'_>, input: &CreateGroupInput) -> Result<GroupOutput, Fail> {
        let group = input.fields.holder(ctx, Kind::Group, input.of.name(Kind::Group))?;
        directory::insert_holder(ctx.tx_mut(), &group)?;
        Ok(GroupOutput { group: group.into() })
    }
}

/// A group whose members are listed.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct MembersInput {
    #[serde(flatten)]
    of: Of,
    #[serde(flatten)]
    paging: Paging,
}

/// A group with its users.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct MembersOutput {
    group: GroupShape,
    #[serde(flatten)]
    users: Listing<UserShape>,
}

/// Shows a group and its users.
pub(crate) struct GetGroup;

impl Action for GetGroup {
    const NAME: &'static str = "GetGroup";
    const READ_ONLY: bool = true;
    type Input = MembersInput;
    type Output = MembersOutput;

    fn check(input: &MembersInput) -> Result<(), IamError> {
        input.paging.check(input.of.check(Kind::Group, Checks::iam())).done()
    }

    fn targets(ctx: &Ctx<'_>, input: &MembersInput) -> Result<Vec<Target>, Fail> {
        Ok(vec![target_of(ctx, Kind::Group, input.of.name(Kind::Group))?])
    }

    fn run(ctx: &mut Ctx<'_>, input: &MembersInput) -> Result<MembersOutput, Fail> {
        let group = input.of.existing(ctx, Kind::Group)?;
        let users = directory::members(ctx.tx(), &group.id)?.into_iter();
        let page = input.paging.page(users.map(|user| (user.lower_name(), user)))?;
        Ok(MembersOutput { group: group.into(), users: page.listing("Users") })
    }
}

/// Lists groups.
pub(crate) struct ListGroups;

impl Action for ListGroups {
    const NAME: &'static str = "ListGroups";
    const READ_ONLY: bool = true;
    type Input = ListInput;
    type Output = Listing<GroupShape>;

    fn check(input: &ListInput) -> Result<(), IamError> {
        input.check()
    }

    fn targets(ctx: &Ctx<'_>, _input: &ListInput) -> Result<Vec<Target>, Fail> {
        Ok(vec![holders::all(ctx, Kind::Group)])
    }

    fn run(ctx: &mut Ctx<'_>, input: &ListInput) -> Result<Listing<GroupShape>, Fail> {
        Ok(input.page(ctx, Kind::Group)?.listing("Groups"))
    }
}

/// New names for a group.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UpdateGroupInput {
    #[serde(flatten)]
    of: Of,
    #[serde(flatten)]
    fields: UpdateFields,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    new_group_name: Option<String>,
}

/// Renames or moves a group.
pub(crate) struct UpdateGroup;

impl Action for UpdateGroup {
    const NAME: &'static str = "UpdateGroup";
    const READ_ONLY: bool = false;
    type Input = UpdateGroupInput;
    type Output = ();

    fn check(input: &UpdateGroupInput) -> Result<(), IamError> {
        let checks = input.of.check(Kind::Group, Checks::iam());
        checks
            .may("newPath", input.fields.new_path.as_deref(), &PATH)
            .may("newGroupName", input.new_group_name.as_deref(), &NAME_128)
            .done()
    }

    fn targets(ctx: &Ctx<'_>, input: &UpdateGroupInput) -> Result<Vec<Target>, Fail> {
        let name = input.of.name(Kind::Group);
        input.fields.targets(ctx, Kind::Group, name, input.new_group_name.as_deref())
    }

    fn run(ctx: &mut Ctx<'_>, input: &UpdateGroupInput) -> Result<(), Fail> {
        let group = input.of.existing(ctx, Kind::Group)?;
        input.fields.apply(ctx, group, input.new_group_name.as_deref())?;
        Ok(())
    }
}

/// Deletes a group without users and policies.
pub(crate) struct DeleteGroup;

impl Action for DeleteGroup {
    const NAME: &'static str = "DeleteGroup";
    const READ_ONLY: bool = false;
    type Input = Of;
    type Output = ();

    fn check(input: &Of) -> Result<(), IamError> {
        input.check(Kind::Group, Checks::iam()).done()
    }

    fn targets(ctx: &Ctx<'_>, input: &Of) -> Result<Vec<Target>, Fail> {
        Ok(vec![target_of(ctx, Kind::Group, input.name(Kind::Group))?])
    }

    fn run(ctx: &mut Ctx<'_>, input: &Of) -> Result<(), Fail> {
        let group = input.existing(ctx, Kind::Group)?;
        if !directory::members(ctx.tx(), &group.id)?.is_empty() {
            return Err(IamError::delete_first("remove users from group").into());
        }
        holders::delete(ctx, &group)?;
        Ok(())
    }
}

fn check_pair(input: &Of) -> Result<(), IamError> {
    let checks = input.check(Kind::Group, Checks::iam());
    input.check_as(Kind::User, checks, &NAME_128).done()
}

/// Puts a user into a group; once more changes nothing.
pub(crate) struct AddUserToGroup;

impl Action for AddUserToGroup {
    const NAME: &'static str = "AddUserToGroup";
    const READ_ONLY: bool = false;
    type Input = Of;
    type Output = ();

    fn check(input: &Of) -> Result<(), IamError> {
        check_pair(input)
    }

    fn targets(ctx: &Ctx<'_>, input: &Of) -> Result<Vec<Target>, Fail> {
        Ok(vec![target_of(ctx, Kind::Group, input.name(Kind::Group))?])
    }

    fn run(ctx: &mut Ctx<'_>, input: &Of) -> Result<(), Fail> {
        let group = input.existing(ctx, Kind::Group)?;
        let mut user = input.existing(ctx, Kind::User)?;
        let new = user.groups.insert(group.id.clone());
        if new && user.groups.len() > GROUPS_PER_USER_MAX {
            return Err(IamError::quota("GroupsPerUser", GROUPS_PER_USER_MAX).into());
        }
        directory::add_member(ctx.tx_mut(), &group.id, &user.id)?;
        directory::put_holder(ctx.tx_mut(), &user)?;
        Ok(())
    }
}

/// Takes a user out of a group.
pub(crate) struct RemoveUserFromGroup;

impl Action for RemoveUserFromGroup {
    const NAME: &'static str = "RemoveUserFromGroup";
    const READ_ONLY: bool = false;
    type Input = Of;
    type Output = ();

    fn check(input: &Of) -> Result<(), IamError> {
        check_pair(input)
    }

    fn targets(ctx: &Ctx<'_>, input: &Of) -> Result<Vec<Target>, Fail> {
        Ok(vec![target_of(ctx, Kind::Group, input.name(Kind::Group))?])
    }

    /// Assumed: a user that is not in the group is no error.
    fn run(ctx: &mut Ctx<'_>, input: &Of) -> Result<(), Fail> {
        let group = input.existing(ctx, Kind::Group)?;
        let mut user = input.existing(ctx, Kind::User)?;
        user.groups.remove(&group.id);
        directory::remove_member(ctx.tx_mut(), &group.id, &user.id)?;
        directory::put_holder(ctx.tx_mut(), &user)?;
        Ok(())
    }
}

/// Lists the groups of a user.
pub(crate) struct ListGroupsForUser;

impl Action for ListGroupsForUser {
    const NAME: &'static str = "ListGroupsForUser";
    const READ_ONLY: bool = true;
    type Input = MembersInput;
    type Output = Listing<GroupShape>;

    fn check(input: &MembersInput) -> Result<(), IamError> {
        let checks = input.of.check_as(Kind::User, Checks::iam(), &NAME_128);
        input.paging.check(checks).done()
    }

    fn targets(ctx: &Ctx<'_>, input: &MembersInput) -> Result<Vec<Target>, Fail> {
        Ok(vec![target_of(ctx, Kind::User, input.of.name(Kind::User))?])
    }

    fn run(ctx: &mut Ctx<'_>, input: &MembersInput) -> Result<Listing<GroupShape>, Fail> {
        let user = existing(ctx, Kind::User, input.of.name(Kind::User))?;
        let mut groups = Vec::new();
        for id in &user.groups {
            groups.extend(directory::holder_by_id(ctx.tx(), id)?);
        }
        groups.sort_by_key(crate::model::Holder::lower_name);
        let groups = groups.into_iter().map(|group| (group.lower_name(), group));
        Ok(input.paging.page(groups)?.listing("Groups"))
    }
}
