//! Whether a data directory holds all that it should.

use std::path::Path;

use store::Store;

use crate::OpenError;

/// Reads the events, the segments and the bodies of a data directory that no server has open, and
/// says in sentences what is missing, damaged or too much; none is good.
///
/// `progress` hears what is being looked at. No key is needed: what lies under keys is proved when
/// it is opened. Errors when there is no store, or when it cannot be read at all.
pub fn fsck(data_dir: &Path, progress: &mut dyn FnMut(&str)) -> Result<Vec<String>, OpenError> {
    if !data_dir.join("state.redb").exists() {
        return Err(OpenError::NoStore { path: data_dir.to_owned() });
    }
    let store = Store::open(data_dir, None)?;
    let mut findings = store.fsck(progress)?;
    progress("object bodies");
    findings.extend(s3::prove_bodies(&store, None)?.findings);
    store.shut_down();
    Ok(findings)
}
