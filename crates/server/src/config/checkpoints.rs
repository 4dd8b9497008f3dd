//! Where published checkpoints of the transparency log are put, beside the data directory.

use std::fmt;

use wire::sign::Credentials;

use crate::ConfigError;
use crate::transparency::{CheckpointBucket, Retention, RetentionMode, WitnessUrl};

/// The endpoint of AWS itself, by region.
const AWS: &str = "https://s3.REGION.amazonaws.com";

/// A bucket for checkpoints. Its `Debug` form leaves out the secret.
#[derive(Clone, Default)]
pub struct CheckpointsTo {
    /// `s3://BUCKET/PREFIX`; nothing is put anywhere if absent.
    pub place: Option<String>,
    /// The URL of the S3 endpoint; AWS's own of the region if absent.
    pub endpoint: Option<String>,
    /// The region of the bucket; `us-east-1` if absent.
    pub region: Option<String>,
    /// Days for which Object Lock keeps each checkpoint.
    pub retention_days: Option<u64>,
    /// `COMPLIANCE`, which is the default, or `GOVERNANCE`.
    pub retention_mode: Option<String>,
    /// The access key ID, its secret, and the token of temporary credentials. The file cannot set
    /// them.
    pub credentials: Option<(String, String, Option<String>)>,
}

impl fmt::Debug for CheckpointsTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckpointsTo")
            .field("place", &self.place)
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

impl CheckpointsTo {
    /// The bucket; `None` if there is none.
    pub(crate) fn bucket(&self) -> Result<Option<CheckpointBucket>, ConfigError> {
        let Some(place) = &self.place else { return Ok(None) };
        let bad = || ConfigError(format!("`checkpoint_to` is `{place}`, not `s3://BUCKET/PREFIX`"));
        let (name, prefix) = backup::Bucket::parse(place).ok_or_else(bad)?;
        let region = self.region.clone().unwrap_or_else(|| "us-east-1".to_owned());
        let url = self.endpoint.clone().unwrap_or_else(|| AWS.replace("REGION", &region));
        let Some((id, secret, token)) = self.credentials.clone() else {
            return Err(ConfigError(
                "no credentials of the bucket of checkpoints: set AWS_ACCESS_KEY_ID and \
                 AWS_SECRET_ACCESS_KEY"
                    .to_owned(),
            ));
        };
        Ok(Some(CheckpointBucket {
            name: name.to_owned(),
            prefix: prefix.to_owned(),
            endpoint: WitnessUrl::parse(&url).map_err(ConfigError)?,
            region,
            credentials: Credentials { access_key_id: id, secret, session_token: token },
            retention: self.retention()?,
        }))
    }

    fn retention(&self) -> Result<Option<Retention>, ConfigError> {
        let mode = self.retention_mode.as_deref().unwrap_or("COMPLIANCE");
        let Some(parsed) = RetentionMode::parse(mode) else {
            let text = format!("`{mode}` is neither `COMPLIANCE` nor `GOVERNANCE`");
            return Err(ConfigError(format!("`checkpoint_retention_mode`: {text}")));
        };
        match self.retention_days {
            Some(0) => {
                Err(ConfigError("`checkpoint_retention_days` must be at least 1".to_owned()))
            }
            Some(days) => Ok(Some(Retention { mode: parsed, days })),
            None if self.retention_mode.is_some() => {
                let text = "`checkpoint_retention_mode` needs `checkpoint_retention_days`";
                Err(ConfigError(text.to_owned()))
            }
            None => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(place: &str) -> CheckpointsTo {
        let credentials = Some(("id".to_owned(), "a-secret".to_owned(), None));
        CheckpointsTo { place: Some(place.to_owned()), credentials, ..CheckpointsTo::default() }
    }

    /// A place is complete or refused before anything starts, and its secret is not shown.
    #[test]
    fn places_of_checkpoints_are_checked() {
        assert!(CheckpointsTo::default().bucket().unwrap().is_none());
        let found = with("s3://vault/a/b/").bucket().unwrap().unwrap();
        assert_eq!((found.name.as_str(), found.prefix.as_str()), ("vault", "a/b"));
        assert_eq!(found.endpoint.authority(), "s3.us-east-1.amazonaws.com");
        assert!(!format!("{:?} {found:?}", with("s3://vault")).contains("a-secret"));
        assert!(with("/srv/vault").bucket().is_err());
        assert!(CheckpointsTo { credentials: None, ..with("s3://v") }.bucket().is_err());
        let url = Some("vault.example".to_owned());
        assert!(CheckpointsTo { endpoint: url, ..with("s3://v") }.bucket().is_err());
        for (days, mode, want) in [
            (None, None, Ok(None)),
            (Some(30), None, Ok(Some("COMPLIANCE"))),
            (Some(30), Some("governance"), Ok(Some("GOVERNANCE"))),
            (Some(0), None, Err(())),
            (None, Some("GOVERNANCE"), Err(())),
            (Some(30), Some("none"), Err(())),
        ] {
            let retention_mode = mode.map(str::to_owned);
            let own = CheckpointsTo { retention_days: days, retention_mode, ..with("s3://v") };
            let bucket = own.bucket().map(|own| own.unwrap().retention.map(|own| own.mode.name()));
            assert_eq!(bucket.map_err(drop), want, "{days:?} {mode:?}");
        }
    }
}
