//! A stream that goes wrong on purpose must not yield a number.

use nix::sys::signal::{Signal, kill};

use super::*;
use crate::stream::descriptor::{Writing, pipe_as_it_is};

type Act = fn(&mut Writing, &[u8]) -> nix::Result<usize>;

/// A pipe whose sender does something else with chunk 5.
struct Wrong {
    pipe: Writing,
    sent: u64,
    act: Act,
}

impl Sender for Wrong {
    const CALL: &'static str = "write";

    fn send(&mut self, bytes: &[u8]) -> nix::Result<usize> {
        self.sent += 1;
        match self.sent {
            6 => (self.act)(&mut self.pipe, bytes),
            _ => self.pipe.send(bytes),
        }
    }
}

fn start_wrong(peers: Peers, act: Act) -> Flow<Wrong> {
    let (pipe, reading) = pipe_as_it_is().unwrap();
    let setting = Setting {
        values: vec![("chunk", 512)],
        ..Setting::default()
    };
    let sender = Wrong { pipe, sent: 0, act };
    start(&setting, peers, (sender, reading)).unwrap()
}

fn lose(_: &mut Writing, bytes: &[u8]) -> nix::Result<usize> {
    Ok(bytes.len())
}

fn repeat(pipe: &mut Writing, bytes: &[u8]) -> nix::Result<usize> {
    pipe.send(bytes)?;
    pipe.send(bytes)
}

fn cut(pipe: &mut Writing, bytes: &[u8]) -> nix::Result<usize> {
    pipe.send(&bytes[..96])?;
    Ok(bytes.len())
}

/// All but number and length is as it was before.
fn leave_stale(pipe: &mut Writing, bytes: &[u8]) -> nix::Result<usize> {
    let mut stale = vec![0; bytes.len()];
    mark::stamp(&mut stale, 4);
    stale[..16].copy_from_slice(&bytes[..16]);
    pipe.send(&stale)
}

/// A piece of the chunk, and no more after it.
fn end(pipe: &mut Writing, bytes: &[u8]) -> nix::Result<usize> {
    pipe.send(&bytes[..96])?;
    *pipe = pipe_as_it_is().map_err(|_| Errno::EMFILE)?.0;
    Ok(bytes.len())
}

#[test]
fn what_is_wrong_with_a_chunk_is_found() {
    for peers in [Peers::Processes, Peers::Threads] {
        for act in [lose, repeat, cut, leave_stale] {
            let mut flow = start_wrong(peers, act);
            let text = flow.send(20, false).unwrap_err().to_string();
            assert!(text.contains("damaged by read"), "{text}");
            assert!(
                text.contains("chunk 5") || text.contains("chunk 6"),
                "{text}"
            );
        }
    }
}

#[test]
fn a_stream_that_ends_early_is_told_from_one_that_ends() {
    for peers in [Peers::Processes, Peers::Threads] {
        let text = start_wrong(peers, end)
            .send(6, false)
            .unwrap_err()
            .to_string();
        assert!(text.contains("ended after 96 bytes of chunk 5"), "{text}");
    }
}

#[test]
fn a_receiver_that_dies_is_noticed() {
    // The chunk that the sender is waiting for is lost: nothing but a look at
    // the receiver tells.
    let mut flow = start_wrong(Peers::Processes, lose);
    flow.send(5, false).unwrap();
    let Partner::Process(child) = &flow.partner else {
        panic!("no process");
    };
    kill(child.pid(), Signal::SIGKILL).unwrap();
    let failure = flow.send(1, false).unwrap_err();
    assert!(failure.to_string().contains("ended by itself"), "{failure}");
    // And by the next call that finds nobody there.
    let failure = flow.send(1, false).unwrap_err();
    assert!(failure.to_string().contains("write: EPIPE"), "{failure}");
}
