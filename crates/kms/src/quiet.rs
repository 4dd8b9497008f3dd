use gateway::{Answer, Codec, Decoding, Fault, Json, Reply, Service, WireError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// AWS JSON 1.1 for requests that contain secrets: the input has no serializer but defines which of
/// its members an event may contain, and the output is never recorded.
#[derive(Debug)]
pub struct Quiet;

/// An input that defines what an event may contain of it.
pub trait Recorded {
    /// `requestParameters`.
    fn recorded(&self) -> Value;
}

impl<I: DeserializeOwned + Recorded, O: Serialize> Codec<I, O> for Quiet {
    fn decode(request: &Decoding<'_>) -> Result<I, WireError> {
        // The common case parses directly into the input: no tree with the plaintext stays behind.
        // A list would be parsed as the members in their order.
        if request.arrived().trim_ascii_start().starts_with(b"{")
            && let Ok(input) = serde_json::from_slice(request.arrived())
        {
            return Ok(input);
        }
        <Json as Codec<Unreadable<I>, O>>::decode(request).map(|Unreadable(input)| input)
    }

    fn encode(output: O, reply: &Reply<'_>) -> Result<Answer, Fault> {
        Answer::json(&output, reply)
    }

    fn parameters(input: &I, _: &Service) -> Result<Value, Fault> {
        Ok(input.recorded())
    }

    fn elements(_output: &O, _: &Service) -> Result<Value, Fault> {
        Ok(Value::Null)
    }
}

/// Lets the plain codec produce the error message, although the input has no serializer.
#[derive(serde::Deserialize)]
#[serde(transparent)]
struct Unreadable<I>(I);

impl<I> Serialize for Unreadable<I> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}
