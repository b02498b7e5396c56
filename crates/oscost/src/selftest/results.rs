//! The file of results: one suite a line, added as it is measured.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;

use anyhow::{Context as _, bail};
use oscost_analysis::Digest;
use oscost_analysis::verdict::{Judgement, Statistic};
use oscost_record::{CaseId, Configuration, Machine, Tool};
use serde::{Deserialize, Serialize};

use super::options::Part;

/// A line of the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(crate) enum ResultLine {
    /// Where and by what the suites after it were measured.
    Begun(Box<Begun>),
    /// A record of the history that gates are held against.
    History(Box<Digest>),
    /// A suite.
    Suite(Box<SuiteLine>),
    /// How long a verb takes over a history (`scripts/gate-speed --lines`).
    Speed(Box<SpeedLine>),
}

/// Where and by what suites were measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Begun {
    pub(crate) tool: Tool,
    pub(crate) machine: Machine,
    pub(crate) configuration: Configuration,
    /// RFC 3339, UTC.
    pub(crate) started: String,
}

/// What a verb takes over a history of so many records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct SpeedLine {
    pub(crate) records: u64,
    pub(crate) verb: String,
    /// Of each call.
    pub(crate) seconds: Vec<f64>,
    /// The most memory, of the call in the middle.
    pub(crate) mib: f64,
}

/// What a suite came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct SuiteLine {
    pub(crate) part: Part,
    /// Which of its part, counted from 0.
    pub(crate) suite: u32,
    /// How long it took.
    pub(crate) seconds: f64,
    /// Why the null control alarmed, where it did: nothing was judged then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) invalid: Option<String>,
    pub(crate) figures: Vec<Figure>,
    /// What the pairs of the first look measured, where that is looked at again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) pairs: Vec<Measured>,
}

/// The verdict on one figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Figure {
    pub(crate) id: CaseId,
    /// `median` or `p99`.
    pub(crate) statistic: String,
    /// Whether the first look suspected it.
    pub(crate) suspected: bool,
    /// The name of the verdict in the end.
    pub(crate) verdict: String,
    pub(crate) reason: String,
    /// B over A.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ratio: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) delta: Option<f64>,
    /// The smallest change that would have been seen, as a share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) smallest: Option<f64>,
}

/// One figure of three processes that were live at once, pair after pair, all
/// on the logarithmic scale.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Measured {
    pub(crate) id: CaseId,
    /// `median` or `p99`.
    pub(crate) statistic: String,
    /// The clock's resolution as a share of a sample.
    pub(crate) resolution: f64,
    pub(crate) trios: Vec<MeasuredTrio>,
}

/// Differences between three processes, and how high each was by itself.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct MeasuredTrio {
    /// From the first to the second, the first to the third, the second to the
    /// third.
    pub(crate) differences: [f64; 3],
    pub(crate) levels: [f64; 3],
}

impl Figure {
    pub(crate) fn is(&self, statistic: Statistic) -> bool {
        self.statistic == statistic.name()
    }

    /// What became of each judgement of the first look.
    pub(crate) fn of(first: &[Judgement], found: &[Judgement]) -> Vec<Self> {
        let both = first.iter().zip(found);
        both.map(|(first, found)| Self {
            id: found.id.clone(),
            statistic: found.statistic.name().to_owned(),
            suspected: first.suspicion.is_some(),
            verdict: found.verdict.name().to_owned(),
            reason: found.reason.to_string(),
            ratio: found.ratio.map(|ratio| rounded(ratio.value)),
            delta: found.delta.map(|delta| rounded(delta.share)),
            smallest: found.smallest.map(rounded),
        })
        .collect()
    }
}

/// To six decimals: no verdict turns on a millionth, and the file stays small.
pub(crate) fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

/// All suites so far, and the file that they stand in.
#[derive(Debug)]
pub(crate) struct Results {
    pub(crate) begun: Vec<Begun>,
    pub(crate) history: Vec<Digest>,
    pub(crate) suites: Vec<SuiteLine>,
    pub(crate) speed: Vec<SpeedLine>,
    /// By which programs the suites of each part were measured.
    pub(crate) programs: BTreeMap<Part, Vec<String>>,
    file: Option<File>,
}

impl Results {
    /// Without a suite.
    fn none() -> Self {
        Self {
            begun: Vec::new(),
            history: Vec::new(),
            suites: Vec::new(),
            speed: Vec::new(),
            programs: BTreeMap::new(),
            file: None,
        }
    }

