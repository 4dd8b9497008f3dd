//! The memory that a request may use, decided before its body is read or invited.

use std::time::Duration;

use gateway::{Answer, AnswerBody, BodyLimit, Identified, Trust};
use http::header;
use hyper::body::Body;
use wire::Head;
use wire::sigv4::{Payload, SIGNED_CHUNK_BYTES_MAX};

use super::unread::Arriving;
use super::{Exchange, SMALL_STREAM_BYTES_MAX, wire_limit};
use crate::memory::Share;

/// Bodies up to this length are in the buffer of their connection, which is already counted.
const UNCOUNTED_BYTES_MAX: u64 = 8 << 10;
/// The largest body that is buffered for clients without an existing access key: the documents that
/// an anonymous call may send are shorter.
const UNAUTHENTICATED_BODY_BYTES_MAX: u64 = 64 << 10;
/// Responses up to this length are not counted: sockets accept them at once.
const UNCOUNTED_ANSWER_BYTES_MAX: usize = 16 << 10;
/// The fields of a form, and the beginning of its file behind them.
const FIELDS_BYTES: u64 = 32 << 10;
/// How long a response waits for memory while that of its call is held and other calls need it.
const HELD_CALL_WAIT: Duration = Duration::from_secs(1);
/// The cost of a streamed body, in bytes. For uploads: a buffer of the connection and the previous
/// one, and a frame that waits to be sealed. For downloads: two opened frames, and the bytes that
/// the connection has not sent yet.
const PIECEWISE_BYTES: u64 = 256 << 10;
/// The additional cost of preparing the next batch while one is processed: two batches.
const AHEAD_BYTES: u64 = 384 << 10;

/// A request whose head promises nothing that is refused.
pub(super) struct Admitted {
    /// Bytes that the body may have.
    pub(super) limit: u64,
    /// For a body that is collected.
    pub(super) share: Option<Share>,
    /// For one that passes.
    pub(super) pace: Option<Pace>,
}

/// How a body is streamed, as long as its share is held.
pub(super) struct Pace {
    /// Whether the next batch is prepared while one is processed.
    pub(super) is_ahead: bool,
    _share: Share,
}

/// The memory of a request until its response is ready.
#[derive(Default)]
pub(super) struct Shares {
    pub(super) body: Option<Share>,
    pub(super) call: Option<Share>,
}

/// The memory of a response until it is sent.
pub(super) enum Shown {
    /// It is small.
    Freely,
    Whole(Share),
    Pieces(Pace),
}

/// The bytes of a signed chunk that are held back until it is verified.
fn chunk_bytes(head: &Head) -> u64 {
    match head.header("x-amz-content-sha256").map(Payload::parse) {
        Some(Payload::Streaming { signed: true, .. }) => SIGNED_CHUNK_BYTES_MAX,
        _ => 0,
    }
}

