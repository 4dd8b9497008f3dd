//! The root user's access key of the first account.

use std::fs;
use std::path::Path;

use types::Entropy;

use crate::sealing::{refuse_readable_by_others, write_private};
use crate::{Account, Config, OpenError};

/// Where generated credentials are kept, mode 0600.
pub(crate) const FILE: &str = "root-credentials";

/// A root user's access key.
#[derive(Clone, PartialEq, Eq)]
pub struct RootCredentials {
    /// `AKIA…`
    pub access_key_id: String,
    /// The secret.
    pub secret_access_key: String,
    /// Whether they were generated just now.
    pub generated: bool,
}

impl std::fmt::Debug for RootCredentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RootCredentials({})", self.access_key_id)
    }
}

impl RootCredentials {
    /// Those of the configuration, or of the data directory, or new ones.
    pub(crate) fn load(config: &Config, entropy: &Entropy) -> Result<Self, OpenError> {
        if let Some((access_key_id, secret_access_key)) = config.root_credentials.clone() {
            return Ok(Self { access_key_id, secret_access_key, generated: false });
        }
        if let Some(kept) = Self::kept(&config.data_dir)? {
            return Ok(kept);
        }
        let made = Self {
            access_key_id: format!("AKIA{}", types::base32_upper(&entropy.bytes::<16>()?)),
            secret_access_key: secret(entropy)?,
            generated: true,
        };
        write_private(&config.data_dir.join(FILE), made.text().as_bytes())?;
        Ok(made)
    }

    /// As it is kept.
    fn text(&self) -> String {
        format!(
            "aws_access_key_id = {}\naws_secret_access_key = {}\n",
            self.access_key_id, self.secret_access_key
        )
    }

    /// Those kept in the data directory `folder`, if any.
    pub fn kept(folder: &Path) -> Result<Option<Self>, OpenError> {
        let path = folder.join(FILE);
        if !path.exists() {
            return Ok(None);
        }
        refuse_readable_by_others(&path)?;
        let text = fs::read_to_string(&path)?;
        let value = |name: &str| {
            text.lines().find_map(|line| {
                let (key, value) = line.split_once('=')?;
                (key.trim() == name).then(|| value.trim().to_owned())
            })
        };
        match (value("aws_access_key_id"), value("aws_secret_access_key")) {
            (Some(access_key_id), Some(secret_access_key)) => {
                Ok(Some(Self { access_key_id, secret_access_key, generated: false }))
            }
            _ => Err(OpenError::BadRootCredentials { path }),
        }
    }
}

/// Keeps a new root access key where the old one was kept. `false` if the data directory keeps
/// none of the `old` ones.
pub(crate) fn replace(folder: &Path, old: &[String], made: &Account) -> Result<bool, OpenError> {
    let kept = RootCredentials::kept(folder)?;
    if !kept.is_some_and(|kept| old.contains(&kept.access_key_id)) {
        return Ok(false);
    }
    let made = RootCredentials {
        access_key_id: made.root_access_key_id.clone(),
        secret_access_key: made.root_secret_access_key.clone(),
        generated: true,
    };
    write_private(&folder.join(FILE), made.text().as_bytes())?;
    Ok(true)
}

/// A secret access key: 40 characters.
pub(crate) fn secret(entropy: &Entropy) -> Result<String, OpenError> {
    use base64::Engine;
    Ok(base64::engine::general_purpose::STANDARD.encode(entropy.bytes::<30>()?))
}
