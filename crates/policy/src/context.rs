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
    /// Keys without a value yet, in lower case, each with all keys behind it and a `/`.
    open: Vec<String>,
    reading: Reading,
}

/// How a condition counts whose key has no value yet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Reading {
    /// It never makes an Allow apply, and always makes a Deny apply.
    #[default]
    Strict,
    /// It makes every Allow apply, and never a Deny.
    Favorable,
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

    /// Leaves `key`, and every key that begins with it and a `/`, without a value for now: a
    /// request's document, which may set it, has not arrived.
    ///
    /// A request that is allowed with open keys is allowed with every value of them, and one that is
    /// denied with them [favored](Self::favor_open) is denied with every value of them.
    pub fn leave_open(&mut self, key: &str) {
        self.open.push(key.to_lowercase());
    }

    /// Whether any key is open.
    pub fn has_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// Reads conditions on open keys in the caller's favor: they hold for an Allow and fail for a
    /// Deny.
    pub fn favor_open(&mut self) {
        self.reading = Reading::Favorable;
    }

    /// Whether `key`, in lower case, is open.
    pub(crate) fn is_open(&self, key: &str) -> bool {
        let behind = |open: &String| key.strip_prefix(open.as_str());
        self.open.iter().filter_map(behind).any(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Whether an unknown outcome counts in the caller's favor.
    pub(crate) fn favors_open(&self) -> bool {
        self.reading == Reading::Favorable
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

    /// A key that is open opens the keys behind it, and no other that begins like it.
    #[test]
    fn open_keys_include_those_behind_them() {
        let mut context = Context::new();
        assert!(!context.has_open());
        context.leave_open("aws:RequestTag");
        assert!(context.has_open());
        for (key, open) in [
            ("aws:requesttag", true),
            ("aws:requesttag/team", true),
            ("aws:requesttags", false),
            ("aws:tagkeys", false),
        ] {
            assert_eq!(context.is_open(key), open, "{key}");
        }
    }
}
