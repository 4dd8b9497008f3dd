//! Our own pages, and the page of all operations.

use crate::golden;
use crate::live::Live;

/// Readiness and metrics need no signature; everything else does.
#[test]
fn health_and_metrics_are_answered() {
    let mut live = Live::start();
    live.request("GET", "/_shoseki/health", &[], b"");
    live.request("GET", "/_shoseki/live", &[], b"");
    live.request("GET", "/_shoseki/ready", &[], b"");
    live.request("GET", "/_shoseki/nothing", &[], b"");
    live.json("TrentService.ListKeys", &serde_json::json!({}));
    live.json("TrentService.DescribeKey", &serde_json::json!({"KeyId": "alias/none"}));
    live.request("GET", "/unsigned", &[("authorization", "AWS4-HMAC-SHA256 nonsense")], b"");
    live.end("own_pages.txt");
}

const METRICS: &[u8] =
    b"GET /_shoseki/metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";

/// Names, units and labels follow Prometheus, and the figures are right.
#[test]
fn metrics_are_those_of_prometheus() {
    let mut live = Live::start();
    live.json("TrentService.ListKeys", &serde_json::json!({}));
    live.json("TrentService.DescribeKey", &serde_json::json!({"KeyId": "alias/none"}));
    let form = ("content-type", "application/x-www-form-urlencoded");
    let body = b"Action=GetCallerIdentity&Version=2011-06-15";
    assert_eq!(live.signed("sts", "POST", "/", &[form], body).status, 200);
    let body = b"Action=Nonsense&Version=2011-06-15";
    assert_eq!(live.signed("sts", "POST", "/", &[form], body).status, 400);
    live.create_bucket("bucket");
    assert_eq!(live.s3("PUT", "/bucket/key", &vec![7; 1 << 20]).status, 200);
    live.request("GET", "/unsigned", &[("authorization", "AWS4-HMAC-SHA256 nonsense")], b"");
    let answer = live.bytes(METRICS);
    assert_eq!(answer.headers("content-type"), ["text/plain; version=0.0.4; charset=utf-8"]);
    let page = answer.text();
    for line in [
        r#"shoseki_requests_total{service="kms",operation="ListKeys",code="2xx"} 1"#,
        r#"shoseki_requests_total{service="kms",operation="DescribeKey",code="4xx"} 1"#,
        r#"shoseki_requests_total{service="sts",operation="GetCallerIdentity",code="2xx"} 1"#,
        r#"shoseki_requests_total{service="sts",operation="none",code="4xx"} 1"#,
        r#"shoseki_request_seconds_count{service="s3",operation="PutObject"} 1"#,
        r#"shoseki_request_seconds_bucket{service="s3",operation="PutObject",le="+Inf"} 1"#,
        "shoseki_unproven_requests_total 2",
        "shoseki_requests_running 0",
        "shoseki_fsync_seconds_count 1",
        "shoseki_logging_trails 0",
        "shoseki_workers_silent 0",
        "shoseki_disk_full 0",
        "# TYPE shoseki_commit_seconds histogram",
        "# TYPE shoseki_events_total counter",
    ] {
        assert!(page.lines().any(|known| known == line), "{line}\n{page}");
    }
    for name in [
        r#"shoseki_build_info{version=""#,
        r#"shoseki_store_bytes{part="state"} "#,
        "shoseki_disk_free_bytes ",
        "process_cpu_seconds_total ",
        "process_resident_memory_bytes ",
        "process_open_fds ",
        "process_start_time_seconds ",
    ] {
        assert!(page.lines().any(|line| line.starts_with(name)), "{name}\n{page}");
    }
    // Every figure has a help text, and only counters end in `_total`.
    for line in page.lines().filter(|line| line.starts_with("# TYPE ")) {
        let [_, _, name, kind] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        assert!(page.contains(&format!("# HELP {name} ")), "{name}");
        assert_eq!(name.ends_with("_total"), kind == "counter", "{line}");
    }
    live.stop();
}

/// A trail's pending files are reported by trail, in seconds.
#[test]
fn metrics_report_deliveries_by_trail() {
    let mut live = Live::start();
    live.create_bucket("logs");
    let arn = "arn:aws:cloudtrail:ap-northeast-1:123456789012:trail/audit";
    let policy = serde_json::json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": ["s3:GetBucketAcl", "s3:PutObject"],
        "Resource": ["arn:aws:s3:::logs", "arn:aws:s3:::logs/*"],
        "Condition": {"StringEquals": {"aws:SourceArn": arn}},
    }]});
    assert!(live.s3("PUT", "/logs?policy", policy.to_string().as_bytes()).status < 300);
    let call =
        |name: &str| format!("com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.{name}");
    let trail = serde_json::json!({"Name": "audit", "S3BucketName": "logs"});
    assert_eq!(live.json(&call("CreateTrail"), &trail).status, 200);
    let trail = serde_json::json!({"Name": "audit"});
    assert_eq!(live.json(&call("StartLogging"), &trail).status, 200);
    let page = live.bytes(METRICS).text();
    let labels = r#"{account="123456789012",region="ap-northeast-1",trail="audit"}"#;
    for name in ["shoseki_delivery_oldest_seconds", "shoseki_delivery_waiting_files"] {
        let want = format!("{name}{labels} ");
        assert!(page.lines().any(|line| line.starts_with(&want)), "{want}\n{page}");
    }
    assert!(page.contains("shoseki_logging_trails 1"), "{page}");
    live.stop();
}

