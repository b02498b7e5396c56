//! A page in another language: every text between tags and every attribute
//! that people read is looked up; tags, script and style are left as they are.

use std::collections::HashMap;

use super::Lang;

/// Attributes that people read.
const READ: [&str; 4] = [
    " title=\"",
    " aria-label=\"",
    " placeholder=\"",
    " data-words=\"",
];

/// The page in a language.
pub(crate) fn translated(page: String, lang: Lang) -> String {
    if lang == Lang::En {
        return page;
    }
    let mut known: HashMap<&str, String> = HashMap::new();
    let mut out = String::with_capacity(page.len() * 11 / 10);
    let mut rest = page.as_str();
    while let Some(start) = rest.find('<') {
        let (text, tag) = rest.split_at(start);
        // A part of an id, which may be broken after it, is no word.
        match tag.starts_with("<wbr>") || out.ends_with("<code>") {
            true => out.push_str(text),
            false => said(text, lang, &mut known, &mut out),
        }
        // Neither style nor script has words.
        let raw = ["style", "script"].into_iter().find(|name| {
            let inside = tag[1..].strip_prefix(name);
            inside.is_some_and(|after| after.starts_with('>'))
        });
        let end = match raw {
            Some(name) => tag.find(&format!("</{name}>")).unwrap_or(tag.len()),
            None => tag.find('>').map_or(tag.len(), |end| end + 1),
        };
        let (tag, after) = tag.split_at(end);
        match raw {
            Some(_) => out.push_str(tag),
            None => attributes(tag, lang, &mut known, &mut out),
        }
        rest = after;
    }
    said(rest, lang, &mut known, &mut out);
    out
}

/// A tag with its attributes that people read. A quoted value never holds a
/// bare `"`: the template and the pictures escape it.
fn attributes<'a>(
    tag: &'a str,
    lang: Lang,
    known: &mut HashMap<&'a str, String>,
    out: &mut String,
) {
    let mut rest = tag;
    loop {
        let next = READ.iter().filter_map(|name| {
            let place = rest.find(name)?;
            Some(place + name.len())
        });
        let Some(start) = next.min() else {
            out.push_str(rest);
            return;
        };
        let (before, value) = rest.split_at(start);
        let end = value.find('"').unwrap_or(value.len());
        out.push_str(before);
        said(&value[..end], lang, known, out);
        rest = &value[end..];
    }
}

/// One text, escaped as it was.
fn said<'a>(text: &'a str, lang: Lang, known: &mut HashMap<&'a str, String>, out: &mut String) {
    if !text.bytes().any(|byte| byte.is_ascii_alphabetic()) && text.trim() != "." {
        out.push_str(text);
        return;
    }
    let said = known
        .entry(text)
        .or_insert_with(|| escaped(&lang.say(&plain(text))));
    out.push_str(said);
}

/// The signs that markup has names for; the first of all last, so that none is
/// read twice.
const NAMED: [(&str, &str); 8] = [
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", "\""),
    ("&#34;", "\""),
    ("&#39;", "'"),
    ("&#60;", "<"),
    ("&#62;", ">"),
    ("&#38;", "&"),
];

fn plain(text: &str) -> String {
    let text = NAMED.iter().fold(text.to_owned(), |text, (name, sign)| {
        text.replace(name, sign)
    });
    text.replace("&amp;", "&")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_stay_and_texts_change() {
        let page =
            "<style>p { How sure }</style><p title=\"kind\" class=\"kind\">kind<b>kind</b></p>";
        let said = translated(page.to_owned(), Lang::Zh);
        let kind = Lang::Zh.say("kind");
        assert_ne!(kind, "kind");
        assert_eq!(
            said,
            format!(
                "<style>p {{ How sure }}</style><p title=\"{kind}\" class=\"kind\">{kind}<b>{kind}</b></p>"
            )
        );
        assert_eq!(translated(page.to_owned(), Lang::En), page);
    }

    #[test]
    fn ids_and_commands_are_no_words() {
        for page in ["<a>kind<wbr>kind<wbr></a>", "<code>kind</code>"] {
            assert_eq!(translated(page.to_owned(), Lang::Zh), page);
        }
    }

    #[test]
    fn what_was_escaped_stays_escaped() {
        let page = "<p>&#60;script&#62; &amp;amp; x&#39;s</p>";
        let said = translated(page.to_owned(), Lang::Zh);
        assert_eq!(said, "<p>&lt;script&gt; &amp;amp; x&#39;s</p>");
    }
}
