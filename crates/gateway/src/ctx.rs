mod parts;

use std::any::Any;
use std::cell::Cell;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use keys::Keyring;
use policy::{Grammar, Policy, Steps};
use store::{Bodies, EventRow, HistoryQuery, LayeredTx, Tx};
use trail::Record;
use types::{AccountId, Arn, Entropy, Region, Timestamp};

use crate::access::{CallerSide, first_denial};
use crate::execute::execute;
use crate::nested::{NestedCaller, NestedCalls};
use crate::{
    Access, Call, Caller, Denial, Fault, Gateway, IdentityPort, Name, Operation, Phase, Refused,
    Settings, TagPort, decisions,
};

pub use self::parts::Part;

/// Calls that may be nested in one another at most.
const DEPTH_MAX: u8 = 8;
/// The step budget of all decisions of a call together: a call with a thousand parts decides on
/// each of them, possibly on the writer.
const STEPS_MAX: u64 = 8 * Steps::DECISION_MAX;
/// The maximum number of denials of one call that are kept for explanation: a call with a thousand
/// parts may have one for each.
const DENIALS_MAX: usize = 32;

/// What an operation writes sealed rows with.
#[derive(Debug)]
pub struct SealingTx<'c, 't> {
    /// The transaction, to write.
    pub tx: &'c mut Tx<'t>,
    /// The keys that protect stored data.
    pub keyring: &'c Keyring,
    /// Randomness.
    pub entropy: &'c Entropy,
}

/// What an operation works with: the call, the transaction, and the way to other operations.
///
/// It gives no access to the store, to the gateway, or to what keeps a transaction's writes. So no
/// operation can commit anything beside the event of its call, or wait for the writer on which it
/// may run.
///
/// ```compile_fail,E0599
/// fn beside_its_event(ctx: &gateway::Ctx<'_>) {
///     let _ = ctx.store();
/// }
/// ```
///
/// ```compile_fail,E0599
/// fn waits_for_the_writer(ctx: &gateway::Ctx<'_>) {
///     let _ = ctx.gateway();
/// }
/// ```
///
/// ```compile_fail,E0599
/// fn stays_done_though_it_fails(ctx: &mut gateway::Ctx<'_>) {
///     ctx.tx_mut().keep();
/// }
/// ```
pub struct Ctx<'t> {
    gateway: Arc<Gateway>,
    call: Arc<Call>,
    /// The account of the outermost call, which reads why it was refused.
    reader: AccountId,
    tx: LayeredTx<'t>,
    /// The caller's side of the last decision on a snapshot.
    side: Option<Arc<CallerSide>>,
    records: Vec<Record>,
    denials: Vec<Denial>,
    depth: u8,
    /// The remaining step budget of this call's decisions.
    steps: Cell<u64>,
    pub(crate) nested_calls: NestedCalls,
}

impl<'t> Ctx<'t> {
    pub(crate) fn new(gateway: Arc<Gateway>, call: Arc<Call>, tx: LayeredTx<'t>) -> Self {
        let (records, denials) = (Vec::new(), Vec::new());
        let reader = call.caller.account.clone();
        let (steps, nested_calls) = (Cell::new(STEPS_MAX), NestedCalls::default());
        Self {
            gateway,
            call,
            reader,
            tx,
            side: None,
            records,
            denials,
            depth: 0,
            steps,
            nested_calls,
        }
    }

    /// The caller's side as it was last read, if it cannot have changed since.
    pub(crate) fn known_side(&self) -> Option<Arc<CallerSide>> {
        self.side.clone().filter(|_| self.tx.is_snapshot())
    }

    pub(crate) fn keep_side(&mut self, side: Option<Arc<CallerSide>>) {
        self.side = side;
    }

    pub(crate) fn into_parts(self) -> (LayeredTx<'t>, Vec<Record>) {
        (self.tx, self.records)
    }

    /// The denials so far, which the call's commit stores.
    pub(crate) fn take_denials(&mut self) -> Vec<Denial> {
        std::mem::take(&mut self.denials)
    }

    pub(crate) fn push_denial(&mut self, denial: Denial) {
        if self.denials.len() < DENIALS_MAX {
            self.denials.push(denial);
        }
    }

    /// Does the work as a phase of the call.
    pub(crate) fn phase<T>(&mut self, phase: Phase, work: impl FnOnce(&mut Self) -> T) -> T {
        let begun = self.gateway.phases.begin();
        let done = work(self);
        self.gateway.phases.end(phase, &begun);
        done
    }

    /// The current call.
    pub fn call(&self) -> &Call {
        &self.call
    }

