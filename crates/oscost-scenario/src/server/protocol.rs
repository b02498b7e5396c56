//! Just as much of HTTP/1.1 as it takes to ask for a number and to get another
//! one, on a connection that stays open: so that load generators of others can
//! ask as well.
//!
//! A question is the path in hexadecimal digits; the empty path is 0.

use crate::answer::answer;

const QUESTION: &[u8; 5] = b"GET /";
const REST: &[u8; 27] = b" HTTP/1.1\r\nHost: oscost\r\n\r\n";
const HEAD: &[u8; 39] = b"HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n";
const DIGITS: usize = 16;

/// The length of our own requests.
pub(crate) const REQUEST_LENGTH: usize = QUESTION.len() + DIGITS + REST.len();
/// The length of every reply.
pub(crate) const REPLY_LENGTH: usize = HEAD.len() + DIGITS;

/// A request, as our own load generator makes it.
pub(crate) type Request = [u8; REQUEST_LENGTH];
/// A reply.
pub(crate) type Reply = [u8; REPLY_LENGTH];

/// The request for a number.
pub(crate) fn request(number: u64) -> Request {
    let mut request = [0; REQUEST_LENGTH];
    let (question, rest) = request.split_at_mut(QUESTION.len());
    question.copy_from_slice(QUESTION);
    let (digits, rest) = rest.split_at_mut(DIGITS);
    digits.copy_from_slice(&hexadecimal(number));
    rest.copy_from_slice(REST);
    request
}

/// The reply to the request for a number.
pub(crate) fn reply(number: u64) -> Reply {
    let mut reply = [0; REPLY_LENGTH];
    let (head, digits) = reply.split_at_mut(HEAD.len());
    head.copy_from_slice(HEAD);
    digits.copy_from_slice(&hexadecimal(answer(number)));
    reply
}

fn hexadecimal(number: u64) -> [u8; DIGITS] {
    let mut digits = [0; DIGITS];
    let (pairs, _) = digits.as_chunks_mut();
    for (pair, byte) in pairs.iter_mut().zip(number.to_be_bytes()) {
        *pair = [byte >> 4, byte & 15].map(|half| b"0123456789abcdef"[usize::from(half)]);
    }
    digits
}

/// What has come on a connection and is no whole request, or reply, yet.
#[derive(Clone, Debug)]
pub(crate) struct Inbox {
    bytes: [u8; ROOM],
    filled: usize,
}

/// More than the head of a request of any load generator takes.
const ROOM: usize = 512;

/// No request that this server knows, or no reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

impl Inbox {
    pub(crate) fn new() -> Self {
        Self {
            bytes: [0; ROOM],
            filled: 0,
        }
    }

    /// Where the next bytes go. Never empty, if every request is taken out.
    pub(crate) fn room(&mut self) -> &mut [u8] {
        &mut self.bytes[self.filled..]
    }

    /// So many bytes have come.
    pub(crate) fn add(&mut self, count: usize) {
        self.filled = (self.filled + count).min(ROOM);
    }

    /// Takes the next request out, if it is whole: its number.
    ///
    /// # Errors
    /// Where it is none, or longer than there is room for.
    pub(crate) fn next(&mut self) -> Result<Option<u64>, Malformed> {
        let Some(end) = self.end_of_head()? else {
            return Ok(None);
        };
        let number = question(&self.bytes[..end])?;
        self.take(end);
        Ok(Some(number))
    }

    /// Takes the next reply out, if it is whole: its number. It may come from
    /// any server: what its head says is how long it is.
    ///
    /// # Errors
    /// Where it is none, no good one, or longer than there is room for.
    pub(crate) fn next_reply(&mut self) -> Result<Option<u64>, Malformed> {
        let Some(start) = self.end_of_head()? else {
            return Ok(None);
        };
        let end = start + content_length(&self.bytes[..start])?;
        if end > ROOM {
            return Err(Malformed);
        }
        if end > self.filled {
            return Ok(None);
        }
        let number = hexadecimal_number(&self.bytes[start..end])?;
        self.take(end);
        Ok(Some(number))
    }

    /// Whether nothing has come.
    pub(crate) fn is_empty(&self) -> bool {
        self.filled == 0
    }

    /// Where the first head ends, if it is whole.
    fn end_of_head(&self) -> Result<Option<usize>, Malformed> {
        let came = &self.bytes[..self.filled];
        match came.windows(4).position(|four| four == b"\r\n\r\n") {
            Some(place) => Ok(Some(place + 4)),
            None if self.filled == ROOM => Err(Malformed),
            None => Ok(None),
        }
    }

