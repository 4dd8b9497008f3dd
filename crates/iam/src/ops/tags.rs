//! `Tag…`, `Untag…`, `List…Tags` of users, roles and policies.

use std::marker::PhantomData;

use gateway::Ctx;
use serde::{Deserialize, Serialize};

use super::attached::check_policy_arn;
use super::policies::{Policies, own_policy};
use crate::action::{Action, Target, existing_name_rule, target_of};
use crate::error::{Fail, IamError};
use crate::model::{Kind, Tag};
use crate::noun::{Of, Roles, Users};
use crate::paging::{Listing, Paging};
use crate::tagging::SentTag;
use crate::validate::Checks;
use crate::{directory, tagging};

/// What can be tagged.
pub(crate) trait Tagged: 'static {
    /// The name of the operation that sets tags.
    const TAG: &'static str;
    /// The name of the operation that removes some.
    const UNTAG: &'static str;
    /// The name of the operation that lists them.
    const LIST: &'static str;

    /// The constraints of what names it.
    fn check(of: &Of) -> Result<Checks, IamError>;
    /// The resource of the call.
    fn target(ctx: &Ctx<'_>, of: &Of) -> Result<Target, Fail>;
    /// Its tags.
    fn tags(ctx: &Ctx<'_>, of: &Of) -> Result<Vec<Tag>, Fail>;
    /// Replaces its tags.
    fn set_tags(ctx: &mut Ctx<'_>, of: &Of, tags: Vec<Tag>) -> Result<(), Fail>;
}

macro_rules! tagged_holder {
    ($noun:ty, $kind:expr, $tag:literal, $untag:literal, $list:literal) => {
        impl Tagged for $noun {
            const TAG: &'static str = $tag;
            const UNTAG: &'static str = $untag;
            const LIST: &'static str = $list;

            fn check(of: &Of) -> Result<Checks, IamError> {
                Ok(of.check_as($kind, Checks::iam(), existing_name_rule($kind)))
            }

            fn target(ctx: &Ctx<'_>, of: &Of) -> Result<Target, Fail> {
                target_of(ctx, $kind, of.name($kind))
            }

            fn tags(ctx: &Ctx<'_>, of: &Of) -> Result<Vec<Tag>, Fail> {
                Ok(of.existing(ctx, $kind)?.tags)
            }

            fn set_tags(ctx: &mut Ctx<'_>, of: &Of, tags: Vec<Tag>) -> Result<(), Fail> {
                let mut holder = of.existing(ctx, $kind)?;
                holder.tags = tags;
                Ok(directory::put_holder(ctx.tx_mut(), &holder)?)
            }
        }
    };
}

tagged_holder!(Users, Kind::User, "TagUser", "UntagUser", "ListUserTags");
tagged_holder!(Roles, Kind::Role, "TagRole", "UntagRole", "ListRoleTags");

impl Tagged for Policies {
    const TAG: &'static str = "TagPolicy";
    const UNTAG: &'static str = "UntagPolicy";
    const LIST: &'static str = "ListPolicyTags";

    fn check(of: &Of) -> Result<Checks, IamError> {
        check_policy_arn(of.policy_arn.as_deref())?;
        Ok(of.check_arn(Checks::iam()))
    }

    fn target(ctx: &Ctx<'_>, of: &Of) -> Result<Target, Fail> {
        super::policies::target(ctx, of)
    }

    fn tags(ctx: &Ctx<'_>, of: &Of) -> Result<Vec<Tag>, Fail> {
        let found = directory::policy(ctx.tx(), of.arn())?;
        Ok(found.ok_or_else(|| IamError::no_policy(of.arn()))?.tags)
    }

    fn set_tags(ctx: &mut Ctx<'_>, of: &Of, tags: Vec<Tag>) -> Result<(), Fail> {
        let mut policy = own_policy(ctx, of.arn())?;
        policy.tags = tags;
        let account = ctx.account().clone();
        Ok(directory::put_policy(ctx.tx_mut(), &account, &policy)?)
    }
}

/// Tags for something.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct TagInput {
    #[serde(flatten)]
    of: Of,
    #[serde(default, deserialize_with = "wire::query::lenient::opt_list")]
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<Vec<SentTag>>,
}

impl TagInput {
    fn sent(&self) -> &[SentTag] {
        self.tags.as_deref().unwrap_or(&[])
    }
}

/// Sets tags.
pub(crate) struct TagIt<T>(PhantomData<T>);

impl<T: Tagged> Action for TagIt<T> {
    const NAME: &'static str = T::TAG;
    const READ_ONLY: bool = false;
    type Input = TagInput;
    type Output = ();

    fn check(input: &TagInput) -> Result<(), IamError> {
        let checks = T::check(&input.of)?.must_list("tags", input.tags.as_deref());
        tagging::check(checks, input.sent()).done()?;
        tagging::check_keys_differ(input.sent())
    }

    fn targets(ctx: &Ctx<'_>, input: &TagInput) -> Result<Vec<Target>, Fail> {
        Ok(vec![T::target(ctx, &input.of)?.requesting(&tagging::accepted(input.sent()))])
    }

    fn run(ctx: &mut Ctx<'_>, input: &TagInput) -> Result<(), Fail> {
        let new = tagging::accepted(input.sent());
        let tags = tagging::set(&T::tags(ctx, &input.of)?, &new)?;
        T::set_tags(ctx, &input.of, tags)?;
        Ok(())
    }
}

/// Keys of tags of something.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UntagInput {
    #[serde(flatten)]
    of: Of,
    #[serde(default, deserialize_with = "wire::query::lenient::opt_list")]
    #[serde(skip_serializing_if = "Option::is_none")]
    tag_keys: Option<Vec<String>>,
}

