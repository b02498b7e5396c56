//! A second thread that sleeps. While a process has but one thread, glibc's
//! locks leave out the atomic instructions, and no program that needs a lock
//! would ever see their price.

use std::sync::mpsc::{Sender, channel};
use std::thread::{Builder, JoinHandle};

use oscost_harness::{During as _, Failure};

/// Keeps the second thread there until it is dropped.
#[derive(Debug)]
pub(crate) struct Company {
    stay: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Company {
    pub(crate) fn new() -> Result<Self, Failure> {
        let (stay, leave) = channel();
        let thread = Builder::new()
            .spawn(move || {
                // Nothing is ever sent: this ends when the sender is dropped.
                let _ = leave.recv();
            })
            .during("std::thread::spawn")?;
        Ok(Self {
            stay: Some(stay),
            thread: Some(thread),
        })
    }
}

impl Drop for Company {
    fn drop(&mut self) {
        self.stay.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
