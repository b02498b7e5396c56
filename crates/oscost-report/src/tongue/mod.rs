//! The languages of a report. Everything is made in English; another language
//! is the same report with every text looked up in a book of phrases. So no
//! language ever shows another figure than English does, and what a book lacks
//! stays English.

mod book;
mod markup;

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use book::Book;
pub(crate) use markup::translated;

/// The language of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Simplified Chinese.
    Zh,
}

/// The phrases, by subject.
const PHRASES: [&str; 10] = [
    include_str!("../../phrases/zh/words.txt"),
    include_str!("../../phrases/zh/page.txt"),
    include_str!("../../phrases/zh/answers.txt"),
    include_str!("../../phrases/zh/claims.txt"),
    include_str!("../../phrases/zh/pictures.txt"),
    include_str!("../../phrases/zh/machine.txt"),
    include_str!("../../phrases/zh/reasons.txt"),
    include_str!("../../phrases/zh/fleet.txt"),
    include_str!("../../phrases/zh/titles.txt"),
    include_str!("../../phrases/zh/questions.txt"),
];

static CHINESE: LazyLock<Book> = LazyLock::new(|| Book::of(&PHRASES));

impl Lang {
    /// All of them, English first.
    pub const ALL: [Self; 2] = [Self::En, Self::Zh];

    /// Its name on a command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
        }
    }

    /// Its name in the markup of a page (BCP 47).
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh-CN",
        }
    }

    /// The text in this language, as far as its book has it.
    #[must_use]
    pub fn say(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::En => Cow::Borrowed(text),
            Self::Zh => CHINESE.say(text),
        }
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A language that there is none of.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no language of a report: en or zh")]
pub struct UnknownLang(String);

impl FromStr for Lang {
    type Err = UnknownLang;

    fn from_str(name: &str) -> Result<Self, UnknownLang> {
        let found = Self::ALL.into_iter().find(|lang| lang.name() == name);
        found.ok_or_else(|| UnknownLang(name.to_owned()))
    }
}

/// Whether a letter is Chinese, or a sign that only Chinese has.
pub(crate) fn is_chinese(letter: char) -> bool {
    matches!(letter, '\u{2E80}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{FF00}'..='\u{FFEF}')
}

/// Every sign that a Chinese report can show beyond what English has.
#[cfg(test)]
pub(crate) fn chinese_signs() -> std::collections::BTreeSet<char> {
    CHINESE.signs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_come_in_pairs() {
        for text in PHRASES {
            let lines = text.lines().filter(|line| !line.starts_with('#'));
            let blocks = lines.collect::<Vec<_>>();
            for pair in blocks
                .split(|line| line.is_empty())
                .filter(|pair| !pair.is_empty())
            {
                assert_eq!(pair.len(), 2, "{pair:?}");
                assert!(!pair[0].contains(is_chinese), "{pair:?}");
                let holes = |text: &str| text.matches('{').count();
                assert!(holes(pair[1]) <= holes(pair[0]), "{pair:?}");
            }
        }
    }

    #[test]
    fn conditions_are_told_one_by_one() {
        assert_eq!(
            Lang::Zh.say("a task works on 256 KiB; or a task works on 1 MiB"),
            "任务操作 256 KiB 内存；或任务操作 1 MiB 内存"
        );
    }

    #[test]
    fn a_phrase_that_begins_a_line_is_found_too() {
        assert_eq!(
            Lang::Zh.say("The coroutine has a fresh stack (corosensei)"),
            "协程用新栈（corosensei）"
        );
        assert_eq!(Lang::Zh.say("Command, static"), "Command，静态");
    }

    #[test]
    fn english_is_left_alone() {
        assert_eq!(Lang::En.say("How sure"), "How sure");
        assert_eq!("zh".parse(), Ok(Lang::Zh));
        assert!("fr".parse::<Lang>().is_err());
    }

    #[test]
    fn figures_and_ids_are_the_same_in_every_language() {
        for text in [
            "",
            "31.4 µs",
            "5.80 to",
            "process/create/fork/rss=0MiB",
            "–",
            "95",
        ] {
            let said = Lang::Zh.say(text);
            let digits = |text: &str| {
                text.chars()
                    .filter(char::is_ascii_digit)
                    .collect::<String>()
            };
            assert_eq!(digits(&said), digits(text));
        }
        assert_eq!(Lang::Zh.say("31.4 µs"), "31.4 µs");
        assert_eq!(
            Lang::Zh.say("process/create/fork/rss=0MiB"),
            "process/create/fork/rss=0MiB"
        );
    }
}
