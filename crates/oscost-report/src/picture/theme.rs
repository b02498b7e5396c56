//! Colours and type of all pictures. A picture names a role, never a colour:
//! the page swaps the roles for CSS variables, so that light and dark both
//! look right, and PNG files get the light values.

use std::sync::OnceLock;

use oscost_record::TaskKind;
use plotters::style::{FontStyle, RGBColor, register_font};

use super::DrawError;

/// The family under which the embedded fonts are registered, and the one that
/// a browser falls back to.
pub(super) const FAMILY: &str = "sans-serif";

/// The family of texts with Chinese letters. Its one weight stands for both.
pub(super) const CHINESE: &str = "oscost-chinese";

/// What a colour is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    /// The ground of a picture.
    Paper,
    /// Text and axes.
    Text,
    /// Text of lesser weight.
    Muted,
    /// Grid lines.
    Grid,
    /// Whatever belongs to a kind of task.
    Kind(TaskKind),
    /// One of several lines, by its number below [`LINES`].
    Line(u8),
}

/// Colours that lines can have. More lines take them in turns.
const LINES: u8 = 10;

/// Every role, in the order of the sentinels.
const ROLES: [Ink; 17] = [
    Ink::Paper,
    Ink::Text,
    Ink::Muted,
    Ink::Grid,
    Ink::Kind(TaskKind::Process),
    Ink::Kind(TaskKind::Thread),
    Ink::Kind(TaskKind::Coroutine),
    Ink::Line(0),
    Ink::Line(1),
    Ink::Line(2),
    Ink::Line(3),
    Ink::Line(4),
    Ink::Line(5),
    Ink::Line(6),
    Ink::Line(7),
    Ink::Line(8),
    Ink::Line(9),
];

/// The CSS variables of the lines, and their colours on white: apart in hue
/// and in lightness, with a contrast of 4 or more.
const LINE_INKS: [(&str, RGBColor); LINES as usize] = [
    ("--line-0", RGBColor(0, 104, 166)),
    ("--line-1", RGBColor(196, 66, 0)),
    ("--line-2", RGBColor(0, 121, 90)),
    ("--line-3", RGBColor(148, 44, 140)),
    ("--line-4", RGBColor(130, 98, 0)),
    ("--line-5", RGBColor(40, 44, 120)),
    ("--line-6", RGBColor(176, 32, 72)),
    ("--line-7", RGBColor(89, 98, 110)),
    ("--line-8", RGBColor(14, 116, 144)),
    ("--line-9", RGBColor(112, 66, 38)),
];

impl Ink {
    /// The colour of the `n`th line.
    pub(crate) fn line(n: usize) -> Self {
        Self::Line(u8::try_from(n % usize::from(LINES)).unwrap_or_default())
    }

    /// The CSS variable that carries the colour in the page.
    fn variable(self) -> &'static str {
        match self {
            Self::Paper => "--paper",
            Self::Text => "--text",
            Self::Muted => "--muted",
            Self::Grid => "--grid",
            Self::Kind(TaskKind::Process) => "--process",
            Self::Kind(TaskKind::Thread) => "--thread",
            Self::Kind(TaskKind::Coroutine) => "--coroutine",
            Self::Line(number) => LINE_INKS[usize::from(number % LINES)].0,
        }
    }

    /// The colour in a PNG file. The three kinds are Okabe and Ito's blue,
    /// vermilion and green, darkened to a contrast of 4.5 on white.
    fn light(self) -> RGBColor {
        match self {
            Self::Paper => RGBColor(255, 255, 255),
            Self::Text => RGBColor(27, 31, 36),
            Self::Muted => RGBColor(89, 98, 110),
            Self::Grid => RGBColor(222, 226, 231),
            Self::Kind(TaskKind::Process) => RGBColor(0, 104, 166),
            Self::Kind(TaskKind::Thread) => RGBColor(184, 74, 0),
            Self::Kind(TaskKind::Coroutine) => RGBColor(0, 121, 90),
            Self::Line(number) => LINE_INKS[usize::from(number % LINES)].1,
        }
    }

    /// A colour that stands for the role until [`with_variables`] swaps it.
    fn sentinel(self) -> RGBColor {
        let place = ROLES.iter().zip(0u8..).find(|(role, _)| **role == self);
        RGBColor(1, 2, FIRST + place.map_or(0, |(_, index)| index))
    }
}

