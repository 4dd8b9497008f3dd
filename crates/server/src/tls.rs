use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;
use std::sync::Arc;

use rustls::ServerConnection;
use tokio_rustls::TlsAcceptor;

/// Reads a certificate chain and a private key in PEM.
pub(crate) fn acceptor(cert: &Path, key: &Path) -> io::Result<TlsAcceptor> {
    let chain = rustls_pemfile::certs(&mut BufReader::new(File::open(cert)?))
        .collect::<Result<Vec<_>, _>>()?;
    let key = rustls_pemfile::private_key(&mut BufReader::new(File::open(key)?))?
        .ok_or_else(|| io::Error::other(format!("`{}` holds no private key", key.display())))?;
    let config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(io::Error::other)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
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
