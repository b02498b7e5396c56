//! A fleet in words: a table for a terminal and Markdown for a comment, made
//! from the same sections. The page is in `page::fleet`.

mod markdown;
mod means;
mod sections;
mod text;

pub use markdown::{fleet_markdown, fleet_markdown_in};
pub(crate) use means::{mean, place_of};
pub(crate) use sections::{Remark, census, remarks};
pub use text::fleet_table;
