//! Parents that carry something else than small pages: huge pages, many
//! mappings, open descriptors, live threads.

use oscost_harness::{Axis, Need, Row};
use oscost_record::Tier;

use super::plain::Fork;
use super::program::{Run, command, spawn};
use super::{DESCRIPTORS, ROW, burden, descriptors, measure, memory};
use crate::target::{FOREIGN, Target};

const FULL: Row = Row {
    tier: Tier::Full,
    ..ROW
};

pub(crate) const ROWS: &[Row] = &[
    Row {
        operation: "create/fork-huge",
        title: "fork, huge pages",
        question: "What does fork, exit and wait cost when the parent's resident memory is in huge pages?",
        axes: &[Axis {
            name: "rss",
            unit: "MiB",
            core: &[],
            full: &[16, 64, 256, 1024],
        }],
        needs: |setting| {
            vec![
                Need::Native("it maps the program's memory in its own way"),
                Need::HugePages,
                Need::SmapsRollup,
                memory(setting),
            ]
        },
        build: |setting| measure(Fork, burden::huge_memory(setting)?),
        ..FULL
    },
    Row {
        operation: "create/fork-mappings",
        title: "fork, many mappings",
        question: "What does fork, exit and wait cost as the parent has more memory mappings, a page in each?",
        axes: &[Axis {
            name: "mappings",
            unit: "",
            core: &[],
            full: &[100, 1000, 10_000],
        }],
        needs: |setting| vec![Need::Mappings(setting.of("mappings") + 1000)],
        build: |setting| measure(Fork, burden::mappings(setting)?),
        ..FULL
    },
    Row {
        operation: "create/fork-threads",
        title: "fork, live threads",
        question: "What does fork, exit and wait cost while the parent has other threads, each with a stack of 64 KiB?",
        axes: &[Axis {
            name: "threads",
            unit: "",
            core: &[],
            full: &[0, 10, 100, 1000],
        }],
        needs: |setting| vec![Need::Tasks(setting.of("threads") + 10)],
        build: |setting| measure(Fork, burden::threads(setting)?),
        ..FULL
    },
    Row {
        operation: "create/fork-fds",
        title: "fork, open descriptors",
        question: "What does fork, exit and wait cost as the parent has more descriptors open?",
        axes: DESCRIPTORS,
        needs: |setting| vec![descriptors(setting)],
        build: |setting| measure(Fork, burden::descriptors(setting)?),
        ..FULL
    },
    Row {
        operation: "create/posix-spawn-fds",
        title: "posix_spawn, open descriptors",
        question: "What does posix_spawn of a tiny static program cost as the parent has more descriptors open?",
        per: "create+exec+exit+wait",
        axes: DESCRIPTORS,
        needs: |setting| vec![descriptors(setting), FOREIGN],
        build: |setting| {
            let run = Run::new(Target::Static, spawn)?;
            measure(run, burden::descriptors(setting)?)
        },
        ..FULL
    },
    Row {
        operation: "create/command-fds",
        title: "Command, open descriptors",
        question: "What does std::process::Command of a tiny static program cost as the parent has more descriptors open?",
        per: "create+exec+exit+wait",
        axes: DESCRIPTORS,
        needs: |setting| vec![descriptors(setting), FOREIGN],
        build: |setting| {
            let run = Run::new(Target::Static, command)?;
            measure(run, burden::descriptors(setting)?)
        },
        ..FULL
    },
];
