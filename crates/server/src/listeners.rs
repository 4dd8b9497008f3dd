//! The sockets that the server listens at: one port for everything, or a second for the console.

use std::io;
use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpStream};

use crate::Config;
use crate::serve::listen;

/// What is served at a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Port {
    /// The services of AWS and the console.
    Whole,
    /// The services of AWS; the console has a port of its own.
    Aws,
    /// The console, and to its code the services of AWS.
    Console,
}

impl Port {
    pub(crate) fn has_console(self) -> bool {
        self != Self::Aws
    }
}

/// Where requests come in.
pub(crate) struct Listeners {
    main: TcpListener,
    console: Option<TcpListener>,
}

impl Listeners {
    /// Binds what is configured; an error names the address.
    pub(crate) fn bind(config: &Config) -> io::Result<Self> {
        let console = config.console_listen.map(bind).transpose()?;
        Ok(Self { main: bind(config.listen)?, console })
    }

    /// Where AWS's clients find us.
    pub(crate) fn address(&self) -> io::Result<SocketAddr> {
        self.main.local_addr()
    }

    /// Where the console is, if it has a port of its own.
    pub(crate) fn console_address(&self) -> io::Result<Option<SocketAddr>> {
        self.console.as_ref().map(TcpListener::local_addr).transpose()
    }

    /// The next connection, its peer, and the port that it came to.
    ///
    /// Loses none when it is dropped half-way.
    pub(crate) async fn accept(&self) -> io::Result<(TcpStream, SocketAddr, Port)> {
        let Some(console) = &self.console else {
            let (stream, peer) = self.main.accept().await?;
            return Ok((stream, peer, Port::Whole));
        };
        tokio::select! {
            accepted = self.main.accept() => accepted.map(|(stream, peer)| (stream, peer, Port::Aws)),
            accepted = console.accept() => {
                accepted.map(|(stream, peer)| (stream, peer, Port::Console))
            }
        }
    }
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let named = |cause: io::Error| io::Error::new(cause.kind(), format!("`{address}`: {cause}"));
    listen(address).map_err(named)
}
