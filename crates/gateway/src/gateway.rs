use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use keys::Keyring;
use store::{Bodies, EventRow, NewEvent, Snapshot, Store, Tx};
use trail::user_identity::AWS_INTERNAL;
use trail::{Record, Timing};
use types::{AccountId, Clock, Entropy, Region, Timestamp};
use wire::sigv4::SigningKeys;

use crate::fault::FaultCounts;
use crate::phases::Phases;
use crate::policies::PolicyCache;
use crate::record;
use crate::record::service::of_service;
use crate::record::sign_in::of_sign_in;
use crate::row::{admitted, commit_call};
use crate::senders::Senders;
use crate::table::Table;
use crate::{
    Alarm, Call, Caller, Family, Fault, FaultKind, IdentityPort, Name, Operation, Phase, Refused,
    Row, ServiceEvent, SignInEvent, decisions,
};

/// Signing keys that are remembered: one a day, region and service of an access key.
const SIGNING_KEYS_MAX: usize = 4_096;

/// The parts of a [`Gateway`].
#[derive(Debug)]
pub struct Parts {
    /// State, events and bodies.
    pub store: Arc<Store>,
    /// The keys that protect stored data.
    pub keyring: Arc<Keyring>,
    /// The time.
    pub clock: Clock,
    /// What calls that wait are woken by.
    pub alarm: Alarm,
    /// Randomness.
    pub entropy: Entropy,
    /// The identities.
    pub identities: IdentityPort,
    /// The table of operations.
    pub rows: Vec<&'static Row>,
    /// Switches.
    pub settings: Settings,
}

/// What an operator may set about the pipeline.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The account of callers without credentials.
    pub account: AccountId,
    /// The region of requests that name none.
    pub region: Region,
    /// Base domains of virtual-host addressing, such as `localhost`.
    pub domains: Vec<String>,
    /// Whether S3 refuses Signature Version 2.
    pub refuse_signature_v2: bool,
    /// How often log files and digests are made.
    pub delivery: Timing,
}

/// The machinery around the calls: one for a whole process.
pub struct Gateway {
    pub(crate) store: Arc<Store>,
    pub(crate) keyring: Arc<Keyring>,
    pub(crate) clock: Clock,
    pub(crate) alarm: Alarm,
    pub(crate) entropy: Entropy,
    pub(crate) identities: IdentityPort,
    pub(crate) settings: Settings,
    pub(crate) policies: PolicyCache,
    pub(crate) signing_keys: RwLock<SigningKeys>,
    pub(crate) senders: Senders,
    pub(crate) table: Table,
    pub(crate) unproven: AtomicU64,
    faults: FaultCounts,
    pub(crate) phases: Phases,
    pub(crate) decided_on_writer: AtomicU64,
    shared: Mutex<BTreeMap<TypeId, Arc<dyn Any + Send + Sync>>>,
}

impl Gateway {
    /// Assembles the parts.
    pub fn new(parts: Parts) -> Arc<Self> {
        Arc::new(Self {
            store: parts.store,
            keyring: parts.keyring,
            phases: Phases::new(parts.clock.clone()),
            clock: parts.clock,
            alarm: parts.alarm,
            entropy: parts.entropy,
            identities: parts.identities,
            settings: parts.settings,
            policies: PolicyCache::default(),
            signing_keys: RwLock::new(SigningKeys::new(SIGNING_KEYS_MAX)),
            senders: Senders::default(),
            table: Table::new(parts.rows),
            unproven: AtomicU64::new(0),
            faults: FaultCounts::default(),
            decided_on_writer: AtomicU64::new(0),
            shared: Mutex::default(),
        })
    }

    /// Requests that were rejected before authentication: they have no events.
    pub fn unproven(&self) -> u64 {
        self.unproven.load(Ordering::Relaxed)
    }

    /// Microseconds that all calls have spent in a phase.
    pub fn spent_us(&self, phase: Phase) -> u64 {
        self.phases.total_us(phase)
    }

