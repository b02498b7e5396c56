//! Everything the page says about one record, as text and figures in the
//! order in which the template shows them.

use oscost_analysis::{Severity, Summary, claims, findings, headlines, kinds, per_task};
use oscost_record::{Aspect, CaseId, Damage, Driver, Record, State};

use super::answer::{Answer, census};
use super::beside::Costs;
use super::case::{Anchors, Row};
use super::claims::{ClaimLine, tally};
use super::drawings::Drawings;
use super::figure::Figure;
use super::keeping::Keeping;
use super::kinds::TraitRow;
use super::locks::locks;
use super::machine::{Fact, Rounds, configuration, identity};
use super::ridges::Group;
use super::talking::talking;
use super::through_time::{self, Times};
use super::topic::Topic;
use crate::Past;
use crate::picture::Sheet;
use crate::tongue::Lang;
use crate::{ReportError, words};

/// See the module.
pub(crate) struct Chapter {
    pub(super) machine: String,
    pub(super) started: String,
    pub(super) tool: String,
    pub(super) seed: u64,
    pub(super) command: String,
    pub(super) driver: &'static str,
    pub(super) answers: Vec<Answer>,
    pub(super) sure: Vec<String>,
    /// How the claims fared, and each of them.
    pub(super) tally: String,
    pub(super) claims: Vec<ClaimLine>,
    /// The three kinds side by side.
    pub(super) traits: Vec<TraitRow>,
    pub(super) emulated: Option<String>,
    /// Why the record is not whole, where it isn't.
    pub(super) cut: Option<&'static str>,
    pub(super) census: String,
    pub(super) findings: Vec<Advice>,
    pub(super) warnings: usize,
    pub(super) ladder: Option<Figure>,
    pub(super) apart: Option<Figure>,
    pub(super) curves: Vec<Figure>,
    pub(super) keeping: Vec<Keeping>,
    pub(super) topics: Vec<Topic>,
    pub(super) beside: Vec<Costs>,
    pub(super) distributions: Vec<Group>,
    pub(super) rows: Vec<Row>,
    pub(super) trouble: Vec<Row>,
    pub(super) identity: Vec<Fact>,
    pub(super) configuration: Vec<Fact>,
    pub(super) clock: Vec<Fact>,
    pub(super) rounds: Rounds,
    pub(super) damage: Vec<Damage>,
    /// The machines through time, that of the record first.
    pub(super) times: Vec<Times>,
    sheets: Vec<Sheet>,
    drawings: Drawings,
    note: String,
}

/// Something about the machine, with its remedy.
pub(super) struct Advice {
    pub(super) warning: bool,
    pub(super) what: String,
    pub(super) why: String,
    pub(super) remedy: String,
}

impl Chapter {
    /// Sums a record up and draws its figures.
    ///
    /// # Errors
    /// [`ReportError::Draw`] where a picture could not be drawn.
    pub(crate) fn of(
        record: &Record,
        summaries: &[Summary],
        pasts: &[Past],
        lang: Lang,
    ) -> Result<Self, ReportError> {
        let run = &record.run;
        let anchors = Anchors::of(summaries);
        let drawings = Drawings::of(summaries, lang);
        let states: Vec<State> = record
            .rounds
            .iter()
            .map(|round| round.state.clone())
            .collect();
        let advice: Vec<Advice> = findings(&run.machine, &run.configuration, &run.clock, &states)
            .into_iter()
            .map(|finding| Advice {
                warning: finding.severity == Severity::Warning,
                what: words::sentence(&finding.what),
                why: words::sentence(&finding.why),
                remedy: words::sentence(&finding.remedy),
            })
            .collect();
        let (sure, answers): (Vec<_>, Vec<_>) = headlines(summaries)
            .into_iter()
            .partition(|headline| headline.aspect == Aspect::Control);
        let rows = Row::all(summaries, &anchors, &drawings.distributions);
        let place = |id: &CaseId| anchors.of_case(id);
        let (times, sheets) = through_time::all(pasts, &anchors);
        let verdicts = claims(summaries);
        Ok(Self {
            machine: words::machine(&run.machine),
            started: run.started.clone(),
            tool: format!("{} {}", run.tool.name, run.tool.version),
            seed: run.seed,
            command: command(&run.command),
            driver: match run.driver {
                Driver::Rounds => "oscost run: many short rounds, cases shuffled in each",
                Driver::Criterion => "cargo bench: criterion decides how long to measure",
                Driver::Once => {
                    "oscost run --once: one operation of every case, to be proven; its times say nothing"
                }
            },
            answers: Answer::all(answers, summaries, &anchors),
            sure: sure.into_iter().map(|headline| headline.sentence).collect(),
            tally: tally(&verdicts),
            claims: ClaimLine::all(&verdicts, &anchors),
            traits: TraitRow::all(&kinds(summaries), &anchors),
            emulated: run.machine.emulated.clone(),
            cut: match &record.end {
                None => Some(
                    "The record has no closing line: the run was killed, and what follows is what it had measured by then.",
                ),
                Some(end) if end.interrupted => {
                    Some("The run was cut short; what follows is what it had measured by then.")
                }
                Some(_) => None,
            },
            census: census(summaries),
            warnings: advice.iter().filter(|finding| finding.warning).count(),
            findings: advice,
            ladder: drawings.ladder(&place)?,
            apart: drawings.apart(&place)?,
            curves: drawings.curves(&place)?,
            keeping: Keeping::all(&per_task(summaries), &anchors),
            topics: [
                locks(summaries, &anchors, drawings.locks(&place)?),
                talking(summaries, &anchors, drawings.talking(&place)?),
            ]
            .into_iter()
            .flatten()
            .collect(),
            beside: Costs::all(summaries, &anchors),
            distributions: drawings.groups(&anchors),
            trouble: rows
                .iter()
                .filter(|row| row.note.is_some())
                .cloned()
                .collect(),
            rows,
            identity: identity(&run.machine),
            configuration: configuration(&run.configuration),
            clock: super::machine::clock(&run.clock),
            rounds: Rounds::of(&record.rounds),
            damage: record.damage.clone(),
            times,
            sheets,
            note: format!(
                "{} {} · {} · {}",
                run.tool.name,
                run.tool.version,
                words::machine(&run.machine),
                run.started
            ),
            drawings,
        })
    }

    /// The PNG files: their names and their bytes.
    ///
    /// # Errors
    /// [`ReportError::Draw`] names the picture.
    pub(crate) fn pictures(&self) -> Result<Vec<(String, Vec<u8>)>, ReportError> {
        self.drawings.files(&self.sheets, &self.note)
    }
}

/// The command line as one would type it.
fn command(command: &[String]) -> String {
    let plain = |word: &str| {
        !word.is_empty()
            && word
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || "-_=./,:@%+".contains(letter))
    };
    let quoted = |word: &String| {
        if plain(word) {
            word.clone()
        } else {
            format!("'{}'", word.replace('\'', r"'\''"))
        }
    };
    command.iter().map(quoted).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_can_be_typed_again() {
        let words = ["oscost", "run", "a b", "it's", ""].map(str::to_owned);
        assert_eq!(command(&words), r"oscost run 'a b' 'it'\''s' ''");
    }
}
