use gateway::{Answer, AnswerBody};
use http::HeaderMap;
use serde_json::Value;
use wire::MadeAt;

/// A complete response.
#[derive(Debug, Clone)]
pub struct Answered {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
    /// Where an error was made.
    pub made_at: Option<MadeAt>,
}

impl From<Answer> for Answered {
    fn from(answer: Answer) -> Self {
        let body = match answer.body {
            AnswerBody::Whole(bytes) => bytes.to_vec(),
            AnswerBody::Pieces { pieces, .. } => {
                let mut body = Vec::new();
                for piece in pieces {
                    body.extend_from_slice(&piece.expect("a piece of the body"));
                }
                body
            }
        };
        let Answer { status, headers, made_at, .. } = answer;
        Self { status: status.as_u16(), headers, body, made_at }
    }
}

impl Answered {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    /// A header's value; empty if it is absent.
    pub fn header(&self, name: &str) -> String {
        self.headers
            .get(name)
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
            .unwrap_or_default()
    }

    /// The same response, which must be a success.
    #[expect(clippy::return_self_not_must_use, reason = "often only the success matters")]
    pub fn ok(self) -> Self {
        assert!((200..300).contains(&self.status), "{}: {}", self.status, self.text());
        self
    }

    /// The text of the first XML element called `name`; empty if there is none.
    pub fn element(&self, name: &str) -> String {
        let text = self.text();
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        let inner = text.split_once(&open).and_then(|(_, rest)| rest.split_once(&close));
        inner.map(|(inner, _)| inner.to_owned()).unwrap_or_default()
    }

    /// Status, code and message of an error of any protocol.
    pub fn error(&self) -> (u16, String, String) {
        if self.body.first() == Some(&b'{') {
            let error = self.json();
            // The Query protocol, asked for JSON.
            if let Some(error) = error.get("Error") {
                let member = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
                return (self.status, member("Code"), member("Message"));
            }
            let member = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
            let shape = member("__type");
            // Some services write a namespace before the name.
            let shape = shape.rsplit('#').next().unwrap_or_default().to_owned();
            return (self.status, shape, member("message"));
        }
        let unescaped = self.element("Message").replace("&quot;", "\"").replace("&amp;", "&");
        (self.status, self.element("Code"), unescaped)
    }
}
