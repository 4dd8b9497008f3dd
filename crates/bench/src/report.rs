use std::collections::BTreeMap;
use std::io::{Write, stdout};

use serde_json::{Value, json};

use crate::commit::{Commits, Place};
use crate::delivery::Lag;
use crate::failure::Failure;
use crate::history::History;
use crate::load::{Measured, Pace};
use crate::parts::Parts;
use crate::server::{Server, Usage};
use crate::work::Work;

/// One measurement.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) work: Work,
    pub(crate) pace: Pace,
    pub(crate) trail: bool,
    pub(crate) measured: Measured,
    /// Used by the server during the measurement.
    pub(crate) used: Usage,
    /// CPU time of this process in microseconds.
    pub(crate) own_us: u64,
    /// What the server's time went into.
    pub(crate) parts: Parts,
}

impl Row {
    /// Successful requests a second.
    pub(crate) fn rate(&self) -> f64 {
        self.count() / self.measured.elapsed.as_secs_f64()
    }

    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52")]
    fn count(&self) -> f64 {
        self.measured.latencies.count() as f64
    }

    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52")]
    fn each(&self, us: u64) -> f64 {
        let requests = self.measured.latencies.count() + self.measured.errors;
        us as f64 / (requests.max(1) as f64)
    }

    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52")]
    fn mib_s(&self) -> f64 {
        self.rate() * self.work.bytes() as f64 / f64::from(1 << 20)
    }

    fn json(&self) -> Value {
        let (measured, rate) = (&self.measured, self.rate());
        let offered = match self.pace {
            Pace::Closed => Value::Null,
            Pace::Open(rate) => rate.into(),
        };
        json!({
            "work": self.work.to_string(),
            "loop": if offered.is_null() { "closed" } else { "open" },
            "offeredPerSecond": offered,
            "trail": self.trail,
            "requestsPerSecond": rate,
            "mibPerSecond": self.mib_s(),
            "p50Us": measured.latencies.at(500),
            "p99Us": measured.latencies.at(990),
            "p999Us": measured.latencies.at(999),
            "errors": measured.errors,
            "firstError": measured.first_error,
            "unsent": measured.unsent,
            "serverCpuUsPerRequest": self.each(self.used.cpu_us),
            "clientCpuUsPerRequest": self.each(self.own_us),
            "serverRssKib": self.used.rss_kib,
            "phasesUsPerRequest": self.each_of(&self.parts.phases),
            "threadsUsPerRequest": self.each_of(&self.parts.threads),
        })
    }

    /// Microseconds for each request, of the parts that took a tenth of one or more.
    fn each_of(&self, parts: &BTreeMap<String, u64>) -> BTreeMap<String, f64> {
        let each = parts.iter().map(|(name, us)| (name.clone(), self.each(*us)));
        each.filter(|(_, us)| *us >= 0.1).collect()
    }

    fn text(&self) -> String {
        let (measured, latencies) = (&self.measured, &self.measured.latencies);
        let ms = |per_mille| f64::from(latencies.at(per_mille)) / 1e3;
        let pace = match self.pace {
            Pace::Closed => "closed".to_owned(),
            Pace::Open(rate) => format!("{rate}/s"),
        };
        let mut line = format!(
            "{:<22}{pace:>9}{:>6}{:>9.0}/s{:>7.0} MiB/s  p50 {:.2} p99 {:.2} p99.9 {:.2} ms  \
             cpu {:.0} µs (client {:.0})  rss {} MiB",
            self.work,
            if self.trail { "trail" } else { "" },
            self.rate(),
            self.mib_s(),
            ms(500),
            ms(990),
            ms(999),
            self.each(self.used.cpu_us),
            self.each(self.own_us),
            self.used.rss_kib / 1_024,
        );
        for (title, parts) in [("phases", &self.parts.phases), ("threads", &self.parts.threads)] {
            let each = self.each_of(parts).into_iter();
            let texts: Vec<String> = each.map(|(name, us)| format!("{name} {us:.1}")).collect();
            line += &["\n  ", title, ": ", &texts.join(", "), " µs"].concat();
        }
        if measured.errors + measured.unsent > 0 {
            line += &["  errors ", &measured.errors.to_string()].concat();
            line += &["  unsent ", &measured.unsent.to_string()].concat();
        }
        if let Some(error) = &measured.first_error {
            line += &["\n  first error: ", error].concat();
        }
        line
    }
}

