//! What pictures are drawn on: text, lines and marks at logical pixels, on
//! any backend of plotters. It knows nothing of cases; a picture tells it
//! which area belongs to which case, so that the page can link it.

use oscost_record::CaseId;
use plotters::coord::Shift;
use plotters::prelude::{Circle, DrawingArea, DrawingBackend, PathElement, Polygon, ShapeStyle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color as _, FontDesc, FontFamily, FontStyle};

use super::DrawError;
use super::script::{pieces, runs};
use super::theme::{CHINESE, FAMILY, Ink, Paint};
use crate::tongue::{Lang, is_chinese};

/// An area of a picture that belongs to one case.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Hit {
    /// Which case.
    pub(crate) id: CaseId,
    /// What it says there, in words.
    pub(crate) label: String,
    /// Left, top, width, height.
    pub(crate) area: [f64; 4],
}

/// Which end of a text stands at its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    /// The text begins there.
    Left,
    /// The text is centred there.
    Middle,
    /// The text ends there.
    Right,
}

/// How a text looks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Face {
    size: f64,
    bold: bool,
    ink: Ink,
    align: Align,
}

impl Face {
    /// Ordinary text.
    pub(crate) const BODY: Self = Self::new(13.0);
    /// Tick labels and notes.
    pub(crate) const SMALL: Self = Self::new(12.5);
    /// The title of a PNG file.
    pub(crate) const TITLE: Self = Self::new(18.0).bold();

    const fn new(size: f64) -> Self {
        Self {
            size,
            bold: false,
            ink: Ink::Text,
            align: Align::Left,
        }
    }

    pub(crate) const fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    pub(crate) const fn bold_if(self, bold: bool) -> Self {
        Self { bold, ..self }
    }

    pub(crate) const fn ink(self, ink: Ink) -> Self {
        Self { ink, ..self }
    }

    pub(crate) const fn align(self, align: Align) -> Self {
        Self { align, ..self }
    }

    /// How wide a text is, in logical pixels of `scale` device pixels.
    fn width(&self, text: &str, scale: f64) -> f64 {
        // A browser takes the Latin letters of a Chinese text from another font.
        let width = |run: &str| {
            let size = self.font(run, scale).box_size(run);
            size.map_or(0.0, |(width, _)| f64::from(width) / scale)
        };
        runs(text).map(width).sum()
    }

    /// The text in lines of at most `room`, broken at `separator`. A part that
    /// is wider by itself is broken after its signs; what has none stays whole.
    pub(super) fn wrapped(
        &self,
        text: &str,
        separator: &str,
        room: f64,
        scale: f64,
    ) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for part in text.split(separator) {
            let longer = lines.last().map(|line| format!("{line}{separator}{part}"));
            match (lines.last_mut(), longer) {
                (Some(line), Some(longer)) if self.width(&longer, scale) <= room => *line = longer,
                _ if self.width(part, scale) <= room => lines.push(part.to_owned()),
                _ => lines.extend(self.broken(part, room, scale)),
            }
        }
        lines
    }

    /// A word in lines of at most `room`, broken after its signs.
    fn broken(&self, word: &str, room: f64, scale: f64) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for piece in pieces(word) {
            match lines.last_mut() {
                Some(line) if self.width(&format!("{line}{piece}"), scale) <= room => {
                    line.push_str(&piece);
                }
                _ => lines.push(piece),
            }
        }
        lines
    }

    /// plotters divides by 1.24 to get at the em.
    fn font(&self, text: &str, scale: f64) -> FontDesc<'static> {
        let family = match text.chars().any(is_chinese) {
            true => CHINESE,
            false => FAMILY,
        };
        let style = if self.bold {
            FontStyle::Bold
        } else {
            FontStyle::Normal
        };
        FontDesc::new(FontFamily::Name(family), self.size * scale * 1.24, style)
    }
}

/// The surface of one picture.
pub(crate) struct Canvas<DB: DrawingBackend> {
    area: DrawingArea<DB, Shift>,
    paint: Paint,
    scale: f64,
    /// In which every text is written.
    pub(super) lang: Lang,
    /// Where the picture's own zero is, below the title.
    top: f64,
    /// Logical pixels.
    pub(crate) width: f64,
    /// The areas that belong to a case.
    pub(crate) hits: Vec<Hit>,
}

impl<DB: DrawingBackend> Canvas<DB> {
    pub(super) fn new(
        area: DrawingArea<DB, Shift>,
        paint: Paint,
        scale: f64,
        lang: Lang,
    ) -> Result<Self, DrawError> {
        area.fill(&paint.colour(Ink::Paper))?;
        Ok(Self::inside(area, paint, scale, lang))
    }

    /// A canvas over what is there already.
    pub(super) fn inside(
        area: DrawingArea<DB, Shift>,
        paint: Paint,
        scale: f64,
        lang: Lang,
    ) -> Self {
        let width = f64::from(area.dim_in_pixel().0) / scale;
        Self {
            area,
            paint,
            scale,
            lang,
            top: 0.0,
            width,
            hits: Vec::new(),
        }
    }

