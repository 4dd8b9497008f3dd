use gateway::{Answer, AnswerBody, Reply};
use http::{HeaderName, HeaderValue, StatusCode};

use crate::latin;
use crate::xml::Xml;

/// The result of an S3 operation, before IDs are added.
#[derive(Debug)]
pub struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: AnswerBody,
}

impl Response {
    pub(crate) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: AnswerBody::Whole(bytes::Bytes::new()) }
    }

    pub(crate) fn ok() -> Self {
        Self::empty(200)
    }

    pub(crate) fn no_content() -> Self {
        Self::empty(204)
    }

    pub(crate) fn xml(document: Xml) -> Self {
        Self { body: AnswerBody::Whole(document.finish().into()), ..Self::ok() }
            .with("content-type", "application/xml")
    }

    pub(crate) fn text(content_type: &str, text: impl Into<String>) -> Self {
        Self { body: AnswerBody::Whole(text.into().into()), ..Self::ok() }
            .with("content-type", content_type)
    }

    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    #[must_use]
    pub(crate) fn with_some(self, name: &str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    #[must_use]
    pub(crate) fn with_all(mut self, headers: impl IntoIterator<Item = (String, String)>) -> Self {
        self.headers.extend(headers);
        self
    }

    /// The size of the body in bytes.
    pub(crate) fn body_bytes(&self) -> u64 {
        match &self.body {
            AnswerBody::Whole(bytes) => crate::request::to_u64(bytes.len()),
            AnswerBody::Pieces { length, .. } => *length,
        }
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The headers, in order, and the body.
    pub fn into_parts(self) -> (Vec<(String, String)>, AnswerBody) {
        (self.headers, self.body)
    }

    pub(crate) fn into_answer(self, reply: &Reply<'_>) -> Answer {
        let mut answer = Answer::empty(
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        )
        .with("server", gateway::S3_SERVER)
        .with("x-amz-request-id", reply.request_id)
        .with("x-amz-id-2", reply.host_id);
        for (name, value) in &self.headers {
            if let (Ok(name), Ok(value)) = (
                HeaderName::from_bytes(name.as_bytes()),
                HeaderValue::from_bytes(&latin::encode(value)),
            ) {
                answer.headers.append(name, value);
            }
        }
        answer.body = self.body;
        answer
    }
}
