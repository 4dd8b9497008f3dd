//! What the operations of IAM share, so that each defines only its specifics.

use std::marker::PhantomData;

use gateway::{Access, Answered, Ctx, EventParts, Fault, Needed, Operation, Query, Row, Spec, row};
use policy::{Principal, ResourceRule};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use types::{AccountId, Timestamp};

use crate::IAM;
use crate::error::{Fail, IamError};
use crate::model::{Holder, Kind, Tag};
use crate::{directory, validate};

/// An operation of IAM.
pub(crate) trait Action: 'static {
    /// Its name in the API.
    const NAME: &'static str;
    /// Whether events have `readOnly: true`; see [`Spec::read_only`].
    const READ_ONLY: bool;
    /// The input.
    type Input: Serialize + DeserializeOwned + Send + 'static;
    /// The output.
    type Output: Answered + Send + 'static;

    /// Refuses an input that is out of form; AWS's front end does so before it authorizes.
    fn check(input: &Self::Input) -> Result<(), IamError>;

    /// The resource of the call.
    fn targets(ctx: &Ctx<'_>, input: &Self::Input) -> Result<Vec<Target>, Fail>;

    /// The operation itself.
    fn run(ctx: &mut Ctx<'_>, input: &Self::Input) -> Result<Self::Output, Fail>;
}

/// An operation of IAM with slow work before its transaction: it hashes passwords.
pub(crate) trait Hashing: 'static {
    /// Its name in the API.
    const NAME: &'static str;
    /// Whether events have `readOnly: true`; see [`Spec::read_only`].
    const READ_ONLY: bool;
    /// The input.
    type Input: Serialize + DeserializeOwned + Send + 'static;
    /// The output.
    type Output: Answered + Send + 'static;
    /// The result of the slow work.
    type Work: Send + 'static;

    /// Refuses an input that is out of form; see [`Action::check`].
    fn check(input: &Self::Input) -> Result<(), IamError>;

    /// The resource of the call.
    fn targets(ctx: &Ctx<'_>, input: &Self::Input) -> Result<Vec<Target>, Fail>;

    /// The slow work.
    fn prepare(ctx: &mut Ctx<'_>, input: &Self::Input) -> Result<Self::Work, Fail>;

    /// The operation itself.
    fn run(
        ctx: &mut Ctx<'_>,
        input: &Self::Input,
        work: &mut Self::Work,
    ) -> Result<Self::Output, Fail>;
}

impl<A: Action> Hashing for A {
    const NAME: &'static str = A::NAME;
    const READ_ONLY: bool = A::READ_ONLY;
    type Input = A::Input;
    type Output = A::Output;
    type Work = ();

    fn check(input: &A::Input) -> Result<(), IamError> {
        A::check(input)
    }

    fn targets(ctx: &Ctx<'_>, input: &A::Input) -> Result<Vec<Target>, Fail> {
        A::targets(ctx, input)
    }

    fn prepare(_: &mut Ctx<'_>, _: &A::Input) -> Result<(), Fail> {
        Ok(())
    }

    fn run(ctx: &mut Ctx<'_>, input: &A::Input, (): &mut ()) -> Result<A::Output, Fail> {
        A::run(ctx, input)
    }
}

/// A resource that a call acts on, with what policies can see of it.
#[derive(Debug)]
pub(crate) struct Target {
    action: Option<&'static str>,
    access: Access,
}

impl Target {
    /// A resource by its ARN.
    pub(crate) fn new(arn: impl Into<String>) -> Self {
        Self { action: None, access: Access::by_identity("", arn) }
    }

    /// For actions without a resource type.
    pub(crate) fn any() -> Self {
        Self::new("*")
    }

    /// A user, role or group.
    pub(crate) fn holder(holder: &Holder) -> Self {
        Self::new(holder.arn()).tagged(&holder.tags)
    }

    /// With the resource's tags.
    pub(crate) fn tagged(mut self, tags: &[Tag]) -> Self {
        for tag in tags {
            self.access.context.set(&format!("aws:ResourceTag/{}", tag.key), tag.value.as_str());
            self.access.context.set(&format!("iam:ResourceTag/{}", tag.key), tag.value.as_str());
        }
        self
    }

    /// With the tags of the request.
    pub(crate) fn requesting(mut self, tags: &[Tag]) -> Self {
        for tag in tags {
            self.access.context.set(&format!("aws:RequestTag/{}", tag.key), tag.value.as_str());
        }
        self.keys(tags.iter().map(|tag| tag.key.clone()).collect())
    }

    /// With the tag keys of the request.
    pub(crate) fn keys(mut self, keys: Vec<String>) -> Self {
        self.access.context.set_list("aws:TagKeys", keys);
        self
    }

    /// With a condition key of the operation.
    pub(crate) fn with(mut self, key: &str, value: Option<&str>) -> Self {
        if let Some(value) = value {
            self.access.context.set(key, value);
        }
        self
    }

    /// Allowed by a setting of the account, as long as no policy denies it.
    pub(crate) fn granted(mut self, owner: &AccountId) -> Self {
        self.access.owner = Some(owner.clone());
        // As a grant on a key does: it needs no identity policy, and cannot undo a denial.
        self.access.rule = ResourceRule::KeyPolicy;
        self.access.granted = true;
        self
    }

    /// For another action than the operation's own.
    pub(crate) fn action(mut self, action: &'static str) -> Self {
        self.action = Some(action);
        self
    }
}

/// The bridge from an [`Action`] to the pipeline.
#[derive(Debug)]
pub(crate) struct Iam<A>(PhantomData<A>);

/// The row of an action.
pub(crate) const fn action<A: Hashing>() -> Row {
    row::<Iam<A>>()
}

impl<A: Hashing> Operation for Iam<A> {
    const SPEC: Spec =
        if A::READ_ONLY { Spec::reads(&IAM, A::NAME) } else { Spec::writes(&IAM, A::NAME) };
    type Input = A::Input;
    type Output = A::Output;
    type Error = IamError;
    type Codec = Query;
    type Seen = ();
    type Work = A::Work;

    fn access(ctx: &mut Ctx<'_>, input: &Self::Input) -> Result<Needed<()>, Fail> {
        refuse_session_tokens(ctx)?;
        A::check(input)?;
        let targets = A::targets(ctx, input)?.into_iter();
        let needs = targets.map(|Target { action, mut access }| {
            access.action = action.map_or_else(|| format!("iam:{}", A::NAME), str::to_owned);
            access
        });
        Ok((needs.collect(), ()))
    }

    fn prepare(ctx: &mut Ctx<'_>, input: &Self::Input, (): ()) -> Result<A::Work, Fail> {
        A::prepare(ctx, input)
    }

    fn run(
        ctx: &mut Ctx<'_>,
        input: &Self::Input,
        work: &mut A::Work,
    ) -> Result<Self::Output, Fail> {
        A::run(ctx, input, work)
    }

    fn annotate(
        _ctx: &Ctx<'_>,
        _input: &Self::Input,
        _work: Option<&A::Work>,
        _output: Option<&Self::Output>,
        event: &mut EventParts,
    ) -> Result<(), Fault> {
        java_dates(&mut event.response_elements);
        Ok(())
    }
}

/// Credentials of `GetSessionToken` are rejected without a second factor.
///
/// Source: STS API Reference, "GetSessionToken". Observed: the code, as for unknown credentials.
fn refuse_session_tokens(ctx: &Ctx<'_>) -> Result<(), IamError> {
    let caller = ctx.caller();
    let own = matches!(caller.principal, Principal::User { .. } | Principal::Root { .. });
    match &caller.session {
        Some(session) if own && !session.mfa && !session.console => {
            Err(IamError::InvalidClientToken)
        }
        Some(_) | None => Ok(()),
    }
}

/// Dates in IAM's events have Java's format.
///
/// Observed: `"createDate": "Jul 10, 2023 12:23:05 PM"`.
fn java_dates(tree: &mut Value) {
    match tree {
        Value::Object(members) => {
            for (name, value) in members {
                let date = value.as_str().filter(|_| name.ends_with("Date"));
                match date.and_then(Timestamp::parse_iso) {
                    Some(date) => *value = Value::from(date.java_text_iam()),
                    None => java_dates(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(java_dates),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The user, role or group of that name, or AWS's refusal.
pub(crate) fn existing(ctx: &Ctx<'_>, kind: Kind, name: &str) -> Result<Holder, Fail> {
    let found = directory::holder(ctx.tx(), ctx.account(), kind, name)?;
    found.ok_or_else(|| IamError::no_such(kind.word(), name).into())
}

/// The ARN of a named user, role or group, whether it exists or not: AWS authorizes first.
pub(crate) fn target_of(ctx: &Ctx<'_>, kind: Kind, name: &str) -> Result<Target, Fail> {
    let found = directory::holder(ctx.tx(), ctx.account(), kind, name)?;
    Ok(match found {
        Some(holder) => {
            let boundary = holder.boundary.clone();
            Target::holder(&holder).with("iam:PermissionsBoundary", boundary.as_deref())
        }
        None => Target::new(crate::model::holder_arn(kind, ctx.account(), "/", name)),
    })
}

/// The user that a call without `UserName` is about: the caller.
///
/// Observed: the refusal of other callers.
pub(crate) fn user_or_caller(name: Option<&String>, ctx: &Ctx<'_>) -> Result<Option<String>, Fail> {
    if let Some(name) = name {
        return Ok(Some(name.clone()));
    }
    match &ctx.caller().principal {
        Principal::User { unique_id, .. } => {
            Ok(directory::holder_by_id(ctx.tx(), unique_id)?.map(|user| user.name))
        }
        Principal::Root { .. } => Ok(None),
        Principal::Role { .. }
        | Principal::Federated { .. }
        | Principal::Service { .. }
        | Principal::Anonymous => {
            let message = "Must specify userName when calling with non-User credentials";
            Err(IamError::Validation(message.to_owned()).into())
        }
    }
}

/// The rule for the name of a kind where the model states `existingUserNameType`.
pub(crate) fn existing_name_rule(kind: Kind) -> &'static validate::Text {
    match kind {
        Kind::User | Kind::Group => &validate::NAME_128,
        Kind::Role => &validate::NAME_64,
    }
}

/// The rule for the name of a kind.
pub(crate) fn name_rule(kind: Kind) -> &'static validate::Text {
    match kind {
        Kind::User | Kind::Role => &validate::NAME_64,
        Kind::Group => &validate::NAME_128,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Dates at any depth; texts that are no dates and members of other names stay.
    #[test]
    fn dates_are_printed_as_java_does() {
        let mut tree = json!({"user": {"createDate": "2023-07-10T12:23:05Z", "userName": "x",
            "updateDate": "never"}, "list": [{"createDate": "2023-07-10T00:00:00Z"}]});
        java_dates(&mut tree);
        assert_eq!(
            tree,
            json!({"user": {"createDate": "Jul 10, 2023 12:23:05 PM", "userName": "x",
                "updateDate": "never"}, "list": [{"createDate": "Jul 10, 2023 12:00:00 AM"}]})
        );
    }
}
