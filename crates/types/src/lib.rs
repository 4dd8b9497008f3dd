//! The words everything else is written in: accounts, regions, ARNs, instants, and the two
//! sources of surprise, the [`Clock`] and the [`Entropy`].
//!
//! Nothing here does I/O except [`Clock::system`] and [`Entropy::system`], and nothing here depends
//! on a service. External text becomes one of these types at the edge; internal functions do not
//! repeat the checks that a type guarantees.
//!
//! Reading order: [`AccountId`], [`Region`], [`Arn`], [`Timestamp`], [`Clock`], [`Entropy`],
//! [`unique_id`], [`printable`], [`Pulse`].
//!
//! ```
//! use types::{AccountId, Arn, Region};
//! let account = AccountId::parse("123456789012").unwrap();
//! let region = Region::parse("ap-northeast-1").unwrap();
//! let trail = Arn::new("cloudtrail", &region, &account, "trail/audit");
//! assert_eq!(trail.as_str(), "arn:aws:cloudtrail:ap-northeast-1:123456789012:trail/audit");
//! assert_eq!(trail.resource(), "trail/audit");
//! ```

mod account;
mod arn;
mod bucket_name;
mod clock;
mod entropy;
mod error_chain;
mod printable;
mod pulse;
mod region;
mod timestamp;
mod unique_id;

pub use account::AccountId;
pub use arn::Arn;
pub use bucket_name::is_bucket_name;
pub use clock::Clock;
pub use entropy::{Entropy, EntropyError, Supply};
pub use error_chain::error_chain;
pub use printable::{is_printable, printable};
pub use pulse::{Pulse, steady};
pub use region::Region;
pub use timestamp::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Timestamp, Utc};
pub use unique_id::{alphanumeric, base32_upper, hex, hex_decode, uuid_v4};
