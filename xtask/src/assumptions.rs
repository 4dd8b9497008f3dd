//! `docs/assumptions.md`: what the code says that nobody knows yet.

use std::fmt::Write;

use crate::failure::Failure;
use crate::project::Project;

/// The page.
pub(crate) const PAGE: &str = "docs/assumptions.md";
/// What marks an assumption; a fact that was found out bears another tag.
const TAG: &str = concat!("Assu", "med:");
/// Fewer words need the code that they stand above.
const WORDS_MIN: usize = 6;
/// How far below an assumption its text is looked for.
const LINES_MAX: usize = 16;
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
/// tag, after what the comment says before it. One of few words says nothing without the text that
/// stands below it in the code.
fn assumptions(source: &str) -> Vec<String> {
    let lines: Vec<&str> = source.lines().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        if comment(line).is_none() {
            at += 1;
            continue;
        }
        let block: Vec<&str> =
            lines.get(at..).unwrap_or_default().iter().map_while(|line| comment(line)).collect();
        at += block.len();
        let code = lines.get(at..).unwrap_or_default();
        found.extend(of_block(&block).into_iter().map(|own| own.told(code)));
    }
    found
}

/// An assumption and what the comment says before it.
#[derive(Default)]
struct Assumption {
    before: String,
    text: String,
}

impl Assumption {
    fn told(&self, code: &[&str]) -> String {
        let text = self.text.trim_end_matches(';');
        let mut told = match self.before.as_str() {
            "" => text.to_owned(),
            before => format!("{before} *{TAG}* {text}"),
        };
        if text.split(' ').count() < WORDS_MIN
            && let Some(below) = words_below(code)
        {
            told = format!("{told} `{below}`");
        }
        told
    }
}

/// The assumptions of one comment.
fn of_block(block: &[&str]) -> Vec<Assumption> {
    let (mut found, mut before) = (Vec::<Assumption>::new(), String::new());
    for paragraph in block.split(|line| line.is_empty()) {
        let paragraph = paragraph.join(" ");
        let (mut rest, mut own) = (paragraph.as_str(), String::new());
        while !rest.is_empty() {
            let (text, after) = split_at_tag(rest);
            join(&mut own, text);
            let Some(after) = after else { break };
            let (tag, after) = after.split_once(':').unwrap_or((after, ""));
            rest = after;
            if format!("{tag}:") == TAG {
                let (text, after) = split_at_tag(rest);
                let context = if own.is_empty() { before.clone() } else { own.clone() };
                found.push(Assumption { before: context, text: text.trim().to_owned() });
                rest = after.unwrap_or_default();
            } else {
                join(&mut own, &format!("{tag}:"));
            }
        }
        before = own;
    }
    found
}

/// The first text of more than one word that the code below a comment holds, else its first line.
fn words_below(code: &[&str]) -> Option<String> {
    let near = code.iter().take(LINES_MAX).map(|line| line.trim()).collect::<Vec<_>>().join("\n");
    let texts = near.split('"').skip(1).step_by(2);
    let text = texts.map(|text| text.replace("\\\n", "")).find(|text| text.contains(' '));
    let first = || code.first().map(|line| line.trim().to_owned());
    text.or_else(first).filter(|text| !text.is_empty())
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
        let want: Vec<_> = want.iter().map(|text| text.replace('@', TAG)).collect();
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
        check("/// @ one of many, and more. Observed: two.\n", &["one of many, and more."]);
        check("let text = \"no comment\";\n", &[]);
    }

    /// What the comment says before it is told too, and the text below one of few words.
    #[test]
    fn assumptions_are_told_with_what_they_are_about() {
        check(
            "/// Digests wait.\n///\n/// @ files are given up after that.\n",
            &["Digests wait. *@* files are given up after that."],
        );
        check(
            "/// They wait. @ one.\n/// @ two.\n",
            &["They wait. *@* one.", "They wait. *@* two."],
        );
        check("// @ the text.\nlet a = 1;\n", &["the text. `let a = 1;`"]);
        check(
            "// @ the wording.\nfail(\"code\", \"No \\\n    room.\");\n",
            &["the wording. `No room.`"],
        );
    }
}
