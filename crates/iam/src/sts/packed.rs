//! The packed size of a session's policies and tags, which share one space.

use crate::error::IamError;
use crate::token::Token;

/// Characters of the plain session policy that fill the space.
///
/// Source: STS API Reference, "AssumeRole", `Policy`: 2,048 characters.
/// AWS packs policies in a form that it does not publish, often less tightly than this.
const POLICY_CHARS_MAX: usize = 2_048;
/// Bytes of session tags that fill the space.
///
/// Observed: aws-actions/configure-aws-credentials, issue 1898: nine tags of 252 bytes take 498%.
/// Assumed: STS packs all tags like these.
const TAG_BYTES_MAX: usize = 456;

/// How full the space for policies and tags is, in percent; `None` for a session without either.
/// Errors if they do not fit.
///
/// Observed: the messages; aws/containers-roadmap, issue 2413, for what the session inherits.
pub(super) fn packed_size(token: &Token) -> Result<Option<usize>, IamError> {
    if token.policy.is_none() && token.policy_arns.is_empty() && token.tags.is_empty() {
        return Ok(None);
    }
    let policies = token.policy.iter().chain(&token.policy_arns).map(|text| text.chars().count());
    let tags = token.tags.iter().map(|tag| tag.key.len().saturating_add(tag.value.len()));
    let of_policies = percent(policies.sum(), POLICY_CHARS_MAX);
    let of_tags = percent(tags.sum(), TAG_BYTES_MAX);
    let all = of_policies.saturating_add(of_tags);
    if all <= 100 {
        return Ok(Some(all));
    }
    Err(IamError::PackedPolicyTooLarge(if of_tags > of_policies {
        format!("Packed size of session tags consumes {all}% of allotted space.")
    } else {
        format!("Packed policy consumes {all}% of allotted space, please use smaller policy.")
    }))
}

fn percent(part: usize, whole: usize) -> usize {
    part.saturating_mul(100).div_ceil(whole)
}
