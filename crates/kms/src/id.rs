//! How requests name keys: ids, ARNs, aliases.

use types::{AccountId, Arn, Region};

use crate::KmsError;

/// The kinds of names that an operation accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Ids and ARNs of the caller's own keys.
    Own,
    /// Ids and ARNs, also of other accounts.
    Shared,
    /// Aliases too.
    Aliased,
}

/// A parsed name that was not looked up yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyName {
    pub(crate) account: AccountId,
    pub(crate) local: LocalName,
}

/// The name within an account and a region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LocalName {
    Id(String),
    /// With `alias/`.
    Alias(String),
}

/// What begins the aliases that customers may not touch.
pub(crate) const ALIAS_OF_AWS: &str = "alias/aws/";

impl KeyName {
    /// Parses `text` as sent to `account` in `region`.
    ///
    /// Observed: the texts of the refusals, but that of an ARN that names no key; for an alias where
    /// none is taken hashicorp/terraform, issue 20813.
    pub(crate) fn parse(
        text: &str,
        scope: Scope,
        account: &AccountId,
        region: &Region,
    ) -> Result<Self, KmsError> {
        let (account, name) = if text.starts_with("arn:") {
            let malformed = || KmsError::InvalidArn(format!("Invalid arn {text}"));
            let arn = Arn::parse(text).ok_or_else(malformed)?;
            if arn.service() != "kms" || arn.partition() != "aws" {
                return Err(malformed());
            }
            let owner = AccountId::parse(arn.account()).ok_or_else(malformed)?;
            if arn.region() != region.as_str() {
                return Err(KmsError::NotFound(format!("Invalid arn {}", arn.region())));
            }
            let resource = arn.resource();
            let name = resource.strip_prefix("key/").unwrap_or(resource);
            if name == resource && !name.starts_with("alias/") {
                return Err(malformed());
            }
            (owner, name.to_owned())
        } else {
            (account.clone(), text.to_owned())
        };
        if name.starts_with("alias/") {
            if scope == Scope::Aliased {
                return Ok(Self { account, local: LocalName::Alias(name) });
            }
            let text = "Key Aliases are not supported for this operation.";
            return Err(KmsError::InvalidArn(text.to_owned()));
        }
        if is_key_id(&name) {
            return Ok(Self { account, local: LocalName::Id(name) });
        }
        Err(KmsError::NotFound(format!("Invalid keyId '{text}'")))
    }

    /// The ARN that it represents.
    pub(crate) fn arn(&self, region: &Region) -> Arn {
        match &self.local {
            LocalName::Id(id) => Arn::new("kms", region, &self.account, format_args!("key/{id}")),
            LocalName::Alias(name) => Arn::new("kms", region, &self.account, name),
        }
    }

    /// Whether it is an alias that AWS keeps for itself.
    pub(crate) fn is_alias_of_aws(&self) -> bool {
        matches!(&self.local, LocalName::Alias(alias) if alias.starts_with(ALIAS_OF_AWS))
    }

    /// The error when there is no such key or alias.
    pub(crate) fn not_found(&self, region: &Region) -> KmsError {
        let arn = self.arn(region);
        KmsError::NotFound(match &self.local {
            LocalName::Id(_) => format!("Key '{arn}' does not exist"),
            LocalName::Alias(_) => format!("Alias {arn} is not found."),
        })
    }
}

/// A lower-case UUID, or `mrk-` and 32 lower-case hexadecimal digits.
pub(crate) fn is_key_id(text: &str) -> bool {
    let is_hex = |part: &str, length: usize| {
        part.len() == length && part.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'f'))
    };
    if let Some(digits) = text.strip_prefix("mrk-") {
        return is_hex(digits, 32);
    }
    let parts: Vec<&str> = text.split('-').collect();
    parts.len() == 5 && parts.iter().zip([8, 4, 4, 4, 12]).all(|(part, n)| is_hex(part, n))
}

/// The 16 bytes of a key id.
pub(crate) fn key_id_bytes(id: &str) -> Option<[u8; 16]> {
    let digits: String = id.strip_prefix("mrk-").unwrap_or(id).replace('-', "");
    types::hex_decode(&digits)?.try_into().ok()
}

/// The key id of 16 bytes.
pub(crate) fn key_id_text(bytes: [u8; 16], multi_region: bool) -> String {
    let digits = types::hex(&bytes);
    if multi_region {
        return format!("mrk-{digits}");
    }
    let mut text = String::with_capacity(36);
    for (index, digit) in digits.chars().enumerate() {
        if matches!(index, 8 | 12 | 16 | 20) {
            text.push('-');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "1234abcd-12ab-44cd-96ef-1234567890ab";
    const MRK: &str = "mrk-1234abcd12ab34cd56ef1234567890ab";

    #[track_caller]
    fn check(text: &str, scope: Scope, expected: Result<&str, &str>) {
        let account = AccountId::parse("111122223333").unwrap();
        let region = Region::us_east_1();
        let found = KeyName::parse(text, scope, &account, &region);
        let found = found.map(|name| name.arn(&region).to_string());
        let found = found.map_err(|error| gateway::ApiError::wire(&error).message.unwrap());
        assert_eq!(found.as_deref().map_err(String::as_str), expected, "{text}");
    }

    /// Every row of the table of identifiers.
    #[test]
    fn names_are_understood_as_on_aws() {
        let arn = format!("arn:aws:kms:us-east-1:111122223333:key/{ID}");
        check(ID, Scope::Own, Ok(&arn));
        check(&arn, Scope::Own, Ok(&arn));
        let mrk = format!("arn:aws:kms:us-east-1:111122223333:key/{MRK}");
        check(MRK, Scope::Own, Ok(&mrk));
        let alias = "arn:aws:kms:us-east-1:111122223333:alias/a";
        check("alias/a", Scope::Aliased, Ok(alias));
        check(alias, Scope::Aliased, Ok(alias));
        let no_alias = Err("Key Aliases are not supported for this operation.");
        check("alias/a", Scope::Shared, no_alias);
        check("alias/a", Scope::Own, no_alias);
        check(alias, Scope::Shared, no_alias);
        check("fake-key-id", Scope::Own, Err("Invalid keyId 'fake-key-id'"));
        check("mrk-fake-key-id", Scope::Own, Err("Invalid keyId 'mrk-fake-key-id'"));
        check(
            &ID.replace('-', ""),
            Scope::Own,
            Err(&format!("Invalid keyId '{}'", ID.replace('-', ""))),
        );
        check(&arn.replace("us-east-1", "eu-west-1"), Scope::Own, Err("Invalid arn eu-west-1"));
        check("arn:aws:s3:::bucket", Scope::Own, Err("Invalid arn arn:aws:s3:::bucket"));
    }

    /// Ids survive the way into ciphertexts and back.
    #[test]
    fn ids_round_trip_through_bytes() {
        assert_eq!(key_id_text(key_id_bytes(ID).unwrap(), false), ID);
        assert_eq!(key_id_text(key_id_bytes(MRK).unwrap(), true), MRK);
        assert_eq!(key_id_bytes("alias/x"), None);
    }
}
