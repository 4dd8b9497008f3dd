//! `docs/assumptions.md`: the unverified assumptions in the code's comments.

use std::fmt::Write;

use crate::failure::Failure;
use crate::project::Project;

/// The page.
pub(crate) const PAGE: &str = "docs/assumptions.md";
/// The tag of an assumption; verified facts have other tags.
const TAG: &str = concat!("Assu", "med:");
/// Shorter assumptions need a subject from the code below them.
const WORDS_MIN: usize = 6;
/// How far below an assumption a string literal is searched.
const LINES_MAX: usize = 16;
/// The keywords that introduce an item's name.
const ITEMS: [&str; 6] = ["fn", "const", "struct", "enum", "static", "let"];
const OTHER_TAGS: [&str; 4] = ["Source:", "Observed:", "observed:", "INVARIANT:"];

const HEAD: &str = "\
# Assumptions

What the code assumes about AWS without evidence.
`cargo xtask golden` generates this page from the comments.
An assumption is removed when a document or a recorded response of AWS replaces it in the code.
";

/// Generates the page.
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

/// The assumptions of a file: each from its tag to the end of the comment's paragraph or to the next
/// tag, after the text before the tag. A short one gets a subject from the code below: the quoted
/// message, or the name of the item.
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
        found.extend(of_block(&block).into_iter().map(|own| own.with_subject(code)));
    }
    found
}

/// An assumption and the text before its tag.
#[derive(Default)]
struct Assumption {
    before: String,
    text: String,
}

impl Assumption {
    fn with_subject(&self, code: &[&str]) -> String {
        let text = self.text.trim_end_matches(';');
        let mut line = match self.before.as_str() {
            "" => String::new(),
            before => format!("{before} *{TAG}* "),
        };
        if text.split(' ').count() >= WORDS_MIN {
            line.push_str(text);
        } else if let Some(message) = message_below(code) {
            let text = text.trim_end_matches('.');
            let _ = write!(line, "{text}: `{message}`");
        } else if let Some(name) = name_below(code) {
            let _ = write!(line, "`{name}`: {text}");
        } else {
            line.push_str(text);
        }
        capitalized(&line)
    }
}

fn capitalized(line: &str) -> String {
    let mut letters = line.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
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

/// The first string literal of more than one word in the code below a comment.
fn message_below(code: &[&str]) -> Option<String> {
    let own = code.iter().take(LINES_MAX).map(|line| line.trim());
    let near = own.take_while(|line| !line.starts_with("///")).collect::<Vec<_>>().join("\n");
    let texts = near.split('"').skip(1).step_by(2);
    let mut messages = texts.map(|text| text.replace("\\\n", ""));
    messages.find(|text| text.contains(' ') && !text.contains('\n'))
}

/// The name of the item directly below a comment.
fn name_below<'a>(code: &[&'a str]) -> Option<&'a str> {
    let mut words = code.first()?.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.find(|word| ITEMS.contains(word))?;
    words.find(|word| !word.is_empty() && !ITEMS.contains(word))
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
            &["The order of the checks of it."],
        );
        check("//! @ it is one of a few.\n//!\n//! More.\n", &["It is one of a few."]);
        check("/// @ it is one of a few; observed: two.\n", &["It is one of a few"]);
        check("/// @ one of many, and more. Observed: two.\n", &["One of many, and more."]);
        check("let text = \"no comment\";\n", &[]);
    }

    /// The text before the tag is included, and short assumptions get a subject.
    #[test]
    fn assumptions_have_a_subject() {
        check(
            "/// Digests wait.\n///\n/// @ AWS abandons log files after that time.\n",
            &["Digests wait. *@* AWS abandons log files after that time."],
        );
        check(
            "/// They wait. @ one.\n/// @ two.\n",
            &["They wait. *@* one.", "They wait. *@* two."],
        );
        check("/// @ AWS's limit.\npub(crate) const MAX: u8 = 1;\n", &["`MAX`: AWS's limit."]);
        check("// @ AWS's limit.\nif a {\n", &["AWS's limit."]);
        check("/// @ the text.\nOne,\n/// \"Not this one\".\nTwo,\n", &["The text."]);
        check(
            "// @ the wording.\nfail(\"code\", \"No \\\n    room.\");\n",
            &["The wording: `No room.`"],
        );
    }
}
