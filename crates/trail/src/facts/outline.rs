//! The members of a record that selectors read. Delivery asks them about every event, and requests and responses
//! are most of a record.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

/// What [`super::Facts::from_json`] reads, but for the members in which services name things.
const READ: [&str; 15] = [
    "awsRegion",
    "errorCode",
    "eventCategory",
    "eventID",
    "eventName",
    "eventSource",
    "eventTime",
    "eventType",
    "managementEvent",
    "readOnly",
    "recipientAccountId",
    "resources",
    "sessionCredentialFromConsole",
    "userIdentity",
    "vpcEndpointId",
];

/// A record without its other members, which must be JSON all the same.
pub(super) struct Outline(pub(super) Value);

impl<'de> Deserialize<'de> for Outline {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        input.deserialize_map(Members)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Outline;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut input: A) -> Result<Outline, A::Error> {
        let mut members = Map::new();
        while let Some(Name(name)) = input.next_key()? {
            if READ.contains(&name.as_ref()) {
                members.insert(name.into_owned(), input.next_value()?);
            } else {
                input.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Outline(Value::Object(members)))
    }
}

/// A name that is borrowed where it has no escapes.
struct Name<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        input.deserialize_str(Text)
    }
}

struct Text;

impl<'de> Visitor<'de> for Text {
    type Value = Name<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Owned(text.to_owned())))
    }
}
