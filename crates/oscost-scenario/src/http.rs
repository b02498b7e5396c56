//! The web servers of the scenarios by themselves, for whoever else wants to
//! ask them, and who asks them, to be held against others. Both are those of the
//! cases, which are not measured here.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use oscost_harness::{Failure, limits};

use crate::load;
use crate::server::books::Books;
pub use crate::server::design::Design;

/// Serves whoever connects, until a call fails. Call it while the process has
/// one thread: one of the designs forks.
///
/// # Errors
/// What stopped it.
pub fn serve(design: Design, listener: TcpListener) -> Result<(), Failure> {
    limits::raise()?;
    design.serve(listener, &Arc::new(Books::new()?))
}

/// Asks a server for so long, on so many connections of which each asks again as
/// soon as it has its reply. Gives the requests per second.
///
/// # Errors
/// What the server or a socket says.
pub fn ask(address: SocketAddr, connections: usize, length: Duration) -> Result<f64, Failure> {
    limits::raise()?;
    load::rate(address, connections, length)
}
