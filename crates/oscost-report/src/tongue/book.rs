//! A book of phrases: an English text with holes, and what it is in the other
//! language. A hole is looked up by itself. A text that is no phrase is taken
//! apart at its stops and signs, part by part.

use std::borrow::Cow;
#[cfg(test)]
use std::collections::BTreeSet;
use std::collections::HashMap;

/// See the module.
pub(super) struct Book {
    /// Phrases without a hole.
    whole: HashMap<&'static str, &'static str>,
    /// Phrases with holes, those with most text first.
    holed: Vec<Phrase>,
}

/// A phrase with holes.
struct Phrase {
    /// What stands before, between and after the holes.
    english: Vec<&'static str>,
    /// Of each hole, whether it takes nothing but a number.
    numeric: Vec<bool>,
    /// The same in the other language, each hole with its number.
    other: Vec<Piece>,
    letters: usize,
    reach: Reach,
}

/// How much of a text a phrase is besides its holes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// More than one sentence.
    Sentences,
    /// Words of one.
    Words,
    /// Hardly more than signs: `{} ({})`.
    Signs,
}

/// Fewer letters are hardly more than signs.
const FEW: usize = 5;

enum Piece {
    Text(&'static str),
    Hole(usize),
}

/// What parts a text that is no phrase, and what stands there instead.
const SIGNS: [(&str, &str); 8] = [
    ("; ", "；"),
    (" · ", " · "),
    (": ", "："),
    (", and ", "，以及"),
    (", ", "，"),
    (" / ", " / "),
    (" or ", "或"),
    (" and ", "和"),
];

/// What parts conditions, which may be phrases with holes at their ends.
const OR: (&str, &str) = ("; or ", "；或");

/// How deep a text is taken apart at most.
const DEPTH: usize = 400;

impl Book {
    /// Reads phrases: a line with the English, a line with the other, an empty
    /// line. Lines that begin with `#` are remarks. `{}` is a hole, `{#}` one for
    /// a number with its unit; in the other language `{1}` is the first, whatever
    /// the order.
    pub(super) fn of(texts: &[&'static str]) -> Self {
        let mut whole = HashMap::new();
        let mut holed = Vec::new();
        for text in texts {
            let lines = text.lines().filter(|line| !line.starts_with('#'));
            let lines: Vec<&'static str> = lines.filter(|line| !line.is_empty()).collect();
            for pair in lines.chunks_exact(2) {
                match Phrase::of(pair[0], pair[1]) {
                    Some(phrase) => holed.push(phrase),
                    None => drop(whole.insert(pair[0], pair[1])),
                }
            }
        }
        holed.sort_by_key(|phrase| std::cmp::Reverse(phrase.letters));
        Self { whole, holed }
    }

    /// The text in the other language.
    pub(super) fn say<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let inner = text.trim();
        match self.found(inner, DEPTH) {
            None => Cow::Borrowed(text),
            Some(said) => {
                let start = text.len() - text.trim_start().len();
                let end = text.trim_end().len();
                Cow::Owned(format!("{}{said}{}", &text[..start], &text[end..]))
            }
        }
    }

    /// `None` for what is the same in both languages.
    fn found(&self, text: &str, depth: usize) -> Option<String> {
        let small = uncapitalised(text);
        let whole = self.whole.get(text);
        let whole = whole.or_else(|| self.whole.get(small.as_deref()?));
        if let Some(said) = whole {
            return Some((*said).to_owned());
        }
        let wordy = text.chars().any(|letter| letter.is_ascii_alphabetic());
        if depth == 0 || !wordy {
            return None;
        }
        self.holes(text, depth, Reach::Sentences)
            .or_else(|| self.headed(text, depth))
            .or_else(|| self.sentence(text, depth))
            .or_else(|| self.stopped(text, depth))
            .or_else(|| self.parted(text, OR, depth))
            .or_else(|| self.holes(text, depth, Reach::Words))
            .or_else(|| self.holes(small.as_deref()?, depth, Reach::Words))
            .or_else(|| self.holes(text, depth, Reach::Signs))
            .or_else(|| self.asked(text, depth))
            .or_else(|| self.apart(text, depth))
    }