/// How every sentinel begins in an SVG, and the last byte of the first.
const SENTINEL: &str = "\"#0102";
const FIRST: u8 = 0xA0;

/// Where a picture's colours come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paint {
    /// Fixed colours on white.
    Light,
    /// Sentinels, for the page.
    Variables,
}

impl Paint {
    pub(super) fn colour(self, ink: Ink) -> RGBColor {
        match self {
            Self::Light => ink.light(),
            Self::Variables => ink.sentinel(),
        }
    }
}

/// Swaps every sentinel in `svg` for its CSS variable.
pub(super) fn with_variables(svg: &str) -> String {
    // All sentinels begin alike: one walk finds them.
    let mut pieces = svg.split(SENTINEL);
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let role = piece
            .get(..2)
            .and_then(|number| u8::from_str_radix(number, 16).ok())
            .and_then(|number| ROLES.get(usize::from(number.checked_sub(FIRST)?)));
        match role {
            Some(role) => {
                text.push_str(&format!("\"var({})", role.variable()));
                text.push_str(&piece[2..]);
            }
            None => text.extend([SENTINEL, piece]),
        }
    }
    text
}

/// The font of Chinese texts: the letters that the book of phrases has.
pub(crate) const CHINESE_FONT: &[u8] = include_bytes!("../../assets/WenQuanYiMicroHei-subset.ttf");

/// Registers the embedded fonts, once per process.
pub(super) fn fonts() -> Result<(), DrawError> {
    static DONE: OnceLock<bool> = OnceLock::new();
    let done = DONE.get_or_init(|| {
        let normal = include_bytes!("../../assets/DejaVuSans-subset.ttf");
        let bold = include_bytes!("../../assets/DejaVuSans-Bold-subset.ttf");
        register_font(FAMILY, FontStyle::Normal, normal).is_ok()
            && register_font(FAMILY, FontStyle::Bold, bold).is_ok()
            && register_font(CHINESE, FontStyle::Normal, CHINESE_FONT).is_ok()
            && register_font(CHINESE, FontStyle::Bold, CHINESE_FONT).is_ok()
    });
    match done {
        true => Ok(()),
        false => Err(DrawError("the embedded font is damaged".into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sign_of_a_phrase_has_a_glyph() {
        let face = ttf_parser::Face::parse(CHINESE_FONT, 0).unwrap();
        let signs = crate::tongue::chinese_signs();
        let missing: String = signs
            .into_iter()
            .filter(|sign| face.glyph_index(*sign).is_none())
            .collect();
        assert_eq!(missing, "", "see assets/README.md");
        assert!(CHINESE_FONT.len() < 200_000);
    }

    #[test]
    fn every_role_has_a_sentinel_and_a_variable_of_its_own() {
        for (index, one) in ROLES.iter().enumerate() {
            for other in &ROLES[index + 1..] {
                assert_ne!(one.sentinel(), other.sentinel());
                assert_ne!(one.variable(), other.variable());
            }
        }
    }

    #[test]
    fn sentinels_become_variables() {
        let RGBColor(red, green, blue) = Ink::Grid.sentinel();
        let svg = format!("<rect fill=\"#{red:02X}{green:02X}{blue:02X}\" x=\"#0102ff\"/>");
        assert_eq!(
            with_variables(&svg),
            "<rect fill=\"var(--grid)\" x=\"#0102ff\"/>"
        );
    }
}