    /// Decides with the steps that are left for it.
    pub(crate) fn within_steps<T>(&self, decide: impl FnOnce(&Steps) -> T) -> T {
        if !self.tx.is_snapshot() {
            self.gateway.decided_on_writer.fetch_add(1, Ordering::Relaxed);
        }
        let given = self.steps.get().min(Steps::DECISION_MAX);
        let steps = Steps::new(given);
        let decided = decide(&steps);
        let used = if steps.are_exhausted() { given } else { given.saturating_sub(steps.left()) };
        self.steps.set(self.steps.get().saturating_sub(used));
        decided
    }

    /// The account that may read why this is refused, and that of the present caller.
    pub(crate) fn reader_and_caller(&self) -> (&AccountId, &AccountId) {
        let caller = &self.call.caller;
        (&self.reader, caller.principal.account().unwrap_or(&caller.account))
    }

    /// The caller.
    pub fn caller(&self) -> &Caller {
        &self.call.caller
    }

    /// The account whose API is called.
    pub fn account(&self) -> &AccountId {
        &self.call.caller.account
    }

    /// The region that is called.
    pub fn region(&self) -> &Region {
        &self.call.region
    }

    /// The instant of the call.
    pub fn now(&self) -> Timestamp {
        self.call.now
    }

    /// An ARN in the call's account and region.
    pub fn arn(&self, service: &str, resource: impl fmt::Display) -> Arn {
        Arn::new(service, self.region(), self.account(), resource)
    }

