//! What lies between the two ends, for each kind of task.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};

use nix::unistd::pipe;
use oscost_harness::child::Child;
use oscost_harness::{During as _, Failure};
use tokio::runtime::Runtime;
use tokio::sync::{Notify, mpsc};

use super::ROOM;
use super::item::{Item, SIZE, Tally, gone, make};
use crate::runtime;

/// Carries items from one end to the other.
pub(super) trait Belt {
    /// Makes and sends so many; returns when the far end has checked the last.
    fn carry(&mut self, items: u64) -> Result<(), Failure>;

    /// What the far end has seen.
    fn tally(&self) -> &Tally;
}

/// The near end of a pipe, and the process at its far end.
pub(super) struct Processes {
    pipe: File,
    tally: Arc<Tally>,
    consumer: Child,
}

impl Processes {
    pub(super) fn new() -> Result<Self, Failure> {
        let tally = Arc::new(Tally::new()?);
        let (from, to) = pipe().during("pipe")?;
        let (mut from, to) = (File::from(from), File::from(to));
        let consumer = Child::bound(|| {
            let mut item = [0; SIZE];
            loop {
                from.read_exact(&mut item).during("read(pipe)")?;
                if tally.check(&item)? {
                    tally.tell()?;
                }
            }
        })?;
        Ok(Self {
            pipe: to,
            tally,
            consumer,
        })
    }
}

// A pipe of the usual 16 pages holds as many items as the channels do.
const _: () = assert!(ROOM * SIZE == 65_536);

impl Belt for Processes {
    fn carry(&mut self, items: u64) -> Result<(), Failure> {
        let first = self.tally.expect(items);
        for number in first..first + items {
            self.pipe.write_all(&make(number)).during("write(pipe)")?;
        }
        let came = self.tally.await_all(|| self.consumer.has_ended());
        came.map_err(|failure| self.consumer.last_words().unwrap_or(failure))
    }

    fn tally(&self) -> &Tally {
        &self.tally
    }
}

/// The near end of a channel, and the thread at its far end.
pub(super) struct Threads {
    channel: Option<SyncSender<Item>>,
    tally: Arc<Tally>,
    consumer: Option<JoinHandle<Result<(), Failure>>>,
}

impl Threads {
    pub(super) fn new() -> Result<Self, Failure> {
        let tally = Arc::new(Tally::new()?);
        let (to, from) = sync_channel(ROOM);
        let far = Arc::clone(&tally);
        let part = move || {
            for item in from {
                if far.check(&item)? {
                    far.tell()?;
                }
            }
            Ok(())
        };
        let consumer = Builder::new().spawn(part).during("std::thread::spawn")?;
        Ok(Self {
            channel: Some(to),
            tally,
            consumer: Some(consumer),
        })
    }
}

impl Belt for Threads {
    fn carry(&mut self, items: u64) -> Result<(), Failure> {
        let first = self.tally.expect(items);
        let channel = self.channel.as_ref().ok_or_else(gone)?;
        for number in first..first + items {
            channel.send(make(number)).map_err(|_| gone())?;
        }
        let consumer = self.consumer.as_ref();
        self.tally
            .await_all(|| consumer.is_none_or(JoinHandle::is_finished))
    }

    fn tally(&self) -> &Tally {
        &self.tally
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.channel.take();
        if let Some(consumer) = self.consumer.take() {
            let _ = consumer.join();
        }
    }
}

/// The near end of a channel between coroutines of this thread.
pub(super) struct Coroutines {
    runtime: Runtime,
    channel: mpsc::Sender<Item>,
    all: Arc<Notify>,
    tally: Arc<Tally>,
}

impl Coroutines {
    pub(super) fn new() -> Result<Self, Failure> {
        let tally = Arc::new(Tally::new()?);
        let (to, mut from) = mpsc::channel::<Item>(ROOM);
        let runtime = runtime::on_this_thread()?;
        let all = Arc::new(Notify::new());
        let (far, told) = (Arc::clone(&tally), Arc::clone(&all));
        runtime.spawn(async move {
            while let Some(item) = from.recv().await {
                match far.check(&item) {
                    Ok(false) => {}
                    Ok(true) => told.notify_one(),
                    // It leaves, and nothing more can be sent.
                    Err(_) => break,
                }
            }
            told.notify_one();
        });
        Ok(Self {
            runtime,
            channel: to,
            all,
            tally,
        })
    }
}

impl Belt for Coroutines {
    fn carry(&mut self, items: u64) -> Result<(), Failure> {
        let first = self.tally.expect(items);
        let (channel, all) = (self.channel.clone(), Arc::clone(&self.all));
        // The producer is spawned as well: what `block_on` itself runs is
        // treated otherwise by the scheduler.
        let producer = async move {
            for number in first..first + items {
                channel.send(make(number)).await.map_err(|_| gone())?;
            }
            all.notified().await;
            Ok(())
        };
        let carried = self
            .runtime
            .block_on(async { tokio::spawn(producer).await });
        carried.map_err(runtime::died)??;
        if self.tally.checked() == first + items {
            Ok(())
        } else {
            Err(gone())
        }
    }

    fn tally(&self) -> &Tally {
        &self.tally
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_item_ends_the_pipeline() {
        let mut processes = Processes::new().unwrap();
        processes.pipe.write_all(&make(99)).unwrap();
        assert!(processes.carry(10).is_err());
        let mut threads = Threads::new().unwrap();
        threads.channel.as_ref().unwrap().send(make(99)).unwrap();
        assert!(threads.carry(10).is_err());
        let mut coroutines = Coroutines::new().unwrap();
        let sent = coroutines.channel.try_send(make(99));
        assert!(sent.is_ok());
        assert!(coroutines.carry(10).is_err());
    }
}
