//! Accepts connections from the listeners and assigns each a place.

use std::net::IpAddr;
use std::sync::Arc;

use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinSet;
use types::{MINUTE_MS, Timestamp};

use super::pause::Pause;
use super::{Shared, spare, stream};
use crate::listeners::{Listeners, Port};
use crate::network::Block;

/// Between two complaints that connections cannot be accepted, in milliseconds.
const WARN_EVERY_MS: u64 = MINUTE_MS;

/// Serves connections of `listeners` until `stopping`; then finishes calls in progress, within the
/// time of [`Patience::finish`](crate::Patience::finish). It never waits for a place: the latest
/// connection can always request health.
pub(super) async fn accept(
    listeners: Listeners,
    shared: Arc<Shared>,
    mut stopping: watch::Receiver<bool>,
) {
    let mut door = Door { shared, graceful: GracefulShutdown::new(), connections: JoinSet::new() };
    let (mut pause, mut warned): (_, Option<Timestamp>) = (Pause::default(), None);
    loop {
        let accepted = tokio::select! {
            accepted = listeners.accept() => accepted,
            _ = stopping.wait_for(|stop| *stop) => break,
        };
        while door.connections.try_join_next().is_some() {}
        let error = match accepted {
            Ok((stream, address, port)) => {
                pause.over();
                door.let_in(stream, address.ip().to_canonical(), port);
                // A head that has already arrived is read before later connections take the place.
                tokio::task::yield_now().await;
                continue;
            }
            Err(error) => error,
        };
        let Some(wait) = pause.after(error.kind()) else { continue };
        let ended = door.shared.places.end_one() || door.shared.spare.end_one();
        let now = door.shared.gateway.clock().now();
        if warned.is_none_or(|warned| now.since_ms(warned) >= WARN_EVERY_MS) {
            warned = Some(now);
            tracing::warn!(%error, ended, "cannot accept connections; lowering their maximum number");
        }
        if tokio::time::timeout(wait, stopping.wait_for(|stop| *stop)).await.is_ok() {
            break;
        }
    }
    drop(listeners);
    let Door { graceful, mut connections, shared } = door;
    let finish = shared.patience.finish;
    let finished = async {
        graceful.shutdown().await;
        while connections.join_next().await.is_some() {}
    };
    if tokio::time::timeout(finish, finished).await.is_err() {
        tracing::warn!(connections = connections.len(), "closing connections that did not finish");
        connections.shutdown().await;
    }
}

struct Door {
    shared: Arc<Shared>,
    graceful: GracefulShutdown,
    connections: JoinSet<()>,
}

impl Door {
    fn let_in(&mut self, stream: TcpStream, address: IpAddr, port: Port) {
        let shared = Arc::clone(&self.shared);
        let block = Block::of(address);
        let share = (!shared.proxies.trusts(address)).then_some(block);
        if let Some((ticket, lost)) = shared.places.admit(share) {
            let watcher = self.graceful.watcher();
            self.connections.spawn(async move {
                tokio::select! {
                    () = stream::serve(stream, (address, port), ticket, &shared, watcher) => {}
                    Ok(()) = lost => shared.metrics.made_room(),
                }
            });
            return;
        }
        shared.metrics.had_no_room();
        let Some((ticket, lost)) = shared.spare.admit(Some(block)) else { return };
        self.connections.spawn(async move {
            tokio::select! {
                () = spare::serve(stream, address, ticket, &shared) => {}
                Ok(()) = lost => {}
            }
        });
    }
}
