//! The sockets that the server listens at: one port for everything, or a second for the console.

use std::fmt;
use std::io;
use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::Config;
use crate::sockets::{bind, listen};

/// What a port serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Port {
    /// The services of AWS and the console.
    Whole,
    /// The services of AWS; the console has a separate port.
    Aws,
    /// The console, and to its code the services of AWS.
    Console,
}

impl Port {
    pub(crate) fn has_console(self) -> bool {
        self != Self::Aws
    }
}

/// The addresses of a server that is not open yet. They are bound but not listening: a start that
/// finds its address in use has changed nothing.
pub struct Reserved {
    main: TcpSocket,
    console: Option<TcpSocket>,
}

impl fmt::Debug for Reserved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reserved").field("main", &self.main).finish_non_exhaustive()
    }
}

impl Reserved {
    /// Binds the configured addresses; an error names the one that failed, and what to do.
    pub fn new(config: &Config) -> io::Result<Self> {
        let console =
            config.console_listen.map(|at| reserve(at, "--console-listen")).transpose()?;
        Ok(Self { main: reserve(config.listen, "--listen")?, console })
    }
}

/// The listening sockets.
pub(crate) struct Listeners {
    main: TcpListener,
    console: Option<TcpListener>,
}

impl Listeners {
    /// Listens on the bound addresses.
    pub(crate) fn open(reserved: Reserved) -> io::Result<Self> {
        let Reserved { main, console } = reserved;
        let open = |socket: TcpSocket, flag| {
            let address = socket.local_addr()?;
            listen(socket).map_err(|cause| unusable(address, flag, &cause))
        };
        let console = console.map(|socket| open(socket, "--console-listen")).transpose()?;
        Ok(Self { main: open(main, "--listen")?, console })
    }

    /// The address for AWS clients.
    pub(crate) fn address(&self) -> io::Result<SocketAddr> {
        self.main.local_addr()
    }

    /// The console's address, if it has a separate port.
    pub(crate) fn console_address(&self) -> io::Result<Option<SocketAddr>> {
        self.console.as_ref().map(TcpListener::local_addr).transpose()
    }

    /// The next connection, its peer, and the port on which it arrived.
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

fn reserve(address: SocketAddr, flag: &str) -> io::Result<TcpSocket> {
    bind(address).map_err(|cause| unusable(address, flag, &cause))
}

/// Why an address cannot be used, and what to do.
fn unusable(address: SocketAddr, flag: &str, cause: &io::Error) -> io::Error {
    let choose = format!("choose another with `{flag} IP:PORT`");
    let is = |kind| cause.kind() == kind;
    let advice = if is(io::ErrorKind::AddrInUse) {
        format!(
            "; another program listens there, perhaps another Shoseki server: stop it, or \
             choose another port with `{flag} IP:PORT`"
        )
    } else if is(io::ErrorKind::AddrNotAvailable) {
        format!("; this machine does not have the address: {choose}")
    } else if is(io::ErrorKind::PermissionDenied) {
        format!(
            "; ports below 1024 require superuser privileges: {choose}, or grant `CAP_NET_BIND_SERVICE`"
        )
    } else {
        String::new()
    };
    io::Error::new(cause.kind(), format!("`{address}`: {cause}{advice}"))
}
