//! Rust text as tokens: enough to see names, paths and modules, also within macros.
//!
//! Comments are gone, and what is compiled for tests alone can be left out.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use crate::failure::Failure;

/// The tokens of a file.
pub(crate) fn tokens(text: &str) -> Result<Vec<TokenTree>, Failure> {
    let stream: TokenStream = text.parse().map_err(|error| format!("no Rust: {error}"))?;
    Ok(stream.into_iter().collect())
}

/// The same without the items under `#[cfg(test)]`, at any depth.
pub(crate) fn without_tests(tokens: &[TokenTree]) -> Vec<TokenTree> {
    let (mut kept, mut at) = (Vec::new(), 0);
    while let Some(token) = tokens.get(at) {
        let is_test = is_hash(token) && tokens.get(at.saturating_add(1)).is_some_and(is_cfg_test);
        if is_test {
            at = end_of_item(tokens, at.saturating_add(2));
            continue;
        }
        kept.push(match token {
            TokenTree::Group(group) => {
                let inner: Vec<_> = group.stream().into_iter().collect();
                let inner = without_tests(&inner).into_iter().collect();
                TokenTree::Group(Group::new(group.delimiter(), inner))
            }
            other @ (TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_)) => {
                other.clone()
            }
        });
        at = at.saturating_add(1);
    }
    kept
}

fn is_hash(token: &TokenTree) -> bool {
    is_punct(token, '#')
}

fn is_cfg_test(token: &TokenTree) -> bool {
    let TokenTree::Group(group) = token else { return false };
    group.delimiter() == Delimiter::Bracket
        && group.stream().to_string().replace(' ', "") == "cfg(test)"
}

/// Behind the item that begins at `at`: after its semicolon or its braces.
fn end_of_item(tokens: &[TokenTree], mut at: usize) -> usize {
    while let Some(token) = tokens.get(at) {
        at = at.saturating_add(1);
        let is_end = match token {
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
            TokenTree::Punct(punct) => punct.as_char() == ';',
            TokenTree::Ident(_) | TokenTree::Literal(_) => false,
        };
        // The braces of `use a::{b, c};` are not the end of it.
        if is_end && !tokens.get(at).is_some_and(|next| is_punct(next, ';')) {
            return at;
        }
    }
    at
}

/// All names among the tokens, and those in texts that are paths.
pub(crate) fn names(tokens: &[TokenTree]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(tokens, &mut found);
    found
}

fn collect(tokens: &[TokenTree], found: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(name) => {
                found.insert(plain(&name.to_string()));
            }
            TokenTree::Group(group) => {
                let inner: Vec<_> = group.stream().into_iter().collect();
                collect(&inner, found);
            }
            // A text may be a path: `#[serde(with = "a::b")]`.
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                let path = text.trim_matches('"').split("::").map(str::to_owned);
                found.extend(path.filter(|_| text.contains("::")));
            }
            TokenTree::Punct(_) => {}
        }
    }
}

/// A name without the mark of a raw one.
pub(crate) fn plain(name: &str) -> String {
    name.strip_prefix("r#").unwrap_or(name).to_owned()
}

pub(crate) fn is_punct(token: &TokenTree, wanted: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == wanted)
}

/// The name that a token is.
pub(crate) fn name(token: Option<&TokenTree>) -> Option<String> {
    match token {
        Some(TokenTree::Ident(name)) => Some(plain(&name.to_string())),
        _ => None,
    }
}

/// The tokens within a token's brackets of this kind.
pub(crate) fn within(token: Option<&TokenTree>, delimiter: Delimiter) -> Option<Vec<TokenTree>> {
    match token {
        Some(TokenTree::Group(group)) if group.delimiter() == delimiter => {
            Some(group.stream().into_iter().collect())
        }
        _ => None,
    }
}

/// Whether `::` stands at `at`.
pub(crate) fn is_path_sign(tokens: &[TokenTree], at: usize) -> bool {
    let colon = |at: usize| tokens.get(at).is_some_and(|token| is_punct(token, ':'));
    colon(at) && colon(at.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is for tests alone goes, also within a module; the rest stays.
    #[test]
    fn tests_are_left_out() {
        let text = "use a::{b, c}; #[cfg(test)] use gone::{x, y}; fn f() { kept() }\n\
                    mod m { #[cfg(test)] mod tests { fn away() {} } fn stays() {} }\n\
                    #[cfg(test)] #[expect(x)] fn lost() { nothing() } struct Last; // comment\n\
                    #[serde(with = \"p::q\")] static T: u8;";
        let names = names(&without_tests(&tokens(text).unwrap()));
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                "Last", "T", "a", "b", "c", "f", "fn", "kept", "m", "mod", "p", "q", "serde",
                "static", "stays", "struct", "u8", "use", "with",
            ]
        );
    }
}
