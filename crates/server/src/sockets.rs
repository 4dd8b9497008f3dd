//! Binds and opens the sockets of the listeners.

use std::io;
use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpSocket};

/// The backlog of completed connections; the operating system may allow fewer.
const WAITING_MAX: u32 = 4_096;

/// The socket send buffer for slow receivers; the operating system may allow less, and adds the
/// same amount for its own bookkeeping.
///
/// Source: tcp(7): by default, `tcp_wmem` lets each connection grow to 4 MiB; a thousand unread
/// ones exhaust `tcp_mem`, and with it every connection of the machine.
const SEND_BUFFER_BYTES: u32 = 256 << 10;

/// Binds an address. No connections are accepted before [`listen`].
pub(crate) fn bind(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    // Connections inherit it.
    socket.set_send_buffer_size(SEND_BUFFER_BYTES)?;
    socket.bind(address)?;
    Ok(socket)
}

/// Listens like [`TcpListener::bind`], with a larger backlog.
pub(crate) fn listen(socket: TcpSocket) -> io::Result<TcpListener> {
    socket.listen(WAITING_MAX)
}
