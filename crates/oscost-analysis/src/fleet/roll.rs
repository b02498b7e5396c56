//! The roll: who is there, who is not, and whose figures are not what they
//! seem. Nobody disappears.

use std::collections::BTreeSet;

use super::Fleet;

/// Who is there and who is not. Numbers are those of [`Fleet::hosts`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roll {
    /// Expected, and without any record.
    pub missing: Vec<String>,
    /// With nothing but records that cannot be read.
    pub unreadable: Vec<Unread>,
    /// With a record, and not expected.
    pub unexpected: Vec<usize>,
    /// On an emulated CPU: not ranked.
    pub emulated: Vec<usize>,
    /// Whose run was cut short, and may lack costs.
    pub unfinished: Vec<usize>,
    /// Who measured no cost at all.
    pub empty: Vec<usize>,
}

/// A record that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Whose it is.
    pub host: String,
    /// Why not.
    pub why: String,
}

/// Calls the roll. Without a list of who is expected nobody is missing.
#[must_use]
pub fn roll(fleet: &Fleet, expected: Option<&[String]>, unread: Vec<Unread>) -> Roll {
    let there: BTreeSet<&str> = fleet.hosts.iter().map(|host| host.name.as_str()).collect();
    let mut unreadable = unread;
    unreadable.retain(|unread| !there.contains(unread.host.as_str()));
    let known: BTreeSet<&str> = unreadable.iter().map(|one| one.host.as_str()).collect();
    let listed: Option<BTreeSet<&str>> =
        expected.map(|names| names.iter().map(String::as_str).collect());
    let missing = listed.iter().flatten().filter(|name| {
        let seen = there.contains(**name) || known.contains(**name);
        !seen
    });
    let missing = missing.map(|name| (*name).to_owned()).collect();
    let those = |is: &dyn Fn(&super::Host) -> bool| {
        let numbered = fleet.hosts.iter().enumerate();
        let found = numbered.filter(|(_, host)| is(host));
        found.map(|(number, _)| number).collect::<Vec<_>>()
    };
    Roll {
        missing,
        unexpected: those(&|host| {
            let listed = listed.as_ref();
            listed.is_some_and(|names| !names.contains(host.name.as_str()))
        }),
        emulated: those(&|host| host.emulated().is_some()),
        unfinished: those(&|host| !host.finished),
        empty: those(&|host| host.measured() == 0),
        unreadable,
    }
}
