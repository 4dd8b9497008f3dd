//! Events of what an operator does to accounts from outside: by the command line, by flags and by
//! the configuration, where there is no caller and no call.

use store::NewEvent;
use types::{Entropy, Timestamp};

use crate::record::new_events;
use crate::record::service::of_service;
use crate::{Fault, ServiceEvent};

/// The caller in these events; no other is known.
const OPERATOR: &str = "shoseki";

/// The events in the store's format, to be committed together with the change that they record.
///
/// AWS has no such events, because its accounts have no operator outside. They have the form of
/// service events whose `invokedBy`, `sourceIPAddress` and `userAgent` are `shoseki`.
pub fn operator_events(
    events: Vec<ServiceEvent>,
    now: Timestamp,
    entropy: &Entropy,
) -> Result<Vec<NewEvent>, Fault> {
    let records = events.into_iter().map(|event| of_service(event, OPERATOR, now, entropy));
    // What happened is in `serviceEventDetails`, where no service names anything.
    new_events(records.collect::<Result<_, _>>()?, |_| &[])
}
