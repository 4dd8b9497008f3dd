//! The token that opens health and metrics to other machines.

use std::path::Path;

use crate::ConfigError;
use crate::modes::refuse_readable_by_others;

/// 32 random characters cannot be guessed.
const TOKEN_CHARS_MIN: usize = 32;

/// The first line of a file that other users cannot read.
pub(super) fn read(path: &Path) -> Result<String, ConfigError> {
    let unusable = |cause: String| ConfigError(format!("`{}`: {cause}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|cause| unusable(cause.to_string()))?;
    refuse_readable_by_others(path).map_err(|cause| ConfigError(cause.to_string()))?;
    let token = text.lines().next().unwrap_or_default().trim();
    if token.len() < TOKEN_CHARS_MIN || !token.chars().all(|c| c.is_ascii_graphic()) {
        return Err(unusable(format!(
            "its first line is not a status token: it must have at least {TOKEN_CHARS_MIN} \
             printable ASCII characters, without spaces"
        )));
    }
    Ok(token.to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    /// One long line, which only its owner may read.
    #[test]
    fn a_token_is_long_and_private() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("token");
        let token = "0123456789abcdef0123456789abcdef";
        let check = |text: &str, mode: u32, want: Result<&str, &str>| {
            fs::write(&file, text).unwrap();
            fs::set_permissions(&file, Permissions::from_mode(mode)).unwrap();
            match (read(&file), want) {
                (Ok(read), Ok(want)) => assert_eq!(read, want),
                (Err(error), Err(want)) => {
                    assert!(error.0.contains(want), "{error}");
                    assert!(!error.0.contains(token), "{error}");
                }
                (read, want) => panic!("{read:?}, not {want:?}"),
            }
        };
        check(&format!("{token}\n"), 0o600, Ok(token));
        check(&format!("{token}\r\nmore\n"), 0o400, Ok(token));
        check(token, 0o640, Err("chmod 600"));
        check("", 0o600, Err("at least 32"));
        check("short\n", 0o600, Err("at least 32"));
        check(&format!("{token} {token}\n"), 0o600, Err("without spaces"));
        let missing = read(&folder.path().join("missing")).unwrap_err();
        assert!(missing.0.contains("missing`: No such file"), "{missing}");
    }
}
