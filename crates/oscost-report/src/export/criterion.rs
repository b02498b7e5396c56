//! A folder as criterion leaves it, `<group>/<case>/<baseline>/*.json`, so that
//! `cargo bench -- --baseline NAME` and critcmp can hold a record against
//! others. Names of folders come from a record that anyone may have written:
//! nothing is ever put outside the folder that was asked for.

use std::collections::HashSet;
use std::path::Path;

use oscost_analysis::{Estimate, Lines, Summary, quantile};
use oscost_record::Record;
use serde_json::{Value, json};

use super::{finite, unique};
use crate::{ReportError, files};

/// The longest name of a folder, in bytes, as in criterion.
const NAME: usize = 64;

/// The most samples written of a case that has a single round.
const SAMPLES: u32 = 100;

/// Writes a folder per measured case below `out`; gives their number. A case
/// whose figures are not all finite, or that has one sample only, is left out:
/// criterion takes neither.
///
/// A sample is a round, a fresh process: its median, as `cargo bench` of oscost
/// has it too. Of a case with one round it is one of a hundred quantiles.
///
/// # Errors
/// [`ReportError::Write`] names the folder or file and what the system said.
pub fn criterion_tree(
    record: &Record,
    summaries: &[Summary],
    out: &Path,
    baseline: &str,
) -> Result<usize, ReportError> {
    let lines = Lines::of(record);
    let mut taken = HashSet::new();
    files::folder(out)?;
    let mut written = 0;
    for case in unique(summaries) {
        let rounds = lines.measured(&case.info).into_iter();
        let samples = samples(case, rounds.map(|(_, median)| median).collect());
        let Some(files) = case
            .estimate
            .and_then(|estimate| described(estimate, samples))
        else {
            continue;
        };
        let id = Id::of(case, &mut taken);
        let folder = out.join(&id.folder).join(file_name(baseline));
        files::folder(&folder)?;
        for (name, value) in files
            .into_iter()
            .chain([("benchmark.json", id.described())])
        {
            files::replace(&folder, name, value.to_string().as_bytes())?;
        }
        written += 1;
    }
    Ok(written)
}

/// The medians of the rounds; of a single round, quantiles of its samples.
fn samples(case: &Summary, rounds: Vec<f64>) -> Vec<f64> {
    if rounds.len() > 1 {
        return rounds;
    }
    let count = SAMPLES.min(u32::try_from(case.samples).unwrap_or(SAMPLES));
    let shares = (0..count).map(|place| (f64::from(place) + 0.5) / f64::from(count));
    shares
        .filter_map(|share| quantile(&case.distribution, share))
        .collect()
}

