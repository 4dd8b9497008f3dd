//! EC2, as far as tools ask for it that have nothing to do with machines: which Regions there are.
//!
//! Audit tools list the Regions first and then ask each of them. The list is static: it is that of a
//! new account, whose Regions to opt into are off, for AWS's own answer depends on the account alone.
//!
//! What is deliberately not here: machines, networks, anything that has a state. Other actions are
//! refused in EC2's form.
//!
//! Reading order: `regions.rs`, the list; [`ROWS`]; `describe_regions.rs`.

mod describe_regions;
mod regions;

use gateway::{Family, INTERNAL_FAILURE, Protocol, Row, SERVICE_UNAVAILABLE, Service, row};

/// EC2 as the pipeline sees it.
pub static SERVICE: Service = Service {
    name: "ec2",
    event_source: "ec2.amazonaws.com",
    protocol: Protocol::Ec2,
    family: Family::Query,
    target: "",
    global: false,
    event_api_version: None,
    failure: INTERNAL_FAILURE,
    unavailable: SERVICE_UNAVAILABLE,
};

/// All operations of this service.
pub const ROWS: &[Row] = &[row::<describe_regions::DescribeRegions>()];
