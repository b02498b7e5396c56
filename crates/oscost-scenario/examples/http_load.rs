//! Asks a server with the load generator of the scenarios, and prints the requests
//! per second: `http_load ADDRESS CONNECTIONS SECONDS`.
#![expect(clippy::print_stdout, reason = "a program for the command line")]

use std::error::Error;
use std::time::Duration;

use oscost_scenario::http::ask;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, connections, seconds] = arguments.as_slice() else {
        return Err("http_load ADDRESS CONNECTIONS SECONDS".into());
    };
    let length = Duration::try_from_secs_f64(seconds.parse()?)?;
    let rate = ask(address.parse()?, connections.parse()?, length)?;
    println!("{rate:.2}");
    Ok(())
}
