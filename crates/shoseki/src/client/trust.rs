//! Which server certificates an HTTPS client trusts.

use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};

/// The error for a server certificate that may sign others. Its type is in a crate that we cannot
/// name here, so its text is compared; if the text ever changes, the exception below stops applying
/// and nothing more is trusted.
const CA_AS_SERVER: &str = "CaUsedAsEndEntity";

/// Returns a configuration that trusts the certificates in the file `bundle`. Errors are
/// human-readable text.
pub(super) fn trust(bundle: &Path) -> Result<ClientConfig, String> {
    let unusable = |cause: &dyn std::fmt::Display| format!("`{}`: {cause}", bundle.display());
    let certificates = CertificateDer::pem_file_iter(bundle).and_then(Iterator::collect);
    let certificates = certificates.map_err(|error| {
        if let pem::Error::Io(error) = error { unusable(&error) } else { unusable(&error) }
    })?;
    let trusting = Trusting::new(certificates).map_err(|error| unusable(&error))?;
    let config = ClientConfig::builder().dangerous();
    let config = config.with_custom_certificate_verifier(Arc::new(trusting));
    Ok(config.with_no_client_auth())
}

/// Describes why a server's certificate was rejected.
pub(super) fn explain(error: &io::Error) -> String {
    let text = error.to_string();
    if text.contains(CA_AS_SERVER) {
        return "the server's certificate is a CA certificate (basicConstraints CA:TRUE): add it to \
                the file given by AWS_CA_BUNDLE or --ca-bundle, or create one with \
                basicConstraints=critical,CA:FALSE"
            .to_owned();
    }
    text
}

/// Trusts chains that end in the bundle and, in addition, a server certificate that is itself in
/// the bundle.
///
/// The certificate that `openssl req -x509` creates may sign others and is therefore not valid as a
/// server certificate by the rules for chains. An operator who puts that certificate into the
/// bundle intends to trust it.
#[derive(Debug)]
struct Trusting {
    chains: Arc<WebPkiServerVerifier>,
    bundle: Vec<CertificateDer<'static>>,
}

impl Trusting {
    /// Errors if no certificate is usable.
    fn new(bundle: Vec<CertificateDer<'static>>) -> Result<Self, String> {
        let mut roots = RootCertStore::empty();
        // An unusable certificate is not trusted.
        let _ = roots.add_parsable_certificates(bundle.iter().cloned());
        let chains = WebPkiServerVerifier::builder(Arc::new(roots)).build();
        Ok(Self { chains: chains.map_err(|error| error.to_string())?, bundle })
    }

    /// Whether it equals a certificate of the bundle byte for byte and contains the server's name.
    /// Its validity period was checked before.
    fn pins(&self, certificate: &CertificateDer<'_>, name: &ServerName<'_>) -> Result<bool, Error> {
        if !self.bundle.iter().any(|known| known.as_ref() == certificate.as_ref()) {
            return Ok(false);
        }
        verify_server_name(&ParsedCertificate::try_from(certificate)?, name).map(|()| true)
    }
}

impl ServerCertVerifier for Trusting {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let judged = self.chains.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        match judged {
            Err(error) if is_ca_as_server(&error) && self.pins(end_entity, server_name)? => {
                Ok(ServerCertVerified::assertion())
            }
            judged => judged,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.chains.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.chains.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.chains.supported_verify_schemes()
    }
}

/// Source: the order of checks in `webpki`: the validity period is checked before the constraints,
/// and signatures and names after them. An expired certificate returns another error.
fn is_ca_as_server(error: &Error) -> bool {
    let Error::InvalidCertificate(CertificateError::Other(cause)) = error else { return false };
    cause.to_string().contains(CA_AS_SERVER)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// Created by `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj
    /// /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1`, valid for a year from
    /// November 2026.
    const OWN: &str = include_str!("trust/own.pem");
    /// A second certificate of the same kind.
    const OTHER: &str = include_str!("trust/other.pem");
    const WITHIN: u64 = 1_800_000_000;
    const AFTER: u64 = 1_900_000_000;

    fn certificate(pem: &str) -> CertificateDer<'static> {
        CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()
    }

    /// Returns `Ok`, or the text of the error.
    fn check(bundle: &str, server: &str, name: &str, second: u64) -> Result<(), String> {
        let trusting = Trusting::new(vec![certificate(bundle)]).unwrap();
        let (name, server) = (ServerName::try_from(name.to_owned()).unwrap(), certificate(server));
        let now = UnixTime::since_unix_epoch(Duration::from_secs(second));
        let judged = trusting.verify_server_cert(&server, &[], &name, &[], now);
        judged.map(|_| ()).map_err(|error| explain(&io::Error::other(error)))
    }

    /// The usual self-signed certificate is trusted if it is in the bundle, within its validity
    /// period, and for its name.
    #[test]
    fn a_certificate_of_the_bundle_is_trusted() {
        for name in ["localhost", "127.0.0.1"] {
            assert_eq!(check(OWN, OWN, name, WITHIN), Ok(()));
        }
        for (bundle, name, second, want) in [
            (OTHER, "localhost", WITHIN, "basicConstraints=critical,CA:FALSE"),
            (OWN, "example.com", WITHIN, "not valid for name"),
            (OWN, "localhost", AFTER, "expired"),
            (OWN, "localhost", 1, "not valid yet"),
        ] {
            let text = check(bundle, OWN, name, second).unwrap_err();
            assert!(text.contains(want), "{text}");
        }
    }

    /// A bundle without a certificate is a distinct error.
    #[test]
    fn an_empty_bundle_is_an_error() {
        assert!(Trusting::new(Vec::new()).is_err());
    }
}
