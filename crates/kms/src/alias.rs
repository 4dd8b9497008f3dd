//! Names of aliases, and the keys behind them.

use gateway::{Ctx, SealingTx};
use types::Arn;

use crate::error::{KmsError, KmsFailure};
use crate::id::ALIAS_OF_AWS;
use crate::model::{ALIASES, Alias, KEYS, Key, alias_place, key_place};

/// Aliases that a key has at most.
///
/// Source: KMS Developer Guide, "Resource quotas".
pub(crate) const PER_KEY_MAX: usize = 50;

/// Validates the name of an alias that is to be created, changed or deleted.
///
/// Observed: the text about the prefix. Assumed, after moto: the others, and that there is no text
/// about the aliases of AWS.
pub(crate) fn check_name(name: &str) -> Result<(), KmsError> {
    let Some(rest) = name.strip_prefix("alias/") else {
        return Err(KmsError::Validation(
            "Alias must start with the prefix \"alias/\". Please see \
             https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html"
                .to_owned(),
        ));
    };
    if rest.is_empty() {
        return Err(KmsError::Validation("Invalid identifier".to_owned()));
    }
    if rest.contains(':') {
        let text = format!("{name} contains invalid characters for an alias");
        return Err(KmsError::Validation(text));
    }
    if name.starts_with(ALIAS_OF_AWS) {
        return Err(KmsError::NotAuthorized);
    }
    Ok(())
}

/// Checks that a target is named as a key.
pub(crate) fn check_target(text: &str) -> Result<(), KmsError> {
    if text.starts_with("alias/") || text.contains(":alias/") {
        let text = "Aliases must refer to keys. Not aliases".to_owned();
        return Err(KmsError::Validation(text));
    }
    Ok(())
}

/// The ARN of an alias of the caller.
pub(crate) fn arn(ctx: &Ctx<'_>, name: &str) -> Arn {
    ctx.arn("kms", name)
}

/// An alias of the caller and its key.
pub(crate) fn find(ctx: &Ctx<'_>, name: &str) -> Result<Option<(Alias, Key)>, KmsFailure> {
    let place = alias_place(ctx.account(), ctx.region(), name);
    let Some(alias) = ALIASES.get(ctx.tx(), ctx.keyring(), &place)? else { return Ok(None) };
    let place = key_place(ctx.account(), ctx.region(), &alias.key_id);
    let key = KEYS.get(ctx.tx(), ctx.keyring(), &place)?;
    Ok(key.filter(|key| !key.is_gone(ctx.now())).map(|key| (alias, key)))
}

/// The error for an alias that does not exist.
pub(crate) fn not_found(ctx: &Ctx<'_>, name: &str) -> KmsError {
    KmsError::NotFound(format!("Alias {} is not found.", arn(ctx, name)))
}

/// Stores an alias of the caller.
pub(crate) fn put(ctx: &mut Ctx<'_>, name: &str, alias: &Alias) -> Result<(), KmsFailure> {
    let place = alias_place(ctx.account(), ctx.region(), name);
    let SealingTx { tx, keyring, .. } = ctx.sealing_tx();
    Ok(ALIASES.put(tx, keyring, &place, alias)?)
}

/// Refuses one alias more than a key may have.
pub(crate) fn refuse_full(key: &Key) -> Result<(), KmsError> {
    if key.aliases.len() < PER_KEY_MAX {
        return Ok(());
    }
    let text = format!("Key {} has reached the limit of {PER_KEY_MAX} aliases.", key.arn());
    Err(KmsError::LimitExceeded(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: Option<&str>) {
        let found = check_name(name).err().map(|error| {
            let wire = gateway::ApiError::wire(&error);
            format!("{}: {}", wire.code, wire.message.unwrap_or_default())
        });
        assert_eq!(found.as_deref(), expected, "{name}");
    }

    /// Each rule about names has its own error.
    #[test]
    fn names_follow_the_rules() {
        check("alias/a/b_c-1", None);
        check("alias/awsome", None);
        check(
            "myalias",
            Some(
                "ValidationException: Alias must start with the prefix \"alias/\". Please see \
                 https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html",
            ),
        );
        check("alias/", Some("ValidationException: Invalid identifier"));
        check(
            "alias/a:b",
            Some("ValidationException: alias/a:b contains invalid characters for an alias"),
        );
        check("alias/aws/s3", Some("NotAuthorizedException: "));
    }
}
