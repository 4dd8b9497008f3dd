//! Golden files: the expected results.

use std::path::{Path, PathBuf};

/// Compares `text` with the golden file `name`, or writes it on request.
pub(crate) fn check(name: &str, text: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/golden");
    compare(&folder.join(name), text);
}

/// The same for any file of the project.
pub(crate) fn check_project_file(name: &str, text: &str) {
    compare(&project().join(name), text);
}

/// The project's folder.
pub(crate) fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn is_update() -> bool {
    std::env::var_os("UPDATE_GOLDEN").is_some()
}

fn compare(path: &Path, text: &str) {
    if is_update() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        return;
    }
    let golden = std::fs::read_to_string(path).unwrap_or_default();
    let (mut golden_lines, mut lines) = (golden.lines(), text.lines());
    for number in 1.. {
        let pair = (golden_lines.next(), lines.next());
        assert_eq!(pair.0, pair.1, "{}:{number} is not so; UPDATE_GOLDEN=1?", path.display());
        if pair == (None, None) {
            return;
        }
    }
}
