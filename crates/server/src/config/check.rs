//! The requirements of a configuration beyond the format of each value.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use crate::memory::MEMORY_BYTES_MIN;
use crate::{Config, ConfigError, tls};

/// Source: IAM API Reference, "AccessKey": `AccessKeyId` has 16 to 128 characters of `[\w]`.
const KEY_ID_CHARS: RangeInclusive<usize> = 16..=128;
/// AWS's have 40. Anyone who sees one signature can try all short secrets.
const SECRET_CHARS_MIN: usize = 32;

impl Config {
    /// Errors if the server could not run with it. Reads the TLS files and changes nothing.
    pub fn check(&self) -> Result<(), ConfigError> {
        if let Some((cert, key)) = &self.tls {
            tls::acceptor(cert, key)?;
        }
        self.check_connections()?;
        self.tlog.check()?;
        if self.console_listen == Some(self.listen) && self.listen.port() != 0 {
            let address = self.listen;
            return Err(ConfigError(format!("`console_listen` equals `listen`: `{address}`")));
        }
        if self.memory_max.is_some_and(|bytes| bytes < MEMORY_BYTES_MIN) {
            return Err(ConfigError("`memory_max` must be at least `256MiB`".to_owned()));
        }
        let mut keys = BTreeSet::new();
        if let Some((id, secret)) = &self.root_credentials {
            check_key(id, secret)?;
            keys.insert(id);
        }
        let mut accounts = BTreeSet::from([&self.account]);
        for account in &self.accounts {
            if !accounts.insert(&account.id) {
                let id = &account.id;
                return Err(ConfigError(format!("there are two accounts `{id}`")));
            }
            let key = &account.root_access_key_id;
            check_key(key, &account.root_secret_access_key)?;
            if !keys.insert(key) {
                return Err(ConfigError(format!("two accounts have the access key `{key}`")));
            }
        }
        Ok(())
    }

    fn check_connections(&self) -> Result<(), ConfigError> {
        let (all, share) = (self.connections_max, self.connections_max_per_address);
        if all == 0 || share == Some(0) {
            return Err(ConfigError(
                "a maximum number of connections is 0: no client could connect".into(),
            ));
        }
        if share.is_some_and(|share| share > all) {
            let text = "`connections_max_per_address` exceeds `connections_max`";
            return Err(ConfigError(text.into()));
        }
        Ok(())
    }
}

/// The error does not contain the secret.
fn check_key(id: &str, secret: &str) -> Result<(), ConfigError> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if !KEY_ID_CHARS.contains(&id.len()) || !id.chars().all(is_word) {
        return Err(ConfigError(format!(
            "`{id}` is not an access key ID: it must have 16 to 128 letters and digits"
        )));
    }
    if secret.len() < SECRET_CHARS_MIN || !secret.chars().all(|c| c.is_ascii_graphic()) {
        return Err(ConfigError(format!(
            "the secret of the access key `{id}` is too short, or has spaces or non-ASCII \
             characters: it must have at least {SECRET_CHARS_MIN} characters; AWS's have 40"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    use types::AccountId;

    use super::*;
    use crate::Account;

    const KEY: &str = "AKIAROOTROOTROOTROOT";
    const SECRET: &str = "a-secret-of-forty-characters-or-more-0000";

    fn account(id: &str, key: &str, secret: &str) -> Account {
        Account {
            id: AccountId::parse(id).unwrap(),
            name: "payments".to_owned(),
            root_access_key_id: key.to_owned(),
            root_secret_access_key: secret.to_owned(),
        }
    }

    fn check(accounts: Vec<Account>) -> Result<(), String> {
        let root_credentials = Some((KEY.to_owned(), SECRET.to_owned()));
        let config = Config { accounts, root_credentials, ..Config::default() };
        config.check().map_err(|error| error.0)
    }

    /// Accounts are unique, and each has a valid key of its own.
    #[test]
    fn accounts_do_not_share() {
        let payments = || account("111122223333", "AKIAPAYMENTSROOT0001", SECRET);
        assert_eq!(check(vec![payments()]), Ok(()));
        for (accounts, want) in [
            (vec![account("123456789012", "AKIAPAYMENTSROOT0001", SECRET)], "two accounts `1234"),
            (vec![payments(), payments()], "two accounts `1111"),
            (vec![account("111122223333", KEY, SECRET)], "two accounts have the access key"),
            (vec![account("111122223333", "AKIA", SECRET)], "`AKIA` is not an access key ID"),
            (vec![account("111122223333", "AKIA PAYMENTS ROOT 1", SECRET)], "not an access key ID"),
            (vec![account("111122223333", "AKIAPAYMENTSROOT0001", "x")], "too short"),
        ] {
            let text = check(accounts).unwrap_err();
            assert!(text.contains(want) && !text.contains(SECRET), "{text}");
        }
    }

    /// A share is a part of the whole, and neither is nothing.
    #[test]
    fn shares_of_connections_are_parts() {
        for (connections_max, connections_max_per_address, good) in [
            (1, None, true),
            (8, Some(8), true),
            (8, Some(9), false),
            (8, Some(0), false),
            (0, None, false),
        ] {
            let config =
                Config { connections_max, connections_max_per_address, ..Config::default() };
            assert_eq!(config.check().is_ok(), good, "{connections_max}");
        }
    }

    /// A separate console port differs from the other port.
    #[test]
    fn the_console_listens_elsewhere() {
        let check = |listen: &str, console: &str| {
            let (listen, console) = (listen.parse().unwrap(), console.parse().unwrap());
            Config { listen, console_listen: Some(console), ..Config::default() }.check()
        };
        assert_eq!(check("127.0.0.1:1", "127.0.0.1:2"), Ok(()));
        assert_eq!(check("127.0.0.1:0", "127.0.0.1:0"), Ok(()));
        assert!(check("127.0.0.1:1", "127.0.0.1:1").unwrap_err().0.contains("console_listen"));
    }

    /// The first account's key is checked by the same rules.
    #[test]
    fn the_root_key_is_checked() {
        for (id, secret) in [(KEY, "short"), ("short", SECRET), (KEY, &format!("{SECRET} x"))] {
            let root_credentials = Some((id.to_owned(), secret.to_owned()));
            assert!(Config { root_credentials, ..Config::default() }.check().is_err(), "{id}");
        }
    }

    /// Errors in the TLS files name the file.
    #[test]
    fn tls_files_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
            path
        };
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let own = file("own.pem", &made.cert.pem());
        let own_key = file("own.key", &made.signing_key.serialize_pem());
        let other_key = file("other.key", &rcgen::KeyPair::generate().unwrap().serialize_pem());
        let empty = file("empty.pem", "");
        let missing = folder.path().join("missing.pem");
        let check = |cert, key| Config { tls: Some((cert, key)), ..Config::default() }.check();
        assert_eq!(check(own.clone(), own_key.clone()), Ok(()));
        for (cert, key, want) in [
            (missing.clone(), own_key.clone(), "missing.pem`: No such file"),
            (own.clone(), missing, "missing.pem`: No such file"),
            (empty.clone(), own_key, "empty.pem`: it contains no certificate"),
            (own.clone(), empty, "empty.pem`: it contains no private key"),
            (own, other_key, "other.key` is not the private key of the certificate in"),
        ] {
            let text = check(cert, key).unwrap_err().0;
            assert!(text.contains(want), "{text}");
        }
    }
}
