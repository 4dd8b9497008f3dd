//! Our own pages, and the page of all operations.

use crate::golden;
use crate::live::Live;

/// Readiness and metrics are there without a signature; nothing else is.
#[test]
fn health_and_metrics_are_answered() {
    let mut live = Live::start();
    live.request("GET", "/_shoseki/health", &[], b"");
    live.request("GET", "/_shoseki/nothing", &[], b"");
    live.json("TrentService.ListKeys", &serde_json::json!({}));
    live.json("TrentService.DescribeKey", &serde_json::json!({"KeyId": "alias/none"}));
    let page = live.request("GET", "/_shoseki/metrics", &[], b"").text();
    live.request("GET", "/unsigned", &[("authorization", "AWS4-HMAC-SHA256 nonsense")], b"");
    let page = page + &live.request("GET", "/_shoseki/metrics", &[], b"").text();
    for line in [
        "shoseki_requests_total 2",
        "shoseki_client_errors_total 1",
        "shoseki_unproven_requests_total 0",
        "shoseki_unproven_requests_total 1",
        "shoseki_delivery_refusing 0",
        "shoseki_disk_full 0",
    ] {
        assert!(page.contains(line), "{page}");
    }
    live.end("own_pages.txt");
}

/// The page is made from the table; a new operation needs a new page.
#[test]
fn the_page_of_operations_is_fresh() {
    let known = golden::project().join("docs/operations-of-aws.txt");
    let page = server::operations_page(&std::fs::read_to_string(known).unwrap());
    golden::check_project_file("docs/operations.md", &page);
}
