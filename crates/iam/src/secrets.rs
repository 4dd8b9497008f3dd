//! The secrets of access keys: sealed where they are stored, derived where they are temporary.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gateway::Fault;
use keys::{Domain, Keyring, SecretBytes};
use types::Entropy;

use crate::ids;

/// A long-term secret as it is stored; bound to its access key id.
pub(crate) fn seal(
    keyring: &Keyring,
    entropy: &Entropy,
    access_key_id: &str,
    secret: &str,
) -> Result<String, Fault> {
    let aad: &[&[u8]] = &[access_key_id.as_bytes()];
    let sealed = keyring.seal(Domain::AccessKey, aad, secret.as_bytes(), entropy);
    Ok(STANDARD.encode(sealed?))
}

/// The secret behind [`seal`].
pub(crate) fn open(
    keyring: &Keyring,
    access_key_id: &str,
    sealed: &str,
) -> Result<SecretBytes, Fault> {
    let sealed = STANDARD
        .decode(sealed)
        .map_err(|cause| Fault::damaged("the secret of an access key").because(cause))?;
    let opened = keyring.open(Domain::AccessKey, &[access_key_id.as_bytes()], &sealed);
    Ok(opened?)
}

/// The secret of temporary credentials. It is derived from the keyring, so it is not stored.
/// `nonce` distinguishes two sessions whose key IDs coincide.
pub(crate) fn derive(keyring: &Keyring, access_key_id: &str, nonce: &str) -> String {
    let parts = [b"secret access key".as_slice(), access_key_id.as_bytes(), nonce.as_bytes()];
    let code = keyring.mac(Domain::SessionToken, &parts);
    let mut bytes = [0; 30];
    for (to, from) in bytes.iter_mut().zip(code) {
        *to = from;
    }
    ids::secret(&bytes)
}
