//! The worker that extends the tree: reads new events, writes tiles, signs a checkpoint.

use std::ops::ControlFlow;

use gateway::Gateway;
use store::Store;
use tlog::{Checkpoint, SignedCheckpoint, Tile, leaf_hash};
use types::{MINUTE_MS, Timestamp};

use super::Transparency;
use super::files::NotWritten;
use super::growth::{Growth, Progress, Step, next_step};
use super::status::Trouble;

/// Events in memory at a time.
const SLICE_EVENTS: u64 = 512;
/// The pause of a log that has stopped, in milliseconds: only a start examines it again.
const STOPPED_MS: u64 = MINUTE_MS;

impl Transparency {
    /// Extends the tree by what is due; returns the time of the next call.
    pub(crate) fn grow(
        &self,
        gateway: &Gateway,
        store: &Store,
        pulse: &dyn Fn() -> ControlFlow<()>,
    ) -> Timestamp {
        let clock = gateway.clock();
        let mut place = self.growth.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (is_stopped, is_forked) = {
            let state = self.state();
            (state.is_stopped(), state.fork.is_some())
        };
        if is_forked && self.accept_older {
            *place = None;
        } else if is_stopped {
            return clock.now().plus_ms(STOPPED_MS);
        }
        // INVARIANT: what failed half-way is read again from the disk.
        let done = match place.take() {
            Some(growth) => Ok(growth),
            None => self.open(gateway, store, is_forked).and_then(|growth| {
                self.opened(&growth, clock.now())?;
                Ok(growth)
            }),
        };
        let done = done.and_then(|mut growth| {
            let due = self.advance(&mut growth, gateway, store, pulse)?;
            Ok((growth, due))
        });
        match done {
            Ok((growth, due)) => {
                *place = Some(growth);
                self.state().trouble = None;
                due
            }
            Err(trouble) => {
                let mut state = self.state();
                if trouble.is_final {
                    state.next_seq = None;
                }
                state.report(trouble);
                clock.now().plus_ms(self.config.interval_ms)
            }
        }
    }

    /// Shows the other parts what a start found.
    fn opened(&self, growth: &Growth, now: Timestamp) -> Result<(), Trouble> {
        let published = self.files.published().unwrap_or_else(|error| {
            tracing::warn!(%error, "the published checkpoint is not readable; it is replaced");
            None
        });
        let verifier = growth.signer.verifier();
        if let Some(own) = published.as_ref().filter(|own| own.is_of(verifier)) {
            self.vault().push(own, now);
        }
        let mut state = self.state();
        state.fork = None;
        state.verifier = Some(verifier.clone());
        state.next_seq = Some(growth.next_seq());
        state.signed.clone_from(&growth.signed);
        state.published_size = published.map_or(0, |signed| signed.checkpoint.head.size);
        drop(state);
        growth.signed.as_ref().map_or(Ok(()), |signed| self.offer(signed, now))
    }

    /// Publishes a checkpoint, or waits for its witnesses.
    fn offer(&self, signed: &SignedCheckpoint, now: Timestamp) -> Result<(), Trouble> {
        let mut state = self.state();
        if state.published_size >= signed.checkpoint.head.size {
            return Ok(());
        }
        state.unpublished_since.get_or_insert(now);
        drop(state);
        match self.config.cosignatures_min() {
            0 => self.publish(signed, now).map_err(Trouble::retried),
            _ => Ok(()),
        }
    }

    fn advance(
        &self,
        growth: &mut Growth,
        gateway: &Gateway,
        store: &Store,
        pulse: &dyn Fn() -> ControlFlow<()>,
    ) -> Result<Timestamp, Trouble> {
        let clock = gateway.clock();
        let (now, began_ms) = (clock.now(), clock.elapsed_ms());
        let last_seq = store.snapshot().and_then(|view| view.last_seq());
        let head = growth.edge.head();
        let progress = Progress {
            next_seq: growth.next_seq(),
            last_seq: last_seq.map_err(Trouble::retried)?,
            // An empty tree proves nothing.
            is_signed: head.size == 0
                || growth.signed.as_ref().is_some_and(|own| own.checkpoint.head == head),
            extended: growth.extended,
            interval_ms: self.config.interval_ms,
        };
        let Step::Extend { from, events } = next_step(&progress, now) else {
            let Step::WaitUntil(due) = next_step(&progress, now) else { return Ok(now) };
            return Ok(due);
        };
        let full = self.append(growth, store, from, events, pulse)?;
        self.sign(growth, now)?;
        for tile in full {
            self.files.drop_partials(tile).map_err(Trouble::retried)?;
        }
        growth.extended = Some(now);
        // A long backlog gets half of a core.
        let took_ms = clock.elapsed_ms().saturating_sub(began_ms);
        Ok(clock.now().plus_ms(took_ms))
    }

    /// Appends events and writes the tiles that they complete; ends early when the server stops.
    fn append(
        &self,
        growth: &mut Growth,
        store: &Store,
        from: u64,
        events: u64,
        pulse: &dyn Fn() -> ControlFlow<()>,
    ) -> Result<Vec<Tile>, Trouble> {
        let (mut next, end, mut full) = (from, from.saturating_add(events), Vec::new());
        while next < end {
            let wanted = end.saturating_sub(next).min(SLICE_EVENTS);
            let view = store.snapshot().map_err(Trouble::retried)?;
            let limit = usize::try_from(wanted).unwrap_or(usize::MAX);
            let rows = store.events_from(&view, next, limit).map_err(Trouble::retried)?;
            if rows.is_empty() {
                return Err(Trouble::retried(format_args!("event {next} cannot be read")));
            }
            for row in rows {
                if row.seq != next {
                    return Err(Trouble::is_final(format_args!("event {next} no longer exists")));
                }
                for (tile, hashes) in growth.edge.append(leaf_hash(&row.body)) {
                    self.files.write_tile(tile, &hashes)?;
                    full.push(tile);
                }
                next = next.saturating_add(1);
            }
            if pulse().is_break() {
                break;
            }
        }
        Ok(full)
    }

    /// Makes the tree durable, and only then signs it.
    fn sign(&self, growth: &mut Growth, now: Timestamp) -> Result<(), Trouble> {
        for (tile, hashes) in growth.edge.partials() {
            self.files.write_tile(tile, &hashes)?;
        }
        self.files.settle().map_err(Trouble::retried)?;
        let origin = growth.signer.verifier().name().to_owned();
        let checkpoint = Checkpoint { origin, head: growth.edge.head() };
        let note = growth.signer.note(checkpoint.to_string(), now.as_secs());
        let note = note.map_err(Trouble::is_final)?;
        let signed = SignedCheckpoint { checkpoint, note };
        // INVARIANT: no other part sees a checkpoint before it is durable.
        self.files.write_signed(&signed).map_err(Trouble::retried)?;
        growth.signed = Some(signed.clone());
        let mut state = self.state();
        state.next_seq = Some(growth.next_seq());
        state.signed = Some(signed.clone());
        drop(state);
        self.offer(&signed, now)
    }
}

impl From<NotWritten> for Trouble {
    fn from(not_written: NotWritten) -> Self {
        match not_written {
            NotWritten::Disk(error) => Self::retried(error),
            NotWritten::Differs(tile) => {
                Self::is_final(format_args!("the tile `{tile}` is not the one of its events"))
            }
        }
    }
}

#[cfg(test)]
mod tests;
