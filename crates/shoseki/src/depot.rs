//! The flags that name the place of a backup.

use std::path::{Path, PathBuf};

use backup::{Bucket, Place};
use clap::Args;
use server::OpenError;

use crate::client::Endpoint;
use crate::exit::Trouble;
use crate::process::Secret;

/// The endpoint of AWS itself, by region.
const AWS: &str = "https://s3.REGION.amazonaws.com";

/// A folder or a bucket.
#[derive(Debug, Clone, Args)]
pub(crate) struct Depot {
    /// The place of the backup: a folder, or `s3://BUCKET/PREFIX`.
    #[arg(value_name = "PLACE")]
    at: String,
    /// The S3 endpoint of the bucket [default: AWS's].
    #[arg(long, value_name = "URL", env = "AWS_ENDPOINT_URL_S3")]
    endpoint: Option<String>,
    /// The region of the bucket.
    #[arg(long, value_name = "REGION", env = "AWS_REGION", default_value = "us-east-1")]
    region: String,
    /// Certificates to trust in place of the system's, in PEM.
    #[arg(long, value_name = "FILE", env = "AWS_CA_BUNDLE")]
    ca_bundle: Option<PathBuf>,
    #[arg(long, env = "AWS_ACCESS_KEY_ID", hide = true)]
    access_key_id: Option<String>,
    #[arg(long, env = "AWS_SECRET_ACCESS_KEY", hide = true, hide_env_values = true)]
    secret_access_key: Option<Secret>,
    #[arg(long, env = "AWS_SESSION_TOKEN", hide = true, hide_env_values = true)]
    session_token: Option<Secret>,
}

impl Depot {
    /// Opens the place; creates a missing folder if it `creates`.
    pub(crate) fn open(&self, creates: bool) -> Result<Place, Trouble> {
        let Some((name, prefix)) = Bucket::parse(&self.at) else {
            if self.at.contains("://") {
                return Err(Trouble::usage(format_args!(
                    "`{}` is neither a folder nor `s3://BUCKET/PREFIX`",
                    self.at
                )));
            }
            return Ok(Place::folder(Path::new(&self.at), creates).map_err(OpenError::from)?);
        };
        let (Some(id), Some(secret)) = (&self.access_key_id, &self.secret_access_key) else {
            return Err(Trouble::usage(
                "no credentials of the bucket: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
            ));
        };
        let url = self.endpoint.clone().unwrap_or_else(|| AWS.replace("REGION", &self.region));
        let endpoint = Endpoint::parse(&url, self.ca_bundle.clone()).map_err(Trouble::usage)?;
        let bucket = Bucket {
            name: name.to_owned(),
            prefix: prefix.to_owned(),
            endpoint: Some(endpoint.url().to_owned()),
            region: self.region.clone(),
            access_key_id: id.clone(),
            secret_access_key: secret.0.clone(),
            session_token: self.session_token.as_ref().map(|token| token.0.clone()),
            tls: endpoint.tls().map_err(Trouble::unreachable)?,
        };
        Ok(Place::bucket(&bucket).map_err(OpenError::from)?)
    }
}
