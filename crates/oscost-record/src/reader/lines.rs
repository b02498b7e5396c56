//! A file line by line, each no longer than a bound. Whatever the file is, no
//! more than one line of that length is ever held.

use std::io::{self, BufRead, Read, Take};

/// The longest line that is read. The longest that a run writes, a header
/// with every case, has a twentieth of it.
pub(crate) const LONGEST_LINE: usize = 16 << 20;

/// How much of a file is read. A run of everything with a hundred rounds
/// writes less.
pub(crate) const LONGEST_FILE: u64 = 1 << 30;

/// What stands in the next line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Text<'a> {
    /// The line, without its end.
    Whole(&'a [u8]),
    /// A line beyond [`LONGEST_LINE`], which was passed over.
    TooLong,
    /// The file goes on beyond [`LONGEST_FILE`]; there is no use in asking on.
    TooMuch,
}

/// The lines of a file.
#[derive(Debug)]
pub(crate) struct Lines<R> {
    source: Take<R>,
    held: Vec<u8>,
    /// The number of the line last given, counted from 1.
    pub(crate) number: usize,
    longest: usize,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn of(source: R) -> Self {
        Self::within(source, LONGEST_LINE, LONGEST_FILE)
    }

    fn within(source: R, longest: usize, file: u64) -> Self {
        Self {
            source: source.take(file),
            held: Vec::new(),
            number: 0,
            longest,
        }
    }

    /// The next line; `None` after the last.
    pub(crate) fn next(&mut self) -> io::Result<Option<Text<'_>>> {
        self.held.clear();
        self.number += 1;
        let most = self.longest as u64 + 1;
        let source = &mut self.source;
        if source
            .by_ref()
            .take(most)
            .read_until(b'\n', &mut self.held)?
            == 0
        {
            let beyond = source.limit() == 0 && !source.get_mut().fill_buf()?.is_empty();
            return Ok(beyond.then_some(Text::TooMuch));
        }
        if self.held.ends_with(b"\n") {
            self.held.pop();
        } else if self.held.len() > self.longest {
            source.skip_until(b'\n')?;
            return Ok(Some(Text::TooLong));
        }
        Ok(Some(Text::Whole(self.held.trim_ascii())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str, longest: usize, file: u64) -> Vec<String> {
        let mut lines = Lines::within(text.as_bytes(), longest, file);
        let mut told = Vec::new();
        while let Some(text) = lines.next().unwrap() {
            let last = text == Text::TooMuch;
            told.push(match text {
                Text::Whole(line) => String::from_utf8(line.to_vec()).unwrap(),
                other => format!("{other:?}"),
            });
            if last {
                break;
            }
        }
        told
    }

    #[test]
    fn a_line_too_long_is_passed_over_and_the_next_is_read() {
        assert_eq!(told("abcd\nabc\n\nx", 3, 99), ["TooLong", "abc", "", "x"]);
        assert_eq!(told("abcd", 3, 99), ["TooLong"]);
        assert_eq!(told("", 3, 99), [""; 0]);
    }

    #[test]
    fn a_file_too_long_is_cut_and_says_so() {
        assert_eq!(told("ab\ncd\nef", 3, 6), ["ab", "cd", "TooMuch"]);
        assert_eq!(told("ab\ncd\n", 3, 6), ["ab", "cd"]);
        assert_eq!(told("abcdefgh", 3, 6), ["TooLong", "TooMuch"]);
    }

    #[test]
    fn ends_of_other_systems_are_no_part_of_a_line() {
        assert_eq!(told("ab\r\n\r\ncd\r", 9, 99), ["ab", "", "cd"]);
    }
}
