//! The table of operations, indexed for routing.

use std::collections::BTreeMap;

use crate::{BodyLimit, Name, Protocol, Route, Row, SMALL_BODY_BYTES_MAX, Scope, Service};

/// The method of CORS preflights.
const PREFLIGHT: &str = "OPTIONS";

/// All rows, by how they are found.
#[derive(Debug)]
pub(crate) struct Table {
    rows: Vec<&'static Row>,
    named: BTreeMap<(&'static str, &'static str), &'static Row>,
    targets: BTreeMap<&'static str, &'static Service>,
    services: BTreeMap<&'static str, &'static Service>,
    rest: Vec<(&'static Row, Conditions)>,
}

#[derive(Debug, Clone, Copy)]
struct Conditions {
    method: &'static str,
    scope: Scope,
    query: &'static [&'static str],
    header: Option<&'static str>,
}

impl Table {
    pub(crate) fn new(rows: Vec<&'static Row>) -> Self {
        let (mut named, mut targets) = (BTreeMap::new(), BTreeMap::new());
        let (mut services, mut rest) = (BTreeMap::new(), Vec::new());
        for row in &rows {
            let service = row.spec.service;
            services.insert(service.name, service);
            match row.spec.route {
                Route::Name => {
                    named.insert((service.name, row.spec.name), *row);
                    if !service.target.is_empty() {
                        targets.insert(service.target, service);
                    }
                }
                Route::Rest { method, scope, query, header } => {
                    rest.push((*row, Conditions { method, scope, query, header }));
                }
            }
        }
        Self { rows, named, targets, services, rest }
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = &'static Row> {
        self.rows.iter().copied()
    }

    /// The row of an operation that is found by its name.
    pub(crate) fn named(&self, service: &Service, operation: &str) -> Option<&'static Row> {
        self.named.get(&(service.name, operation)).copied()
    }

    /// The body that a request may have whose operation is not known yet: that of the service's
    /// operation with the largest one.
    pub(crate) fn body_of_any(&self, service: &Service) -> BodyLimit {
        let rows = self.rows.iter().filter(|row| row.spec.service.name == service.name);
        let sizes = rows.filter_map(|row| match row.spec.body {
            BodyLimit::Buffered(bytes) => Some(bytes),
            BodyLimit::Streamed(_) | BodyLimit::Form(_) => None,
        });
        BodyLimit::Buffered(sizes.max().unwrap_or(SMALL_BODY_BYTES_MAX))
    }

    /// The service behind the part of `X-Amz-Target` before its last dot, whose namespace some
    /// clients leave out.
    pub(crate) fn service_of_target(&self, target: &str) -> Option<&'static Service> {
        let short = target.rsplit_once('.').map_or(target, |(_, short)| short);
        self.targets.get(short).copied()
    }

    /// Where events of a source name things; nowhere if it is no service's.
    pub(crate) fn names(&self, event_source: &str) -> &'static [Name] {
        let mut services = self.services.values();
        let found = services.find(|service| service.event_source == event_source);
        found.map_or(&[], |service| service.event_form.names)
    }

    /// The service that speaks a protocol which only one does.
    pub(crate) fn speaking(&self, protocol: Protocol) -> Option<&'static Service> {
        self.services.values().find(|service| service.protocol == protocol).copied()
    }

    /// The service of a credential scope.
    pub(crate) fn service(&self, name: &str) -> Option<&'static Service> {
        self.services.get(name).copied()
    }

    /// The row of S3 Control for a path behind the version, and the part of it that was matched.
    pub(crate) fn control(&self, method: &str, path: &str) -> Option<(&'static Row, &'static str)> {
        self.rest.iter().find_map(|(row, conditions)| {
            let Scope::Control(name) = conditions.scope else { return None };
            let rest = path.strip_prefix(name)?;
            let is_whole = rest.is_empty() || rest.starts_with('/');
            (is_whole && conditions.method == method).then_some((*row, name))
        })
    }

    /// The row with most matching conditions; `None` if the request selects something without a
    /// row.
    pub(crate) fn rest(
        &self,
        method: &str,
        scope: Scope,
        query: &[(String, String)],
        has_header: &dyn Fn(&str) -> bool,
    ) -> Option<&'static Row> {
        let has = |wanted: &str| {
            let (name, value) =
                wanted.split_once('=').map_or((wanted, None), |(n, v)| (n, Some(v)));
            query.iter().any(|(key, own)| key == name && value.is_none_or(|value| value == own))
        };
        let (row, conditions) = self
            .rest
            .iter()
            .filter(|(_, c)| c.method == method && c.scope == scope)
            .filter(|(_, c)| c.query.iter().all(|wanted| has(wanted)))
            .filter(|(_, c)| c.header.is_none_or(has_header))
            .max_by_key(|(_, c)| (c.query.len(), c.header.is_some()))?;
        let served =
            |key: &str| conditions.query.iter().any(|own| own.split('=').next() == Some(key));
        // Browsers send preflight requests to any path.
        // What selects something that no row serves must not be taken for the plain operation:
        // `DELETE /bucket?analytics` is no `DeleteBucket`.
        let foreign = method != PREFLIGHT
            && query.iter().any(|(key, _)| wire::sigv2::is_subresource(key) && !served(key));
        (!foreign).then_some(*row)
    }
}
