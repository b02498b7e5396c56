//! The web servers of the scenarios by themselves, for whoever else wants to
//! ask them: they are what the cases measure, and nothing is measured here.

use std::net::TcpListener;
use std::sync::Arc;

use oscost_harness::{Failure, limits};

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
