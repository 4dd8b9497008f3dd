//! Words that `CONTRIBUTING.md` rules out, counted per area of the project.
//!
//! A count may only fall: `cargo xtask golden` lowers the numbers in the list and never raises one.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::failure::Failure;
use crate::project::Project;

/// The list of counts: an area and a number per line.
pub(crate) const LIST: &str = "xtask/lists/words.txt";
const HEAD: &str = "\
# Words that CONTRIBUTING.md rules out, by area. The numbers may only fall: cargo xtask golden
# lowers them.
";

/// Words that programs do not do, and words for people who have a name.
const RULED_OUT: [&str; 47] = [
    "tell",
    "tells",
    "told",
    "telling",
    "say",
    "says",
    "said",
    "saying",
    "look",
    "looks",
    "looked",
    "looking",
    "stand",
    "stands",
    "stood",
    "standing",
    "know",
    "knows",
    "knew",
    "hear",
    "hears",
    "heard",
    "believe",
    "believes",
    "believed",
    "forget",
    "forgets",
    "forgotten",
    "wish",
    "wishes",
    "wished",
    "whoever",
    "whatever",
    "whichever",
    "somebody",
    "someone",
    "nobody",
    "anybody",
    "everybody",
    "stranger",
    "strangers",
    "clue",
    "clues",
    "anew",
    "mend",
    "mends",
    "mended",
];

/// Phrases in which a word is legitimate, in lower case: a method of tokio, and two names of tables
/// on disk, where a new name would lose the rows.
const ALLOWED: [&str; 6] =
    ["look up", "looks up", "looked up", "permit.forget", "kms.grant_clue", "iam.sign_in_stranger"];

/// The endings of files whose words are ours.
const ENDINGS: [&str; 10] =
    [".rs", ".md", ".py", ".ts", ".tsx", ".mjs", ".en.json", ".yaml", ".service", ".sh"];

/// Generated pages, which repeat what is counted at its source, and the list of words itself.
const SKIPPED: [&str; 7] = [
    "console/dist/",
    "crates/iam/managed/",
    "docs/assumptions.md",
    "docs/managed-policies.md",
    "docs/operations.md",
    "xtask/src/tidy/words.rs",
    "CONTRIBUTING.md",
];

/// How many places of an area a complaint shows.
const SHOWN_MAX: usize = 20;

/// Complains about areas that have more of these words than the list allows.
pub(super) fn check(project: &Project, complaints: &mut Vec<String>) -> Result<(), Failure> {
    let allowed = parse(&project.read(LIST).unwrap_or_default());
    for (area, places) in &count(project)? {
        let most = allowed.get(area).copied().unwrap_or_default();
        if places.len() > most {
            let shown: Vec<_> = places.iter().take(SHOWN_MAX).map(String::as_str).collect();
            complaints.push(format!(
                "`{area}`: {} words that CONTRIBUTING.md rules out, {most} are allowed: {}",
                places.len(),
                shown.join(", ")
            ));
        }
    }
    Ok(())
}

/// The list with numbers that are never higher than before; without a list, the current counts.
pub(crate) fn lowered(project: &Project) -> Result<String, Failure> {
    let list = project.read(LIST).ok();
    let allowed = list.as_deref().map(parse);
    let mut text = HEAD.to_owned();
    for (area, places) in count(project)? {
        let most = match &allowed {
            Some(allowed) => allowed.get(&area).copied().unwrap_or_default().min(places.len()),
            None => places.len(),
        };
        if most > 0 {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{area} {most}");
        }
    }
    Ok(text)
}

fn parse(list: &str) -> BTreeMap<String, usize> {
    let lines = list.lines().filter(|line| !line.starts_with('#'));
    let pairs = lines.filter_map(|line| line.rsplit_once(' '));
    pairs.filter_map(|(area, most)| Some((area.to_owned(), most.parse().ok()?))).collect()
}

/// The places of all words that are ruled out, by area.
fn count(project: &Project) -> Result<BTreeMap<String, Vec<String>>, Failure> {
    let mut found = BTreeMap::<String, Vec<String>>::new();
    for file in project.files()? {
        if !ENDINGS.iter().any(|ending| file.ends_with(ending))
            || SKIPPED.iter().any(|skipped| file.starts_with(skipped))
        {
            continue;
        }
        // Binary files are skipped.
        let Ok(text) = project.read(&file) else { continue };
        for (number, line) in text.lines().enumerate() {
            for word in ruled_out(line) {
                let place = format!("{file}:{}: {word}", number.saturating_add(1));
                found.entry(area(&file).to_owned()).or_default().push(place);
            }
        }
    }
    Ok(found)
}

/// A crate, a top-level directory, or `pages` for the files at the top.
fn area(file: &str) -> &str {
    let mut slashes = file.match_indices('/').map(|(at, _)| at);
    let end = if file.starts_with("crates/") { slashes.nth(1) } else { slashes.next() };
    end.and_then(|end| file.get(..end)).unwrap_or("pages")
}

/// The words of a line that are ruled out. Identifiers are split into their words.
fn ruled_out(line: &str) -> Vec<String> {
    let mut line = split_camel(line).to_lowercase();
    for phrase in ALLOWED {
        line = line.replace(phrase, "");
    }
    let words = line.split(|c: char| !c.is_ascii_alphabetic());
    words.filter(|word| RULED_OUT.contains(word)).map(str::to_owned).collect()
}

/// Inserts a space before each upper-case letter that follows a lower-case one.
fn split_camel(line: &str) -> String {
    let mut split = String::with_capacity(line.len());
    let mut after_lower = false;
    for c in line.chars() {
        if after_lower && c.is_ascii_uppercase() {
            split.push(' ');
        }
        after_lower = c.is_ascii_lowercase();
        split.push(c);
    }
    split
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words are found in sentences and in identifiers, and not within other words.
    #[test]
    fn words_are_found_in_sentences_and_identifiers() {
        for (line, want) in [
            ("/// Tells whoever asks.", &["tells", "whoever"][..]),
            ("let told = self.look_into();", &["told", "look"]),
            ("struct WishList;", &["wish"]),
            ("LookupEvents, Unknown, outstanding, standard", &[]),
            ("the gateway looks up the access key", &[]),
        ] {
            assert_eq!(ruled_out(line), want, "{line}");
        }
    }

    /// Each crate is an area, and so is each top-level directory.
    #[test]
    fn files_belong_to_areas() {
        assert_eq!(area("crates/kms/src/lib.rs"), "crates/kms");
        assert_eq!(area("docs/operate.md"), "docs");
        assert_eq!(area("README.md"), "pages");
    }

    /// Lines that are not an area and a number are ignored.
    #[test]
    fn the_list_is_parsed() {
        let want = BTreeMap::from([("crates/kms".to_owned(), 3)]);
        assert_eq!(parse("# head\ncrates/kms 3\nnothing\n"), want);
    }
}
