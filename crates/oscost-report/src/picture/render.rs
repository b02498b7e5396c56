//! From a picture to files: PNG at twice the density, and SVG whose colours
//! are CSS variables and whose marks link to the rows of the table.

use image::ImageEncoder as _;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use plotters::prelude::{BitMapBackend, IntoDrawingArea as _, SVGBackend};

use super::canvas::{Canvas, Face};
use super::path::with_paths;
use super::theme::{CHINESE, Ink, Paint, fonts, with_variables};
use super::{DrawError, Hit, Layout, Picture};
use crate::tongue::Lang;

/// Device pixels per logical pixel. SVG uses it too: plotters has whole
/// pixels only, and halves make curves smooth.
pub(super) const DENSITY: f64 = 2.0;
/// Room that a PNG has above and below, which the page needs not.
const MARGIN: f64 = 20.0;
const HEADER: f64 = 45.0;
const LINE: f64 = 17.0;
const FOOTER: f64 = 34.0;

/// A picture for the page, in two layouts.
#[derive(Clone, Debug)]
pub(crate) struct Svg {
    /// For a desk.
    pub(crate) wide: String,
    /// For a telephone.
    pub(crate) narrow: String,
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a picture's size in pixels"
)]
fn device(length: f64) -> u32 {
    (length * DENSITY).ceil() as u32
}

/// Draws a picture as a PNG file with its title, its legend and a `note` of
/// where it comes from.
///
/// # Errors
/// What plotters or the encoder says.
pub(crate) fn png(picture: &impl Picture, note: &str, lang: Lang) -> Result<Vec<u8>, DrawError> {
    fonts()?;
    let layout = Layout::Wide;
    let room = layout.width();
    let small = Face::SMALL.ink(Ink::Muted);
    let legend = small.wrapped(&lang.say(&picture.legend()), " ", room, DENSITY);
    let header = HEADER + LINE * legend.len() as f64;
    let width = device(room + 2.0 * MARGIN);
    let height = device(header + picture.height(layout, lang) + FOOTER);
    let mut pixels = vec![0; 3 * width as usize * height as usize];
    {
        let area = BitMapBackend::with_buffer(&mut pixels, (width, height)).into_drawing_area();
        let mut frame = Canvas::new(area.clone(), Paint::Light, DENSITY, lang)?;
        let title = frame.fitted(&picture.title(), Face::TITLE, room);
        frame.text((MARGIN, 24.0), &title, Face::TITLE)?;
        for (number, line) in legend.iter().enumerate() {
            frame.text((MARGIN, 46.0 + LINE * number as f64), line, small)?;
        }
        let bottom = header + picture.height(layout, lang) + FOOTER / 2.0;
        let note = frame.fitted(note, small, room);
        frame.text((MARGIN, bottom), &note, small)?;
        frame.finish()?;
        let margin = i32::try_from(device(MARGIN)).unwrap_or_default();
        let inner = area.margin(0, 0, margin, margin);
        let mut canvas = Canvas::inside(inner, Paint::Light, DENSITY, lang);
        canvas.move_down(header);
        picture.draw(&mut canvas, layout)?;
        canvas.finish()?;
    }
    let mut file = Vec::new();
    // Flat areas pack best unfiltered.
    PngEncoder::new_with_quality(&mut file, CompressionType::Default, FilterType::NoFilter)
        .write_image(&pixels, width, height, image::ColorType::Rgb8)
        .map_err(|error| DrawError(error.to_string()))?;
    Ok(file)
}

/// Draws a picture for the page. `anchor` gives the anchor of a case's row.
///
/// # Errors
/// What plotters says.
pub(crate) fn svg(
    picture: &impl Picture,
    anchor: &dyn Fn(&Hit) -> String,
    lang: Lang,
) -> Result<Svg, DrawError> {
    Ok(Svg {
        wide: one_svg(picture, Layout::Wide, anchor, lang)?,
        narrow: one_svg(picture, Layout::Narrow, anchor, lang)?,
    })
}

