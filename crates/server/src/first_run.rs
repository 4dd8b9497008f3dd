use gateway::{Fault, Gateway};

/// The token that allows to set the root user's first password. On a full disk there is none: the
/// next start makes one.
pub(crate) fn token(gateway: &Gateway) -> Result<Option<String>, Fault> {
    match iam::signin::first_run_token(gateway) {
        Err(error) if error.is_full() => {
            tracing::warn!(%error, "the disk is full: no link to set the first password");
            Ok(None)
        }
        made => made,
    }
}
