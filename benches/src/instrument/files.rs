//! What becomes of samples: lines of a record, written and read; its analysis; its
//! report.

use std::cell::OnceCell;
use std::fs::{File, OpenOptions};
use std::hint::black_box;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use oscost_record::{Line, Record, RecordWriter};

use super::pair::{Length, Pairs};

/// A record that every checkout has.
const RECORD: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../reports/example/record.jsonl"
);

/// A file to which so many lines were added begins anew.
const LINES: u64 = 64;

pub(super) fn measure(pairs: &mut Pairs<'_>) -> anyhow::Result<()> {
    let path = Path::new(RECORD);
    let record = Record::read(path)?;
    let folder = tempfile::tempdir().context("cannot make a folder for drafts")?;
    written(pairs, &record, folder.path())?;
    read(pairs, path)?;
    let summaries = |runs: u64| {
        for _ in 0..runs {
            black_box(oscost_analysis::summarise(&record));
        }
    };
    pairs.add(
        ("record/analysis", summaries),
        ("reading the record", |runs: u64| read_record(path, runs)),
        Length::Slow(Duration::from_millis(300)),
    );
    report(pairs, &record, folder.path())
}

/// A line of middling length, added to a file.
fn written(pairs: &mut Pairs<'_>, record: &Record, folder: &Path) -> anyhow::Result<()> {
    let mut texts = Vec::new();
    for case in &record.cases {
        let line = Line::Case(Box::new(case.clone()));
        texts.push((serde_json::to_vec(&line)?, line));
    }
    texts.sort_by_key(|(text, _)| text.len());
    let (text, line) = texts.swap_remove(texts.len() / 2);
    drop(texts);
    let bytes = [text.as_slice(), b"\n"].concat();
    let path = folder.join("lines.jsonl");
    let mut file = OpenOptions::new().append(true).create(true).open(&path)?;
    let mut writer = RecordWriter::append(&path)?;
    let short = |file: &File, run: u64| {
        if run.is_multiple_of(LINES) {
            let _ = file.set_len(0);
        }
    };
    let handle = file.try_clone()?;
    let mut write = |runs: u64| {
        for run in 0..runs {
            short(&handle, run);
            black_box(writer.write(&line).is_ok());
        }
    };
    pairs.add(
        ("line/write against serde", &mut write),
        ("the same line by serde_json::to_vec", |runs: u64| {
            for _ in 0..runs {
                black_box(serde_json::to_vec(&line).map_or(0, |text| text.len()));
            }
        }),
        Length::Quick,
    );
    pairs.add(
        ("line/write against bytes", write),
        ("its bytes added to a file", |runs: u64| {
            for run in 0..runs {
                short(&file, run);
                black_box(file.write_all(&bytes).is_ok());
            }
        }),
        Length::Quick,
    );
    Ok(())
}

fn read(pairs: &mut Pairs<'_>, path: &Path) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(path)?;
    let values = |runs: u64| {
        for _ in 0..runs {
            for line in text.lines() {
                let value: Result<serde_json::Value, _> = serde_json::from_str(line);
                black_box(value.is_ok());
            }
        }
    };
    pairs.add(
        ("record/read", |runs: u64| read_record(path, runs)),
        ("its lines by serde_json into Values", values),
        Length::Slow(Duration::from_millis(80)),
    );
    Ok(())
}

fn read_record(path: &Path, runs: u64) {
    for _ in 0..runs {
        black_box(Record::read(path).is_ok());
    }
}

fn report(pairs: &mut Pairs<'_>, record: &Record, folder: &Path) -> anyhow::Result<()> {
    let out = folder.join("report");
    let copy = folder.join("index.html");
    // Made when it is first asked for: who asks for other parts does not wait for it.
    let page = OnceCell::new();
    let render = |runs: u64| {
        for _ in 0..runs {
            let written = oscost_report::write(record, &out);
            black_box(written.is_ok());
            page.get_or_init(|| anyhow::Ok(std::fs::read(written?.page)?));
        }
    };
    let bare = |runs: u64| {
        for _ in 0..runs {
            let bytes = page.get().and_then(|page| page.as_deref().ok());
            black_box(std::fs::write(&copy, bytes.unwrap_or_default()).is_ok());
        }
    };
    pairs.add(
        ("report/render", render),
        ("the page's bytes written to a file", bare),
        Length::Slow(Duration::from_millis(800)),
    );
    page.into_inner().transpose()?;
    Ok(())
}
