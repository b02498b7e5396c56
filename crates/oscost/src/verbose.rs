//! What `run --verbose` tells of the run itself: where its time went, and what
//! memory the driver took. It is said to who waited for the run, and never a
//! part of the record.

use oscost_harness::ledger::{Spending, Spent};
use oscost_harness::memory::peak_of_this_process;

/// The account as text, a line for each way to spend time.
pub(crate) fn account(spent: &Spent) -> String {
    let mut text = format!("where {:.2} s went:", spent.wall.as_secs_f64());
    for spending in Spending::ALL {
        text.push_str(&format!(
            "\n  {:<32} {:>8.2} s {:>5.1} %",
            name(spending),
            spent.on(spending).as_secs_f64(),
            100.0 * spent.share(spending)
        ));
    }
    text.push_str(&format!(
        "\noverhead beside set-up and the start and end of processes: {:.1} %",
        100.0 * spent.overhead()
    ));
    let peak = match peak_of_this_process() {
        Ok(peak) => format!("{:.1} MB", peak.0 as f64 / 1e6),
        Err(failure) => format!("not known: {failure}"),
    };
    text.push_str(&format!("\nthe driver's memory at its most: {peak}"));
    text
}

fn name(spending: Spending) -> &'static str {
    match spending {
        Spending::SetUp => "set-up",
        Spending::Start => "starting probes and workloads",
        Spending::WarmUp => "pilots and warm-ups",
        Spending::Bursts => "bursts of cases and workloads",
        Spending::Stop => "ending probes and workloads",
        Spending::Driver => "the driver itself",
    }
}
