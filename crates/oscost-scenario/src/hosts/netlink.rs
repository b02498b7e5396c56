//! What it takes of rtnetlink(7) to lay a wire between two networks: a pair of
//! devices (veth(4)), an address, the switch that turns a device on.

use std::net::Ipv4Addr;
use std::os::fd::{AsRawFd as _, OwnedFd};

use nix::errno::Errno;
use nix::libc;
use nix::net::if_::if_nametoindex;
use nix::sys::socket::{
    AddressFamily, MsgFlags, NetlinkAddr, SockFlag, SockProtocol, SockType, recv, sendto, socket,
};
use nix::unistd::Pid;
use oscost_harness::{During as _, Failure};

/// How many leading bits of an address name the network.
#[derive(Clone, Copy, Debug)]
pub(super) struct Prefix(pub(super) u8);

/// A socket to the kernel's networking.
#[derive(Debug)]
pub(super) struct Netlink {
    socket: OwnedFd,
    sequence: u32,
}

// Of linux/veth.h; the others are in libc.
const VETH_INFO_PEER: u16 = 1;
// Of linux/rtnetlink.h and linux/if_link.h, as the 16 bits that attributes have.
const IFLA_INFO_KIND: u16 = 1;
const IFLA_INFO_DATA: u16 = 2;

/// The bytes of a message, or of a nested part of one, in the making.
#[derive(Debug, Default)]
struct Bytes(Vec<u8>);

impl Bytes {
    /// An `ifinfomsg`: which device, and which of its flags are set.
    fn link(index: u32, flags: u32) -> Self {
        // Family, padding and type are 0.
        Self::default()
            .number(0)
            .number(index)
            .number(flags)
            .number(flags)
    }

    fn number(mut self, number: u32) -> Self {
        self.0.extend(number.to_ne_bytes());
        self
    }

    /// An attribute: its length and kind, what it holds, padding.
    fn attribute(mut self, kind: u16, content: &[u8]) -> Result<Self, Failure> {
        let length = u16::try_from(content.len() + 4)
            .map_err(|_| Failure::Fail("a netlink attribute that is too long".into()))?;
        self.0.extend(length.to_ne_bytes());
        self.0.extend(kind.to_ne_bytes());
        self.0.extend(content);
        self.0.resize(self.0.len().next_multiple_of(4), 0);
        Ok(self)
    }

    /// An attribute with a text that ends in a zero.
    fn text(self, kind: u16, text: &str) -> Result<Self, Failure> {
        self.attribute(kind, &[text.as_bytes(), &[0]].concat())
    }
}

impl Netlink {
    /// # Errors
    /// What `socket(2)` says.
    pub(super) fn open() -> Result<Self, Failure> {
        let socket = socket(
            AddressFamily::Netlink,
            SockType::Raw,
            SockFlag::SOCK_CLOEXEC,
            SockProtocol::NetlinkRoute,
        );
        Ok(Self {
            socket: socket.during("socket(AF_NETLINK)")?,
            sequence: 0,
        })
    }

    /// Makes a wire: one end here, the other in the network of a process.
    ///
    /// # Errors
    /// `EPERM` without privilege, `EOPNOTSUPP` where the kernel has no such
    /// devices.
    pub(super) fn add_wire(&mut self, near: &str, far: &str, there: Pid) -> Result<(), Failure> {
        let pid = there.as_raw().to_ne_bytes();
        let peer = Bytes::link(0, 0)
            .text(libc::IFLA_IFNAME, far)?
            .attribute(libc::IFLA_NET_NS_PID, &pid)?;
        let data = Bytes::default().attribute(VETH_INFO_PEER, &peer.0)?;
        let info = Bytes::default()
            .text(IFLA_INFO_KIND, "veth")?
            .attribute(IFLA_INFO_DATA, &data.0)?;
        let wire = Bytes::link(0, 0)
            .text(libc::IFLA_IFNAME, near)?
            .attribute(libc::IFLA_LINKINFO, &info.0)?;
        let anew = libc::NLM_F_CREATE | libc::NLM_F_EXCL;
        self.ask("RTM_NEWLINK(veth)", libc::RTM_NEWLINK, anew, &wire)
    }