    /// The number of policy decisions made on the writer, during which all other changes waited.
    pub fn decided_on_writer(&self) -> u64 {
        self.decided_on_writer.load(Ordering::Relaxed)
    }

    /// A snapshot of the committed state.
    pub fn snapshot(&self) -> Result<Snapshot, Fault> {
        Ok(self.store.snapshot()?)
    }

    /// Object bodies.
    pub fn bodies(&self) -> &Bodies {
        self.store.bodies()
    }

    /// At most `limit` committed events from the number `from` on, oldest first.
    pub fn events_from(
        &self,
        view: &Snapshot,
        from: u64,
        limit: usize,
    ) -> Result<Vec<EventRow>, Fault> {
        Ok(self.store.events_from(view, from, limit)?)
    }

    /// Whether the disk is considered full.
    pub fn is_full(&self) -> bool {
        self.store.is_full()
    }

    /// Faults since the start, of calls and of workers.
    pub fn faults(&self, kind: FaultKind) -> u64 {
        self.faults.of(kind).load(Ordering::Relaxed)
    }

    /// Logs a fault with its causes, and counts it. `what` states what did not happen; `of` names the
    /// request, trail or worker.
    pub fn report(&self, fault: &Fault, what: &str, of: &str) {
        self.faults.of(fault.kind()).fetch_add(1, Ordering::Relaxed);
        tracing::error!(kind = ?fault.kind(), error = fault.chain(), of, "{what}");
    }

    /// The keys that protect stored data.
    pub fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// The time.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Randomness.
    pub fn entropy(&self) -> &Entropy {
        &self.entropy
    }

