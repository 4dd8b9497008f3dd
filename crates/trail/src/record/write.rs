use std::cmp::Reverse;
use std::{fmt, io};

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::Record;

/// `userAgent`, `errorCode`, `errorMessage` and `requestID` are cut here.
/// Source: `CloudTrail` User Guide, "CloudTrail record contents".
const TEXT_BYTES_MAX: usize = 1_024;
/// `requestParameters`, `responseElements` and `serviceEventDetails` are shortened to this.
const ELEMENTS_BYTES_MAX: usize = 100 * 1_024;
/// `additionalEventData` is shortened to this.
const ADDITIONAL_BYTES_MAX: usize = 28 * 1_024;
/// The part of a member that is kept when it is shed because the whole event is too large: mostly
/// names.
const SHED_BYTES_MAX: usize = 4 * 1_024;
/// The whole event.
const EVENT_BYTES_MAX: usize = 256 * 1_024;
/// The member that marks a shortened object; its value is `true`.
/// For its shape see [`Record::to_json`].
const OMITTED: &str = "omitted";

/// What `requestParameters` or `responseElements` contain for a value: the value, or the rest of it
/// when its largest members are omitted, as in the record.
///
/// The length is measured first, without building the tree: that takes a hundred times the memory
/// of the text, and any caller without permissions can send a mebibyte of empty lists.
pub fn elements(value: &impl Serialize) -> Result<Value, serde_json::Error> {
    let mut room = Room(ELEMENTS_BYTES_MAX);
    if serde_json::to_writer(&mut room, value).is_ok() {
        return serde_json::to_value(value);
    }
    let text = serde_json::to_vec(value)?;
    // What is no object has no members to keep.
    let members = serde_json::from_slice::<Members>(&text).map_or_else(|_| Vec::new(), |own| own.0);
    let sizes = members.iter().map(|(name, value)| member_bytes(name, value.get().len()));
    let kept = kept(&sizes.collect::<Vec<_>>(), ELEMENTS_BYTES_MAX);
    let members = members.into_iter().zip(kept).filter(|(_, is_kept)| *is_kept);
    let members = members.map(|((name, value), _)| Ok((name, serde_json::from_str(value.get())?)));
    Ok(marked(members.collect::<Result<Map<_, _>, serde_json::Error>>()?))
}

/// An object shortened to `bytes_max`, like [`elements`].
fn shortened(value: &Value, bytes_max: usize) -> Value {
    let none = Map::new();
    let members = value.as_object().unwrap_or(&none);
    let sizes = members.iter().map(|(name, value)| {
        let mut bytes = Count(0);
        let counted = serde_json::to_writer(&mut bytes, value);
        member_bytes(name, counted.map_or(usize::MAX, |()| bytes.0))
    });
    let kept = kept(&sizes.collect::<Vec<_>>(), bytes_max);
    let members = members.iter().zip(kept).filter(|(_, is_kept)| *is_kept);
    marked(members.map(|((name, value), _)| (name.clone(), value.clone())).collect())
}

fn marked(mut members: Map<String, Value>) -> Value {
    members.insert(OMITTED.to_owned(), Value::Bool(true));
    Value::Object(members)
}

/// Which members of an object are kept when it must not exceed `bytes_max`. The largest are removed
/// first: a caller's large input hides none of the names by which the event is found.
fn kept(sizes: &[usize], bytes_max: usize) -> Vec<bool> {
    let mut kept = vec![true; sizes.len()];
    let mark = member_bytes(OMITTED, "true".len()).saturating_add("{}".len());
    let mut total = sizes.iter().fold(mark, |total, size| total.saturating_add(*size));
    let mut by_size: Vec<_> = kept.iter_mut().zip(sizes).collect();
    by_size.sort_by_key(|(_, size)| Reverse(**size));
    for (stays, size) in by_size {
        if total <= bytes_max {
            break;
        }
        *stays = false;
        total = total.saturating_sub(*size);
    }
    kept
}

/// The minimum size of a member in an object: its name in quotes, including a colon and a comma.
fn member_bytes(name: &str, value_bytes: usize) -> usize {
    let mut bytes = Count(0);
    // A counter accepts everything.
    drop(serde_json::to_writer(&mut bytes, name));
    bytes.0.saturating_add(value_bytes).saturating_add(2)
}

/// The members of an object, not read further.
struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        from.deserialize_map(Each)
    }
}

/// A writer that only counts bytes.
struct Count(usize);

