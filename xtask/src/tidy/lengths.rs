use std::path::Path;

use crate::failure::Failure;
use crate::project::Project;

/// The maximum number of lines of a hand-written source file without its tests.
const LINES_MAX: usize = 500;

pub(super) fn check(project: &Project, complaints: &mut Vec<String>) -> Result<(), Failure> {
    for file in project.rust_files()? {
        if is_test(&file) {
            continue;
        }
        let lines = lines_without_tests(&project.read(&file)?);
        if lines > LINES_MAX {
            complaints.push(format!("`{file}` has {lines} lines, more than {LINES_MAX}"));
        }
    }
    Ok(())
}

fn is_test(file: &str) -> bool {
    let path = Path::new(file);
    path.file_name().is_some_and(|name| name == "tests.rs")
        || path.components().any(|part| part.as_os_str() == "tests")
}

/// The tests come last.
fn lines_without_tests(source: &str) -> usize {
    source.lines().take_while(|line| *line != "#[cfg(test)]").count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tests may have any length.
    #[test]
    fn tests_are_not_counted() {
        assert_eq!(lines_without_tests("a\nb\n#[cfg(test)]\nmod tests {\n}\n"), 2);
        assert!(is_test("crates/a/src/b/tests.rs"));
        assert!(is_test("crates/a/tests/it/main.rs"));
        assert!(!is_test("crates/testkit/src/lib.rs"));
    }
}