impl Exchange<'_> {
    /// Rejects requests by their head alone; otherwise waits until there is memory for the body.
    ///
    /// Short bodies without an invitation are in the buffer already, or soon: they are
    /// authenticated in one step, once they have arrived.
    pub(super) async fn admit(
        &self,
        identified: &mut Identified,
        head: &Head,
        body: &Arriving,
    ) -> Result<Admitted, Answer> {
        let refuse = |identified: &Identified, limit| {
            self.gateway.refused(identified, &identified.too_large(limit))
        };
        let (declared, least) = (body.size_hint().upper(), body.size_hint().lower());
        let (mut limit, wire_limit) = match identified.body {
            BodyLimit::Buffered(limit) => (limit as u64, limit as u64),
            BodyLimit::Streamed(limit) | BodyLimit::Form(limit) => (limit, wire_limit(limit)),
        };
        if least > wire_limit {
            return Err(refuse(identified, limit));
        }
        let is_short = declared.is_some_and(|bytes| bytes <= UNCOUNTED_BYTES_MAX);
        if is_short && !head.headers().contains_key(header::EXPECT) {
            return Ok(Admitted { limit, share: None, pace: None });
        }
        let trust = self.gateway.present(identified, head).map_err(|refused| *refused)?;
        if let (BodyLimit::Buffered(_), Trust::Anonymous) = (identified.body, trust) {
            limit = limit.min(UNAUTHENTICATED_BODY_BYTES_MAX);
            if least > limit {
                return Err(refuse(identified, limit));
            }
        }
        let needed = match identified.body {
            BodyLimit::Streamed(_)
                if declared.is_none_or(|bytes| bytes > SMALL_STREAM_BYTES_MAX) =>
            {
                let pace = self.while_waiting(trust, self.pace(chunk_bytes(head))).await?;
                return Ok(Admitted { limit, share: None, pace: Some(pace) });
            }
            // Memory for the file is allocated when the fields have identified the sender.
            BodyLimit::Form(_) => FIELDS_BYTES,
            BodyLimit::Buffered(_) | BodyLimit::Streamed(_) => declared.unwrap_or(limit),
        };
        let budget = match trust {
            Trust::Proven => &self.peer.memory.proven,
            Trust::Claimed => &self.peer.memory.claimed,
            Trust::Anonymous => &self.peer.memory.anonymous,
        };
        let share = if needed <= UNCOUNTED_BYTES_MAX {
            None
        } else {
            let room = budget.wait(&self.waits, self.block(), needed);
            let room = async { room.await.ok_or_else(|| self.busy()) };
            Some(self.while_waiting(trust, room).await?)
        };
        Ok(Admitted { limit, share, pace: None })
    }

    /// Waits for memory; an unauthenticated sender waits only as long as no other connection needs
    /// its place.
    async fn while_waiting<T>(
        &self,
        trust: Trust,
        room: impl Future<Output = Result<T, Answer>>,
    ) -> Result<T, Answer> {
        if trust == Trust::Proven {
            return room.await;
        }
        self.peer.place.wait_for_body();
        let found = room.await;
        // The connection ends before this could be sent.
        if self.peer.place.body_came() { found } else { Err(self.busy()) }
    }

    /// Memory for a streamed body, of which `held_bytes` may have to be held back.
    pub(super) async fn pace(&self, held_bytes: u64) -> Result<Pace, Answer> {
        let streams = &self.peer.memory.streams;
        let needed = PIECEWISE_BYTES.saturating_add(held_bytes);
        if let Some(share) = streams.spare(self.block(), needed.saturating_add(AHEAD_BYTES)) {
            return Ok(Pace { is_ahead: true, _share: share });
        }
        let share = streams.wait(&self.waits, self.block(), needed).await;
        let share = share.ok_or_else(|| self.busy())?;
        Ok(Pace { is_ahead: false, _share: share })
    }

    /// Memory for a response until it is sent. Receivers that do not read delay requests of the
    /// same size, but not the server as a whole.
    pub(super) async fn show(
        &self,
        answer: Answer,
        is_head: bool,
        shares: Shares,
    ) -> (Answer, Shown) {
        let shown = match &answer.body {
            _ if is_head => Ok(Shown::Freely),
            AnswerBody::Whole(bytes) if bytes.len() <= UNCOUNTED_ANSWER_BYTES_MAX => {
                Ok(Shown::Freely)
            }
            AnswerBody::Whole(bytes) => {
                let (answers, bytes) = (&self.peer.memory.answers, bytes.len() as u64);
                let most = if shares.call.is_some() { HELD_CALL_WAIT } else { Duration::MAX };
                let share = answers.wait_within(most, &self.waits, self.block(), bytes).await;
                share.map(Shown::Whole).ok_or_else(|| self.busy())
            }
            AnswerBody::Pieces { .. } => {
                // Nothing of it is in memory yet.
                drop(shares);
                return match self.pace(0).await {
                    Ok(pace) => (answer, Shown::Pieces(pace)),
                    Err(busy) => (busy, Shown::Freely),
                };
            }
        };
        drop(shares);
        match shown {
            Ok(shown) => (answer, shown),
            Err(busy) => (busy, Shown::Freely),
        }
    }
}

#[cfg(test)]
mod tests;
