//! The load generator: measures the server's throughput and the cost of a request.
//!
//! It starts the server binary in a temporary directory, prepares a key, a bucket that encrypts
//! with it, and optionally a logging trail, and sends signed requests over keep-alive connections.
//! There are two kinds of load: a *closed* loop, in which every connection sends as soon as it has
//! its response, finds the highest rate; an *open* loop sends at a fixed rate and counts latency
//! from the time at which a request was *due*, so that a stalling server cannot hide its latency by
//! slowing down the client. Requests are signed and serialized in advance and responses are barely
//! parsed, because client and server share the machine. On a noisy machine, compare the server's
//! CPU time per request.
//!
//! A long history for `LookupEvents` is written through the store, without calls ([`history`]).
//!
//! Reading order: [`work`] (requests), [`load`] (pacing), [`server`] (the target), [`report`].
//!
//! ```text
//! cargo build --release -p shoseki
//! cargo run --release -p bench -- all
//! cargo run --release -p bench -- run s3-get-4k --rate 8000 --seconds 10
//! cargo run --release -p bench -- run kms-generate-data-key --closed --trail
//! cargo run --release -p bench -- history --events 10000000
//! ```

mod client;
mod commit;
mod delivery;
mod failure;
mod history;
mod latency;
mod load;
mod own;
mod parts;
mod report;
mod request;
mod server;
mod setting;
mod stage;
mod work;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::failure::Failure;
use crate::load::{Load, Pace};
use crate::parts::Parts;
use crate::report::Row;
use crate::server::Server;
use crate::setting::Setting;
use crate::stage::Stage;
use crate::work::Work;

/// Measures a server that it starts itself, under load.
#[derive(Debug, Parser)]
#[command(name = "bench", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measures every kind of work: highest rate, latency at 70 % of it, recording on and off.
    All {
        #[command(flatten)]
        setting: Setting,
    },
    /// Measures one kind of work.
    Run {
        /// The kind of work.
        work: Work,
        /// Requests per second; without it, or with `--closed`, as many as the server handles.
        #[arg(long, conflicts_with = "closed")]
        rate: Option<u32>,
        /// Every connection sends as soon as it has its response.
        #[arg(long)]
        closed: bool,
        #[command(flatten)]
        setting: Setting,
    },
    /// Measures the time from an event's commit to its log file in the bucket.
    Delivery {
        /// Events per second.
        #[arg(long, default_value_t = 5_000)]
        rate: u32,
        #[command(flatten)]
        setting: Setting,
    },
    /// Measures the commit of events: in the log of frames and in the store, alternately.
    Commit {
        /// The number of callers that wait for their commit.
        #[arg(long, default_value_t = 64)]
        callers: usize,
        /// How long each turn takes.
        #[arg(long, default_value_t = 5)]
        seconds: u32,
        /// The number of turns of each.
        #[arg(long, default_value_t = 2)]
        turns: u32,
        /// The parent of the temporary directories; it should be on a disk.
        #[arg(long)]
        scratch: Option<PathBuf>,
        /// Prints JSON, one object per line.
        #[arg(long)]
        json: bool,
    },
    /// Measures `LookupEvents` by every attribute, in a history that is written without calls.
    History {
        /// The number of events in it.
        #[arg(long, default_value_t = 1_000_000)]
        events: u64,
        #[command(flatten)]
        setting: Setting,
    },
}

fn main() -> Result<(), Failure> {
    let cli = Cli::parse();
    // One thread: the client must not compete with the server.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        match cli.command {
            Command::All { setting } => all(&setting).await,
            Command::Run { work, rate, closed: _, setting } => {
                let pace = rate.map_or(Pace::Closed, Pace::Open);
                let (server, stage) = opened(&setting).await?;
                let row = measured(&server, &stage, work, pace, &setting).await?;
                report::print(&row, setting.json)
            }
            Command::Delivery { rate, setting } => {
                let setting = Setting { trail: true, ..setting };
                let (server, stage) = opened(&setting).await?;
                let lag = delivery::measure(&server, &stage, rate, setting.seconds).await?;
                report::print_delivery(&lag, setting.json)
            }
            Command::Commit { callers, seconds, turns, scratch, json } => {
                for _ in 0..turns {
                    for place in [commit::Place::Log, commit::Place::Store] {
                        let folder = server::temporary_folder(scratch.as_deref())?;
                        let turn = commit::measure(folder.path(), place, callers, seconds)?;
                        report::print_commits(&turn, json)?;
                    }
                }
                Ok(())
            }
            Command::History { events, setting } => {
                let history = history::measure(&setting, events).await?;
                report::print_history(&history, setting.json)
            }
        }
    })
}

/// Every kind of work, and the two most important again with a logging trail.
async fn all(setting: &Setting) -> Result<(), Failure> {
    for trail in [false, true] {
        let setting = Setting { trail, ..setting.clone() };
        let (server, stage) = opened(&setting).await?;
        if !trail {
            report::print_start(&server, setting.json)?;
        }
        for work in if trail { Work::RECORDED } else { Work::ALL } {
            let highest = measured(&server, &stage, *work, Pace::Closed, &setting).await?;
            report::print(&highest, setting.json)?;
            let rate = highest.rate() * 0.7;
            if rate >= 100.0 {
                let row = measured(&server, &stage, *work, Pace::open(rate), &setting).await?;
                report::print(&row, setting.json)?;
            }
        }
    }
    Ok(())
}

async fn opened(setting: &Setting) -> Result<(Server, Stage), Failure> {
    let server = Server::start(&setting.server, setting.scratch.as_deref()).await?;
    let stage = Stage::set(&server, setting.trail).await?;
    Ok((server, stage))
}

async fn measured(
    server: &Server,
    stage: &Stage,
    work: Work,
    pace: Pace,
    setting: &Setting,
) -> Result<Row, Failure> {
    let load = Load {
        address: server.address,
        connections: work.connections(setting.connections),
        seconds: setting.seconds,
        pace,
    };
    work.prepare(stage, setting.history).await?;
    let requests = work.requests(stage, load.expected_requests(work));
    if setting.hold {
        own::hold(server.pid())?;
    }
    let parts_before = Parts::of(server).await?;
    let before = server.usage()?;
    let own_before = own::cpu_us()?;
    let measured = load::run(&load, requests).await?;
    let used = server.usage()?.since(before);
    let own_us = own::cpu_us()?.saturating_sub(own_before);
    let parts = Parts::of(server).await?.since(&parts_before);
    Ok(Row { work, pace, trail: setting.trail, measured, used, own_us, parts })
}