    /// Switches.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// All rows of the table of operations.
    pub fn rows(&self) -> impl Iterator<Item = &'static Row> {
        self.table.rows()
    }

    /// Where events of a source name what event history finds them by.
    pub fn event_names(&self, event_source: &str) -> &'static [Name] {
        self.table.names(event_source)
    }

    /// Records in the store's format.
    pub(crate) fn new_events(&self, records: Vec<Record>) -> Result<Vec<NewEvent>, Fault> {
        self.phases
            .time(Phase::Event, || record::new_events(records, |source| self.event_names(source)))
    }

    /// As [`Ctx::region_of`], for a worker.
    pub fn region_of<O: Operation>(&self, bucket: &str) -> Result<Option<Region>, Fault> {
        O::home(&self.snapshot()?.tx(), bucket)
    }

    /// The single `T` of this gateway, created on first use: in-memory caches of a service.
    pub fn cached<T: Any + Default + Send + Sync>(&self) -> Arc<T> {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = shared.entry(TypeId::of::<T>()).or_insert_with(|| Arc::new(T::default()));
        Arc::clone(entry).downcast::<T>().unwrap_or_default()
    }

    /// A call by a service or a worker, not from a socket.
    pub(crate) fn internal_call(
        &self,
        caller: Caller,
        region: Region,
        now: Timestamp,
        family: Family,
    ) -> Result<Call, Fault> {
        let (request_id, host_id) = self.ids(family)?;
        Ok(Call { caller, region, now, request_id, host_id, origin: None })
    }

    /// A request id of the family's form, and S3's second id.
    pub(crate) fn ids(&self, family: Family) -> Result<(String, String), Fault> {
        let random: [u8; 16] = self.entropy.bytes()?;
        Ok(match family {
            Family::Json | Family::Query => (wire::request_id_uuid(random), String::new()),
            Family::S3 => (wire::s3_request_id(random), wire::s3_host_id(&self.entropy.bytes()?)),
        })
    }

    /// Makes a complete call as `caller`, from a worker's thread, which it may block.
    ///
    /// The call passes the pipeline from authorization on and leaves its event like any other.
    pub fn invoke<O: Operation>(
        self: &Arc<Self>,
        caller: Caller,
        region: Region,
        input: O::Input,
    ) -> Result<O::Output, Refused> {
        let now = self.clock.now();
        let call = self.internal_call(caller, region, now, O::SPEC.service.family)?;
        self.perform::<O>(Arc::new(call), input)
    }

    /// The same, and the id of the request, by which its denial can be explained.
    pub fn invoke_with_id<O: Operation>(
        self: &Arc<Self>,
        caller: Caller,
        region: Region,
        input: O::Input,
    ) -> (String, Result<O::Output, Refused>) {
        let now = self.clock.now();
        match self.internal_call(caller, region, now, O::SPEC.service.family) {
            Ok(call) => (call.request_id.clone(), self.perform::<O>(Arc::new(call), input)),
            Err(error) => (String::new(), Err(error.into())),
        }
    }

    fn perform<O: Operation>(
        self: &Arc<Self>,
        call: Arc<Call>,
        input: O::Input,
    ) -> Result<O::Output, Refused> {
        let view = self.store.snapshot()?;
        let admitted = admitted::<O>(self, &call, &view, Ok(input));
        drop(view);
        let (admitted, _) = admitted.with_writes(self, &call);
        commit_call::<O>(self, call, admitted).wait()?.result()
    }

    /// Commits a change that a service makes by itself, with the event that records it, if it
    /// changed anything: `change` returns that. Returns whether there was an event.
    ///
    /// Also runs while the disk is full: keys are deleted when they are due.
    ///
    /// Blocks the thread.
    pub fn commit_service_event(
        self: &Arc<Self>,
        change: impl FnOnce(&mut Tx<'_>) -> Result<Option<ServiceEvent>, Fault> + Send + 'static,
    ) -> Result<bool, Fault> {
        let own = Arc::clone(self);
        let committed = self.store.submit_when_full(move |tx| {
            tx.begin();
            let events = change(tx).and_then(|event| {
                let record = |event| of_service(event, AWS_INTERNAL, own.clock.now(), &own.entropy);
                let record = event.map(record).transpose()?;
                own.new_events(record.into_iter().collect())
            });
            match events {
                Ok(events) => {
                    tx.keep();
                    (Ok(!events.is_empty()), events)
                }
                Err(error) => {
                    tx.discard();
                    (Err(error), Vec::new())
                }
            }
        });
        committed.wait()?
    }

    /// Commits a change of the sign-in page, with its events.
    ///
    /// Blocks the thread.
    pub fn commit_sign_in<T: Send + 'static>(
        self: &Arc<Self>,
        change: impl FnOnce(&mut Tx<'_>) -> Result<(T, Vec<SignInEvent>), Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let own = Arc::clone(self);
        let committed = self.store.submit(move |tx| {
            tx.begin();
            let record = |event| of_sign_in(event, own.clock.now(), &own.entropy);
            let done = change(tx).and_then(|(answer, events)| {
                let records: Result<Vec<_>, _> = events.into_iter().map(record).collect();
                Ok((answer, own.new_events(records?)?))
            });
            match done {
                Ok((answer, events)) => {
                    tx.keep();
                    (Ok(answer), events)
                }
                Err(error) => {
                    tx.discard();
                    (Err(error), Vec::new())
                }
            }
        });
        committed.wait()?
    }

    /// Commits bookkeeping of a worker, without an event: none of it may be something that a caller
    /// requested or could see as a change of a resource. Each call site gives the reason. A job
    /// that fails leaves nothing behind.
    ///
    /// Also runs while the disk is full. Blocks the thread.
    pub fn maintain<R: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Tx<'_>) -> Result<R, Fault> + Send + 'static,
    ) -> Result<R, Fault> {
        let committed = self.store.submit_when_full(move |tx| {
            tx.begin();
            let done = job(tx);
            if done.is_ok() {
                tx.keep();
            } else {
                tx.discard();
            }
            (done, Vec::new())
        });
        committed.wait()?
    }

    /// Deletes expired explanations of denials. They are separate from the history, whose events
    /// stay.
    ///
    /// Blocks the thread.
    pub fn expire_denials(&self) -> Result<(), Fault> {
        let now = self.clock.now();
        self.maintain(move |tx| decisions::expire(tx, now))
    }
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway").field("settings", &self.settings).finish_non_exhaustive()
    }
}