impl UntagInput {
    fn keys(&self) -> &[String] {
        self.tag_keys.as_deref().unwrap_or(&[])
    }
}

/// Removes tags; missing ones are ignored.
pub(crate) struct UntagIt<T>(PhantomData<T>);

impl<T: Tagged> Action for UntagIt<T> {
    const NAME: &'static str = T::UNTAG;
    const READ_ONLY: bool = false;
    type Input = UntagInput;
    type Output = ();

    fn check(input: &UntagInput) -> Result<(), IamError> {
        let checks = T::check(&input.of)?.must_list("tagKeys", input.tag_keys.as_deref());
        tagging::check_keys(checks, "tagKeys", input.keys()).done()
    }

    fn targets(ctx: &Ctx<'_>, input: &UntagInput) -> Result<Vec<Target>, Fail> {
        Ok(vec![T::target(ctx, &input.of)?.keys(input.keys().to_vec())])
    }

    fn run(ctx: &mut Ctx<'_>, input: &UntagInput) -> Result<(), Fail> {
        let mut tags = T::tags(ctx, &input.of)?;
        tags.retain(|tag| !input.keys().iter().any(|key| key.eq_ignore_ascii_case(&tag.key)));
        T::set_tags(ctx, &input.of, tags)?;
        Ok(())
    }
}

/// Something whose tags are listed.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ListTagsInput {
    #[serde(flatten)]
    of: Of,
    #[serde(flatten)]
    paging: Paging,
}

/// Lists tags.
pub(crate) struct ListTags<T>(PhantomData<T>);

impl<T: Tagged> Action for ListTags<T> {
    const NAME: &'static str = T::LIST;
    const READ_ONLY: bool = true;
    type Input = ListTagsInput;
    type Output = Listing<Tag>;

    fn check(input: &ListTagsInput) -> Result<(), IamError> {
        input.paging.check(T::check(&input.of)?).done()
    }

    fn targets(ctx: &Ctx<'_>, input: &ListTagsInput) -> Result<Vec<Target>, Fail> {
        Ok(vec![T::target(ctx, &input.of)?])
    }

    fn run(ctx: &mut Ctx<'_>, input: &ListTagsInput) -> Result<Listing<Tag>, Fail> {
        let mut tags = T::tags(ctx, &input.of)?;
        tags.sort_by(|a, b| a.key.cmp(&b.key));
        let tags = tags.into_iter().map(|tag| (tag.key.clone(), tag));
        Ok(input.paging.page(tags)?.listing("Tags"))
    }
}
