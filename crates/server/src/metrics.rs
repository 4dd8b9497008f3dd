use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

use http::StatusCode;

/// What the server counts about itself.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    served: AtomicU64,
    client_errors: AtomicU64,
    server_errors: AtomicU64,
    busy_ms: AtomicU64,
}

impl Metrics {
    /// Counts an answered request.
    pub(crate) fn count(&self, status: StatusCode, duration_ms: u64) {
        self.served.fetch_add(1, Ordering::Relaxed);
        self.busy_ms.fetch_add(duration_ms, Ordering::Relaxed);
        if status.is_client_error() {
            self.client_errors.fetch_add(1, Ordering::Relaxed);
        } else if status.is_server_error() {
            self.server_errors.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// In the text format of Prometheus, with the number of the newest event.
    pub(crate) fn render(&self, last_event: u64) -> String {
        let mut page = String::new();
        for (name, help, value) in [
            ("shoseki_requests_total", "Requests answered.", &self.served),
            ("shoseki_client_errors_total", "Answers with a 4xx status.", &self.client_errors),
            ("shoseki_server_errors_total", "Answers with a 5xx status.", &self.server_errors),
            ("shoseki_busy_milliseconds_total", "Time spent answering.", &self.busy_ms),
        ] {
            let value = value.load(Ordering::Relaxed);
            // Writing to a String cannot fail.
            let _ = writeln!(page, "# HELP {name} {help}\n# TYPE {name} counter\n{name} {value}");
        }
        let name = "shoseki_events_total";
        let _ = writeln!(
            page,
            "# HELP {name} Audit events recorded.\n# TYPE {name} counter\n{name} {last_event}"
        );
        page
    }
}