fn one_svg(
    picture: &impl Picture,
    layout: Layout,
    anchor: &dyn Fn(&Hit) -> String,
    lang: Lang,
) -> Result<String, DrawError> {
    fonts()?;
    let (width, height) = (device(layout.width()), device(picture.height(layout, lang)));
    let mut text = String::new();
    let hits = {
        let area = SVGBackend::with_string(&mut text, (width, height)).into_drawing_area();
        let mut canvas = Canvas::new(area, Paint::Variables, DENSITY, lang)?;
        picture.draw(&mut canvas, layout)?;
        canvas.finish()?
    };
    let open = format!("<svg width=\"{width}\" height=\"{height}\" ");
    let class = layout.pick("wide", "narrow");
    let alt = escape(&picture.alt());
    let ours = format!("<svg class=\"{class}\" role=\"group\" aria-label=\"{alt}\" ");
    let links: String = hits.iter().map(|hit| link(hit, &anchor(hit))).collect();
    Ok(shorter(&with_variables(&text))
        .replacen(&open, &ours, 1)
        .replace("</svg>", &format!("{links}</svg>")))
}

/// What plotters says of nearly every element, and the short form that the
/// page's style spells out.
const SHORT: [(&str, &str); 10] = [
    (" opacity=\"1\"", ""),
    (" font-family=\"sans-serif\"", ""),
    (" fill=\"none\" stroke=", " stroke="),
    (" fill=\"none\" opacity=", " opacity="),
    (" stroke-width=\"2\"", ""),
    (" dy=\"0.5ex\"", ""),
    (" text-anchor=\"start\"", ""),
    (" font-size=\"25\"", ""),
    (" font-size=\"26.000000000000004\"", " font-size=\"26\""),
    (" \"/>", "\"/>"),
];

fn shorter(svg: &str) -> String {
    let svg = SHORT.iter().fold(svg.to_owned(), |svg, (long, short)| {
        svg.replace(long, short)
    });
    // The page says which fonts it has.
    let svg = svg.replace(&format!(" font-family=\"{CHINESE}\""), "");
    with_paths(&svg)
        .replace(">\n", ">")
        .replace("\n</text>", "</text>")
}

fn link(hit: &Hit, anchor: &str) -> String {
    let [x, y, width, height] = hit.area.map(|length| length * DENSITY);
    format!(
        "<a href=\"#{}\"><title>{}</title><rect x=\"{x:.0}\" y=\"{y:.0}\" width=\"{width:.0}\" height=\"{height:.0}\"/></a>",
        escape(anchor),
        escape(&hit.label),
    )
}

/// Text as the content or a quoted attribute of SVG and HTML.
fn escape(text: &str) -> String {
    text.chars().fold(String::new(), |mut safe, letter| {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
        safe
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::theme::FAMILY;

    #[test]
    fn the_short_forms_are_of_what_the_backend_says() {
        let mut text = String::new();
        {
            let area = SVGBackend::with_string(&mut text, (200, 100)).into_drawing_area();
            let mut canvas = Canvas::new(area, Paint::Variables, DENSITY, Lang::En).unwrap();
            canvas.text((5.0, 5.0), "a", Face::SMALL).unwrap();
            canvas.text((5.0, 5.0), "a", Face::BODY).unwrap();
            canvas
                .line(&[(0.0, 0.0), (5.0, 5.0)], Ink::Grid, 1.0)
                .unwrap();
            canvas.leader(&[(0.0, 0.0), (5.0, 5.0)], Ink::Grid).unwrap();
            canvas.finish().unwrap();
        }
        for (long, short) in SHORT {
            assert!(text.contains(long), "{long} in {text}");
            text = text.replace(long, short);
        }
        assert!(!text.contains(FAMILY));
    }
}
