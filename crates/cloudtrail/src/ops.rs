//! The operations, one file each, and their rows. `read_backlog`, `read_deliveries` and
//! `forecast_stops` have no row: only our own service invokes them.

mod create_trail;
mod delete_trail;
mod describe_trails;
mod event_selectors;
mod forecast_stops;
mod insight_selectors;
mod list_public_keys;
mod logging;
mod lookup_events;
mod read_backlog;
mod read_deliveries;
mod settings;
mod tags;
mod trail_status;
mod update_trail;

use gateway::{EventParts, Row, row};
use serde_json::Value;
use types::Timestamp;

use create_trail::CreateTrail;
use delete_trail::DeleteTrail;
use describe_trails::{DescribeTrails, ListTrails};
pub use describe_trails::{GetTrail, GetTrailInput, GetTrailOutput};
use event_selectors::{GetEventSelectors, PutEventSelectors};
pub use forecast_stops::{Change, ForecastStops, Stop};
use insight_selectors::GetInsightSelectors;
pub use list_public_keys::{ListPublicKeys, ListPublicKeysInput, ListPublicKeysOutput};
use logging::{StartLogging, StopLogging};
use lookup_events::LookupEvents;
pub use read_backlog::ReadBacklog;
pub use read_deliveries::{Deliveries, ReadDeliveries, ReadDeliveriesInput};
use tags::ListTags;
use tags::{AddTags, RemoveTags, Trails};
pub use trail_status::{GetTrailStatus, GetTrailStatusInput, GetTrailStatusOutput};
use update_trail::UpdateTrail;

/// The rows of the table of operations.
pub const ROWS: &[Row] = &[
    row::<AddTags>().with_tags(&Trails),
    row::<CreateTrail>(),
    row::<DeleteTrail>(),
    row::<DescribeTrails>(),
    row::<GetEventSelectors>(),
    row::<GetInsightSelectors>(),
    row::<GetTrail>(),
    row::<GetTrailStatus>(),
    row::<ListPublicKeys>(),
    row::<ListTags>(),
    row::<ListTrails>(),
    row::<LookupEvents>(),
    row::<PutEventSelectors>(),
    row::<RemoveTags>(),
    row::<StartLogging>(),
    row::<StopLogging>(),
    row::<UpdateTrail>(),
];

/// An output without members.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Empty {}

/// Shows the range of time of a question as text in its event.
///
/// Observed: times in the parameters of events are text; records of the JSON services of 2023.
fn record_range(from: Option<f64>, to: Option<f64>, parts: &mut EventParts) {
    let Value::Object(members) = &mut parts.request_parameters else { return };
    for (name, seconds) in [("startTime", from), ("endTime", to)] {
        if let Some(seconds) = seconds {
            let text = Timestamp::from_secs_f64(seconds).java_text();
            members.insert(name.to_owned(), Value::from(text));
        }
    }
}