/// Prints a measurement.
pub(crate) fn print(row: &Row, json: bool) -> Result<(), Failure> {
    line(&if json { row.json().to_string() } else { row.text() })
}

/// Prints how the server started.
pub(crate) fn print_start(server: &Server, json: bool) -> Result<(), Failure> {
    let (ms, kib) = (server.started_in.as_secs_f64() * 1e3, server.idle_rss_kib);
    line(&if json {
        json!({ "startMs": ms, "idleRssKib": kib }).to_string()
    } else {
        format!("first response after {ms:.0} ms, idle {} MiB", kib / 1_024)
    })
}

/// Prints how delivery went.
pub(crate) fn print_delivery(lag: &Lag, json: bool) -> Result<(), Failure> {
    let (events, seconds, files) = (lag.events, lag.elapsed.as_secs_f64(), lag.files);
    line(&if json {
        json!({ "events": events, "files": files, "lagSeconds": seconds }).to_string()
    } else {
        format!("{events} events in {files} files; the last one {seconds:.2} s after its answer")
    })
}

/// Prints what commits cost.
pub(crate) fn print_commits(turn: &Commits, json: bool) -> Result<(), Failure> {
    let count = f64::from(u32::try_from(turn.latencies.count().max(1))?);
    let (rate, cpu) = (count / turn.seconds, turn.cpu.as_secs_f64() * 1e6 / count);
    let [p50, p99] = [500, 990].map(|per_mille| turn.latencies.at(per_mille));
    let place = match turn.place {
        Place::Log => "log",
        Place::Store => "store",
    };
    line(&if json {
        json!({
            "place": place,
            "callers": turn.callers,
            "commitsPerSecond": rate,
            "cpuUs": cpu,
            "p50Us": p50,
            "p99Us": p99,
        })
        .to_string()
    } else {
        let callers = turn.callers;
        format!(
            "{place:<5} {callers:>3} callers  {rate:>8.0} events/s  {cpu:>6.1} µs CPU  \
             p50 {p50} µs  p99 {p99} µs"
        )
    })
}

/// Prints the results of a long history and its queries.
pub(crate) fn print_history(history: &History, json: bool) -> Result<(), Failure> {
    let (filled, started) = (history.filled_in.as_secs_f64(), history.started_in.as_secs_f64());
    line(&if json {
        json!({
            "events": history.events,
            "fillSeconds": filled,
            "segmentsBytes": history.segments_bytes,
            "stateBytes": history.state_bytes,
            "startMs": started * 1e3,
            "idleRssKib": history.idle_rss_kib,
            "serverRssKib": history.rss_kib,
        })
        .to_string()
    } else {
        format!(
            "{} events in {filled:.0} s; segments {} MiB, state {} MiB; first response after \
             {:.0} ms; rss {} MiB idle, {} MiB after all queries",
            history.events,
            history.segments_bytes >> 20,
            history.state_bytes >> 20,
            started * 1e3,
            history.idle_rss_kib / 1_024,
            history.rss_kib / 1_024,
        )
    })?;
    for (name, first, latencies) in &history.rows {
        let (p50, p99, count) = (latencies.at(500), latencies.at(990), latencies.count());
        line(&if json {
            json!({ "filter": name, "firstUs": first, "p50Us": p50, "p99Us": p99, "calls": count })
                .to_string()
        } else {
            let ms = |us: u32| f64::from(us) / 1e3;
            let (first, p50, p99) = (ms(*first), ms(p50), ms(p99));
            format!(
                "{name:<26}first {first:>8.2}  p50 {p50:>7.2}  p99 {p99:>7.2} ms{count:>8} calls"
            )
        })?;
    }
    Ok(())
}

fn line(text: &str) -> Result<(), Failure> {
    writeln!(stdout(), "{text}").map_err(Into::into)
}
