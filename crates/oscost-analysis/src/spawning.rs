//! From which resident size of the parent on it is dearer to copy it than to
//! have a program started without a copy, in sentences. A size that was not
//! measured between two others is interpolated; none is ever extrapolated.

use oscost_record::{Aspect, Unit};

use crate::crossing::{Crossing, crossing};
use crate::format::quantity;
use crate::headline::find;
use crate::sweep::sweeps;
use crate::title::without_zeros;
use crate::{Estimate, Summary};

/// What copies the parent, in words, against what does not.
const COPIES: [(&str, &str); 2] = [
    ("process/create/fork", "Fork alone, without any program,"),
    ("process/create/fork-exec/static", "Fork with exec"),
];
const SPAWN: &str = "process/create/posix-spawn/static";

/// One sentence for fork and one for fork and exec, each against
/// `posix_spawn`; none for what was not measured at two sizes.
#[must_use]
pub fn spawning(summaries: &[Summary]) -> Vec<String> {
    let spawn = points(summaries, SPAWN);
    let sentence = |(id, words): &(&str, &str)| {
        let copies = points(summaries, id);
        // Measured at no size in particular, it is taken to be alike at all.
        let level = find(summaries, SPAWN).and_then(|summary| summary.estimate);
        let spawn = match level {
            Some(level) => copies.iter().map(|&(size, _)| (size, level)).collect(),
            None => spawn.clone(),
        };
        Some(in_words(words, &crossing(&copies, &spawn)?))
    };
    COPIES.iter().filter_map(sentence).collect()
}

/// Resident mebibytes and costs of an operation.
fn points(summaries: &[Summary], operation: &str) -> Vec<(f64, Estimate)> {
    let all = sweeps(summaries, "rss", |info| info.aspect == Aspect::Create);
    let found = all.iter().find(|sweep| sweep.id.0 == operation);
    found.map_or_else(Vec::new, |sweep| sweep.measured().collect())
}

fn in_words(what: &str, crossing: &Crossing) -> String {
    let (first, last) = crossing.sizes;
    let dearer = format!("{what} costs more than posix_spawn");
    let upper = |latest: Option<f64>| match latest {
        Some(latest) => size(latest),
        None => format!("beyond {}", size(last)),
    };
    match (crossing.from, crossing.earliest) {
        (None, None) => {
            format!(
                "{what} never costs more than posix_spawn on this machine, up to {} resident.",
                size(last)
            )
        }
        (None, Some(earliest)) => format!(
            "Whether {} costs more than posix_spawn anywhere up to {} resident, this run cannot tell; not below {}.",
            uncapitalised(what),
            size(last),
            size(earliest),
        ),
        (Some(from), _) if from <= first => match crossing.latest {
            Some(latest) if latest <= first => {
                format!("{dearer} whatever the parent's size.")
            }
            Some(latest) => format!(
                "{dearer} at every size, beyond doubt from {} of resident memory on.",
                size(latest),
            ),
            None => format!("{dearer} at every size, but this run cannot be sure of it at any."),
        },
        (Some(from), earliest) => format!(
            "{dearer} from {} of resident memory on (95 % interval: {} to {}).",
            size(from),
            size(earliest.unwrap_or(from)),
            upper(crossing.latest),
        ),
    }
}

fn uncapitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

fn size(mebibytes: f64) -> String {
    let text = quantity(mebibytes * 1_048_576.0, &Unit::memory(""));
    match mebibytes {
        0.0 => "0 MiB".to_owned(),
        whole if whole.fract() == 0.0 => without_zeros(&text),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(from: Option<f64>, earliest: Option<f64>, latest: Option<f64>) -> String {
        let sizes = (0.0, 1024.0);
        in_words(
            "Fork",
            &Crossing {
                from,
                earliest,
                latest,
                sizes,
            },
        )
    }

    #[test]
    fn every_outcome_has_its_words() {
        assert_eq!(
            words(Some(3.25), Some(1.0), Some(7.5)),
            "Fork costs more than posix_spawn from 3.25 MiB of resident memory on (95 % interval: 1 MiB to 7.50 MiB)."
        );
        assert_eq!(
            words(Some(512.0), Some(0.0), None),
            "Fork costs more than posix_spawn from 512 MiB of resident memory on (95 % interval: 0 MiB to beyond 1 GiB)."
        );
        assert_eq!(
            words(Some(0.0), Some(0.0), Some(0.0)),
            "Fork costs more than posix_spawn whatever the parent's size."
        );
        assert_eq!(
            words(Some(0.0), Some(0.0), Some(0.5)),
            "Fork costs more than posix_spawn at every size, beyond doubt from 512 KiB of resident memory on."
        );
        assert_eq!(
            words(Some(0.0), Some(0.0), None),
            "Fork costs more than posix_spawn at every size, but this run cannot be sure of it at any."
        );
        assert_eq!(
            words(None, None, None),
            "Fork never costs more than posix_spawn on this machine, up to 1 GiB resident."
        );
        assert_eq!(
            words(None, Some(600.0), None),
            "Whether fork costs more than posix_spawn anywhere up to 1 GiB resident, this run cannot tell; not below 600 MiB."
        );
    }
}