    fn found_or_same(&self, text: &str, depth: usize) -> String {
        self.found(text, depth).unwrap_or_else(|| text.to_owned())
    }

    /// A phrase with holes that the text is.
    fn holes(&self, text: &str, depth: usize, reach: Reach) -> Option<String> {
        let wanted = self.holed.iter();
        let mut wanted = wanted.filter(|phrase| phrase.reach == reach);
        wanted.find_map(|phrase| {
            let mut holes = Vec::new();
            let fits = phrase.ends_like(text) && phrase.fits(0, text, &mut holes);
            fits.then(|| {
                let piece = |piece: &Piece| match piece {
                    Piece::Text(text) => (*text).to_owned(),
                    Piece::Hole(number) => holes
                        .get(*number)
                        .map_or_else(String::new, |hole| self.found_or_same(hole, depth - 1)),
                };
                phrase.other.iter().map(piece).collect()
            })
        })
    }

    /// What would be taken apart too small: a phrase of several sentences behind
    /// a word and a colon, or a phrase that has commas before the last part.
    fn headed(&self, text: &str, depth: usize) -> Option<String> {
        let behind_a_word = text.split_once(": ").and_then(|(word, rest)| {
            let rest = self.holes(rest, depth - 1, Reach::Sentences)?;
            Some(format!("{}：{rest}", self.whole.get(word)?))
        });
        behind_a_word.or_else(|| {
            let (head, last) = text.rsplit_once(", ")?;
            let head = self.whole.get(head).filter(|_| head.contains(", "))?;
            Some(format!("{head}，{}", self.found(last, depth - 1)?))
        })
    }

    /// Several sentences, each by itself.
    fn sentence(&self, text: &str, depth: usize) -> Option<String> {
        let stops = [". ", "? ", "! "].into_iter();
        let place = stops.filter_map(|stop| text.find(stop)).min()?;
        let (first, rest) = text.split_at(place + 1);
        let rest = rest.trim_start();
        match (self.found(first, depth - 1), self.found(rest, depth - 1)) {
            (None, None) => None,
            (Some(first), said) => Some(first + &said.unwrap_or_else(|| rest.to_owned())),
            (None, Some(rest)) => Some(format!("{first} {rest}")),
        }
    }

    /// A text with its stop at the end.
    fn stopped(&self, text: &str, depth: usize) -> Option<String> {
        let stops = [('.', "。"), (':', "："), (',', "，")];
        let (stop, other) = stops.into_iter().find(|(stop, _)| text.ends_with(*stop))?;
        let inner = text.strip_suffix(stop)?;
        Some(self.found(inner, depth - 1)? + other)
    }

    /// A question that is no phrase with its sign.
    fn asked(&self, text: &str, depth: usize) -> Option<String> {
        let inner = text.strip_suffix('?')?;
        Some(self.found(inner, depth - 1)? + "？")
    }

    /// A list, part by part; `None` where no part is known.
    fn apart(&self, text: &str, depth: usize) -> Option<String> {
        let mut signs = SIGNS.into_iter();
        let sign = signs.find(|(sign, _)| split(text, sign).len() > 1)?;
        self.parted(text, sign, depth)
    }

    /// The parts between these signs.
    fn parted(&self, text: &str, (sign, other): (&str, &str), depth: usize) -> Option<String> {
        let parts = split(text, sign);
        if parts.len() < 2 {
            return None;
        }
        let said = parts.iter().map(|part| self.found(part, depth - 1));
        let said: Vec<Option<String>> = said.collect();
        said.iter().any(Option::is_some).then(|| {
            let parts = parts.iter().zip(said);
            let parts = parts.map(|(part, said)| said.unwrap_or_else(|| (*part).to_owned()));
            parts.collect::<Vec<_>>().join(other)
        })
    }

