//! A record whose every text would like to be markup or code.

use oscost_record::{CaseLine, Damage, Record, Run};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Leaves an attribute, a tag and a script, and then calls `alert` in four ways.
pub(crate) const EVIL: &str = "</script></style></svg>'\"><script>alert(1)</script>\
     <img src=x onerror=alert(2)><svg onload=alert(3)><a href='javascript:alert(4)' autofocus onfocus=alert(5)>";

/// Puts it behind every text that stays one: what only knows a few words, as a
/// driver's name, is left as it is. Of ids it stands behind every third, the others
/// are those that answers and pictures are made of.
pub(crate) fn hostile(mut record: Record) -> Record {
    let last = record
        .run
        .cases
        .iter()
        .step_by(3)
        .map(|info| info.id.clone());
    let chosen: Vec<_> = last.collect();
    // By themselves: every try reads the whole anew.
    let cases: Vec<_> = record.run.cases.drain(..).collect();
    record.run = spoilt(&record.run);
    record.run.cases = cases.iter().map(spoilt).collect();
    record.run.configuration.0.insert(EVIL.into(), EVIL.into());
    record.rounds = record.rounds.iter().map(spoilt).collect();
    record.end = record.end.as_ref().map(spoilt);
    record.cases = record.cases.iter().map(spoilt::<CaseLine>).collect();
    let ids = record.run.cases.iter_mut().map(|info| &mut info.id);
    let lines = record.cases.iter_mut().map(|line| &mut line.id);
    for id in ids.chain(lines).filter(|id| chosen.contains(id)) {
        id.0.push_str(EVIL);
    }
    for line in &mut record.cases {
        line.counters.figures.insert(format!("{EVIL}_count"), 1.0);
        line.counters.parts.insert(EVIL.into(), 1.0);
    }
    record.damage.push(Damage {
        line: 3,
        why: EVIL.into(),
    });
    record
}

/// The same with all its texts spoilt, one after the other, that it can be read with.
fn spoilt<T: Serialize + DeserializeOwned>(whole: &T) -> T {
    let mut value = serde_json::to_value(whole).unwrap();
    for path in texts(&value, "") {
        let before = value.clone();
        let text = value.pointer_mut(&path).unwrap();
        *text = format!("{}{EVIL}", text.as_str().unwrap()).into();
        if serde_json::from_value::<T>(value.clone()).is_err() {
            value = before;
        }
    }
    serde_json::from_value(value).unwrap()
}

/// Where texts are, ids excepted (RFC 6901).
fn texts(value: &Value, path: &str) -> Vec<String> {
    match value {
        Value::String(_) => vec![path.to_owned()],
        Value::Array(all) => {
            let all = all.iter().enumerate();
            all.flat_map(|(index, value)| texts(value, &format!("{path}/{index}")))
                .collect()
        }
        Value::Object(all) => {
            let all = all.iter().filter(|(name, _)| *name != "id");
            all.flat_map(|(name, value)| {
                let name = name.replace('~', "~0").replace('/', "~1");
                texts(value, &format!("{path}/{name}"))
            })
            .collect()
        }
        _ => Vec::new(),
    }
}

/// The header alone is what a page shows most of: it must have been spoilt.
pub(crate) fn is_spoilt(run: &Run) -> bool {
    let texts = [&run.tool.version, &run.machine.name, &run.clock.source];
    texts.into_iter().all(|text| text.ends_with(EVIL))
        && run.cases.iter().all(|info| info.title.ends_with(EVIL))
}