    /// Gives a device an address.
    ///
    /// # Errors
    /// Where there is no such device, or it has the address.
    pub(super) fn add_address(
        &mut self,
        device: &str,
        address: Ipv4Addr,
        Prefix(prefix): Prefix,
    ) -> Result<(), Failure> {
        // An `ifaddrmsg`: family, prefix, flags, scope, device.
        let family = u8::try_from(libc::AF_INET).unwrap_or_default();
        let head = Bytes(vec![family, prefix, 0, 0]).number(index(device)?);
        let message = head
            .attribute(libc::IFA_LOCAL, &address.octets())?
            .attribute(libc::IFA_ADDRESS, &address.octets())?;
        let anew = libc::NLM_F_CREATE | libc::NLM_F_EXCL;
        self.ask("RTM_NEWADDR", libc::RTM_NEWADDR, anew, &message)
    }

    /// Turns a device on.
    ///
    /// # Errors
    /// Where there is no such device.
    pub(super) fn set_up(&mut self, device: &str) -> Result<(), Failure> {
        let up = u32::try_from(libc::IFF_UP).unwrap_or_default();
        let message = Bytes::link(index(device)?, up);
        self.ask("RTM_NEWLINK(IFF_UP)", libc::RTM_NEWLINK, 0, &message)
    }

    /// Sends a request, and waits until it is acknowledged.
    fn ask(&mut self, call: &str, kind: u16, flags: i32, body: &Bytes) -> Result<(), Failure> {
        self.sequence += 1;
        let flags = u16::try_from(libc::NLM_F_REQUEST | libc::NLM_F_ACK | flags).unwrap_or(0);
        let length = u32::try_from(body.0.len() + 16).unwrap_or(u32::MAX);
        // An `nlmsghdr`: length, kind, flags, sequence, sender.
        let mut message = Bytes::default().number(length);
        message.0.extend(kind.to_ne_bytes());
        message.0.extend(flags.to_ne_bytes());
        let mut message = message.number(self.sequence).number(0);
        message.0.extend(&body.0);
        let socket = self.socket.as_raw_fd();
        let kernel = NetlinkAddr::new(0, 0);
        sendto(socket, &message.0, &kernel, MsgFlags::empty()).during(call)?;
        let mut answer = [0; 4096];
        let count = recv(socket, &mut answer, MsgFlags::empty()).during(call)?;
        outcome(call, &answer[..count])
    }
}

fn index(device: &str) -> Result<u32, Failure> {
    if_nametoindex(device).during("if_nametoindex")
}

/// What an acknowledgement says: the kind after the length, and an errno after
/// the header, negative; 0 where all went well.
fn outcome(call: &str, answer: &[u8]) -> Result<(), Failure> {
    let kind = answer.get(4..6).and_then(|bytes| bytes.try_into().ok());
    let errno = answer.get(16..20).and_then(|bytes| bytes.try_into().ok());
    match (kind.map(u16::from_ne_bytes), errno.map(i32::from_ne_bytes)) {
        (Some(NLMSG_ERROR), Some(0)) => Ok(()),
        (Some(NLMSG_ERROR), Some(errno)) => {
            Err(Failure::call(call, Errno::from_raw(errno.wrapping_neg())))
        }
        _ => Err(Failure::Fail(format!("{call}: an answer of another kind"))),
    }
}

/// Of linux/netlink.h: an acknowledgement, or a refusal.
const NLMSG_ERROR: u16 = 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_padded_but_tell_their_true_length() {
        let bytes = Bytes::default().text(3, "abc").unwrap();
        assert_eq!(bytes.0.len(), 8);
        let bytes = Bytes::default().text(3, "abcd").unwrap();
        assert_eq!(bytes.0.len(), 12);
        assert_eq!(bytes.0[..2], 9_u16.to_ne_bytes());
        assert_eq!(Bytes::link(1, 2).0.len(), 16);
    }

    #[test]
    fn a_refusal_is_told_apart_from_nonsense() {
        let answer = |kind: u16, errno: i32| {
            let mut bytes = vec![0; 20];
            bytes[4..6].copy_from_slice(&kind.to_ne_bytes());
            bytes[16..].copy_from_slice(&errno.to_ne_bytes());
            outcome("call", &bytes)
        };
        assert_eq!(answer(2, 0), Ok(()));
        assert_eq!(answer(2, -1), Err(Failure::call("call", Errno::EPERM)));
        assert!(matches!(answer(3, 0), Err(Failure::Fail(_))));
        assert!(outcome("call", &[]).is_err());
    }

    #[test]
    fn a_device_that_is_not_there_cannot_be_turned_on() {
        let mut netlink = match Netlink::open() {
            Ok(netlink) => netlink,
            // A sandbox without such sockets.
            Err(_) => return,
        };
        assert!(netlink.set_up("oscost-none").is_err());
    }
}
