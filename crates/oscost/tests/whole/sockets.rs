//! Nobody from outside can reach a run: sockets are bound to the loopback device
//! alone, and there are none outside a measured case. Nor can anybody gain by the
//! program being there: nothing in it changes its user.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use crate::common::{descendants, is_emulated, oscost, place};

/// Tables of bound sockets, as a process sees those of its network.
const TABLES: [&str; 6] = ["tcp", "tcp6", "udp", "udp6", "raw", "raw6"];

/// A socket of a process, with the address that it is bound to, in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Bound {
    table: &'static str,
    address: String,
}

impl Bound {
    /// 127.0.0.0/8 or ::1, alone or as an IPv6 address (proc_net_tcp(5): words
    /// in the machine's own order of bytes).
    fn is_loopback(&self) -> bool {
        let (address, _port) = self.address.split_once(':').unwrap();
        let mapped = address.strip_prefix("0000000000000000FFFF0000");
        match mapped.unwrap_or(address) {
            word if word.len() == 8 => word.ends_with("7F"),
            longer => longer == "00000000000000000000000001000000",
        }
    }
}

/// The bound sockets of a process; none of one that has ended.
fn bound(process: i32) -> BTreeSet<Bound> {
    let open = std::fs::read_dir(format!("/proc/{process}/fd"));
    let links = open.into_iter().flatten().flatten();
    let sockets: BTreeSet<String> = links
        .filter_map(|entry| std::fs::read_link(entry.path()).ok())
        .filter_map(|link| {
            let socket = link.to_str()?.strip_prefix("socket:[")?;
            Some(socket.strip_suffix(']')?.to_owned())
        })
        .collect();
    let mut found = BTreeSet::new();
    for table in TABLES {
        let list = std::fs::read_to_string(format!("/proc/{process}/net/{table}"));
        for line in list.unwrap_or_default().lines().skip(1) {
            let fields: Vec<&str> = line.split_whitespace().collect();
            if sockets.contains(fields[9]) {
                let address = fields[1].to_owned();
                found.insert(Bound { table, address });
            }
        }
    }
    found
}

/// Whether the process is in the network that this test is in. One that has left
/// it has none but what it made itself.
fn is_in_our_network(process: i32) -> bool {
    let network = |who: &str| std::fs::read_link(format!("/proc/{who}/ns/net")).ok();
    network(&process.to_string()) == network("self")
}

