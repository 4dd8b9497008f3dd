//! A bucket as the place of a backup.

use std::fmt;
use std::sync::Arc;

use object_store::aws::AmazonS3Builder;
use object_store::path::Path;
use rustls::ClientConfig;

use crate::connector::Connector;
use crate::{BackupError, Place};

/// A bucket, and how to reach it.
#[derive(Clone)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// What the keys of the backup begin with.
    pub prefix: String,
    /// The URL of the S3 endpoint; `None` for AWS's own of the region.
    pub endpoint: Option<String>,
    /// Requests are signed for it.
    pub region: String,
    /// The access key.
    pub access_key_id: String,
    /// Its secret.
    pub secret_access_key: String,
    /// The token of temporary credentials.
    pub session_token: Option<String>,
    /// Which certificates to trust; `None` for plain HTTP.
    pub tls: Option<Arc<ClientConfig>>,
}

impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bucket")
            .field("name", &self.name)
            .field("prefix", &self.prefix)
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

impl Bucket {
    /// Reads `s3://BUCKET/PREFIX`: the name of the bucket, and the prefix without slashes around
    /// it. `None` if it is none.
    pub fn parse(text: &str) -> Option<(&str, &str)> {
        let rest = text.strip_prefix("s3://")?;
        let (name, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        (!name.is_empty()).then_some((name, prefix.trim_matches('/')))
    }
}

impl Place {
    /// A bucket, which must exist.
    pub fn bucket(bucket: &Bucket) -> Result<Self, BackupError> {
        let Bucket { name, prefix, endpoint, region, tls, .. } = bucket;
        let shown = format!("s3://{name}/{prefix}");
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(name)
            .with_region(region)
            .with_access_key_id(&bucket.access_key_id)
            .with_secret_access_key(&bucket.secret_access_key)
            .with_allow_http(tls.is_none())
            .with_http_connector(Connector::new(tls.clone()));
        if let Some(endpoint) = endpoint {
            builder = builder.with_endpoint(endpoint).with_virtual_hosted_style_request(false);
        }
        if let Some(token) = &bucket.session_token {
            builder = builder.with_token(token);
        }
        let bad = |what: String| BackupError::BadPlace { what: format!("`{shown}`: {what}") };
        let store = builder.build().map_err(|error| bad(error.to_string()))?;
        let prefix = Path::parse(prefix).map_err(|error| bad(error.to_string()))?;
        Self::over(Arc::new(store), prefix, shown.trim_end_matches('/').to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_has_a_name_and_a_prefix() {
        for (text, want) in [
            ("s3://bucket", Some(("bucket", ""))),
            ("s3://bucket/", Some(("bucket", ""))),
            ("s3://bucket/a/b/", Some(("bucket", "a/b"))),
            ("s3:///a", None),
            ("s3://", None),
            ("/srv/backup", None),
        ] {
            assert_eq!(Bucket::parse(text), want, "{text}");
        }
    }
}
