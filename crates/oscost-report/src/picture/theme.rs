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
}

/// Every role, in the order of the sentinels.
const ROLES: [Ink; 7] = [
    Ink::Paper,
    Ink::Text,
    Ink::Muted,
    Ink::Grid,
    Ink::Kind(TaskKind::Process),
    Ink::Kind(TaskKind::Thread),
    Ink::Kind(TaskKind::Coroutine),
];

impl Ink {
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
        }
    }

    /// A colour that stands for the role until [`with_variables`] swaps it.
    fn sentinel(self) -> RGBColor {
        let place = ROLES.iter().zip(0u8..).find(|(role, _)| **role == self);
        RGBColor(1, 2, 0xA0 + place.map_or(0, |(_, index)| index))
    }
}

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
    ROLES.iter().fold(svg.to_owned(), |svg, role| {
        let RGBColor(red, green, blue) = role.sentinel();
        let sentinel = format!("\"#{red:02X}{green:02X}{blue:02X}\"");
        svg.replace(&sentinel, &format!("\"var({})\"", role.variable()))
    })
}

/// Registers the embedded fonts, once per process.
pub(super) fn fonts() -> Result<(), DrawError> {
    static DONE: OnceLock<bool> = OnceLock::new();
    let done = DONE.get_or_init(|| {
        let normal = include_bytes!("../../assets/DejaVuSans-subset.ttf");
        let bold = include_bytes!("../../assets/DejaVuSans-Bold-subset.ttf");
        register_font(FAMILY, FontStyle::Normal, normal).is_ok()
            && register_font(FAMILY, FontStyle::Bold, bold).is_ok()
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
        let svg = format!("<rect fill=\"#{red:02X}{green:02X}{blue:02X}\"/>");
        assert_eq!(with_variables(&svg), "<rect fill=\"var(--grid)\"/>");
    }
}
