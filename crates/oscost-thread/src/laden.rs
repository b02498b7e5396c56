//! Making a thread in a process that carries something already: idle threads,
//! resident memory, mappings, open descriptors. A forked process is charged
//! for most of that; a thread shares it, and these rows show what is left.

use std::fs::File;

use oscost_harness::{Axis, During as _, Failure, Measure, Need, Row, Setting};
use oscost_record::{Bytes, Tier};
use oscost_sys::map::{Ballast, Mapping, page_size};

use crate::create::{self, JOINED, Pthread};
use crate::idle::{self, Crowd};

const fn row(
    operation: &'static str,
    title: &'static str,
    question: &'static str,
    axes: &'static [Axis],
    needs: fn(&Setting) -> Vec<Need>,
    build: fn(&Setting) -> Result<Measure, Failure>,
) -> Row {
    Row {
        tier: Tier::Full,
        axes,
        claims: &[1],
        ..create::row(operation, title, question, JOINED, needs, build)
    }
}

pub(crate) const ROWS: &[Row] = &[
    row(
        "create/pthread/among",
        "pthread among idle threads",
        "What does it cost to make and join a thread in a process that has many idle ones already?",
        &[Axis {
            name: "threads",
            unit: "",
            core: &[],
            full: &[0, 100, 1000],
        }],
        |setting| idle::needs(setting.of("threads")),
        |setting| {
            let mut crowd = Crowd::new(setting.of("threads"));
            crowd.gather(None)?;
            Ok(Pthread::measure(None, crowd))
        },
    ),
    row(
        "create/pthread/resident",
        "pthread, resident memory",
        "What does it cost to make and join a thread, as the process's resident memory grows?",
        &[Axis {
            name: "rss",
            unit: "MiB",
            core: &[],
            full: &[0, 64, 1024],
        }],
        |setting| vec![Need::Memory(Bytes((setting.of("rss") * 5 / 4) << 20))],
        |setting| {
            let ballast = Ballast::new(whole(setting.of("rss") << 20)?).during("mmap")?;
            Ok(Pthread::measure(None, ballast))
        },
    ),
    row(
        "create/pthread/mapped",
        "pthread, mappings",
        "What does it cost to make and join a thread, as the process has more memory mappings?",
        &[Axis {
            name: "mappings",
            unit: "",
            core: &[],
            full: &[100, 1000, 10_000],
        }],
        |setting| vec![Need::Mappings(setting.of("mappings") + 100)],
        |setting| {
            // A page and a guard page are a mapping each, and no two neighbours
            // are of one kind: the kernel cannot merge them.
            let pairs = 0..setting.of("mappings") / 2;
            let pair = |_| Mapping::stack(2 * page_size(), true);
            let mappings: Vec<Mapping> =
                pairs.map(pair).collect::<Result<_, _>>().during("mmap")?;
            Ok(Pthread::measure(None, mappings))
        },
    ),
    row(
        "create/pthread/open",
        "pthread, open descriptors",
        "What does it cost to make and join a thread, as the process has more open descriptors?",
        &[Axis {
            name: "fds",
            unit: "",
            core: &[],
            full: &[0, 100, 1000],
        }],
        |setting| vec![Need::Descriptors(setting.of("fds") + 50)],
        |setting| {
            let open = |_| File::open("/dev/null");
            let files: Vec<File> = (0..setting.of("fds"))
                .map(open)
                .collect::<Result<_, _>>()
                .during("open(/dev/null)")?;
            Ok(Pthread::measure(None, files))
        },
    ),
];

fn whole(bytes: u64) -> Result<usize, Failure> {
    usize::try_from(bytes)
        .map_err(|_| Failure::Skip("more memory than this machine can address".into()))
}
