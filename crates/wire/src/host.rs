use std::net::IpAddr;

use types::Region;

use crate::Head;

/// The bucket that the `Host` header names, with the region if the host names one too; `None` for
/// path style.
///
/// `domains` are the base domains of this server, in lower case, without a leading dot. Virtual
/// hosts are `BUCKET.s3.DOMAIN`, `BUCKET.s3.REGION.DOMAIN`, and for the domain `localhost` also
/// `BUCKET.localhost`. `s3.DOMAIN`, `s3.REGION.DOMAIN`, the domain itself, S3 Control's hosts and
/// addresses are path style.
///
/// Source: S3 User Guide, "Virtual hosting of general purpose buckets".
/// Observed: SDKs use these forms against an endpoint with a name, and path style against an IP.
pub fn virtual_host(head: &Head, domains: &[String]) -> Option<(String, Option<Region>)> {
    let host = host_without_port(head.host())?.to_ascii_lowercase();
    if host.parse::<IpAddr>().is_ok() {
        return None;
    }
    domains.iter().find_map(|domain| {
        let rest = host.strip_suffix(domain.as_str())?.strip_suffix('.')?;
        bucket_before(rest, domain == "localhost")
    })
}

/// Suffixes of names that cannot be registered.
///
/// Source: RFC 6761 (`localhost`, `test`), RFC 6762 (`local`), RFC 8375 (`home.arpa`), ICANN's
/// resolution 2024.07.29.06 (`internal`); and AWS's own, which third parties cannot redirect.
const UNREGISTRABLE: &[&str] =
    &["localhost", "test", "local", "home.arpa", "internal", "amazonaws.com", "amazonaws.com.cn"];

/// Whether `Host` is a name that a third party may own and point at this server, so that a browser
/// lets the third party's page read our responses (DNS rebinding).
///
/// IP addresses, `domains`, their subdomains, names without a dot, and names that cannot be
/// registered are not foreign. Browsers always send a host.
pub fn is_foreign_name(head: &Head, domains: &[String]) -> bool {
    let Some(host) = host_without_port(head.host()) else { return false };
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let ends_in = |end: &str| {
        host.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    host.contains('.')
        && host.parse::<IpAddr>().is_err()
        && !UNREGISTRABLE.iter().any(|end| ends_in(end))
        && !domains.iter().any(|domain| ends_in(&domain.to_ascii_lowercase()))
}

/// `None` for an IPv6 literal in brackets, which is never a virtual host.
fn host_without_port(host: &str) -> Option<&str> {
    if host.starts_with('[') {
        return None;
    }
    Some(host.rsplit_once(':').map_or(host, |(name, _)| name))
}

fn bucket_before(rest: &str, bare: bool) -> Option<(String, Option<Region>)> {
    if let Some(bucket) = rest.strip_suffix(".s3") {
        return named(bucket, None);
    }
    if let Some((bucket, region)) = rest.rsplit_once(".s3.")
        && let Some(region) = Region::parse(region)
    {
        return named(bucket, Some(region));
    }
    let path_style = rest == "s3"
        || rest.strip_prefix("s3.").is_some_and(|region| Region::parse(region).is_some())
        || rest.split('.').any(|label| label == "s3-control");
    if bare && !path_style { named(rest, None) } else { None }
}

fn named(bucket: &str, region: Option<Region>) -> Option<(String, Option<Region>)> {
    (!bucket.is_empty()).then(|| (bucket.to_owned(), region))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addressed_to(host: &str) -> Head {
        let mut headers = http::HeaderMap::new();
        headers.insert("host", host.parse().unwrap());
        let peer = [127, 0, 0, 1].into();
        Head::new(http::Method::GET, "/".to_owned(), headers, false, peer)
    }

    fn check(host: &str, want: Option<(&str, Option<&str>)>) {
        let head = addressed_to(host);
        let domains = ["localhost".to_owned(), "localhost.localstack.cloud".to_owned()];
        let got = virtual_host(&head, &domains);
        let got = got.as_ref().map(|(b, r)| (b.as_str(), r.as_ref().map(Region::as_str)));
        assert_eq!(got, want, "{host}");
    }

    /// Every form that names a bucket is found, dots in the name included.
    #[test]
    fn buckets_are_read_from_the_host() {
        check("logs.s3.localhost:4566", Some(("logs", None)));
        check("logs.S3.eu-west-1.Localhost", Some(("logs", Some("eu-west-1"))));
        check("my.s3.logs.s3.localhost", Some(("my.s3.logs", None)));
        check("a.b.localhost:4566", Some(("a.b", None)));
        check("b.s3.localhost.localstack.cloud:4566", Some(("b", None)));
        check("b.s3.us-east-1.localhost.localstack.cloud", Some(("b", Some("us-east-1"))));
    }

    /// Service hosts, addresses and foreign names are path style.
    #[test]
    fn other_hosts_are_path_style() {
        for host in [
            "localhost",
            "localhost:4566",
            "s3.localhost",
            "s3.us-east-1.localhost:4566",
            "127.0.0.1:4566",
            "[::1]:4566",
            "123456789012.s3-control.us-east-1.localhost",
            "kms.localhost.localstack.cloud",
            "b.s3.amazonaws.com",
            ".s3.localhost",
            "evillocalhost",
            "",
        ] {
            check(host, None);
        }
    }
    /// Only names that a third party may own are foreign.
    #[test]
    fn names_that_may_be_rebound_are_foreign() {
        let domains = ["localhost".to_owned(), "Audit.example.com".to_owned()];
        for host in [
            "",
            "127.0.0.1",
            "192.0.2.7:4566",
            "[2001:db8::1]:4566",
            "localhost",
            "bucket.localhost:4566",
            "shoseki:4566",
            "shoseki.default.svc.cluster.local",
            "host.docker.internal",
            "nas.home.arpa",
            "audit.example.com",
            "AUDIT.EXAMPLE.COM.:443",
            "bucket.s3.audit.example.com",
            "bucket.s3.amazonaws.com",
            "s3.cn-north-1.amazonaws.com.cn",
        ] {
            assert!(!is_foreign_name(&addressed_to(host), &domains), "{host}");
        }
        for host in [
            "evil.example",
            "evil.example:4566",
            "evil.example.",
            "example.com",
            "notaudit.example.com",
            "audit.example.com.evil.example",
            "evillocalhost.example",
            "evil-internal.example",
            "amazonaws.com.evil.example",
            "evilamazonaws.com",
            "127.0.0.1.evil.example",
            "a.b:x",
        ] {
            assert!(is_foreign_name(&addressed_to(host), &domains), "{host}");
        }
    }
}
