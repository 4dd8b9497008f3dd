//! Inline policies: `Put…Policy`, `Get…Policy`, `Delete…Policy`, `List…Policies` of users, roles
//! and groups.

use std::marker::PhantomData;

use gateway::Ctx;
use serde::{Deserialize, Serialize};

use crate::action::{Action, Target, existing_name_rule, target_of};
use crate::error::{Fail, IamError};
use crate::model::{Holder, Kind};
use crate::noun::{Noun, Of};
use crate::paging::{Listing, Paging};
use crate::validate::{Checks, DOCUMENT, NAME_128, given};
use crate::{directory, document};

/// One inline policy.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct InlineInput {
    #[serde(flatten)]
    of: Of,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    policy_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    policy_document: Option<String>,
}

impl InlineInput {
    fn checks(&self, kind: Kind) -> Checks {
        let checks = self.of.check_as(kind, Checks::iam(), existing_name_rule(kind));
        checks.must("policyName", self.policy_name.as_deref(), &NAME_128)
    }

    fn no_such_policy(&self, kind: Kind) -> IamError {
        let name = given(self.policy_name.as_ref());
        let what = kind.word();
        IamError::NoSuchEntity(format!("The {what} policy with name {name} cannot be found."))
    }
}

/// Writes an inline policy, replacing one of the same name.
pub(crate) struct Put<N>(PhantomData<N>);

impl<N: Noun> Action for Put<N> {
    const NAME: &'static str = N::NAMES.put_policy;
    const READ_ONLY: bool = false;
    type Input = InlineInput;
    type Output = ();

    fn check(input: &InlineInput) -> Result<(), IamError> {
        let document = input.policy_document.as_deref();
        input.checks(N::KIND).must("policyDocument", document, &DOCUMENT).done()
    }

    fn targets(ctx: &Ctx<'_>, input: &InlineInput) -> Result<Vec<Target>, Fail> {
        Ok(vec![target_of(ctx, N::KIND, input.of.name(N::KIND))?])
    }

    fn run(ctx: &mut Ctx<'_>, input: &InlineInput) -> Result<(), Fail> {
        let mut holder = input.of.existing(ctx, N::KIND)?;
        let text = given(input.policy_document.as_ref());
        document::check_identity(text)?;
        holder.inline.insert(given(input.policy_name.as_ref()).to_owned(), text.to_owned());
        check_total(&holder)?;
        directory::put_holder(ctx.tx_mut(), &holder)?;
        Ok(())
    }
}

/// Source: IAM User Guide, "IAM and AWS STS quotas". Observed: the wording.
fn check_total(holder: &Holder) -> Result<(), IamError> {
    let most = holder.kind.inline_chars_max();
    let total: usize = holder.inline.values().map(|text| document::size(text)).sum();
    if total > most {
        let (what, name) = (holder.kind.word(), &holder.name);
        return Err(IamError::LimitExceeded(format!(
            "Maximum policy size of {most} bytes exceeded for {what} {name}"
        )));
    }
    Ok(())
}

/// One inline policy in a response.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct InlineOutput {
    #[serde(flatten)]
    of: Of,
    policy_name: String,
    policy_document: String,
}

/// Reads an inline policy.
pub(crate) struct Get<N>(PhantomData<N>);

impl<N: Noun> Action for Get<N> {
    const NAME: &'static str = N::NAMES.get_policy;
    const READ_ONLY: bool = true;
    type Input = InlineInput;
    type Output = InlineOutput;

    fn check(input: &InlineInput) -> Result<(), IamError> {
        input.checks(N::KIND).done()
    }

    fn targets(ctx: &Ctx<'_>, input: &InlineInput) -> Result<Vec<Target>, Fail> {
        Ok(vec![target_of(ctx, N::KIND, input.of.name(N::KIND))?])
    }

    fn run(ctx: &mut Ctx<'_>, input: &InlineInput) -> Result<InlineOutput, Fail> {
        let holder = input.of.existing(ctx, N::KIND)?;
        let name = given(input.policy_name.as_ref());
        let text = holder.inline.get(name).ok_or_else(|| input.no_such_policy(N::KIND))?;
        Ok(InlineOutput {
            of: Of::named(N::KIND, &holder.name),
            policy_name: name.to_owned(),
            policy_document: document::encoded(text),
        })
    }
}

/// Removes an inline policy.
pub(crate) struct Delete<N>(PhantomData<N>);

impl<N: Noun> Action for Delete<N> {
    const NAME: &'static str = N::NAMES.delete_policy;
    const READ_ONLY: bool = false;
    type Input = InlineInput;
    type Output = ();

    fn check(input: &InlineInput) -> Result<(), IamError> {
        input.checks(N::KIND).done()
    }

    fn targets(ctx: &Ctx<'_>, input: &InlineInput) -> Result<Vec<Target>, Fail> {
        Ok(vec![target_of(ctx, N::KIND, input.of.name(N::KIND))?])
    }

    fn run(ctx: &mut Ctx<'_>, input: &InlineInput) -> Result<(), Fail> {
        let mut holder = input.of.existing(ctx, N::KIND)?;
        let gone = holder.inline.remove(given(input.policy_name.as_ref()));
        gone.ok_or_else(|| input.no_such_policy(N::KIND))?;
        directory::put_holder(ctx.tx_mut(), &holder)?;
        Ok(())
    }
}

/// A holder whose policies are listed.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ListInput {
    #[serde(flatten)]
    of: Of,
    #[serde(flatten)]
    paging: Paging,
}

/// The names of inline policies.
pub(crate) struct List<N>(PhantomData<N>);

impl<N: Noun> Action for List<N> {
    const NAME: &'static str = N::NAMES.list_policies;
    const READ_ONLY: bool = true;
    type Input = ListInput;
    type Output = Listing<String>;

    fn check(input: &ListInput) -> Result<(), IamError> {
        let checks = input.of.check_as(N::KIND, Checks::iam(), existing_name_rule(N::KIND));
        input.paging.check(checks).done()
    }

    fn targets(ctx: &Ctx<'_>, input: &ListInput) -> Result<Vec<Target>, Fail> {
        Ok(vec![target_of(ctx, N::KIND, input.of.name(N::KIND))?])
    }

    fn run(ctx: &mut Ctx<'_>, input: &ListInput) -> Result<Listing<String>, Fail> {
        let holder = input.of.existing(ctx, N::KIND)?;
        let names = holder.inline.into_keys().map(|name| (name.clone(), name));
        Ok(input.paging.page(names)?.listing("PolicyNames"))
    }
}