/// What stands in the files about the figures. Of each sample the time of one
/// iteration is written, and of iterations one: nothing in them says more.
fn described(estimate: Estimate, samples: Vec<f64>) -> Option<[(&'static str, Value); 3]> {
    let n = samples.len() as f64;
    let mean = finite(samples.iter().sum::<f64>() / n).filter(|_| n > 1.0)?;
    let squares: f64 = samples.iter().map(|value| (value - mean).powi(2)).sum();
    let deviation = finite((squares / (n - 1.0)).sqrt())?;
    let at = |share: f64| -> Option<f64> { finite(quantile(&counted(samples.clone()), share)?) };
    let middle = at(0.5)?;
    let distances = samples.iter().map(|value| (value - middle).abs()).collect();
    // As criterion: comparable with a standard deviation (Rousseeuw and Croux,
    // "Alternatives to the median absolute deviation", 1993).
    let mad = 1.4826 * quantile(&counted(distances), 0.5)?;
    // Of a normal distribution, n large: the standard deviation has the error
    // σ / √(2 (n − 1)), the median absolute deviation an efficiency of 0.37 to
    // it (the same).
    let of_deviation = deviation / (2.0 * (n - 1.0)).sqrt();
    let median = Estimate {
        value: finite(estimate.value)?,
        low: finite(estimate.low)?,
        high: finite(estimate.high)?,
    };
    let estimates = json!({
        "mean": normal(mean, deviation / n.sqrt()),
        "median": statistic(median, (median.high - median.low) / (2.0 * REACH)),
        "median_abs_dev": normal(mad, of_deviation / 0.37_f64.sqrt()),
        "slope": null,
        "std_dev": normal(deviation, of_deviation),
    });
    // Tukey's fences: 3 and 1.5 interquartile ranges away.
    let (first, third) = (at(0.25)?, at(0.75)?);
    let range = third - first;
    let fences = [
        first - 3.0 * range,
        first - 1.5 * range,
        third + 1.5 * range,
        third + 3.0 * range,
    ];
    let sample = json!({
        "sampling_mode": "Flat",
        "iters": vec![1.0; samples.len()],
        "times": samples,
    });
    Some([
        ("estimates.json", estimates),
        ("sample.json", sample),
        ("tukey.json", json!(fences)),
    ])
}

/// The 97.5 % quantile of the standard normal distribution.
const REACH: f64 = 1.959_964;

fn counted(mut values: Vec<f64>) -> Vec<(f64, u64)> {
    values.sort_by(f64::total_cmp);
    values.into_iter().map(|value| (value, 1)).collect()
}

fn normal(value: f64, error: f64) -> Value {
    let reach = REACH * error;
    let (low, high) = (value - reach, value + reach);
    statistic(Estimate { value, low, high }, error)
}

fn statistic(estimate: Estimate, error: f64) -> Value {
    json!({
        "confidence_interval": {
            "confidence_level": 0.95,
            "lower_bound": estimate.low,
            "upper_bound": estimate.high,
        },
        "point_estimate": estimate.value,
        "standard_error": error,
    })
}

/// What a benchmark is called: the group is the id up to its first slash, as
/// under `cargo bench`, the function all behind it.
struct Id<'a> {
    id: &'a str,
    group: &'a str,
    function: Option<&'a str>,
    /// Relative, with the group's folder.
    folder: String,
}

impl<'a> Id<'a> {
    /// The folder of a name that is taken already has a number at its end, as
    /// in criterion.
    fn of(case: &'a Summary, taken: &mut HashSet<String>) -> Self {
        let id = case.info.id.0.as_str();
        let (group, function) = match id.split_once('/') {
            Some((group, function)) => (group, Some(function)),
            None => (id, None),
        };
        let names = [Some(group), function].into_iter().flatten();
        let plain = names.map(file_name).collect::<Vec<_>>().join("/");
        let numbered = (2_u32..).map(|number| format!("{plain}_{number}"));
        let mut folders = std::iter::once(plain.clone()).chain(numbered);
        let free = folders.find(|folder| !taken.contains(folder));
        let folder = free.unwrap_or(plain);
        taken.insert(folder.clone());
        Self {
            id,
            group,
            function,
            folder,
        }
    }

    fn described(&self) -> Value {
        json!({
            "group_id": self.group,
            "function_id": self.function,
            "value_str": null,
            "throughput": null,
            "full_id": self.id,
            "directory_name": self.folder,
            "title": self.id,
        })
    }
}

/// The name of a folder by criterion's own rule, and beyond it never one that
/// means another place: `.`, `..` and nothing become underscores, and so does
/// what no terminal should see.
fn file_name(text: &str) -> String {
    let is_odd = |letter: char| "?\"/\\*<>:|^".contains(letter) || letter.is_control();
    let mut name = text.replace(is_odd, "_");
    name.truncate(name.floor_char_boundary(NAME));
    match name.trim_matches('.') {
        "" => "_".repeat(name.len().max(1)),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_means_another_place() {
        for (text, name) in [
            ("create/fork/rss=0MiB", "create_fork_rss=0MiB"),
            ("../../etc/passwd", ".._.._etc_passwd"),
            ("..", "__"),
            (".", "_"),
            ("", "_"),
            ("/etc", "_etc"),
            ("a\0b\n", "a_b_"),
        ] {
            assert_eq!(file_name(text), name, "{text:?}");
        }
        assert_eq!(file_name(&"é".repeat(40)).len(), 64);
    }
}
