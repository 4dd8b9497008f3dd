//! `docs/assumptions.md`: what the code says that nobody knows yet.

use std::fmt::Write;

use crate::Failure;
use crate::project::Project;

/// The page.
pub(crate) const PAGE: &str = "docs/assumptions.md";
/// What marks an assumption; a fact that was found out bears another tag.
const TAG: &str = concat!("Assu", "med:");
/// Fewer words need the code that they stand above.
const WORDS_MIN: usize = 6;
const OTHER_TAGS: [&str; 4] = ["Source:", "Observed:", "observed:", "INVARIANT:"];

const HEAD: &str = "\
# Assumptions

What the code assumes about AWS because nobody has found it out yet.
This page is made of the comments by `cargo xtask golden`.
An assumption leaves it when a document or a recorded answer of AWS takes its place in the code.
";

/// The page as it has to be.
pub(crate) fn page(project: &Project) -> Result<String, Failure> {
    let mut page = String::from(HEAD);
    let mut last = String::new();
    for file in project.rust_files()? {
        if file.starts_with("xtask/") {
            continue;
        }
        for text in assumptions(&project.read(&file)?) {
            if file != last {
                // Writing to a String cannot fail.
                let _ = write!(page, "\n## `{file}`\n\n");
                last.clone_from(&file);
            }
            let _ = writeln!(page, "- {text}");
        }
    }
    Ok(page)
}

/// The assumptions of a file: from the tag to the end of the comment's paragraph or to the next
/// tag. One of few words says nothing without the code it stands above.
fn assumptions(source: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut open = false;
    let mut bare: Vec<usize> = Vec::new();
    for line in source.lines() {
        let Some(mut rest) = comment(line) else {
            open = false;
            for at in bare.drain(..) {
                if let Some(text) = found.get_mut(at) {
                    tell_place(text, line);
                }
            }
            continue;
        };
        if rest.is_empty() {
            open = false;
        }
        while !rest.is_empty() {
            let (text, after) = split_at_tag(rest);
            if let Some(last) = found.last_mut().filter(|_| open) {
                join(last, text);
            }
            let Some(after) = after else { break };
            open = after.starts_with(TAG);
            if open {
                bare.push(found.len());
                found.push(String::new());
            }
            rest = after.split_once(':').map_or("", |(_, text)| text);
        }
    }
    found.iter().map(|text| text.trim_end_matches(';').to_owned()).collect()
}

fn tell_place(text: &mut String, code: &str) {
    if text.split(' ').count() < WORDS_MIN && !code.trim().is_empty() {
        *text = format!("{text} At `{}`", code.trim());
    }
}

/// A comment line's text.
fn comment(line: &str) -> Option<&str> {
    let text = line.trim_start().strip_prefix("//")?;
    Some(text.trim_start_matches(['/', '!']).trim())
}

/// The text before the next tag, and what follows from the tag on, if there is one.
fn split_at_tag(text: &str) -> (&str, Option<&str>) {
    let tags = OTHER_TAGS.iter().chain([&TAG]);
    let next = tags.filter_map(|tag| text.find(tag)).min();
    match next.and_then(|at| text.split_at_checked(at)) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}

fn join(text: &mut String, more: &str) {
    let more = more.trim();
    if !text.is_empty() && !more.is_empty() {
        text.push(' ');
    }
    text.push_str(more);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, want: &[&str]) {
        assert_eq!(assumptions(&source.replace('@', TAG)), want);
    }

    /// An assumption ends with its paragraph, its comment, or where another fact begins.
    #[test]
    fn assumptions_are_read_to_their_end() {
        check(
            "/// @ the order of\n/// the checks of it.\nfn f() {}\n",
            &["the order of the checks of it."],
        );
        check("//! @ it is one of a few.\n//!\n//! More.\n", &["it is one of a few."]);
        check("/// @ it is one of a few; observed: two.\n", &["it is one of a few"]);
        check("/// @ one\n/// and more. Observed: two.\n/// Not this.\n", &["one and more."]);
        check("/// @ one. @ two\n/// three.\n", &["one.", "two three."]);
        check("let text = \"no comment\";\n", &[]);
        check("// Source: a book. @ the text.\nlet a = 1;\n", &["the text. At `let a = 1;`"]);
    }
}
