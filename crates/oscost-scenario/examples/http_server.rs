//! Serves with one of the designs on a port of the loopback device, until it is
//! killed: `http_server DESIGN [PORT]`. It prints the address that it has.
#![expect(clippy::print_stdout, reason = "a program for the command line")]

use std::error::Error;
use std::net::{Ipv4Addr, TcpListener};

use oscost_scenario::http::{Design, serve};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_default();
    let design = Design::ALL.into_iter().find(|one| one.name() == name);
    let design = design.ok_or_else(|| {
        let names = Design::ALL.map(Design::name).join(", ");
        format!("`{name}` is no design: {names}")
    })?;
    let port = arguments.next().map_or(Ok(0), |port| port.parse())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    println!("{}", listener.local_addr()?);
    Ok(serve(design, listener)?)
}
