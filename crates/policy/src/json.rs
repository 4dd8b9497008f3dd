//! A policy's JSON as written: member order is preserved, duplicate members are rejected.
//!
//! Depth is bounded by `serde_json`'s own limit of 128 levels.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// A JSON value; numbers and booleans are stored as the text that conditions compare.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Json {
    Null,
    /// A number or a boolean.
    Scalar(String),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// `None` for anything but one JSON value without duplicate members.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// The member of that name, if this is an object that has it.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        self.members().iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The members of an object; none for anything else.
    pub(crate) fn members(&self) -> &[(String, Self)] {
        match self {
            Self::Object(members) => members,
            Self::Null | Self::Scalar(_) | Self::Text(_) | Self::List(_) => &[],
        }
    }

    /// The text, if this is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Null | Self::Scalar(_) | Self::List(_) | Self::Object(_) => None,
        }
    }

    /// The elements of a list, or the value itself as the only one.
    pub(crate) fn elements(&self) -> &[Self] {
        match self {
            Self::List(list) => list,
            Self::Null | Self::Scalar(_) | Self::Text(_) | Self::Object(_) => {
                std::slice::from_ref(self)
            }
        }
    }

    /// The texts of a text or of a list of texts; `None` if anything else is among them.
    pub(crate) fn texts(&self) -> Option<Vec<&str>> {
        self.elements().iter().map(Self::text).collect()
    }

    /// The texts of condition values: strings, numbers and booleans, single or in a list.
    pub(crate) fn values(&self) -> Option<Vec<&str>> {
        self.elements()
            .iter()
            .map(|value| match value {
                Self::Text(text) | Self::Scalar(text) => Some(text.as_str()),
                Self::Null | Self::List(_) | Self::Object(_) => None,
            })
            .collect()
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyJson)
    }
}

struct AnyJson;

impl<'de> Visitor<'de> for AnyJson {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Scalar(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Scalar(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Scalar(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Json::Scalar(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = seq.next_element()? {
            list.push(value);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut names = std::collections::BTreeSet::new();
        let mut members = Vec::new();
        while let Some((name, value)) = map.next_entry::<String, Json>()? {
            if !names.insert(name.clone()) {
                return Err(de::Error::custom("duplicate member"));
            }
            members.push((name, value));
        }
        Ok(Json::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two members of one name could be read two ways, so the document is refused.
    #[test]
    fn refuses_duplicate_members() {
        assert!(Json::parse(r#"{"a":1,"b":{"a":1}}"#).is_some());
        assert!(Json::parse(r#"{"a":1,"a":1}"#).is_none());
        assert!(Json::parse(r#"{"b":[{"a":1,"a":2}]}"#).is_none());
    }

    /// A million brackets are an error, not a stack overflow.
    #[test]
    fn refuses_bottomless_nesting() {
        assert!(Json::parse(&"[".repeat(1_000_000)).is_none());
    }
}
