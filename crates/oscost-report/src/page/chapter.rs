//! Everything the page says about one record, as text and figures in the
//! order in which the template shows them.

use std::thread;

use oscost_analysis::{Severity, findings, headlines, ladder, summarise};
use oscost_record::{Aspect, CaseId, Damage, Driver, Record, State};

use super::answer::{Answer, census};
use super::case::{Anchors, CaseNote, Row};
use super::figure::Figure;
use super::machine::{Fact, Rounds, configuration, identity};
use crate::picture::{
    Distribution, Ladder, Lines, Picture, distributions, fork_against_memory, memory_against_tasks,
    png,
};
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
    pub(super) emulated: Option<String>,
    /// Why the record is not whole, where it isn't.
    pub(super) cut: Option<&'static str>,
    pub(super) census: String,
    pub(super) findings: Vec<Advice>,
    pub(super) warnings: usize,
    pub(super) ladder: Option<Figure>,
    pub(super) curves: Vec<Figure>,
    pub(super) distributions: Vec<Group>,
    pub(super) rows: Vec<Row>,
    pub(super) trouble: Vec<Row>,
    pub(super) identity: Vec<Fact>,
    pub(super) configuration: Vec<Fact>,
    pub(super) clock: Vec<Fact>,
    pub(super) rounds: Rounds,
    pub(super) damage: Vec<Damage>,
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

/// The distributions of one aspect.
pub(super) struct Group {
    pub(super) title: &'static str,
    pub(super) figures: Vec<Figure>,
}

struct Drawings {
    ladder: Option<Ladder>,
    lines: Vec<Lines>,
    distributions: Vec<Distribution>,
}

impl Chapter {
    /// Sums a record up and draws its figures.
    ///
    /// # Errors
    /// [`ReportError::Draw`] where a picture could not be drawn.
    pub(crate) fn of(record: &Record) -> Result<Self, ReportError> {
        let run = &record.run;
        let summaries = summarise(record);
        let anchors = Anchors::of(&summaries);
        let drawings = Drawings {
            ladder: Ladder::of(&ladder(&summaries)),
            lines: [
                fork_against_memory(&summaries),
                memory_against_tasks(&summaries),
            ]
            .into_iter()
            .flatten()
            .collect(),
            distributions: distributions(&summaries),
        };
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
        let (sure, answers): (Vec<_>, Vec<_>) = headlines(&summaries)
            .into_iter()
            .partition(|headline| headline.aspect == Aspect::Control);
        let rows = Row::all(&summaries, &anchors, &drawings.distributions);
        let place = |id: &CaseId| anchors.of_case(id);
        Ok(Self {
            machine: machine_name(record),
            started: run.started.clone(),
            tool: format!("{} {}", run.tool.name, run.tool.version),
            seed: run.seed,
            command: command(&run.command),
            driver: match run.driver {
                Driver::Rounds => "oscost run: many short rounds, cases shuffled in each",
                Driver::Criterion => "cargo bench: criterion decides how long to measure",
            },
            answers: Answer::all(answers, &summaries, &anchors),
            sure: sure.into_iter().map(|headline| headline.sentence).collect(),
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
            census: census(&summaries),
            warnings: advice.iter().filter(|finding| finding.warning).count(),
            findings: advice,
            ladder: drawings
                .ladder
                .as_ref()
                .map(|picture| Figure::of(picture, &place))
                .transpose()?,
            curves: drawings
                .lines
                .iter()
                .map(|picture| Figure::of(picture, &place))
                .collect::<Result<_, _>>()?,
            distributions: Group::all(&drawings.distributions, &place, &anchors)?,
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
            note: format!(
                "{} {} · {} · {}",
                run.tool.name,
                run.tool.version,
                machine_name(record),
                run.started
            ),
            drawings,
        })
    }

    /// Every picture as a PNG file: its name and its bytes.
    ///
    /// # Errors
    /// [`ReportError::Draw`] names the picture.
    pub(crate) fn pictures(&self) -> Result<Vec<(String, Vec<u8>)>, ReportError> {
        let Drawings {
            ladder,
            lines,
            distributions,
        } = &self.drawings;
        let mut files = Vec::new();
        if let Some(picture) = ladder {
            files.push(file(picture, &self.note)?);
        }
        for picture in lines {
            files.push(file(picture, &self.note)?);
        }
        // There are dozens of these: each processor draws its share.
        let workers = thread::available_parallelism().map_or(1, usize::from);
        let share = distributions.len().div_ceil(workers).max(1);
        let drawn = thread::scope(|scope| {
            let draw = |part: &[Distribution]| -> Result<Vec<_>, ReportError> {
                part.iter()
                    .map(|picture| file(picture, &self.note))
                    .collect()
            };
            let at_work: Vec<_> = distributions
                .chunks(share)
                .map(|part| scope.spawn(move || draw(part)))
                .collect();
            at_work
                .into_iter()
                .map(|worker| worker.join())
                .collect::<Vec<_>>()
        });
        for part in drawn {
            match part {
                Ok(part) => files.extend(part?),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        Ok(files)
    }
}

fn file(picture: &impl Picture, note: &str) -> Result<(String, Vec<u8>), ReportError> {
    let name = format!("{}.png", picture.stem());
    match png(picture, note) {
        Ok(bytes) => Ok((name, bytes)),
        Err(source) => Err(ReportError::Draw {
            picture: name,
            source,
        }),
    }
}

impl Group {
    fn all(
        pictures: &[Distribution],
        place: &dyn Fn(&CaseId) -> String,
        anchors: &Anchors,
    ) -> Result<Vec<Self>, ReportError> {
        let mut groups = Vec::new();
        for aspect in Aspect::ALL {
            let of_it = pictures
                .iter()
                .filter(|picture| picture.aspect() == Some(aspect));
            let figures: Vec<Figure> = of_it
                .map(|picture| {
                    Ok(Figure::of(picture, place)?
                        .with_cases(picture.name(), CaseNote::all(picture, anchors)))
                })
                .collect::<Result<_, ReportError>>()?;
            if !figures.is_empty() {
                groups.push(Self {
                    title: words::aspect(aspect),
                    figures,
                });
            }
        }
        Ok(groups)
    }
}

/// The machine in one line, for people.
fn machine_name(record: &Record) -> String {
    let machine = &record.run.machine;
    let name = if machine.name.is_empty() {
        &machine.arch
    } else {
        &machine.name
    };
    format!(
        "{name}, {}",
        words::several(u64::from(machine.usable_cpus), "CPU")
    )
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
