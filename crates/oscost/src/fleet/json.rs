//! A fleet as JSON. Who stands where at each cost is told host by host up to
//! some hundred hosts; beyond that by quartiles, the best and the worst, and the
//! records themselves have the rest.

use oscost_analysis::fleet::{CostRanks, Fleet, Joined, Mean, Pair, Rank, Ranking};
use serde_json::{Value, json};

/// Hosts that are ranked one by one at each cost.
const ONE_BY_ONE: usize = 200;

/// Machines that are held against each other.
const HELD: usize = 12;

/// See the module.
pub(crate) fn as_json(joined: &Joined, threshold: f64) -> Value {
    let roll = &joined.roll;
    let names = |hosts: &[usize]| -> Vec<&str> {
        let named = hosts
            .iter()
            .map(|&host| joined.hosts.hosts[host].name.as_str());
        named.collect()
    };
    let unreadable = roll.unreadable.iter();
    let unreadable = unreadable.map(|unread| json!({"host": unread.host, "reason": unread.why}));
    let outliers = joined.outliers.iter().map(|outlier| {
        let costs = outlier
            .costs
            .iter()
            .map(|&(cost, times)| json!({"id": joined.hosts.costs[cost].id, "times": times}));
        json!({
            "host": joined.hosts.hosts[outlier.host].name,
            "costs": costs.collect::<Vec<_>>(),
        })
    });
    let (shown, _) = joined.shown();
    let pairs = joined.pairs(threshold, HELD);
    let pairs = pairs.iter().map(|pair| between(shown, pair));
    json!({
        "threshold": threshold,
        "hosts": standings(&joined.hosts, &joined.ranking),
        "machines": standings(&joined.machines, &joined.machine_ranking),
        "missing": roll.missing,
        "unreadable": unreadable.collect::<Vec<_>>(),
        "emulated": names(&roll.emulated),
        "unexpected": names(&roll.unexpected),
        "unfinished": names(&roll.unfinished),
        "without_costs": names(&roll.empty),
        "unlike_others_of_their_machine": outliers.collect::<Vec<_>>(),
        "costs": costs(&joined.hosts, &joined.ranking),
        "machine_costs": costs(&joined.machines, &joined.machine_ranking),
        "between": pairs.collect::<Vec<_>>(),
    })
}

/// Everybody who is ranked, in order, then who is emulated.
fn standings(fleet: &Fleet, ranking: &Ranking) -> Vec<Value> {
    let host = |number: usize| {
        let host = &fleet.hosts[number];
        json!({
            "name": host.name,
            "key": host.run.machine.key,
            "arch": host.run.machine.arch,
            "processor": host.run.machine.name,
            "hosts": host.stands_for,
            "started": host.run.started,
            "finished": host.finished,
            "measured": host.measured(),
            "emulated": host.emulated(),
        })
    };
    let ranked = ranking
        .order
        .iter()
        .zip(1..)
        .map(|(one, place): (_, usize)| {
            let mut value = host(one.host);
            let has_place = one.time.or(one.memory).is_some();
            value["place"] = json!(has_place.then_some(place));
            value["time"] = mean(one.time);
            value["memory"] = mean(one.memory);
            value["ranked"] = json!(one.ranked);
            value["best"] = json!(one.best);
            value
        });
    let emulated = (0..fleet.hosts.len()).filter(|&one| fleet.hosts[one].emulated().is_some());
    ranked.chain(emulated.map(host)).collect()
}

fn mean(mean: Option<Mean>) -> Value {
    mean.map_or(
        Value::Null,
        |mean| json!({"ratio": mean.ratio, "costs": mean.costs}),
    )
}

fn costs(fleet: &Fleet, ranking: &Ranking) -> Vec<Value> {
    ranking
        .costs
        .iter()
        .map(|ranks| cost(fleet, ranks))
        .collect()
}

fn cost(fleet: &Fleet, ranks: &CostRanks) -> Value {
    let info = &fleet.costs[ranks.cost];
    let rank = |rank: &Rank| {
        json!({
            "host": fleet.hosts[rank.host].name,
            "level": rank.level,
            "ratio": rank.ratio,
            "told_apart_from_the_best": rank.apart,
        })
    };
    let quartiles: Vec<Option<f64>> = [0.25, 0.5, 0.75]
        .into_iter()
        .map(|p| ranks.quantile(p))
        .collect();
    let mut value = json!({
        "id": info.id,
        "unit": info.unit,
        "hosts": ranks.ranks.len(),
        "best": ranks.ranks.first().map(rank),
        "quartiles": quartiles,
        "worst": ranks.ranks.last().map(rank),
    });
    if ranks.ranks.len() <= ONE_BY_ONE {
        value["ranks"] = ranks.ranks.iter().map(rank).collect();
    }
    value
}

fn between(fleet: &Fleet, pair: &Pair) -> Value {
    let differences = pair.differences.iter().map(|difference| {
        json!({
            "area": difference.area.name(),
            "name": difference.name,
            "a": difference.before,
            "b": difference.after,
        })
    });
    let costs = pair.costs.iter().map(|cost| {
        let info = &fleet.costs[cost.cost];
        json!({
            "id": info.id,
            "unit": info.unit,
            "a": cost.levels.0,
            "b": cost.levels.1,
            "ratio": cost.ratio,
            "change": cost.change.word(info.unit.quantity),
        })
    });
    json!({
        "a": fleet.hosts[pair.hosts.0].name,
        "b": fleet.hosts[pair.hosts.1].name,
        "differences": differences.collect::<Vec<_>>(),
        "costs": costs.collect::<Vec<_>>(),
        "not_told_apart": pair.alike,
        "nothing_said": pair.untold,
    })
}
