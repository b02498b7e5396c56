//! Messages to and fro: by which means, how each waits, and which is quickest
//! where, in sentences. A means is called quickest only where its interval
//! overlaps no other's.

use std::fmt;

use oscost_record::{Aspect, Placement, TaskKind};

use crate::format::quantity;
use crate::locks::{Better, foremost};
use crate::title::value_of;
use crate::{Estimate, Summary};

/// What a party does until a message comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// It sleeps in the call that receives, or on what the other rings.
    Block,
    /// It sleeps in `poll(2)`, then receives.
    Poll,
    /// It looks again and again, and burns its CPU.
    Spin,
    /// It looks for a while, then sleeps.
    SpinThenBlock,
}

impl fmt::Display for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Block => "block",
            Self::Poll => "poll",
            Self::Spin => "spin",
            Self::SpinThenBlock => "spin, then block",
        })
    }
}

impl Waiting {
    /// By the last part of an operation: `message/pipe/processes/spin`.
    fn of(operation: &str) -> Self {
        match operation.rsplit('/').next() {
            Some("poll") => Self::Poll,
            Some("spin") => Self::Spin,
            Some("spin-futex" | "spin-poll") => Self::SpinThenBlock,
            _ => Self::Block,
        }
    }
}

/// One case of messages that go to and fro.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// Which means, with its variant: `shared-anonymous/futex`.
    pub means: &'a str,
    /// How the parties wait.
    pub waiting: Waiting,
    /// Its size in bytes.
    pub size: u64,
    /// The case. One operation is a round trip: two messages.
    pub summary: &'a Summary,
}

/// Every case of messages, in the order of the catalogue, measured or not.
#[must_use]
pub fn messages(summaries: &[Summary]) -> Vec<Message<'_>> {
    summaries.iter().filter_map(Message::of).collect()
}

impl<'a> Message<'a> {
    fn of(summary: &'a Summary) -> Option<Self> {
        let info = &summary.info;
        let means = info.operation.strip_prefix("message/")?;
        (info.aspect == Aspect::Talk).then_some(Self {
            means: means.split('/').next().unwrap_or(means),
            waiting: Waiting::of(means),
            size: info.parameters.get("size")?.value,
            summary,
        })
    }

    /// The means in words, whatever the size and wherever the parties are.
    #[must_use]
    pub fn name(&self) -> &'a str {
        &self.summary.info.title
    }
}

/// The size at which most means were measured, the smallest of several; 64 B
/// before any other where it is one of them.
#[must_use]
pub fn common_size(messages: &[Message<'_>]) -> Option<u64> {
    let count = |size: u64| {
        let of_it = messages.iter().filter(|one| one.size == size);
        let measured = of_it.filter(|one| one.summary.estimate.is_some());
        measured.count()
    };
    let mut sizes: Vec<u64> = messages.iter().map(|message| message.size).collect();
    sizes.sort_unstable();
    sizes.dedup();
    let usual = |size: &u64| *size == 64;
    sizes
        .into_iter()
        .filter(|size| count(*size) > 0)
        .max_by_key(|size| (count(*size), usual(size), std::cmp::Reverse(*size)))
}

/// For each kind and placement, the quickest means, and the quickest of those
/// that burn no CPU while they wait, at the common size.
#[must_use]
pub fn quickest(summaries: &[Summary]) -> Vec<String> {
    let mut all = messages(summaries);
    let Some(size) = common_size(&all) else {
        return Vec::new();
    };
    all.retain(|message| message.size == size);
    let mut sentences = Vec::new();
    for kind in [TaskKind::Process, TaskKind::Thread] {
        for placement in Placement::ALL {
            let here = all.iter().filter(|message| {
                let info = &message.summary.info;
                (info.task, info.placement) == (kind, placement)
            });
            sentences.extend(in_words(
                &here.copied().collect::<Vec<_>>(),
                kind,
                placement,
            ));
        }
    }
    sentences
}

fn in_words(messages: &[Message<'_>], kind: TaskKind, placement: Placement) -> Option<String> {
    let unit = &messages.first()?.summary.info.unit;
    let best = |wanted: fn(Waiting) -> bool| {
        let measured: Vec<(&str, Estimate)> = messages
            .iter()
            .filter(|message| wanted(message.waiting))
            .filter_map(|message| Some((message.name(), message.summary.estimate?)))
            .collect();
        foremost(&measured, Better::Lower, |value| quantity(value, unit))
    };
    let any = best(|_| true)?;
    let asleep = best(|waiting| matches!(waiting, Waiting::Block | Waiting::Poll));
    let asleep = asleep
        .filter(|asleep| *asleep != any)
        .map(|asleep| format!(" Of the means that sleep while they wait: {asleep}."));
    let (name, size) = messages
        .first()?
        .summary
        .info
        .parameters
        .get_key_value("size")?;
    Some(format!(
        "{} to another {kind} and back, {}: {any}.{}",
        value_of(name, size),
        in_place(placement),
        asleep.unwrap_or_default()
    ))
}

/// Where two parties are, in words.
#[must_use]
pub fn in_place(placement: Placement) -> &'static str {
    match placement {
        Placement::SameCpu => "both on one CPU",
        Placement::CrossCpu => "on two CPUs",
        Placement::SmtSibling => "on two hardware threads of one core",
        Placement::SameLlc => "on two cores that share a cache",
        Placement::CrossLlc => "on two cores that share no cache",
        Placement::CrossNuma => "on two NUMA nodes",
        Placement::Free => "where the scheduler puts them",
    }
}
