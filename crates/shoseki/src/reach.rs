//! How client commands reach a server.

use std::path::PathBuf;

use clap::Args;
use server::RootCredentials;
use types::Clock;
use wire::sign::Credentials;

use crate::client::{Client, Endpoint};
use crate::exit::Trouble;
use crate::process::Secret;

/// The flags that locate a server.
#[derive(Debug, Clone, Args)]
pub(crate) struct Reach {
    /// The server.
    #[arg(
        long,
        value_name = "URL",
        env = "AWS_ENDPOINT_URL",
        default_value = "http://127.0.0.1:4566"
    )]
    endpoint_url: String,
    /// Reads the root user's access key from a data directory.
    #[arg(long, value_name = "DIR", env = "SHOSEKI_DATA_DIR")]
    data_dir: Option<PathBuf>,
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

impl Reach {
    fn credentials(&self) -> Result<Credentials, Trouble> {
        if let (Some(id), Some(secret)) = (&self.access_key_id, &self.secret_access_key) {
            return Ok(Credentials {
                access_key_id: id.clone(),
                secret: secret.0.clone(),
                session_token: self.session_token.as_ref().map(|token| token.0.clone()),
            });
        }
        let kept = self.data_dir.as_deref().map(RootCredentials::kept).transpose()?.flatten();
        let Some(kept) = kept else {
            return Err(Trouble::usage(
                "no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or --data-dir",
            ));
        };
        Ok(Credentials {
            access_key_id: kept.access_key_id,
            secret: kept.secret_access_key,
            session_token: None,
        })
    }

    /// The data directory, if it was given.
    pub(crate) fn data_dir(&self) -> Option<&std::path::Path> {
        self.data_dir.as_deref()
    }

    /// Where the server is.
    pub(crate) fn endpoint(&self) -> Result<Endpoint, Trouble> {
        Endpoint::parse(&self.endpoint_url, self.ca_bundle.clone()).map_err(Trouble::usage)
    }

    /// Returns a client that signs its requests for `region`.
    pub(crate) fn client(
        &self,
        runtime: &tokio::runtime::Runtime,
        region: &str,
    ) -> Result<Client, Trouble> {
        let endpoint = self.endpoint()?;
        let (handle, clock) = (runtime.handle().clone(), Clock::system());
        Ok(Client::new(handle, endpoint, self.credentials()?, region, clock))
    }
}
