//! What a message says: its number, and after it words that follow from the
//! number and their place, to its end.
//!
//! Whoever reads one compares every byte with what must stand there. That
//! finds all that a checksum finds, and pieces in the wrong order, too.

/// An odd number without a pattern (the golden ratio's), so that no word is
/// like one at another place of a neighbouring message.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

#[inline]
fn word(number: u64, place: usize) -> [u8; 8] {
    let steps = (place as u64).wrapping_mul(STEP);
    number.wrapping_add(steps).to_le_bytes()
}

/// Writes message `number` over all of `message`.
#[inline]
pub(crate) fn write(message: &mut [u8], number: u64) {
    let (words, rest) = message.as_chunks_mut();
    let count = words.len();
    for (place, to) in words.iter_mut().enumerate() {
        *to = word(number, place);
    }
    // Most messages have no rest, and a copy of nothing is a call all the same.
    if !rest.is_empty() {
        let last = word(number, count);
        rest.copy_from_slice(&last[..rest.len()]);
    }
}

/// What a reader says of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is the one that was to come.
    Right,
    /// It is the one that came before it on this way.
    Again,
    /// It is none of them: lost or damaged.
    Wrong,
}

/// Reads all of a message that should be number `number`.
#[inline]
pub(crate) fn judge(message: &[u8], number: u64) -> Verdict {
    if is(message, number) {
        Verdict::Right
    } else {
        second_look(message, number)
    }
}

#[cold]
fn second_look(message: &[u8], number: u64) -> Verdict {
    // Odd numbers go one way, even ones the other.
    if number > 2 && is(message, number - 2) {
        Verdict::Again
    } else {
        Verdict::Wrong
    }
}

#[inline]
fn is(message: &[u8], number: u64) -> bool {
    let (words, rest) = message.as_chunks();
    let compare = |(place, found): (usize, &[u8; 8])| {
        u64::from_ne_bytes(*found) ^ u64::from_ne_bytes(word(number, place))
    };
    // To the end, whatever is found: a reader reads all of a message.
    let wrong = words.iter().enumerate().map(compare);
    let wrong = wrong.fold(0, |all, one| all | one);
    let ends_right = || *rest == word(number, words.len())[..rest.len()];
    wrong == 0 && (rest.is_empty() || ends_right())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_read_as_it_was_written() {
        for size in [1, 7, 8, 9, 64, 4096] {
            let mut message = vec![0; size];
            write(&mut message, 77);
            assert_eq!(judge(&message, 77), Verdict::Right);
            assert_eq!(judge(&message, 79), Verdict::Again);
            assert_eq!(judge(&message, 78), Verdict::Wrong);
            assert_eq!(judge(&message, 75), Verdict::Wrong);
        }
    }

    #[test]
    fn every_byte_counts() {
        let mut message = vec![0; 27];
        for place in 0..message.len() {
            write(&mut message, 300);
            message[place] ^= 0x10;
            assert_eq!(judge(&message, 300), Verdict::Wrong, "byte {place}");
        }
    }

    #[test]
    fn pieces_in_the_wrong_order_are_found() {
        let mut message = vec![0; 64];
        write(&mut message, 5);
        message.rotate_left(16);
        assert_eq!(judge(&message, 5), Verdict::Wrong);
    }

    #[test]
    fn a_message_that_was_never_written_is_wrong() {
        assert_eq!(judge(&[0; 64], 1), Verdict::Wrong);
        assert_eq!(judge(&[0; 1], 1), Verdict::Wrong);
    }
}