/// Every caller with credentials can identify the server, from anywhere.
#[test]
fn callers_learn_which_server_this_is() {
    let mut live = Live::start();
    let target = "Shoseki_20261101.DescribeServer";
    let kind = ("content-type", "application/x-amz-json-1.1");
    let headers = [("x-amz-target", target), kind, ELSEWHERE];
    let described = live.signed("shoseki", "POST", "/", &headers, b"{}").json();
    let version = env!("CARGO_PKG_VERSION");
    let want = serde_json::json!({"Version": version, "Region": "ap-northeast-1",
        "DeliveryInterval": 300, "DigestInterval": 3600, "Profile": "standard",
        "Status": "ok", "Reasons": []});
    assert_eq!(described, want);
    assert!(live.request("POST", "/", &headers, b"{}").status >= 400);
    live.stop();
}

/// The page is generated from the table; a new operation needs a new page.
#[test]
fn the_page_of_operations_is_fresh() {
    let known = golden::project().join("docs/operations-of-aws.txt");
    let page = server::operations_page(&std::fs::read_to_string(known).unwrap());
    golden::check_project_file("docs/operations.md", &page);
}

/// Programs that wait for LocalStack find its page, on this machine and with the token.
#[test]
fn tools_of_localstack_find_the_services() {
    let mut live = Live::start_with(|config| config.status_token = Some(TOKEN.to_owned()));
    let page = "/_localstack/health";
    let answer = live.request("GET", page, &[], b"");
    assert_eq!(answer.status, 200);
    for service in ["cloudtrail", "iam", "kms", "s3", "sts"] {
        assert_eq!(answer.json()["services"][service], "running", "{}", answer.text());
    }
    assert_eq!(live.request("GET", page, &[ELSEWHERE], b"").status, 401);
    let token = format!("Bearer {TOKEN}");
    let token = ("authorization", token.as_str());
    assert_eq!(live.request("GET", page, &[ELSEWHERE, token], b"").status, 200);
    live.stop();
}

const TOKEN: &str = "0123456789abcdef0123456789abcdef";
/// A header that a proxy adds: the request is not local.
const ELSEWHERE: (&str, &str) = ("x-forwarded-for", "203.0.113.7");

