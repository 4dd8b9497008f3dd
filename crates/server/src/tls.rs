use std::fmt;
use std::path::Path;
use std::sync::Arc;

use rustls::ServerConnection;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::{ConfigError, modes};

/// Reads a certificate chain and a private key in PEM. An error names the file.
pub(crate) fn acceptor(cert: &Path, key: &Path) -> Result<TlsAcceptor, ConfigError> {
    modes::refuse_loose_key(key).map_err(|cause| unusable(key, cause))?;
    let (cert_name, key_name) = (cert.display(), key.display());
    let chain = CertificateDer::pem_file_iter(cert)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|cause| unusable(cert, why(cause)))?;
    if chain.is_empty() {
        return Err(unusable(cert, "it contains no certificate"));
    }
    let key = PrivateKeyDer::pem_file_iter(key)
        .and_then(|mut keys| keys.next().transpose())
        .map_err(|cause| unusable(key, why(cause)))?
        .ok_or_else(|| unusable(key, "it contains no private key"))?;
    let config = rustls::ServerConfig::builder().with_no_client_auth();
    let config = config.with_single_cert(chain, key).map_err(|cause| {
        ConfigError(if matches!(cause, rustls::Error::InconsistentKeys(_)) {
            format!("`{key_name}` is not the private key of the certificate in `{cert_name}`")
        } else {
            format!("`{cert_name}`, `{key_name}`: {cause}")
        })
    })?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// A failure to read a file contains the operating system's message.
fn why(cause: pem::Error) -> String {
    if let pem::Error::Io(cause) = cause { cause.to_string() } else { cause.to_string() }
}

fn unusable(path: &Path, cause: impl fmt::Display) -> ConfigError {
    ConfigError(format!("`{}`: {cause}", path.display()))
}

/// TLS version and cipher suite as `tlsDetails` names them: OpenSSL's names for 1.2, IANA's for
/// 1.3.
///
/// Observed: `TLSv1.2` with `ECDHE-RSA-AES128-GCM-SHA256`, `TLSv1.3` with `TLS_AES_128_GCM_SHA256`.
pub(crate) fn names(connection: &ServerConnection) -> Option<(String, String)> {
    let suite = format!("{:?}", connection.negotiated_cipher_suite()?.suite());
    let version = connection.protocol_version()?;
    if version == rustls::ProtocolVersion::TLSv1_3 {
        return Some(("TLSv1.3".to_owned(), suite.replacen("TLS13_", "TLS_", 1)));
    }
    (version == rustls::ProtocolVersion::TLSv1_2)
        .then(|| ("TLSv1.2".to_owned(), openssl_name(&suite)))
}

fn openssl_name(iana: &str) -> String {
    iana.trim_start_matches("TLS_")
        .replace("_WITH_AES_", "_AES")
        .replace("_WITH_CHACHA20_POLY1305_SHA256", "_CHACHA20_POLY1305")
        .replace('_', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names that real records show.
    #[test]
    fn suites_have_the_names_of_openssl() {
        for (iana, want) in [
            ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256"),
            ("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384"),
            ("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-RSA-CHACHA20-POLY1305"),
        ] {
            assert_eq!(openssl_name(iana), want);
        }
    }
}