    /// Every Chinese letter and sign of the book.
    #[cfg(test)]
    pub(super) fn signs(&self) -> BTreeSet<char> {
        let holed = self.holed.iter().flat_map(|phrase| &phrase.other);
        let holed = holed.map(|piece| match piece {
            Piece::Text(text) => text,
            Piece::Hole(_) => "",
        });
        let signs = SIGNS.iter().chain([&OR]).map(|(_, other)| *other);
        let texts = self.whole.values().copied().chain(holed).chain(signs);
        texts
            .flat_map(str::chars)
            .chain("。：？，".chars())
            .collect()
    }
}

impl Phrase {
    /// `None` where there is no hole.
    fn of(text: &'static str, other: &'static str) -> Option<Self> {
        let mut english = Vec::new();
        let mut numeric = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (kind, after) = after.split_once('}')?;
            english.push(before);
            numeric.push(kind == "#");
            rest = after;
        }
        english.push(rest);
        let letters: usize = english.iter().map(|piece| piece.len()).sum();
        (!numeric.is_empty()).then(|| Self {
            reach: match letters {
                _ if text.contains(". ") => Reach::Sentences,
                few if few < FEW => Reach::Signs,
                _ => Reach::Words,
            },
            letters,
            english,
            numeric,
            other: pieces(other),
        })
    }

    /// Whether a hole takes a text.
    fn takes(&self, hole: usize, text: &str) -> bool {
        let begins = text.trim_start_matches(['-', '±', '<', '≈', ' ']);
        let number = begins.starts_with(|letter: char| letter.is_ascii_digit());
        let list = text.contains(", ") || text.contains("; ");
        !text.is_empty() && is_whole(text) && (!self.numeric[hole] || (number && !list))
    }

    /// Whether the text ends as the phrase does, which most do not: the quickest
    /// way to know that it does not fit.
    fn ends_like(&self, text: &str) -> bool {
        self.english.last().is_some_and(|last| text.ends_with(last))
    }

    /// Whether the text is this phrase from a piece on; what is in the holes.
    fn fits<'t>(&self, piece: usize, text: &'t str, holes: &mut Vec<&'t str>) -> bool {
        if piece == 0 {
            let rest = text.strip_prefix(self.english[0]);
            return rest.is_some_and(|rest| self.fits(1, rest, holes));
        }
        let Some(next) = self.english.get(piece) else {
            return text.is_empty();
        };
        let last = piece + 1 == self.english.len();
        if last {
            let hole = text.strip_suffix(next);
            let hole = hole.filter(|hole| self.takes(piece - 1, hole));
            holes.extend(hole);
            return hole.is_some();
        }
        // The shortest hole that lets the rest fit.
        for (place, _) in text.match_indices(next) {
            if !self.takes(piece - 1, &text[..place]) {
                continue;
            }
            holes.push(&text[..place]);
            if self.fits(piece + 1, &text[place + next.len()..], holes) {
                return true;
            }
            holes.truncate(piece - 1);
        }
        false
    }
}

/// What begins a sentence may stand inside one elsewhere.
fn uncapitalised(text: &str) -> Option<String> {
    let first = text.chars().next().filter(char::is_ascii_uppercase)?;
    let rest = &text[first.len_utf8()..];
    Some(format!("{}{rest}", first.to_ascii_lowercase()))
}

/// The parts of a text between signs that stand in no brackets.
fn split<'t>(text: &'t str, sign: &str) -> Vec<&'t str> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (place, _) in text.match_indices(sign) {
        if is_whole(&text[start..place]) {
            parts.push(&text[start..place]);
            start = place + sign.len();
        }
    }
    parts.push(&text[start..]);
    parts
}

/// Whether every bracket of a text has its other half there.
fn is_whole(text: &str) -> bool {
    let depths = text.chars().scan(0_i32, |depth, letter| {
        *depth += match letter {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        Some(*depth)
    });
    let (least, last) = depths.fold((0, 0), |(least, _), depth| (least.min(depth), depth));
    least == 0 && last == 0
}

/// `在 {2} 上 {1}` in pieces; plain holes are numbered as they come.
fn pieces(text: &'static str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut plain = 0;
    while let Some((before, after)) = rest.split_once('{') {
        pieces.push(Piece::Text(before));
        let (number, after) = after.split_once('}').unwrap_or((after, ""));
        let number = number
            .parse::<usize>()
            .map_or(plain, |number| number.saturating_sub(1));
        pieces.push(Piece::Hole(number));
        plain += 1;
        rest = after;
    }
    pieces.push(Piece::Text(rest));
    pieces
}

#[cfg(test)]
mod tests;
