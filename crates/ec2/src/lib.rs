//! EC2, as far as tools that do not manage machines use it: the list of Regions.
//!
//! Audit tools list the Regions first and then call each of them. The list is static: it is that of
//! a new account, whose opt-in Regions are disabled, because AWS's own response depends only on the
//! account.
//!
//! Non-goals: machines, networks, anything with state. Other actions are rejected in EC2's format.
//!
//! Reading order: `regions.rs`, the list; [`ROWS`]; `describe_regions.rs`.

mod describe_regions;
mod regions;

use gateway::{
    EventForm, Family, INTERNAL_FAILURE, Protocol, Row, SERVICE_UNAVAILABLE, Service, row,
};

/// EC2 as the pipeline sees it.
pub static SERVICE: Service = Service {
    name: "ec2",
    signing_name: "ec2",
    event_source: "ec2.amazonaws.com",
    protocol: Protocol::Ec2,
    family: Family::Query,
    target: "",
    global: false,
    // Observed: `Client.UnauthorizedOperation` and `Client.DryRunOperation` in events; responses
    // have the codes without the first word. Source: EC2 API Reference, "Troubleshooting API
    // request errors": each code is a client's or a server's.
    event_form: EventForm { fault_in_codes: true, ..EventForm::PLAIN },
    failure: INTERNAL_FAILURE,
    unavailable: SERVICE_UNAVAILABLE,
};

/// All operations of this service.
pub const ROWS: &[Row] = &[row::<describe_regions::DescribeRegions>()];
