//! What a request may keep in memory, decided before its body is read or invited.

use std::time::Duration;

use gateway::{Answer, AnswerBody, BodyLimit, Identified, Standing};
use http::header;
use hyper::body::Body;
use wire::Head;
use wire::sigv4::{Payload, SIGNED_CHUNK_BYTES_MAX};

use super::unread::Arriving;
use super::{Exchange, SMALL_STREAM_BYTES_MAX, wire_limit};
use crate::memory::Share;

/// Bodies up to this length lie in the buffer of their connection, which is counted with it.
const UNCOUNTED_BYTES_MAX: u64 = 8 << 10;
/// The largest body that is collected for those who show no access key that exists: the documents
/// that an anonymous call may send are shorter.
const STRANGERS_BODY_BYTES_MAX: u64 = 64 << 10;
/// Answers up to this length are not counted: sockets take them at once.
const UNCOUNTED_ANSWER_BYTES_MAX: usize = 16 << 10;
/// The fields of a form, and the beginning of its file behind them.
const FIELDS_BYTES: u64 = 32 << 10;
/// How long an answer waits for room while the room of its call is held, and others need that.
const HELD_CALL_WAIT: Duration = Duration::from_secs(1);
/// What a body costs that passes piece by piece, in bytes. On its way in: a buffer of the
/// connection and the one before it, and a frame that waits to be sealed. On its way out: two
/// frames that were opened, and what the connection has still to send.
const PIECEWISE_BYTES: u64 = 256 << 10;
/// What it costs more to have the next batch ready while one is worked on: two batches.
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

/// How a body passes, as long as its share is held.
pub(super) struct Pace {
    /// Whether the next batch is made ready while one is worked on.
    pub(super) is_ahead: bool,
    _share: Share,
}

/// What a request holds until its answer is there.
#[derive(Default)]
pub(super) struct Shares {
    pub(super) body: Option<Share>,
    pub(super) call: Option<Share>,
}

/// What an answer holds until it is sent.
pub(super) enum Shown {
    /// It is small.
    Freely,
    Whole(Share),
    Pieces(Pace),
}

/// What is held back of a body in signed chunks until a chunk is proved.
fn chunk_bytes(head: &Head) -> u64 {
    match head.header("x-amz-content-sha256").map(Payload::parse) {
        Some(Payload::Streaming { signed: true, .. }) => SIGNED_CHUNK_BYTES_MAX,
        _ => 0,
    }
}

impl Exchange<'_> {
    /// Refuses what the head alone condemns; else waits until there is room for the body.
    ///
    /// Bodies that are short and not to be invited are in the buffer already, or soon: they are
    /// authenticated at one go, when they are there.
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
        if is_short && !head.headers.contains_key(header::EXPECT) {
            return Ok(Admitted { limit, share: None, pace: None });
        }
        let standing = self.gateway.present(identified, head).map_err(|refused| *refused)?;
        if let (BodyLimit::Buffered(_), Standing::Stranger) = (identified.body, standing) {
            limit = limit.min(STRANGERS_BODY_BYTES_MAX);
            if least > limit {
                return Err(refuse(identified, limit));
            }
        }
        let needed = match identified.body {
            BodyLimit::Streamed(_)
                if declared.is_none_or(|bytes| bytes > SMALL_STREAM_BYTES_MAX) =>
            {
                let pace = self.while_waiting(standing, self.pace(chunk_bytes(head))).await?;
                return Ok(Admitted { limit, share: None, pace: Some(pace) });
            }
            // Room for the file is made when the fields have said who sends it.
            BodyLimit::Form(_) => FIELDS_BYTES,
            BodyLimit::Buffered(_) | BodyLimit::Streamed(_) => declared.unwrap_or(limit),
        };
        let budget = match standing {
            Standing::Proven => &self.peer.memory.proven,
            Standing::Claimed => &self.peer.memory.claimed,
            Standing::Stranger => &self.peer.memory.strangers,
        };
        let share = if needed <= UNCOUNTED_BYTES_MAX {
            None
        } else {
            let room = budget.wait(&self.waits, self.block(), needed);
            let room = async { room.await.ok_or_else(|| self.busy()) };
            Some(self.while_waiting(standing, room).await?)
        };
        Ok(Admitted { limit, share, pace: None })
    }

    /// Waits for room; a sender that has proven nothing only as long as no other needs the place.
    async fn while_waiting<T>(
        &self,
        standing: Standing,
        room: impl Future<Output = Result<T, Answer>>,
    ) -> Result<T, Answer> {
        if standing == Standing::Proven {
            return room.await;
        }
        self.peer.place.wait_for_body();
        let found = room.await;
        // The connection ends before this could be sent.
        if self.peer.place.body_came() { found } else { Err(self.busy()) }
    }

    /// Room for a body that passes, of which `held_bytes` may have to be held back.
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

    /// Room for an answer until it is sent. Receivers that do not read keep others from asking for
    /// as much, not the server from serving.
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
