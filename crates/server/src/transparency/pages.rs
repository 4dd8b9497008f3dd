//! `/_shoseki/log/`: checkpoint and tiles, for any client.
//!
//! Leaves are hashes of records, and every record has a random ID: the tiles reveal how many events
//! there are, and nothing of their contents.
//!
//! Source: <https://c2sp.org/tlog-tiles>, "APIs". Entry bundles are not served.

use std::sync::Arc;

use http::{HeaderValue, Method, Response, StatusCode, header};
use tlog::Tile;
use tokio::sync::Semaphore;

use super::Transparency;
use crate::out_body::{OutBody, respond};

/// What all paths of the log begin with.
const PREFIX: &str = "/_shoseki/log/";
const CHECKPOINT: &str = "checkpoint";
/// The verifier key: an addition of ours, for the owner of the machine.
const KEY: &str = "key";
const TEXT: &str = "text/plain; charset=utf-8";
/// Files that are read at a time: the pages are public and must not occupy all threads.
const READS_MAX: usize = 8;
/// A tile never changes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Whether a path is one of the log's pages.
pub(crate) fn owns(path: &str) -> bool {
    path.starts_with(PREFIX)
}

/// Serves the pages.
#[derive(Debug)]
pub(crate) struct Tiles {
    log: Arc<Transparency>,
    reads: Arc<Semaphore>,
}

/// What a path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Page {
    Checkpoint,
    Key,
    Tile(Tile),
}

impl Page {
    fn parse(path: &str) -> Option<Self> {
        match path.strip_prefix(PREFIX)? {
            CHECKPOINT => Some(Self::Checkpoint),
            KEY => Some(Self::Key),
            path => Tile::parse(path.strip_prefix("tile/")?).map(Self::Tile),
        }
    }
}

impl Tiles {
    pub(crate) fn new(log: Arc<Transparency>) -> Self {
        Self { log, reads: Arc::new(Semaphore::new(READS_MAX)) }
    }

    /// How the log goes.
    pub(crate) fn log(&self) -> &Transparency {
        &self.log
    }

    pub(crate) async fn answer(&self, method: &Method, path: &str) -> Response<OutBody> {
        if method != Method::GET && method != Method::HEAD {
            return respond(StatusCode::METHOD_NOT_ALLOWED, TEXT, "only GET\n");
        }
        let Some(page) = Page::parse(path) else { return missing() };
        let Ok(permit) = Arc::clone(&self.reads).try_acquire_owned() else {
            let mut busy = respond(StatusCode::SERVICE_UNAVAILABLE, TEXT, "busy\n");
            busy.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            return busy;
        };
        let log = Arc::clone(&self.log);
        let read = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            log.page(page)
        });
        match read.await {
            Ok(Ok(Some(response))) => response,
            Ok(Ok(None)) => missing(),
            Ok(Err(error)) => unreadable(&error),
            Err(panic) => unreadable(&panic),
        }
    }
}

impl Transparency {
    fn page(&self, page: Page) -> std::io::Result<Option<Response<OutBody>>> {
        let text = |text: String| respond(StatusCode::OK, TEXT, text);
        Ok(match page {
            Page::Checkpoint => self.files.published()?.map(|signed| text(signed.note.to_string())),
            Page::Key => self.state().verifier.as_ref().map(|key| text(format!("{key}\n"))),
            Page::Tile(tile) => self.files.read_tile(tile)?.map(|hashes| {
                let bytes = Tile::encode(&hashes);
                let mut response = respond(StatusCode::OK, "application/octet-stream", bytes);
                let for_ever = HeaderValue::from_static(FOR_EVER);
                response.headers_mut().insert(header::CACHE_CONTROL, for_ever);
                response
            }),
        })
    }
}

fn missing() -> Response<OutBody> {
    respond(StatusCode::NOT_FOUND, TEXT, "not found\n")
}

fn unreadable(error: &dyn std::fmt::Display) -> Response<OutBody> {
    tracing::error!(%error, "cannot read the transparency log");
    respond(StatusCode::SERVICE_UNAVAILABLE, TEXT, "unavailable\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A path has one spelling, and none of them leaves the folder.
    #[test]
    fn pages_have_one_path() {
        let page = |path: &str| Page::parse(&format!("/_shoseki/log/{path}"));
        assert_eq!(page("checkpoint"), Some(Page::Checkpoint));
        assert_eq!(page("key"), Some(Page::Key));
        assert_eq!(page("tile/0/001.p/9"), Tile::new(0, 1, 9).map(Page::Tile));
        for bad in [
            "",
            "tile",
            "tile/",
            "tile/0",
            "tile/entries/000",
            "checkpoint/",
            "checkpoint.signed",
            "tile/0/../../root-key",
            "tile/0/%2e%2e",
            "tile/0/1",
            "../health",
        ] {
            assert_eq!(page(bad), None, "{bad}");
        }
    }
}