    /// Everything after this is drawn `by` further down.
    pub(super) fn move_down(&mut self, by: f64) {
        self.top += by;
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "pictures are far smaller than i32"
    )]
    fn pixel(&self, (x, y): (f64, f64)) -> (i32, i32) {
        (
            (x * self.scale).round() as i32,
            ((y + self.top) * self.scale).round() as i32,
        )
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a few pixels, above zero"
    )]
    fn length(&self, length: f64) -> u32 {
        (length * self.scale).round().max(1.0) as u32
    }

    fn style(&self, ink: Ink, opacity: f64) -> ShapeStyle {
        ShapeStyle {
            color: self.paint.colour(ink).mix(opacity),
            filled: true,
            stroke_width: 1,
        }
    }

    /// Writes one line of text, its middle at the height of `at`.
    pub(crate) fn text(&mut self, at: (f64, f64), text: &str, face: Face) -> Result<(), DrawError> {
        let text = self.lang.say(text);
        self.name(at, &text, face)
    }

    /// The same for what is no word: it stays as it is in every language.
    pub(crate) fn name(&mut self, at: (f64, f64), text: &str, face: Face) -> Result<(), DrawError> {
        let align = match face.align {
            Align::Left => HPos::Left,
            Align::Middle => HPos::Center,
            Align::Right => HPos::Right,
        };
        let style = face
            .font(text, self.scale)
            .color(&self.paint.colour(face.ink))
            .pos(Pos::new(align, VPos::Center));
        // A browser centres the small letters on the given height; plotters'
        // own rasteriser sets them higher.
        let sag = match self.paint {
            Paint::Light => 0.2 * face.size,
            Paint::Variables => 0.0,
        };
        let (x, y) = self.pixel((at.0, at.1 + sag));
        self.area.draw_text(text, &style, (x, y))?;
        // The Chinese font has one weight; a browser makes the bold one itself.
        if face.bold && self.paint == Paint::Light && text.chars().any(is_chinese) {
            self.area.draw_text(text, &style, (x + 1, y))?;
        }
        Ok(())
    }

    /// How wide a text is.
    pub(crate) fn text_width(&self, text: &str, face: Face) -> f64 {
        face.width(&self.lang.say(text), self.scale)
    }

    /// The text, or as much of it as `room` holds, with an ellipsis.
    pub(crate) fn fitted(&self, text: &str, face: Face, room: f64) -> String {
        self.fitted_name(&self.lang.say(text), face, room)
    }

    /// The same for what is no word.
    pub(crate) fn fitted_name(&self, text: &str, face: Face, room: f64) -> String {
        if face.width(text, self.scale) <= room {
            return text.to_owned();
        }
        let mut kept: Vec<char> = text.chars().collect();
        while kept.pop().is_some() {
            let shorter = kept.iter().collect::<String>().trim_end().to_owned() + "…";
            if face.width(&shorter, self.scale) <= room {
                return shorter;
            }
        }
        String::new()
    }

    /// The text in lines of at most `room`, broken at `separator`.
    pub(crate) fn wrapped(
        &self,
        text: &str,
        separator: &str,
        face: Face,
        room: f64,
    ) -> Vec<String> {
        face.wrapped(&self.lang.say(text), separator, room, self.scale)
    }

    /// Draws a line through `points`.
    pub(crate) fn line(
        &mut self,
        points: &[(f64, f64)],
        ink: Ink,
        width: f64,
    ) -> Result<(), DrawError> {
        self.stroke(points, self.style(ink, 1.0), width)
    }

    /// Draws a thin line that only leads the eye.
    pub(crate) fn leader(&mut self, points: &[(f64, f64)], ink: Ink) -> Result<(), DrawError> {
        self.stroke(points, self.style(ink, 0.4), 1.0)
    }

    fn stroke(
        &mut self,
        points: &[(f64, f64)],
        style: ShapeStyle,
        width: f64,
    ) -> Result<(), DrawError> {
        let style = style.stroke_width(self.length(width));
        let points: Vec<_> = points.iter().map(|&point| self.pixel(point)).collect();
        Ok(self.area.draw(&PathElement::new(points, style))?)
    }

    /// Draws a dashed line from `from` to `to`.
    pub(crate) fn dashes(
        &mut self,
        from: (f64, f64),
        to: (f64, f64),
        ink: Ink,
        width: f64,
    ) -> Result<(), DrawError> {
        const DASH: f64 = 7.0;
        const GAP: f64 = 5.0;
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = dx.hypot(dy);
        let mut start = 0.0;
        while start < length {
            let end = (start + DASH).min(length);
            let along = |way: f64| (from.0 + dx * way / length, from.1 + dy * way / length);
            self.line(&[along(start), along(end)], ink, width)?;
            start += DASH + GAP;
        }
        Ok(())
    }

    /// Fills a shape.
    pub(crate) fn fill(
        &mut self,
        points: &[(f64, f64)],
        ink: Ink,
        opacity: f64,
    ) -> Result<(), DrawError> {
        let points: Vec<_> = points.iter().map(|&point| self.pixel(point)).collect();
        Ok(self
            .area
            .draw(&Polygon::new(points, self.style(ink, opacity)))?)
    }

    /// Fills a disc.
    pub(super) fn disc(
        &mut self,
        middle: (f64, f64),
        radius: f64,
        ink: Ink,
    ) -> Result<(), DrawError> {
        let disc = Circle::new(
            self.pixel(middle),
            self.length(radius),
            self.style(ink, 1.0),
        );
        Ok(self.area.draw(&disc)?)
    }

    /// Notes that an area belongs to a case.
    pub(crate) fn hit(&mut self, id: &CaseId, label: String, [x, y, width, height]: [f64; 4]) {
        let area = [x, y + self.top, width, height];
        self.hits.push(Hit {
            id: id.clone(),
            label,
            area,
        });
    }

    pub(super) fn finish(self) -> Result<Vec<Hit>, DrawError> {
        self.area.present()?;
        Ok(self.hits)
    }
}
