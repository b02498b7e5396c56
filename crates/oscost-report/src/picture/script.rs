//! Where a text may be broken, and which font its letters come from: Chinese has
//! no spaces, and a font of its own.

use crate::tongue::is_chinese;

/// Stretches of a text that are Chinese or are not.
pub(super) fn runs(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let chinese = is_chinese(rest.chars().next()?);
        let end = rest.find(|letter| is_chinese(letter) != chinese);
        let (run, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after;
        Some(run)
    })
}

/// A word cut after its signs and after every Chinese letter; none begins with
/// a sign that closes.
pub(super) fn pieces(word: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut ended = true;
    for letter in word.chars() {
        let closes = "，。；：）、？！”".contains(letter);
        match pieces.last_mut() {
            Some(piece) if !ended || closes => piece.push(letter),
            _ => pieces.push(letter.to_string()),
        }
        ended = is_chinese(letter) || !letter.is_alphanumeric();
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chinese_text_may_be_broken_anywhere_but_before_a_stop() {
        assert_eq!(
            pieces("创建，pthread（一）"),
            ["创", "建，", "pthread（", "一）"]
        );
        assert_eq!(pieces("posix_spawn"), ["posix_", "spawn"]);
    }

    #[test]
    fn runs_are_of_one_script() {
        let found: Vec<&str> = runs("用 posix_spawn 启动").collect();
        assert_eq!(found, ["用", " posix_spawn ", "启动"]);
        assert_eq!(runs("").count(), 0);
    }
}
