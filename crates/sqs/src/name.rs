//! Names, ARNs and URLs of queues.

use gateway::Ctx;
use types::{AccountId, Arn};

use crate::error::SqsError;

/// The end of the name of a FIFO queue.
pub(crate) const FIFO: &str = ".fifo";
/// Source: SQS API Reference, "`CreateQueue`".
const NAME_LEN_MAX: usize = 80;

/// The queue that a request names: an account and a name, in the region of the call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct QueueName {
    pub(crate) account: AccountId,
    pub(crate) name: String,
}

impl QueueName {
    /// Reads a queue URL: its last two segments, because SDKs and proxies change the host. A bare
    /// name is a queue of the caller's account.
    ///
    /// Observed: the JavaScript SDK sends bare names. Assumed: the text for other URLs.
    pub(crate) fn of_url(ctx: &Ctx<'_>, url: Option<&str>) -> Result<Self, SqsError> {
        let url = url.ok_or_else(|| SqsError::missing("QueueUrl"))?;
        let not_valid = || {
            SqsError::InvalidAddress(format!("The address {url} is not valid for this endpoint."))
        };
        if !url.contains('/') {
            let (account, name) = (ctx.account().clone(), url.to_owned());
            return if url.is_empty() { Err(not_valid()) } else { Ok(Self { account, name }) };
        }
        let mut segments = url.rsplit('/');
        let (name, account) = (segments.next(), segments.next());
        let account = account.and_then(AccountId::parse).ok_or_else(not_valid)?;
        let name = name.filter(|name| !name.is_empty()).ok_or_else(not_valid)?;
        Ok(Self { account, name: name.to_owned() })
    }

    /// Reads an ARN of SQS in the region of the call.
    pub(crate) fn of_arn(ctx: &Ctx<'_>, arn: &str) -> Option<Self> {
        let arn = Arn::parse(arn)?;
        let is_here = arn.service() == "sqs" && arn.region() == ctx.region().as_str();
        let account = AccountId::parse(arn.account()).filter(|_| is_here)?;
        let is_name = !arn.resource().contains([':', '/']);
        is_name.then(|| Self { account, name: arn.resource().to_owned() })
    }

    /// The ARN.
    pub(crate) fn arn(&self, ctx: &Ctx<'_>) -> Arn {
        Arn::new("sqs", ctx.region(), &self.account, &self.name)
    }

    /// The URL, under the address that the caller used.
    pub(crate) fn url(&self, ctx: &Ctx<'_>) -> String {
        let Self { account, name } = self;
        match &ctx.call().origin {
            Some(origin) if !origin.host.is_empty() => {
                let scheme = if origin.secure { "https" } else { "http" };
                format!("{scheme}://{}/{account}/{name}", origin.host)
            }
            Some(_) | None => {
                format!("https://sqs.{}.amazonaws.com/{account}/{name}", ctx.region())
            }
        }
    }
}

/// Checks the name of a new queue.
///
/// Observed: the first text. Assumed: the second.
pub(crate) fn check_new(name: &str, is_fifo: bool) -> Result<(), SqsError> {
    let stem = if is_fifo { name.strip_suffix(FIFO) } else { Some(name) };
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let is_valid = stem.is_some_and(|stem| !stem.is_empty() && stem.bytes().all(is_letter))
        && name.len() <= NAME_LEN_MAX;
    if is_valid {
        return Ok(());
    }
    Err(SqsError::InvalidParameterValue(if is_fifo {
        "The name of a FIFO queue can only include alphanumeric characters, hyphens, or \
         underscores, must end with .fifo suffix and be 1 to 80 in length."
            .to_owned()
    } else {
        "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
            .to_owned()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A period is only in the ending of a FIFO queue.
    #[test]
    fn names_have_letters_digits_hyphens_and_underscores() {
        let (most, long) = ("a".repeat(80), "a".repeat(81));
        for (name, is_fifo, is_valid) in [
            ("a", false, true),
            ("Az09-_", false, true),
            (&most, false, true),
            (&long, false, false),
            ("", false, false),
            ("a.b", false, false),
            ("a.fifo", false, false),
            ("a.fifo", true, true),
            (".fifo", true, false),
            ("a", true, false),
            ("a.b.fifo", true, false),
            ("ä", false, false),
        ] {
            assert_eq!(check_new(name, is_fifo).is_ok(), is_valid, "{name}");
        }
    }
}