/// What a call of the program binds, from beginning to end, as often as it can be
/// looked at: the program itself, and those that it starts.
fn watch(arguments: &[&str]) -> (BTreeSet<Bound>, BTreeSet<Bound>) {
    let folder = tempfile::tempdir().unwrap();
    let mut child = oscost()
        .args(arguments)
        .current_dir(folder.path())
        .env("XDG_DATA_HOME", folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (mut driver, mut others) = (BTreeSet::new(), BTreeSet::new());
    let ended = loop {
        if let Some(ended) = child.try_wait().unwrap() {
            break ended;
        }
        // Often enough for a probe, which lives for some tens of milliseconds.
        std::thread::sleep(Duration::from_millis(2));
        driver.extend(bound(child.id().cast_signed()));
        for (process, _) in descendants(child.id()) {
            if is_in_our_network(process) {
                others.extend(bound(process));
            }
        }
    };
    assert!(ended.success(), "{arguments:?}: {ended}");
    (driver, others)
}

#[test]
fn a_measured_case_is_reached_from_this_machine_alone() {
    if is_emulated() {
        println!("skipped: sockets: an emulated run takes too long to be looked at");
        return;
    }
    let (_folder, record) = place();
    let talking = "^ipc/(message/(tcp/processes/block|udp/processes)/size=64B|connect/tcp)/placement=free$\
        |^scenario/(server/(fork|thread|coroutine)/connections=10$|hosts/)";
    let path = record.to_str().unwrap();
    // Not once: a probe would be gone before it is looked at.
    let rounds = ["--tier", "full", "--rounds", "3"];
    let (driver, others) = watch(&[&["run", talking, "--out", path][..], &rounds].concat());
    let measured = std::fs::read_to_string(&record).unwrap();
    assert!(measured.matches("\"measured\"").count() >= 5, "{measured}");
    assert_eq!(driver, BTreeSet::new(), "the driver has a socket");
    assert!(!others.is_empty(), "no socket was seen");
    let foreign: Vec<&Bound> = others.iter().filter(|one| !one.is_loopback()).collect();
    assert!(foreign.is_empty(), "{foreign:?}");
}

#[test]
fn without_a_case_that_talks_there_is_no_socket() {
    if is_emulated() {
        println!("skipped: sockets: an emulated run takes too long to be looked at");
        return;
    }
    let (_folder, record) = place();
    let path = record.to_str().unwrap();
    let quiet =
        "^process/create/fork/rss=0|^thread/(create/std|switch/futex)|^sync/uncontended/futex";
    let calls = [
        &["run", quiet, "--once", "--out", path][..],
        &["report", path, "--out", "report"],
        &["history", "list"],
        &["list"],
        &["machine"],
    ];
    for arguments in calls {
        let none = (BTreeSet::new(), BTreeSet::new());
        assert_eq!(watch(arguments), none, "{arguments:?}");
    }
}

#[test]
fn what_is_bound_to_all_addresses_would_be_seen() {
    let addresses = [("0.0.0.0:0", false), ("127.0.0.1:0", true)];
    for (address, is_loopback) in addresses {
        let listener = std::net::TcpListener::bind(address).unwrap();
        let port = format!(":{:04X}", listener.local_addr().unwrap().port());
        let all = bound(std::process::id().cast_signed());
        let found: Vec<&Bound> = (all.iter())
            .filter(|one| one.address.ends_with(&port))
            .collect();
        assert_eq!(found.len(), 1, "{all:?}");
        assert_eq!(found[0].is_loopback(), is_loopback, "{address}");
    }
    for (address, is_loopback) in [
        ("00000000000000000000000001000000:1F90", true),
        ("0000000000000000FFFF00000100007F:1F90", true),
        ("00000000000000000000000000000000:1F90", false),
        ("0000000000000000FFFF00000100A8C0:1F90", false),
    ] {
        let (table, address) = ("tcp6", address.to_owned());
        let socket = Bound { table, address };
        assert_eq!(socket.is_loopback(), is_loopback, "{socket:?}");
    }
}

/// All sources of the crates, tests aside.
fn sources() -> Vec<(PathBuf, String)> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut folders: Vec<PathBuf> = std::fs::read_dir(crates)
        .unwrap()
        .map(|entry| entry.unwrap().path().join("src"))
        .filter(|folder| folder.is_dir())
        .collect();
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    assert!(found.len() > 300, "{}", found.len());
    found
}

/// What no watching could ever show to be absent.
#[test]
fn no_source_binds_elsewhere_or_changes_its_user() {
    const BINDS: [&str; 3] = ["TcpListener::bind(", "UdpSocket::bind(", "socket::bind("];
    const NEVER: [&str; 7] = [
        "setuid(",
        "setgid(",
        "setreuid(",
        "setresuid(",
        "S_ISUID",
        "S_ISGID",
        "UNSPECIFIED",
    ];
    let mut binding = 0;
    for (path, text) in sources() {
        for line in text.lines() {
            if BINDS.iter().any(|call| line.contains(call)) {
                // The far host is alone in a network that it made itself.
                let is_private = path.ends_with("hosts/wire.rs") && line.contains("FAR.1");
                assert!(
                    line.contains("Ipv4Addr::LOCALHOST") || is_private,
                    "{}: {line}",
                    path.display()
                );
                binding += 1;
            }
            let never = NEVER.iter().find(|word| line.contains(**word));
            assert_eq!(never, None, "{}: {line}", path.display());
        }
    }
    assert!(binding >= 7, "{binding}");
}