    /// Removes the first bytes.
    fn take(&mut self, count: usize) {
        self.bytes.copy_within(count..self.filled, 0);
        self.filled -= count;
    }
}

/// What the head of a good reply says that the body has, in bytes.
fn content_length(head: &[u8]) -> Result<usize, Malformed> {
    const NAME: &[u8] = b"Content-Length:";
    if !head.starts_with(b"HTTP/1.1 200 ") {
        return Err(Malformed);
    }
    let mut lines = head.split(|&byte| byte == b'\n');
    let value = lines.find_map(|line| {
        let (name, value) = line.split_at_checked(NAME.len())?;
        name.eq_ignore_ascii_case(NAME).then_some(value)
    });
    let value = value.and_then(|value| std::str::from_utf8(value).ok());
    let length = value.and_then(|value| value.trim().parse().ok());
    length.filter(|&length| length <= ROOM).ok_or(Malformed)
}

fn hexadecimal_number(digits: &[u8]) -> Result<u64, Malformed> {
    let digits = std::str::from_utf8(digits).map_err(|_| Malformed)?;
    u64::from_str_radix(digits, 16).map_err(|_| Malformed)
}

fn question(head: &[u8]) -> Result<u64, Malformed> {
    let path = head.strip_prefix(QUESTION).ok_or(Malformed)?;
    let digits = path.split(|&byte| byte == b' ').next().ok_or(Malformed)?;
    if digits.is_empty() {
        return Ok(0);
    }
    hexadecimal_number(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(inbox: &mut Inbox, bytes: &[u8]) {
        inbox.room()[..bytes.len()].copy_from_slice(bytes);
        inbox.add(bytes.len());
    }

    #[test]
    fn a_request_is_understood_however_it_comes() {
        let mut inbox = Inbox::new();
        for byte in request(0xfeed) {
            assert_eq!(inbox.next(), Ok(None));
            put(&mut inbox, &[byte]);
        }
        assert_eq!(inbox.next(), Ok(Some(0xfeed)));
        let two = [request(1), request(u64::MAX)].concat();
        put(&mut inbox, &two);
        assert_eq!(inbox.next(), Ok(Some(1)));
        assert_eq!(inbox.next(), Ok(Some(u64::MAX)));
        assert_eq!(inbox.next(), Ok(None));
    }

    #[test]
    fn what_others_send_is_understood_or_refused() {
        let mut inbox = Inbox::new();
        put(
            &mut inbox,
            b"GET / HTTP/1.1\r\nHost: 127.0.0.1:80\r\nA: b\r\n\r\n",
        );
        assert_eq!(inbox.next(), Ok(Some(0)));
        for wrong in [
            "POST / HTTP/1.1\r\n\r\n",
            "GET /favicon.ico HTTP/1.1\r\n\r\n",
            "\r\n\r\n",
        ] {
            let mut inbox = Inbox::new();
            put(&mut inbox, wrong.as_bytes());
            assert_eq!(inbox.next(), Err(Malformed), "{wrong}");
        }
        put(&mut inbox, &[b'x'; ROOM]);
        assert_eq!(inbox.next(), Err(Malformed));
    }

    #[test]
    fn a_reply_is_understood_however_it_comes() {
        let mut inbox = Inbox::new();
        for byte in reply(7) {
            assert_eq!(inbox.next_reply(), Ok(None));
            put(&mut inbox, &[byte]);
        }
        assert_eq!(inbox.next_reply(), Ok(Some(answer(7))));
        assert!(inbox.is_empty());
        let other = b"HTTP/1.1 200 Fine\r\nServer: x\r\ncontent-length:  2\r\n\r\nff";
        put(&mut inbox, other);
        put(&mut inbox, &reply(8));
        assert_eq!(inbox.next_reply(), Ok(Some(0xff)));
        assert_eq!(inbox.next_reply(), Ok(Some(answer(8))));
    }

    #[test]
    fn what_is_no_good_reply_is_refused() {
        for wrong in [
            "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nff",
            "HTTP/1.1 200 OK\r\nServer: x\r\n\r\nff",
            "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nff",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nff",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nxx",
        ] {
            let mut inbox = Inbox::new();
            put(&mut inbox, wrong.as_bytes());
            assert_eq!(inbox.next_reply(), Err(Malformed), "{wrong}");
        }
    }

    #[test]
    fn a_reply_says_how_long_it_is() {
        let reply = String::from_utf8(reply(7).to_vec()).unwrap();
        let (head, body) = reply.split_once("\r\n\r\n").unwrap();
        assert!(head.ends_with(&format!("Content-Length: {}", body.len())));
        assert_eq!(u64::from_str_radix(body, 16), Ok(answer(7)));
    }
}
