//! The flags of `serve` about the bucket of checkpoints.

use clap::Args;
use server::{Config, ConfigError};

use crate::process::Secret;

/// A bucket for published checkpoints of the transparency log.
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_field_names, reason = "the names of the flags")]
pub(crate) struct Checkpoints {
    /// A bucket for published checkpoints of the transparency log: `s3://BUCKET/PREFIX`.
    #[arg(long, value_name = "PLACE", env = "SHOSEKI_CHECKPOINT_TO")]
    checkpoint_to: Option<String>,
    /// The S3 endpoint of that bucket [default: AWS's].
    #[arg(long, value_name = "URL", env = "SHOSEKI_CHECKPOINT_ENDPOINT")]
    checkpoint_endpoint: Option<String>,
    /// The region of that bucket [default: us-east-1].
    #[arg(long, value_name = "REGION", env = "SHOSEKI_CHECKPOINT_REGION")]
    checkpoint_region: Option<String>,
    /// Days for which Object Lock keeps each checkpoint.
    #[arg(long, value_name = "DAYS", env = "SHOSEKI_CHECKPOINT_RETENTION_DAYS")]
    checkpoint_retention_days: Option<u64>,
    /// `COMPLIANCE` or `GOVERNANCE` [default: COMPLIANCE].
    #[arg(long, value_name = "MODE", env = "SHOSEKI_CHECKPOINT_RETENTION_MODE")]
    checkpoint_retention_mode: Option<String>,
    #[arg(long, env = "AWS_ACCESS_KEY_ID", hide = true)]
    checkpoint_access_key_id: Option<String>,
    #[arg(long, env = "AWS_SECRET_ACCESS_KEY", hide = true, hide_env_values = true)]
    checkpoint_secret_access_key: Option<Secret>,
    #[arg(long, env = "AWS_SESSION_TOKEN", hide = true, hide_env_values = true)]
    checkpoint_session_token: Option<Secret>,
}

impl Checkpoints {
    /// Applies the flags that were given.
    pub(crate) fn apply(&self, config: &mut Config) -> Result<(), ConfigError> {
        let to = &mut config.tlog.checkpoints_to;
        for (own, given) in [
            (&mut to.place, &self.checkpoint_to),
            (&mut to.endpoint, &self.checkpoint_endpoint),
            (&mut to.region, &self.checkpoint_region),
            (&mut to.retention_mode, &self.checkpoint_retention_mode),
        ] {
            if given.is_some() {
                own.clone_from(given);
            }
        }
        to.retention_days = self.checkpoint_retention_days.or(to.retention_days);
        let (id, secret) = (&self.checkpoint_access_key_id, &self.checkpoint_secret_access_key);
        if let (Some(id), Some(secret)) = (id, secret) {
            let token = self.checkpoint_session_token.as_ref().map(|token| token.0.clone());
            to.credentials = Some((id.clone(), secret.0.clone(), token));
        }
        if to.place.is_none() && (to.endpoint.is_some() || to.retention_days.is_some()) {
            return Err(ConfigError(
                "`checkpoint_endpoint` and `checkpoint_retention_days` need `checkpoint_to`"
                    .to_owned(),
            ));
        }
        Ok(())
    }
}
