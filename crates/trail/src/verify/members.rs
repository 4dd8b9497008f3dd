//! The members of a digest that a verifier needs, read from a stream.
//!
//! All others are skipped and use no memory, regardless of their contents. As in the AWS CLI, the last of
//! several members of one name counts, and a member of another type is not yet invalid JSON.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::NamedLog;

const LOG_FILES: &str = "logFiles";
const OF_DIGESTS: &[&str] = &[
    "digestStartTime",
    "digestEndTime",
    "digestS3Bucket",
    "digestS3Object",
    "digestPublicKeyFingerprint",
    "previousDigestS3Bucket",
    "previousDigestS3Object",
    "previousDigestHashValue",
    "previousDigestSignature",
    LOG_FILES,
];
const OF_LOG_FILES: &[&str] = &["s3Bucket", "s3Object", "hashValue"];

/// The type of a member.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Member {
    /// `null`.
    Null,
    /// A text.
    Text(String),
    /// The list of log files, if all are well-formed.
    Files(Option<Vec<NamedLog>>),
    /// Anything else.
    Other,
}

/// The needed members of an object, by name.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Members(BTreeMap<&'static str, Member>);

impl Members {
    /// The members of a JSON object that ends with the stream; none for another JSON value. Errors
    /// if it is not JSON, or cannot be read.
    pub(super) fn read(plain: impl Read) -> Result<Self, serde_json::Error> {
        let mut json = serde_json::Deserializer::from_reader(plain);
        let members = ObjectOf(OF_DIGESTS).deserialize(&mut json)?;
        json.end()?;
        Ok(members)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Member> {
        self.0.get(name)
    }

    /// A member that is a text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Member::Text(text) => Some(text),
            Member::Null | Member::Files(_) | Member::Other => None,
        }
    }

    /// The log files; `None` if one lacks its name, or if they are no list.
    pub(super) fn take_files(&mut self) -> Option<Vec<NamedLog>> {
        match self.0.remove(LOG_FILES)? {
            Member::Files(files) => files,
            Member::Null | Member::Text(_) | Member::Other => None,
        }
    }

    fn into_log(mut self) -> Option<NamedLog> {
        let mut text = |name: &str| match self.0.remove(name) {
            Some(Member::Text(text)) => Some(text),
            Some(Member::Null | Member::Files(_) | Member::Other) | None => None,
        };
        let (bucket, object) = (text("s3Bucket")?, text("s3Object")?);
        Some(NamedLog { bucket, object, hash: text("hashValue") })
    }
}

/// An object of which these members are needed.
struct ObjectOf(&'static [&'static str]);

impl<'de> DeserializeSeed<'de> for ObjectOf {
    type Value = Members;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Members, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ObjectOf {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Members, E> {
        Ok(Members::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Members, E> {
        Ok(Members::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Members, E> {
        Ok(Members::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Members, E> {
        Ok(Members::default())
    }

    fn visit_str<E>(self, _: &str) -> Result<Members, E> {
        Ok(Members::default())
    }

    fn visit_unit<E>(self) -> Result<Members, E> {
        Ok(Members::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Members, A::Error> {
        pass_over(list)?;
        Ok(Members::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Members, A::Error> {
        let mut found = BTreeMap::new();
        while let Some(key) = object.next_key::<String>()? {
            match self.0.iter().find(|name| **name == key) {
                Some(name) => {
                    found.insert(*name, object.next_value_seed(MemberOf(name))?);
                }
                None => {
                    object.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(Members(found))
    }
}

/// The member of this name.
struct MemberOf(&'static str);

impl<'de> DeserializeSeed<'de> for MemberOf {
    type Value = Member;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Member, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for MemberOf {
    type Value = Member;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Member, E> {
        Ok(Member::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Member, E> {
        Ok(Member::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Member, E> {
        Ok(Member::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Member, E> {
        Ok(Member::Other)
    }

    fn visit_str<E>(self, text: &str) -> Result<Member, E> {
        Ok(Member::Text(text.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Member, E> {
        Ok(Member::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Member, A::Error> {
        if self.0 != LOG_FILES {
            pass_over(list)?;
            return Ok(Member::Other);
        }
        let mut files = Some(Vec::new());
        while let Some(members) = list.next_element_seed(ObjectOf(OF_LOG_FILES))? {
            // Beside a bad one, the good ones are not needed.
            files = files.zip(members.into_log()).map(|(mut files, log)| {
                files.push(log);
                files
            });
        }
        Ok(Member::Files(files))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Member, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Member::Other)
    }
}

fn pass_over<'de, A: SeqAccess<'de>>(mut list: A) -> Result<(), A::Error> {
    while list.next_element::<IgnoredAny>()?.is_some() {}
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Only the needed members are kept, of any type; the last of one name counts.
    #[test]
    fn members_are_read_as_they_are() {
        let read = |json: &str| Members::read(json.as_bytes());
        let json = r#"{"a":[{"b":[1]},"c"],"digestS3Bucket":"x","digestS3Object":["x"],
            "digestS3Bucket":"y","digestEndTime":{"a":1},"digestStartTime":1.5,
            "previousDigestSignature":null,
            "logFiles":[{"s3Bucket":"b","a":[],"s3Object":"o","hashValue":null}]} "#;
        let mut members = read(json).unwrap();
        assert_eq!(members.text("digestS3Bucket"), Some("y"));
        assert_eq!(members.get("previousDigestSignature"), Some(&Member::Null));
        for other in ["digestS3Object", "digestEndTime", "digestStartTime"] {
            assert_eq!(members.get(other), Some(&Member::Other), "{other}");
        }
        assert_eq!(members.get("a"), None);
        let (bucket, object) = ("b".to_owned(), "o".to_owned());
        assert_eq!(members.take_files(), Some(vec![NamedLog { bucket, object, hash: None }]));
        for bad in [r#"[{"s3Bucket":"b"}]"#, "[[]]", "7", r#"["",{"s3Bucket":"","s3Object":""}]"#] {
            let json = format!("{{\"logFiles\":{bad}}}");
            assert_eq!(read(&json).unwrap().take_files(), None, "{bad}");
        }
        for other in ["[[1],{}]", "true", "-1", "1", "1.5", "\"a\"", "null", "{}"] {
            assert_eq!(read(other).unwrap(), Members::default(), "{other}");
        }
        for bad in ["", "{", "{}{}", "[", "x", "{\"logFiles\":[}"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
