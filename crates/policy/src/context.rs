use std::collections::BTreeMap;

use crate::Principal;

/// The condition keys of one request and their values.
///
/// Key names are case-insensitive throughout, also behind `/` and `:`
/// (`aws:PrincipalTag/Team`, `kms:EncryptionContext:aws:cloudtrail:arn`). An empty list counts as
/// absent.
///
/// Source: IAM User Guide, "Global condition context keys".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    values: BTreeMap<String, Vec<String>>,
}

impl Context {
    /// No keys at all.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets `key` to one value, replacing any it had.
    pub fn set(&mut self, key: &str, value: impl Into<String>) {
        self.set_list(key, vec![value.into()]);
    }

    /// Sets `key` to a list of values, replacing any it had.
    pub fn set_list(&mut self, key: &str, values: Vec<String>) {
        self.values.insert(key.to_lowercase(), values);
    }

    /// The values of `key`; `None` if it is absent.
    pub fn get(&self, key: &str) -> Option<&[String]> {
        self.get_lower(&key.to_lowercase())
    }

    /// Removes `key`.
    pub fn remove(&mut self, key: &str) {
        self.values.remove(&key.to_lowercase());
    }

    /// Sets the keys that are derived from the caller, as far as they apply: `aws:PrincipalArn`,
    /// `aws:PrincipalAccount`, `aws:PrincipalType`, `aws:userid`, `aws:username`,
    /// `aws:PrincipalIsAWSService`, `aws:PrincipalServiceName` and `aws:PrincipalServiceNamesList`.
    pub fn set_principal(&mut self, principal: &Principal) {
        for (key, value) in principal.keys() {
            self.set(key, value);
        }
    }

    /// As [`Context::get`] for a key already in lower case.
    pub(crate) fn get_lower(&self, key: &str) -> Option<&[String]> {
        self.values.get(key).map(Vec::as_slice).filter(|values| !values.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The case of a key's name never matters; an empty list is as good as none.
    #[test]
    fn keys_ignore_case() {
        let mut context = Context::new();
        context.set("AWS:SourceArn", "a");
        assert_eq!(context.get("aws:sourcearn"), Some(&["a".to_owned()][..]));
        context.set_list("aws:TagKeys", vec![]);
        assert_eq!(context.get("aws:TagKeys"), None);
        context.remove("aws:SOURCEARN");
        assert_eq!(context.get("aws:SourceArn"), None);
    }
}
