//! Dependencies that nothing uses, and arrows between our crates that nobody takes.

use crate::sources::Crate;

/// Packages whose library has another name.
const CALLED_OTHERWISE: [(&str, &str); 1] = [("md-5", "md5")];

pub(super) fn check(crates: &[Crate], complaints: &mut Vec<String>) {
    for own in crates {
        let (code, all) = (own.names(false), own.names(true));
        for used in own.uses("dependencies").map(identifier) {
            if !code.contains(&used) {
                complaints
                    .push(format!("{}: `{used}` is a dependency that no code uses", own.name));
            }
        }
        for used in own.uses("dev-dependencies").map(identifier) {
            // Examples in comments are tests, too.
            let in_example =
                || own.sources.iter().any(|source| names_in_comment(&source.text, &used));
            if !all.contains(&used) && !in_example() {
                complaints
                    .push(format!("{}: `{used}` is a dependency that no test uses", own.name));
            }
        }
    }
}

/// The name by which code calls a dependency.
fn identifier(name: &str) -> String {
    match CALLED_OTHERWISE.iter().find(|(package, _)| *package == name) {
        Some((_, library)) => (*library).to_owned(),
        None => name.replace('-', "_"),
    }
}

fn names_in_comment(text: &str, name: &str) -> bool {
    let is_comment = |line: &&str| line.trim_start().starts_with("//");
    let path = format!("{name}::");
    text.lines().filter(is_comment).any(|line| line.contains(&path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::tests::made;

    fn complaints(manifest: &str, code: &str, test: &str) -> Vec<String> {
        let files = [("crates/a/src/lib.rs", code), ("crates/a/tests/it/main.rs", test)];
        let mut complaints = Vec::new();
        check(&[made("a", manifest, &files)], &mut complaints);
        complaints
    }

    /// A dependency is used by code, a test's by a test or an example; a comment uses nothing.
    #[test]
    fn dependencies_are_used() {
        let manifest = "[dependencies]\nhttp-body = {}\n[dev-dependencies]\ntestkit = {}\n";
        let used = "use http_body::Body; //! let kit = testkit::Kit::new();";
        assert_eq!(complaints(manifest, used, "use testkit::Kit;"), [""; 0]);
        assert_eq!(complaints(manifest, "use http_body::Body;\n/// testkit::f()", ""), [""; 0]);
        let found = complaints(manifest, "// http_body\n#[cfg(test)] use http_body::Body;", "");
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("`http_body`") && found[1].contains("`testkit`"));
    }
}