/// Unauthenticated clients learn only that the server is up. Version, account and figures are for
/// programs on this machine and for clients with the token.
#[test]
fn unauthenticated_clients_learn_only_the_status() {
    let mut live = Live::start_with(|config| config.status_token = Some(TOKEN.to_owned()));
    let right = format!("Bearer {TOKEN}");
    let token = ("authorization", right.as_str());
    let wrong = ("authorization", "Bearer 0123456789abcdef0123456789abcdeg");
    let mut check = |page: &str, headers: &[(&str, &str)], status: u16, has_details: bool| {
        let answer = live.request("GET", &format!("/_shoseki/{page}"), headers, b"");
        assert_eq!(answer.status, status, "{page} {headers:?}");
        let text = answer.text();
        let shows_details = text.contains("123456789012") || text.contains("shoseki_events_total");
        assert_eq!(shows_details, has_details, "{page} {headers:?}: {text}");
        assert!(answer.head.contains("cache-control: no-store"), "{}", answer.head);
        assert!(answer.head.contains("x-content-type-options: nosniff"), "{}", answer.head);
        answer
    };
    let bare = check("health", &[ELSEWHERE], 200, false);
    assert_eq!(bare.text(), r#"{"status":"ok"}"#);
    let refused = check("metrics", &[ELSEWHERE], 401, false);
    assert!(refused.head.contains("www-authenticate: Bearer"), "{}", refused.head);
    for page in ["health", "metrics"] {
        check(page, &[], 200, true);
        check(page, &[token], 200, true);
        check(page, &[ELSEWHERE, token], 200, true);
        check(page, &[ELSEWHERE, wrong], 401, false);
        check(page, &[wrong], 401, false);
        check(page, &[ELSEWHERE, ("authorization", &format!("Basic {TOKEN}"))], 401, false);
        check(page, &[ELSEWHERE, ("authorization", "Bearer ")], 401, false);
    }
    live.stop();
    let mut live = Live::start();
    for text in [right.as_str(), "Bearer ", "Bearer"] {
        let headers = [("authorization", text), ELSEWHERE];
        let answer = live.request("GET", "/_shoseki/metrics", &headers, b"");
        assert_eq!(answer.status, 401, "no token is configured: {text}");
    }
    live.stop();
}

/// A browser on this machine may show a foreign page under a name that resolves to this server.
#[test]
fn names_that_others_own_show_nothing_of_ours() {
    let mut live = Live::start_with(|config| {
        config.status_token = Some(TOKEN.to_owned());
        config.domains.push("audit.example.com".to_owned());
    });
    let mut ask = |target: &str, host: &str, more: &str| {
        let head = format!("GET {target} HTTP/1.1\r\nhost: {host}\r\n{more}connection: close\r\n");
        live.bytes(format!("{head}\r\n").as_bytes())
    };
    let pages = [
        "/_shoseki/health",
        "/_shoseki/metrics",
        "/_console/",
        "/_console/index.html",
        "/_console/session/first-run",
    ];
    for page in pages {
        for host in ["localhost:4566", "127.0.0.1", "[::1]:4566", "AUDIT.example.com"] {
            assert_eq!(ask(page, host, "").status, 200, "{page} {host}");
        }
        for host in ["evil.example", "localhost.localstack.cloud:4566", "x.localhost", "shoseki"] {
            let refused = ask(page, host, "");
            assert_eq!(refused.status, 403, "{page} {host}");
            assert!(!refused.text().contains("123456789012"), "{}", refused.text());
        }
    }
    // No foreign page has the token.
    let token = format!("authorization: Bearer {TOKEN}\r\n");
    assert_eq!(ask("/_shoseki/metrics", "shoseki.monitoring.svc", &token).status, 200);
    // Only programs here learn the account before they sign in.
    let first_run = "/_console/session/first-run";
    assert!(ask(first_run, "localhost", "").text().contains("123456789012"));
    let remote = ask(first_run, "localhost", "x-forwarded-for: 203.0.113.7\r\n");
    assert_eq!(remote.text(), r#"{"needed":true}"#);
    live.stop();
}

/// A request without a signature may come from a page under a name that a third party owns, so it
/// is served only under names that cannot be registered. A signed one is served under any name.
#[test]
fn anonymous_calls_are_served_under_names_that_cannot_be_registered() {
    let mut live = Live::start_with(|config| config.domains.push("audit.example.com".to_owned()));
    live.create_bucket("public");
    let policy = br#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*",
        "Action":"s3:*","Resource":["arn:aws:s3:::public","arn:aws:s3:::public/*"]}]}"#;
    assert!(live.s3("DELETE", "/public?publicAccessBlock", b"").status < 300);
    assert!(live.s3("PUT", "/public?policy", policy).status < 300);
    assert_eq!(live.s3("PUT", "/public/a", b"text").status, 200);
    let mut ask = |method: &str, target: &str, host: &str| {
        let head = format!("{method} {target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
        live.bytes(format!("{head}content-length: 0\r\n\r\n").as_bytes())
    };
    for host in [
        "127.0.0.1:4566",
        "[::1]:4566",
        "localhost:4566",
        "shoseki:4566",
        "shoseki.default.svc.cluster.local",
        "host.docker.internal:4566",
        "audit.example.com",
        "s3.audit.example.com",
        "localhost.localstack.cloud:4566",
        "s3.ap-northeast-1.amazonaws.com",
    ] {
        assert_eq!(ask("GET", "/public/a", host).text(), "text", "{host}");
    }
    for host in ["public.s3.audit.example.com", "public.localhost:4566"] {
        assert_eq!(ask("GET", "/a", host).text(), "text", "{host}");
    }
    for host in ["evil.example:4566", "public.s3.evil.example", "x.example.com", "evil.example."] {
        for (method, target) in [("GET", "/public/a"), ("GET", "/public"), ("PUT", "/public/b")] {
            let refused = ask(method, target, host);
            assert_eq!(refused.status, 403, "{method} {target} {host}");
            assert!(refused.text().contains("<Code>AccessDenied</Code>"), "{}", refused.text());
        }
    }
    let form = "--b\r\ncontent-disposition: form-data; name=\"key\"\r\n\r\nc\r\n--b\r\n\
                content-disposition: form-data; name=\"file\"\r\n\r\nx\r\n--b--\r\n";
    let mut post = |host: &str| {
        let head = format!(
            "POST /public HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\
             content-type: multipart/form-data; boundary=b\r\ncontent-length: {}\r\n\r\n{form}",
            form.len()
        );
        live.bytes(head.as_bytes()).status
    };
    assert_eq!(post("localhost"), 204);
    assert_eq!(post("evil.example"), 403);
    live.stop();
}
