//! Words that do not belong in the project, and pages that change together.

use std::path::Path;

use crate::failure::Failure;
use crate::project::Project;

/// Directories of a developer's machine and private hosts. Each is written in two pieces, because
/// this file is checked, too.
const FORBIDDEN: [&str; 9] = [
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!("/wo", "rk/"),
    concat!("/tm", "p/"),
    concat!("index", "-url"),
    concat!("replace", "-with"),
    concat!("arti", "factory"),
    concat!("TO", "DO"),
];

/// The only registries that lock files may name.
const REGISTRIES: [&str; 2] = [
    concat!("registry+https://github.com/rust-lang/cra", "tes.io-index"),
    concat!("https://registry.np", "mjs.org/"),
];

/// Pages that change together.
const PAIRS: [(&str, &str); 1] = [("README.md", "README.ja.md")];

pub(super) fn check(project: &Project, complaints: &mut Vec<String>) -> Result<(), Failure> {
    for file in project.files()? {
        // Binary files are skipped.
        let Ok(text) = project.read(&file) else { continue };
        if is_lock(&file) {
            unknown_registries(&file, &text, complaints);
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            for word in FORBIDDEN.iter().filter(|word| has_word(line, word)) {
                complaints.push(format!("`{file}`, line {}: `{word}`", number.saturating_add(1)));
            }
        }
    }
    for (english, japanese) in PAIRS {
        let (one, other) = (project.read(english)?, project.read(japanese)?);
        if outline(&one) != outline(&other) {
            complaints.push(format!("`{english}` and `{japanese}` have different outlines"));
        }
    }
    Ok(())
}

/// Whether the line contains the word, but not as the tail of another: `pages/home/` is not a
/// directory of a developer's machine.
fn has_word(line: &str, word: &str) -> bool {
    let inside = |c: char| c.is_alphanumeric() || "._-})$".contains(c);
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        !before.is_some_and(inside)
    })
}

fn is_lock(file: &str) -> bool {
    let name = Path::new(file).file_name().and_then(|name| name.to_str());
    matches!(name, Some("Cargo.lock" | "package-lock.json"))
}

fn unknown_registries(file: &str, lock: &str, complaints: &mut Vec<String>) {
    for line in lock.lines() {
        let line = line.trim();
        let place =
            line.strip_prefix("source = \"").or_else(|| line.strip_prefix("\"resolved\": \""));
        if place.is_some_and(|place| !REGISTRIES.iter().any(|known| place.starts_with(known))) {
            complaints.push(format!("`{file}`: an unknown registry: {line}"));
        }
    }
}

/// The levels of a page's headings and its listings, which must be the same in all languages.
fn outline(page: &str) -> Vec<&str> {
    let mut inside = false;
    let mut outline = Vec::new();
    for line in page.lines() {
        if line.starts_with("```") {
            inside = !inside;
        }
        if inside && !line.contains('#') {
            outline.push(line);
        } else if !inside && line.starts_with('#') {
            outline.push(line.split(' ').next().unwrap_or_default());
        }
    }
    outline
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Headings by level and listings by text; comments in listings are translated.
    #[test]
    fn outlines_are_the_same_in_all_languages() {
        let page = "# A\nText.\n```sh\nrun it # now\nrun\n```\n## B\n";
        assert_eq!(outline(page), ["#", "```sh", "run", "##"]);
    }

    /// A directory of a machine is detected; a directory of the project with the same name is not.
    #[test]
    fn paths_of_machines_are_distinguished_from_folders() {
        for word in FORBIDDEN {
            assert!(has_word(&format!("see `{word}x`"), word) && has_word(word, word), "{word}");
            assert!(!has_word(&format!("pages{word}x"), word), "{word}");
        }
    }

    /// A lock file names public registries only.
    #[test]
    fn unknown_registries_are_seen() {
        let mut complaints = Vec::new();
        let good =
            format!("source = \"{}\"\n\"resolved\": \"{}a.tgz\",", REGISTRIES[0], REGISTRIES[1]);
        unknown_registries("lock", &good, &mut complaints);
        assert!(complaints.is_empty());
        unknown_registries("lock", "\"resolved\": \"http://10.0.0.1/a.tgz\",", &mut complaints);
        assert_eq!(complaints.len(), 1);
    }
}