    /// What a file holds.
    ///
    /// # Errors
    /// Where it cannot be read, or a line of it but the last is damaged.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
        let mut results = Self::none();
        let mut damaged = None;
        for (line, number) in BufReader::new(file).lines().zip(1..) {
            if let Some(why) = damaged {
                bail!("{}, line {}: {why}", path.display(), number - 1);
            }
            // The last line of a run that was killed may be half a line.
            damaged = match serde_json::from_str(&line?) {
                Ok(line) => {
                    results.take(line);
                    None
                }
                Err(error) => Some(error),
            };
        }
        Ok(results)
    }

    fn take(&mut self, line: ResultLine) {
        match line {
            ResultLine::Begun(begun) => self.begun.push(*begun),
            ResultLine::History(digest) => self.history.push(*digest),
            ResultLine::Speed(line) => self.speed.push(*line),
            ResultLine::Suite(suite) => {
                let tool = self.begun.last().map(|begun| &begun.tool);
                let program = tool.and_then(|tool| tool.binary.clone());
                let programs = self.programs.entry(suite.part).or_default();
                if let Some(program) = program.filter(|program| !programs.contains(program)) {
                    programs.push(program);
                }
                self.suites.push(*suite);
            }
        }
    }

    /// The results to add to: those of the file, where there is one.
    ///
    /// # Errors
    /// Where the file cannot be read or made.
    pub(crate) fn open(path: Option<&Path>) -> anyhow::Result<Self> {
        let Some(path) = path else {
            return Ok(Self::none());
        };
        let mut results = match path.exists() {
            true => Self::read(path)?,
            false => Self::none(),
        };
        let open = || -> std::io::Result<File> {
            let mut file = OpenOptions::new().append(true).create(true).open(path)?;
            let whole = std::fs::read(path)?;
            if let Some(half) = whole.rsplit(|&byte| byte == b'\n').next()
                && !half.is_empty()
            {
                file.set_len((whole.len() - half.len()) as u64)?;
            }
            file.flush()?;
            Ok(file)
        };
        let file = open().with_context(|| format!("cannot add to {}", path.display()))?;
        results.file = Some(file);
        Ok(results)
    }

    /// How many suites of a part there are.
    pub(crate) fn count(&self, part: Part) -> u32 {
        let of_part = self.suites.iter().filter(|suite| suite.part == part);
        u32::try_from(of_part.count()).unwrap_or(u32::MAX)
    }

    /// Adds where and by what the next suites are measured.
    ///
    /// # Errors
    /// What `write(2)` says.
    pub(crate) fn begin(&mut self, begun: Begun) -> anyhow::Result<()> {
        self.write(ResultLine::Begun(Box::new(begun)))
    }

    /// Adds a record of the history.
    ///
    /// # Errors
    /// What `write(2)` says.
    pub(crate) fn remember(&mut self, digest: Digest) -> anyhow::Result<()> {
        self.write(ResultLine::History(Box::new(digest)))
    }

    /// Adds a suite.
    ///
    /// # Errors
    /// What `write(2)` says.
    pub(crate) fn add(&mut self, suite: SuiteLine) -> anyhow::Result<()> {
        self.write(ResultLine::Suite(Box::new(suite)))
    }

    fn write(&mut self, line: ResultLine) -> anyhow::Result<()> {
        if let Some(file) = &mut self.file {
            let mut text = serde_json::to_vec(&line)?;
            text.push(b'\n');
            file.write_all(&text)
                .context("cannot add a suite to the file")?;
        }
        self.take(line);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suite(part: Part, number: u32) -> SuiteLine {
        SuiteLine {
            part,
            suite: number,
            seconds: 1.5,
            invalid: None,
            figures: Vec::new(),
            pairs: Vec::new(),
        }
    }

    #[test]
    fn what_was_cut_short_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results.jsonl");
        let mut results = Results::open(Some(&path)).unwrap();
        results.add(suite(Part::Aa, 0)).unwrap();
        results.add(suite(Part::Ab5, 0)).unwrap();
        // Killed in the middle of a line.
        let mut text = std::fs::read_to_string(&path).unwrap();
        text += "{\"kind\":\"suite\",\"pa";
        std::fs::write(&path, text).unwrap();
        let mut again = Results::open(Some(&path)).unwrap();
        assert_eq!((again.count(Part::Aa), again.count(Part::Tail)), (1, 0));
        again.add(suite(Part::Aa, 1)).unwrap();
        let whole = Results::read(&path).unwrap();
        assert_eq!(whole.suites, again.suites);
        assert_eq!(whole.count(Part::Aa), 2);
    }

    #[test]
    fn damage_before_the_last_line_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results.jsonl");
        std::fs::write(&path, "{}\n{}\n").unwrap();
        let error = Results::read(&path).unwrap_err().to_string();
        assert!(error.contains("line 1"), "{error}");
        assert!(Results::read(&folder.path().join("none")).is_err());
    }
}
