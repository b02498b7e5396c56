//! Which costs stand open, which are folded away by suite, and how far the
//! hosts of a crowd lie apart at each.

use oscost_analysis::fleet::{CostRanks, Fleet, Joined, Ranking};
use oscost_analysis::{HEADLINE_CASES, format, full_title};
use oscost_record::{CaseInfo, TaskKind};

use crate::words;

/// Costs that stand open besides those that headlines compare.
const MORE: [&str; 8] = [
    "process/create/fork/rss=1024MiB",
    "process/create/posix-spawn/static",
    "process/switch/futex/placement=cross-cpu",
    "thread/switch/futex/placement=cross-cpu",
    "thread/syscall/getppid",
    "sync/uncontended/pthread-mutex",
    "ipc/message/pipe/processes/block/size=64B/placement=cross-cpu",
    "ipc/message/tcp/processes/block/size=64B/placement=cross-cpu",
];

/// Where none of these was measured, so many of what was.
const INSTEAD: usize = 16;

/// Costs of one suite.
pub(super) struct Group<T> {
    pub(super) title: String,
    pub(super) what: T,
}

/// How far hosts lie apart at one cost.
pub(super) struct Spread {
    pub(super) label: Label,
    pub(super) hosts: String,
    /// Lower and upper quartile and the median between them.
    pub(super) quartiles: [String; 3],
    /// The cheapest and the dearest: how much, and who.
    pub(super) ends: [(String, String); 2],
    pub(super) times: String,
}

/// A cost by name.
pub(super) struct Label {
    pub(super) kind: TaskKind,
    pub(super) task: &'static str,
    pub(super) title: String,
    pub(super) per: String,
    pub(super) id: String,
}

impl Label {
    pub(super) fn of(info: &CaseInfo) -> Self {
        Self {
            kind: info.task,
            task: info.task.name(),
            title: full_title(info),
            per: info.unit.per.clone(),
            id: info.id.0.clone(),
        }
    }
}

/// What stands open, and the rest.
pub(super) fn split<'a>(
    fleet: &Fleet,
    ranking: &'a Ranking,
) -> (Vec<&'a CostRanks>, Vec<&'a CostRanks>) {
    let headlines = HEADLINE_CASES.iter().flat_map(|(_, ids)| *ids);
    let wanted: Vec<&str> = headlines.chain(MORE).collect();
    let place = |cost: &CostRanks| {
        let id = fleet.costs[cost.cost].id.0.as_str();
        wanted.iter().position(|wanted| *wanted == id)
    };
    let all = ranking.costs.iter();
    let (mut open, rest): (Vec<_>, Vec<_>) = all.partition(|cost| place(cost).is_some());
    if open.is_empty() {
        let (open, rest) = ranking.costs.split_at(ranking.costs.len().min(INSTEAD));
        return (open.iter().collect(), rest.iter().collect());
    }
    open.sort_by_key(|cost| place(cost));
    (open, rest)
}

/// Costs by suite, in the order of the fleet.
pub(super) fn by_suite<T>(
    fleet: &Fleet,
    costs: &[&CostRanks],
    make: impl Fn(&[&CostRanks]) -> T,
) -> Vec<Group<T>> {
    let suite = |cost: &CostRanks| fleet.costs[cost.cost].suite.as_str();
    let mut suites: Vec<&str> = Vec::new();
    for cost in costs {
        if !suites.contains(&suite(cost)) {
            suites.push(suite(cost));
        }
    }
    let group = |name: &str| {
        let of_it = costs.iter().filter(|cost| suite(cost) == name);
        let of_it: Vec<&CostRanks> = of_it.copied().collect();
        let count = words::several(of_it.len() as u64, "more cost");
        Group {
            title: format!("{name}: {count}"),
            what: make(&of_it),
        }
    };
    suites.into_iter().map(group).collect()
}

/// Every cost over all hosts of a crowd; nothing where each stands by itself.
pub(super) fn spreads(joined: &Joined) -> Vec<Group<Vec<Spread>>> {
    if !joined.is_crowd() {
        return Vec::new();
    }
    let costs: Vec<&CostRanks> = joined.ranking.costs.iter().collect();
    let all = |costs: &[&CostRanks]| {
        costs
            .iter()
            .filter_map(|cost| spread(joined, cost))
            .collect()
    };
    let mut groups = by_suite(&joined.hosts, &costs, all);
    for group in &mut groups {
        group.title = group.title.replace(" more cost", " cost");
    }
    groups
}

fn spread(joined: &Joined, ranks: &CostRanks) -> Option<Spread> {
    let info = &joined.hosts.costs[ranks.cost];
    let (best, worst) = (ranks.ranks.first()?, ranks.ranks.last()?);
    let said = |level: f64| format::quantity(level, &info.unit);
    let quartile = |p: f64| ranks.quantile(p).map_or_else(|| "–".to_owned(), said);
    Some(Spread {
        label: Label::of(info),
        hosts: format::grouped(ranks.ranks.len() as f64),
        quartiles: [0.25, 0.5, 0.75].map(quartile),
        ends: [best, worst].map(|rank| {
            let name = joined.hosts.hosts[rank.host].name.clone();
            (said(rank.level), name)
        }),
        times: words::times(worst.ratio),
    })
}
