//! The page of a fleet: who stands where, machines × costs as a heat map, bars
//! for each cost, and between two machines what differs beside which costs do.
//! It runs no script.

mod bars;
mod costs;
mod heat;
mod pairs;
mod shown;
mod sketch;

use askama::Template;
use oscost_analysis::fleet::Joined;

use super::{policy, style};
use crate::ReportError;
use crate::fleet::{Remark, census, remarks};
use crate::tongue::{Lang, translated};
use bars::Bars;
use costs::{Group, Spread};
use heat::Heat;
use pairs::Between;
use shown::{Column, Seat};
pub(crate) use sketch::picture;

const STYLE: &str = include_str!("../../../assets/fleet.css");

/// What the template sees.
#[derive(Template)]
#[template(path = "fleet.html")]
struct Page<'a> {
    policy: String,
    lang: &'static str,
    style: &'a str,
    census: String,
    /// Whether machines stand for their hosts.
    crowd: bool,
    remarks: Vec<Remark>,
    seats: Vec<Seat>,
    columns: Vec<Column>,
    /// How many machines have no column.
    beyond: Option<String>,
    heat: Heat,
    more_heat: Vec<Group<Heat>>,
    bars: Vec<Bars>,
    more_bars: Vec<Group<Vec<Bars>>>,
    pairs: Vec<Between>,
    spreads: Vec<Group<Vec<Spread>>>,
    threshold: String,
}

/// The whole page as text.
///
/// # Errors
/// What the template says.
pub(crate) fn render(joined: &Joined, threshold: f64, lang: Lang) -> Result<String, ReportError> {
    let style = format!("{}{STYLE}", style(lang));
    let columns = shown::columns(joined);
    let (fleet, ranking) = joined.shown();
    let (first, rest) = costs::split(fleet, ranking);
    let beyond = ranking.order.len().saturating_sub(shown::MOST);
    let page = Page {
        policy: policy::policy(&style, "", lang == Lang::Zh),
        lang: lang.tag(),
        style: &style,
        census: census(joined),
        crowd: joined.is_crowd(),
        remarks: remarks(joined),
        seats: shown::seats(joined),
        beyond: (beyond > 0).then(|| crate::words::several(beyond as u64, "more machine")),
        heat: Heat::of(joined, &columns, &first),
        more_heat: costs::by_suite(fleet, &rest, |costs| Heat::of(joined, &columns, costs)),
        bars: first
            .iter()
            .map(|cost| Bars::of(joined, &columns, cost))
            .collect(),
        more_bars: costs::by_suite(fleet, &rest, |costs| {
            costs
                .iter()
                .map(|cost| Bars::of(joined, &columns, cost))
                .collect()
        }),
        columns,
        pairs: pairs::all(joined, threshold),
        spreads: costs::spreads(joined),
        threshold: oscost_analysis::format::percent(threshold),
    };
    Ok(translated(page.render()?, lang))
}
