//! The content security policy of the page: nothing is loaded, and only the
//! style and the script that the page itself carries are applied.

use sha2::{Digest as _, Sha256};

/// The value of the policy's meta tag. A meta tag cannot say who may frame
/// the page; browsers complain where one tries.
pub(super) fn policy(style: &str, script: &str, has_font: bool) -> String {
    let font = if has_font { " font-src data:;" } else { "" };
    format!(
        "default-src 'none'; img-src data:;{font} style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
        source(style),
        source(script),
    )
}

fn source(text: &str) -> String {
    format!("'sha256-{}'", base64(&Sha256::digest(text.as_bytes())))
}

/// RFC 4648, section 4, with padding.
pub(super) fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4usize {
            if place <= chunk.len() {
                let letter = LETTERS[(bits >> (18 - 6 * place)) as usize & 63];
                text.push(char::from(letter));
            } else {
                text.push('=');
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test vectors of RFC 4648, section 10.
    #[test]
    fn base64_agrees_with_its_standard() {
        let vectors = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foobar", "Zm9vYmFy"),
        ];
        for (plain, coded) in vectors {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn nothing_applies_but_what_the_page_carries() {
        let policy = policy("p {}", "f()", true);
        let directives: Vec<(&str, &str)> = (policy.split("; "))
            .map(|directive| directive.split_once(' ').unwrap())
            .collect();
        // All that loads falls back to the first; these two do not.
        for name in ["default-src", "base-uri", "form-action"] {
            assert!(directives.contains(&(name, "'none'")), "{policy}");
        }
        for (name, source) in directives {
            let is_ours = match name {
                "img-src" | "font-src" => source == "data:",
                "style-src" | "script-src" => source.starts_with("'sha256-"),
                _ => source == "'none'",
            };
            assert!(is_ours && !source.contains(' '), "{name} {source}");
        }
    }

    /// What the template does not escape is what this crate itself made: style,
    /// script and pictures, whose texts are escaped as they are drawn.
    #[test]
    fn templates_escape_everything_else() {
        let templates = [
            include_str!("../../templates/page.html"),
            include_str!("../../templates/fleet.html"),
            include_str!("../../templates/macros.html"),
        ];
        let mut raw: Vec<&str> = templates
            .iter()
            .flat_map(|template| template.split("{{").skip(1))
            .map(|rest| rest.split("}}").next().unwrap().trim())
            .filter(|expression| expression.contains('|'))
            .collect();
        raw.sort_unstable();
        raw.dedup();
        let ours = [
            "figure.svg.narrow|safe",
            "figure.svg.wide|safe",
            "script|safe",
            "style|safe",
        ];
        assert_eq!(raw, ours);
        assert!(templates.iter().all(|text| !text.contains("autoescape")));
    }

    /// SHA-256 of the empty text, as `openssl dgst -sha256 -binary | base64`
    /// prints it.
    #[test]
    fn a_source_is_a_hash_in_quotes() {
        assert_eq!(
            source(""),
            "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
        );
    }
}
