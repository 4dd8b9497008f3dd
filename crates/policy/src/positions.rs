//! Where the statements of a policy are in its text.

/// A place in a text. Lines and columns are counted from one, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// The begin and the end of each statement, in order; none for a text that is no policy.
///
/// The end is the place behind the statement. The begin is the place behind the bracket that opens
/// the list, or behind the statement before; of a statement that is no list, behind its own brace.
///
/// Observed: `iam simulate-custom-policy` in the AWS CLI's examples, and recorded responses for
/// lists.
pub fn statement_positions(text: &str) -> Vec<(Position, Position)> {
    let mut scanner = Scanner::default();
    for letter in text.chars() {
        scanner.read(letter);
    }
    scanner.found
}

/// Reads JSON letter by letter, as far as brackets and the members at the top go.
struct Scanner {
    at: Position,
    depth: usize,
    in_text: bool,
    escaped: bool,
    /// The last text at the top level, and the member that is being read there.
    text: String,
    member: String,
    /// How deep the statements are: 1 for a single one, 2 in a list.
    level: usize,
    begin: Position,
    found: Vec<(Position, Position)>,
}

impl Default for Scanner {
    fn default() -> Self {
        let at = Position { line: 1, column: 1 };
        let (text, member, found) = (String::new(), String::new(), Vec::new());
        let (depth, in_text, escaped, level) = (0, false, false, 0);
        Self { at, depth, in_text, escaped, text, member, level, begin: at, found }
    }
}

impl Scanner {
    fn read(&mut self, letter: char) {
        if letter == '\n' {
            self.at = Position { line: self.at.line.saturating_add(1), column: 1 };
        } else {
            self.at.column = self.at.column.saturating_add(1);
        }
        if self.in_text {
            self.read_text(letter);
            return;
        }
        match letter {
            '"' => {
                self.in_text = true;
                self.text.clear();
            }
            ':' if self.depth == 1 => self.member = std::mem::take(&mut self.text),
            '{' | '[' => self.open(letter),
            '}' | ']' => self.close(letter),
            _ => {}
        }
    }

    fn read_text(&mut self, letter: char) {
        if self.escaped {
            self.escaped = false;
        } else if letter == '\\' {
            self.escaped = true;
        } else if letter == '"' {
            self.in_text = false;
        } else if self.depth == 1 {
            self.text.push(letter);
        }
    }

    fn open(&mut self, bracket: char) {
        if self.depth == 1 && self.member == "Statement" {
            self.begin = self.at;
            self.level = if bracket == '[' { 2 } else { 1 };
        }
        self.depth = self.depth.saturating_add(1);
    }

    fn close(&mut self, bracket: char) {
        self.depth = self.depth.saturating_sub(1);
        if bracket == '}' && self.level > 0 && self.depth == self.level {
            self.found.push((self.begin, self.at));
            self.begin = self.at;
        }
        if self.depth == 1 {
            self.level = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, want: &[[usize; 4]]) {
        let got: Vec<_> = statement_positions(text)
            .into_iter()
            .map(|(begin, end)| [begin.line, begin.column, end.line, end.column])
            .collect();
        assert_eq!(got, want, "{text}");
    }

    /// Observed: the first two with AWS's own numbers.
    #[test]
    fn statements_have_aws_positions() {
        check(
            r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}}"#,
            &[[1, 38, 1, 167]],
        );
        check(
            "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\n      \"Effect\": \"Allow\",\n      \
             \"Action\": \"*\",\n      \"Resource\": \"*\"\n    }\n  ]\n}",
            &[[3, 17, 8, 6]],
        );
        check(
            r#"{"Statement": [{"Sid":"}{"}, {"Sid":"\"}"}], "Id": "Statement"}"#,
            &[[1, 16, 1, 28], [1, 28, 1, 43]],
        );
        check(r#"{"Id":{"Statement":[{}]},"Statement":{"Condition":{"a":{}}}}"#, &[[1, 39, 1, 60]]);
    }

    /// A text that is no policy has none, however it ends.
    #[test]
    fn no_policy_has_no_statements() {
        for text in ["", "]", "}}}}", r#"{"Statement""#, r#""Statement":[{}]"#, "あ\\"] {
            check(text, &[]);
        }
    }
}
