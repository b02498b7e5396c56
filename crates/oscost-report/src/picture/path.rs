//! Short path data of SVG: what a page of thousands of strokes is made of.
//! Nothing is rounded here; points are whole already.

use std::fmt::Write as _;

/// A point in device pixels.
pub(super) type Point = (i64, i64);

/// A stroke through `points`, as relative steps after its first point:
/// `M72 96v-4l8-17 8-19`. Closed, it ends in `z`.
pub(super) fn stroke(points: &[Point], closed: bool) -> String {
    let mut data = String::new();
    let mut at: Option<Point> = None;
    let mut before = ' ';
    for &(x, y) in points {
        let Some((from_x, from_y)) = at else {
            let _ = write!(data, "M{x} {y}");
            at = Some((x, y));
            continue;
        };
        let (dx, dy) = (x - from_x, y - from_y);
        let step = match (dx, dy) {
            (0, 0) => continue,
            (_, 0) => 'h',
            (0, _) => 'v',
            _ => 'l',
        };
        // A command holds until another one; a sign parts two numbers.
        match (step == before, step) {
            (false, _) => data.push(step),
            (true, 'v') if dy >= 0 => data.push(' '),
            (true, 'h' | 'l') if dx >= 0 => data.push(' '),
            _ => {}
        }
        match step {
            'h' => write!(data, "{dx}"),
            'v' => write!(data, "{dy}"),
            _ if dy < 0 => write!(data, "{dx}{dy}"),
            _ => write!(data, "{dx} {dy}"),
        }
        .unwrap_or_default();
        before = step;
        at = Some((x, y));
    }
    if closed {
        data.push('z');
    }
    data
}

/// The points of an attribute: `72,96 72,92 `.
fn points(text: &str) -> Option<Vec<Point>> {
    let point = |pair: &str| {
        let (x, y) = pair.split_once(',')?;
        Some((x.parse().ok()?, y.parse().ok()?))
    };
    text.split_whitespace().map(point).collect()
}

/// The SVG with every polyline and polygon as a path; neighbours that look alike
/// are one. Whatever else there is stays.
pub(super) fn with_paths(svg: &str) -> String {
    let mut text = String::with_capacity(svg.len() / 2);
    // What the last path looks like, while more may be added to it.
    let mut open: Option<&str> = None;
    for line in svg.lines() {
        match path(line) {
            Some((look, data)) => {
                if open != Some(look) {
                    close(&mut text, open);
                    let _ = write!(text, "<path{look} d=\"");
                }
                text.push_str(&data);
                open = Some(look);
            }
            None => {
                close(&mut text, open.take());
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    close(&mut text, open);
    text
}

fn close(text: &mut String, open: Option<&str>) {
    if open.is_some() {
        text.push_str("\"/>\n");
    }
}

/// The attributes of a line's shape but its points, and these as path data.
fn path(line: &str) -> Option<(&str, String)> {
    let open = |name: &str| line.strip_prefix(name);
    let (rest, closed) = match (open("<polyline"), open("<polygon")) {
        (Some(rest), _) => (rest, false),
        (None, rest) => (rest?, true),
    };
    let (look, rest) = rest.split_once(" points=\"")?;
    let list = rest.strip_suffix("\"/>")?;
    Some((look, stroke(&points(list)?, closed)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_relative_and_as_short_as_can_be() {
        let curve = [
            (72, 96),
            (72, 92),
            (80, 75),
            (88, 56),
            (88, 56),
            (96, 61),
            (90, 61),
        ];
        assert_eq!(stroke(&curve, false), "M72 96v-4l8-17 8-19 8 5h-6");
        let square = [(0, 0), (4, 0), (4, 4), (0, 4)];
        assert_eq!(stroke(&square, true), "M0 0h4v4h-4z");
        assert_eq!(
            stroke(&[(0, 9), (0, 7), (0, 5), (0, 8)], false),
            "M0 9v-2-2 3"
        );
        assert_eq!(stroke(&[], false), "");
    }

    #[test]
    fn neighbours_that_look_alike_are_one_path() {
        let svg = "<svg>\n<polyline stroke=\"a\" points=\"1,2 1,9 \"/>\n<polyline stroke=\"a\" points=\"3,2 3,9\"/>\n<polygon fill=\"b\" points=\"0,0 4,0 4,4\"/>\n<text>\np99\n</text>\n</svg>\n";
        assert_eq!(
            with_paths(svg),
            "<svg>\n<path stroke=\"a\" d=\"M1 2v7M3 2v7\"/>\n<path fill=\"b\" d=\"M0 0h4v4z\"/>\n<text>\np99\n</text>\n</svg>\n"
        );
    }
}
