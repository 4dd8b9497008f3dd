//! Receipt handles: which message was received, and in which receive.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::error::SqsError;
use crate::model::Queue;

/// The beginning of a decoded handle.
const VERSION: &[u8] = b"r1";

/// A receipt handle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Receipt {
    /// The message's number in its queue.
    pub(crate) number: u64,
    /// Random, and another one at each receive: handles cannot be guessed.
    pub(crate) proof: u64,
}

impl Receipt {
    /// As clients get it.
    pub(crate) fn handle(&self, queue: &Queue) -> String {
        let parts = [&self.number.to_be_bytes()[..], &self.proof.to_be_bytes()];
        let whole = [VERSION, parts.concat().as_slice(), queue.contents.as_bytes()].concat();
        STANDARD.encode(whole)
    }

    /// Reads a handle of a queue. `None` for one from before a purge, whose message is gone.
    ///
    /// Assumed: the text.
    pub(crate) fn read(handle: Option<&String>, queue: &Queue) -> Result<Option<Self>, SqsError> {
        let handle = handle.ok_or_else(|| SqsError::missing("ReceiptHandle"))?;
        let invalid = || {
            SqsError::ReceiptHandleIsInvalid(format!(
                "The input receipt handle \"{handle}\" is not a valid receipt handle."
            ))
        };
        let whole = STANDARD.decode(handle).map_err(|_| invalid())?;
        let rest = whole.strip_prefix(VERSION).ok_or_else(invalid)?;
        let (number, rest) = rest.split_first_chunk::<8>().ok_or_else(invalid)?;
        let (proof, contents) = rest.split_first_chunk::<8>().ok_or_else(invalid)?;
        let queue_id = |contents: &str| contents.split('-').next().map(str::to_owned);
        let contents = std::str::from_utf8(contents).map_err(|_| invalid())?;
        if queue_id(contents) != queue_id(&queue.contents) {
            return Err(invalid());
        }
        let found = Self { number: u64::from_be_bytes(*number), proof: u64::from_be_bytes(*proof) };
        Ok((contents == queue.contents).then_some(found))
    }
}

#[cfg(test)]
mod tests {
    use types::{AccountId, Region, Timestamp};

    use super::*;

    fn queue(contents: &str) -> Queue {
        let (account, region) = (AccountId::zero(), Region::us_east_1());
        Queue::new(&account, &region, "q", contents.to_owned(), Timestamp::from_secs(1))
    }

    #[test]
    fn a_handle_is_of_one_queue() {
        let receipt = Receipt { number: 7, proof: u64::MAX };
        let handle = receipt.handle(&queue("a-1"));
        let read = |handle: &str, contents: &str| {
            Receipt::read(Some(&handle.to_owned()), &queue(contents)).map_err(|error| error.code())
        };
        assert_eq!(read(&handle, "a-1"), Ok(Some(receipt)));
        assert_eq!(read(&handle, "a-2"), Ok(None));
        assert_eq!(read(&handle, "b-1"), Err("ReceiptHandleIsInvalid"));
        for bad in [
            "",
            "x",
            "!",
            "AAAA",
            &STANDARD.encode(b"r1short"),
            &STANDARD.encode([b'r', b'1', 255]),
        ] {
            assert_eq!(read(bad, "a-1"), Err("ReceiptHandleIsInvalid"), "{bad}");
        }
        assert_eq!(Receipt::read(None, &queue("a-1")).unwrap_err().code(), "MissingParameter");
    }
}