impl io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.saturating_add(bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A writer that discards and accepts this many bytes.
struct Room(usize);

impl io::Write for Room {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let left = self.0.checked_sub(bytes.len());
        self.0 = left.ok_or(io::ErrorKind::WriteZero)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Record {
    /// The record as one line of JSON, at most 256 KB.
    ///
    /// A member over its cap is cut (texts) or loses its largest members, which `"omitted":true`
    /// replaces. If the event is still too large, more members are removed, the least informative first.
    /// Assumed: AWS shortens a record in this order and marks it so. Its guide states an order for
    /// event data stores only, and for trails that the content is omitted.
    ///
    /// Errors when a member cannot be serialized: no member is silently omitted.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        for shed in 0..Draft::SHEDDABLE {
            let json = self.draft(shed).finish()?;
            if json.len() <= EVENT_BYTES_MAX {
                return Ok(json);
            }
        }
        self.draft(Draft::SHEDDABLE).finish()
    }

    fn draft(&self, shed: u8) -> Draft {
        let mut out = Draft::new();
        out.put("eventVersion", Self::EVENT_VERSION);
        out.capped("userIdentity", Some(&self.user_identity), keep(shed, 7, EVENT_BYTES_MAX));
        out.put("eventTime", &self.event_time.iso());
        out.text("eventSource", Some(&self.event_source));
        out.text("eventName", Some(&self.event_name));
        out.text("awsRegion", Some(&self.aws_region));
        out.text("sourceIPAddress", Some(&self.source_ip_address));
        out.text("userAgent", self.user_agent.as_deref());
        out.text("errorCode", self.error_code.as_deref());
        out.text("errorMessage", self.error_message.as_deref());
        let request_max = keep(shed, 4, ELEMENTS_BYTES_MAX);
        out.capped("requestParameters", Some(&self.request_parameters), request_max);
        let response_max = keep(shed, 3, ELEMENTS_BYTES_MAX);
        out.capped("responseElements", Some(&self.response_elements), response_max);
        let additional_max = keep(shed, 1, ADDITIONAL_BYTES_MAX);
        out.capped("additionalEventData", self.additional_event_data.as_ref(), additional_max);
        out.text("requestID", self.request_id.as_deref());
        out.text("eventID", Some(&self.event_id));
        out.maybe("readOnly", self.read_only);
        if !self.resources.is_empty() && shed < 5 {
            out.put("resources", &self.resources);
        }
        self.tail(&mut out, shed);
        out
    }

    fn tail(&self, out: &mut Draft, shed: u8) {
        out.put("eventType", self.event_type.as_str());
        out.text("apiVersion", self.api_version.as_deref());
        out.maybe("managementEvent", self.category.management_event());
        out.put("recipientAccountId", self.recipient_account_id.as_str());
        out.text("sharedEventID", self.shared_event_id.as_deref());
        out.text("vpcEndpointId", self.vpc_endpoint_id.as_deref());
        out.text("vpcEndpointAccountId", self.vpc_endpoint_account_id.as_deref());
        let details_max = keep(shed, 2, ELEMENTS_BYTES_MAX);
        out.capped("serviceEventDetails", self.service_event_details.as_ref(), details_max);
        out.capped("addendum", self.addendum.as_ref(), keep(shed, 6, ADDITIONAL_BYTES_MAX));
        out.put("eventCategory", self.category.as_str());
        if shed < 7 {
            out.maybe("tlsDetails", self.tls_details.as_ref());
        }
        if self.session_credential_from_console {
            out.put("sessionCredentialFromConsole", "true");
        }
    }
}

/// The limit of a member that is shed at step `gone`.
fn keep(shed: u8, gone: u8, bytes_max: usize) -> usize {
    if shed < gone { bytes_max } else { SHED_BYTES_MAX.min(bytes_max) }
}

/// JSON in the making; members go straight into the text, so that their size is known at once.
struct Draft {
    text: Vec<u8>,
    /// The error of the first member that could not be written.
    broken: Option<serde_json::Error>,
}

impl Draft {
    /// How many steps of shedding there are.
    const SHEDDABLE: u8 = 7;

    fn new() -> Self {
        let mut text = Vec::with_capacity(1_536);
        text.push(b'{');
        Self { text, broken: None }
    }

    fn put(&mut self, name: &str, value: &(impl Serialize + ?Sized)) {
        if self.text.len() > 1 {
            self.text.push(b',');
        }
        self.value(name);
        self.text.push(b':');
        self.value(value);
    }

    fn maybe(&mut self, name: &str, value: Option<impl Serialize>) {
        if let Some(value) = value {
            self.put(name, &value);
        }
    }

    fn text(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.put(name, cut(text));
        }
    }

    fn capped(&mut self, name: &str, value: Option<&Value>, bytes_max: usize) {
        let Some(value) = value else { return };
        self.put(name, &Value::Null);
        let start = self.text.len().saturating_sub(b"null".len());
        self.text.truncate(start);
        self.value(value);
        if self.text.len().saturating_sub(start) > bytes_max {
            self.text.truncate(start);
            self.value(&shortened(value, bytes_max));
        }
    }

    fn value(&mut self, value: &(impl Serialize + ?Sized)) {
        if let Err(error) = serde_json::to_writer(&mut self.text, value) {
            self.broken.get_or_insert(error);
        }
    }

    fn finish(mut self) -> Result<String, serde_json::Error> {
        if let Some(error) = self.broken {
            return Err(error);
        }
        self.text.push(b'}');
        String::from_utf8(self.text).map_err(serde::ser::Error::custom)
    }
}

/// At most 1 KB of the text, whole characters only.
fn cut(text: &str) -> &str {
    text.get(..text.floor_char_boundary(TEXT_BYTES_MAX)).unwrap_or(text)
}
