use gateway::{Fault, Gateway};
use types::Entropy;

/// The token that allows to set the root user's first password: 64 hexadecimal digits.
pub(crate) fn token(gateway: &Gateway, entropy: &Entropy) -> Result<Option<String>, Fault> {
    if !iam::signin::first_run(gateway)?.needed {
        return Ok(None);
    }
    Ok(Some(types::hex(&entropy.bytes::<32>()?)))
}