    /// The transaction, to read.
    pub fn tx(&self) -> &Tx<'t> {
        &self.tx
    }

    /// The transaction, to write.
    pub fn tx_mut(&mut self) -> &mut Tx<'t> {
        &mut self.tx
    }

    /// Commits a count of attempts at once, without an event: it has to be known to every server
    /// before the attempt is judged, and to be kept if the call fails. On the writer it becomes
    /// part of the call's own transaction.
    ///
    /// Blocks the thread.
    pub fn count<R: Send + 'static>(
        &mut self,
        job: impl FnOnce(&mut Tx<'_>) -> Result<R, Fault> + Send + 'static,
    ) -> Result<R, Fault> {
        if self.tx().is_snapshot() { self.gateway.maintain(job) } else { job(self.tx_mut()) }
    }

    /// What keeps or drops the transaction's writes.
    pub(crate) fn layers(&mut self) -> &mut LayeredTx<'t> {
        &mut self.tx
    }

    /// The transaction, to write, and what seals rows, both at once.
    pub fn sealing_tx(&mut self) -> SealingTx<'_, 't> {
        let Self { tx, gateway, .. } = self;
        SealingTx { tx, keyring: &gateway.keyring, entropy: &gateway.entropy }
    }

    /// Switches.
    pub fn settings(&self) -> &Settings {
        &self.gateway.settings
    }

    /// The single `T` of this process, created on first use; see [`Gateway::cached`].
    pub fn cached<T: Any + Default + Send + Sync>(&self) -> Arc<T> {
        self.gateway.cached()
    }

    /// Randomness.
    pub fn entropy(&self) -> &Entropy {
        &self.gateway.entropy
    }

    /// The keys that protect stored data.
    pub fn keyring(&self) -> &Keyring {
        &self.gateway.keyring
    }

    /// Whether the disk is considered full.
    pub fn is_full(&self) -> bool {
        self.gateway.is_full()
    }

    /// Object bodies.
    pub fn bodies(&self) -> &Bodies {
        self.gateway.bodies()
    }

    /// The region of a bucket, by the operation that would be called on it; `None` if no bucket has
    /// this name. Every caller may read it, so this leaves no event.
    pub fn region_of<O: Operation>(&self, bucket: &str) -> Result<Option<Region>, Fault> {
        O::home(&self.tx, bucket)
    }

    /// The ARN of the resource that `text` names, by the operation that describes it; `None` if
    /// there is none. Returns only the name, so this leaves no event: using the resource does.
    pub fn arn_of<O: Operation>(&mut self, text: &str) -> Result<Option<Arn>, Refused> {
        O::arn_of(self, text).map_err(Refused::from)
    }

    /// The services whose resources have tags: their names in ARNs, and their ports.
    pub fn tag_ports(&self) -> Vec<(&'static str, &'static dyn TagPort)> {
        let rows = self.gateway.table.rows();
        rows.filter_map(|row| Some((row.spec.service.name, row.tags?))).collect()
    }

    /// The identities.
    pub fn identities(&self) -> IdentityPort {
        self.gateway.identities
    }

    /// The number that the first event of this call will get; exact within a mutating operation.
    pub fn event_seq(&self) -> u64 {
        let before = u64::try_from(self.records.len()).unwrap_or(u64::MAX);
        self.tx.next_seq().saturating_add(before)
    }

    /// An identity policy, compiled. One that cannot be compiled denies everything.
    pub fn identity_policy(&self, text: &str) -> Arc<Policy> {
        self.gateway.policies.compiled(text, &Grammar::Identity)
    }

    /// A resource policy, compiled. One that cannot be compiled denies everything.
    pub fn resource_policy(&self, text: &str, grammar: &Grammar) -> Arc<Policy> {
        self.gateway.policies.compiled(text, grammar)
    }

    /// Calls another operation as `caller`, in this transaction, with a separate event.
    ///
    /// Its changes are kept even if the outer call fails later. Errors are those that a client
    /// would receive.
    pub fn invoke<O: Operation>(
        &mut self,
        caller: Caller,
        input: &O::Input,
    ) -> Result<O::Output, Refused> {
        let region = self.region().clone();
        self.invoke_in::<O>(region, caller, input)
    }

    /// [`invoke`](Self::invoke) in another region.
    pub fn invoke_in<O: Operation>(
        &mut self,
        region: Region,
        caller: Caller,
        input: &O::Input,
    ) -> Result<O::Output, Refused> {
        let call =
            self.gateway.internal_call(caller, region, self.now(), O::SPEC.service.family)?;
        self.nested::<O>(call, input)
    }

    /// The reason for which the policies would deny a call of `O` by another caller, if `change`
    /// had changed its permissions; `None` if they would not. For rules about later calls: runs,
    /// denies and records nothing. Errors are those that the caller would receive before its permissions
    /// are decided.
    pub fn foresee<O: Operation>(
        &mut self,
        region: Region,
        caller: Caller,
        input: &O::Input,
        change: &dyn Fn(&mut Access),
    ) -> Result<Option<Denial>, Refused> {
        let family = O::SPEC.service.family;
        let call = self.gateway.internal_call(caller, region, self.now(), family)?;
        let outer = std::mem::replace(&mut self.call, Arc::new(call));
        let denial = O::access(self, input).map_err(Refused::from).and_then(|(mut needs, _)| {
            needs.iter_mut().for_each(change);
            first_denial(self, family, needs)
        });
        self.call = outer;
        Ok(denial?.map(|(_, denial)| denial))
    }

    fn nested<O: Operation>(&mut self, call: Call, input: &O::Input) -> Result<O::Output, Refused> {
        if self.depth > 0 {
            return self.enter::<O>(call, input);
        }
        let (at, by) = (self.nested_calls.begin()?, NestedCaller::of(&call));
        if let Some((result, denials)) = self.nested_calls.replay::<O>(at, &by, input) {
            for denial in denials {
                self.push_denial(denial);
            }
            return result;
        }
        let (records, denials) = (self.records.len(), self.denials.len());
        let result = self.enter::<O>(call, input);
        if self.tx.is_snapshot() {
            if result.as_ref().is_err_and(Refused::needs_writer) {
                self.nested_calls.want(at);
            }
        } else if self.nested_calls.stops_behind(at, self.tx.has_writes()) {
            let own = (self.records.split_off(records), self.denials.split_off(denials));
            return Err(self.nested_calls.stop::<O>(at, (&by, input), result, own));
        }
        result
    }

    fn enter<O: Operation>(&mut self, call: Call, input: &O::Input) -> Result<O::Output, Refused> {
        if self.depth >= DEPTH_MAX {
            return Err(Fault::bug("calls are nested too deeply").into());
        }
        let outer = std::mem::replace(&mut self.call, Arc::new(call));
        self.depth = self.depth.saturating_add(1);
        let result = execute::<O>(self, input);
        self.depth = self.depth.saturating_sub(1);
        self.call = outer;
        result
    }

    /// Events of the history, newest first, as they were when the call began.
    pub fn history(&self, query: &HistoryQuery) -> Result<Vec<EventRow>, Fault> {
        let store = &self.gateway.store;
        Ok(store.history(&store.snapshot()?, query)?)
    }

    /// Where events of a source name what event history finds them by.
    pub fn event_names(&self, event_source: &str) -> &'static [Name] {
        self.gateway.event_names(event_source)
    }

    /// Why a request of the account was refused, if it was in the last day.
    pub fn denials(&self, request_id: &str) -> Result<Option<Vec<Denial>>, Fault> {
        decisions::of(&self.tx, self.account(), request_id)
    }

    pub(crate) fn push_record(&mut self, record: Record) {
        self.records.push(record);
    }
}

impl fmt::Debug for Ctx<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ctx").field("call", &self.call).finish_non_exhaustive()
    }
}
