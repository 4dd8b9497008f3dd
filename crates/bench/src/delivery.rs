use std::collections::BTreeSet;
use std::io::Read;
use std::time::Duration;

use flate2::read::MultiGzDecoder;

use crate::failure::Failure;
use crate::load::{self, Load, Pace};
use crate::own;
use crate::server::Server;
use crate::stage::{LOG_BUCKET, Stage, elements};
use crate::work::Work;

/// The time after which delivery counts as broken.
const PATIENCE: Duration = Duration::from_mins(1);
/// The polling interval for the bucket.
const PAUSE: Duration = Duration::from_millis(50);

/// The result of a delivery run.
#[derive(Debug)]
pub(crate) struct Lag {
    /// Calls whose events were found in log files.
    pub(crate) events: usize,
    /// Log files.
    pub(crate) files: usize,
    /// From the last response to the last event in the bucket.
    pub(crate) elapsed: Duration,
}

/// Generates events at `rate` and waits until the trail has delivered the last of them.
pub(crate) async fn measure(
    server: &Server,
    stage: &Stage,
    rate: u32,
    seconds: u32,
) -> Result<Lag, Failure> {
    let pace = Pace::Open(rate);
    let load = Load { address: server.address, connections: 64, seconds, pace };
    let work = Work::KmsGenerateDataKey;
    let measured = load::run(&load, work.requests(stage, load.expected_requests(work))).await?;
    let (calls, ended) = (measured.latencies.count() + measured.errors, own::now());
    let (mut files, mut events) = (BTreeSet::new(), 0);
    while events < calls {
        if ended.elapsed() > PATIENCE {
            return Err(format!("only {events} of {calls} events were delivered").into());
        }
        let fresh: Vec<String> = listing(stage).await?.difference(&files).cloned().collect();
        if fresh.is_empty() {
            tokio::time::timeout(PAUSE, std::future::pending::<()>()).await.unwrap_or_default();
        }
        for key in fresh {
            events += count(&stage.get(&format!("/{LOG_BUCKET}/{key}")).await?)?;
            files.insert(key);
        }
    }
    Ok(Lag { events, files: files.len(), elapsed: ended.elapsed() })
}

/// The log files: the first thousand, which is more than a measurement produces.
async fn listing(stage: &Stage) -> Result<BTreeSet<String>, Failure> {
    let page = stage.get(&format!("/{LOG_BUCKET}?list-type=2")).await?;
    let keys = elements(&String::from_utf8_lossy(&page), "Key");
    let keys = keys.into_iter();
    Ok(keys.filter(|key| key.ends_with(".json.gz") && !key.contains("Digest")).collect())
}

/// The workload's calls in a log file.
fn count(file: &[u8]) -> Result<usize, Failure> {
    let mut text = String::new();
    MultiGzDecoder::new(file).read_to_string(&mut text)?;
    Ok(text.matches("\"eventName\":\"GenerateDataKey\"").count())
}
