//! JUnit XML: a suite of tests per suite of cases, a test per case. It is valid
//! for both schemas in use: Jenkins' `junit-10.xsd` and Ant's `JUnit.xsd`. A
//! case that failed in any round is a failure, whatever other rounds measured.

use std::io;

use oscost_analysis::{Fate, Summary};
use oscost_record::{Quantity, Run};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::{Written, legal};
use crate::{figures, printable, table, words};

type Xml = Writer<Vec<u8>>;

/// Seconds of a test are those of one operation; 0 for a level in bytes. The
/// table of a suite stands in its `system-out`, and behind it what its cases took
/// beside their samples; the machine and its
/// configuration in its properties.
pub(super) fn junit(run: &Run, cases: &[&Summary]) -> Written {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let suites = suites(cases);
    xml.create_element("testsuites")
        .write_inner_content(|xml| {
            for (place, cases) in suites.iter().enumerate() {
                suite(xml, run, place, cases)?;
            }
            Ok::<_, io::Error>(())
        })?;
    Ok(String::from_utf8(xml.into_inner())?)
}

/// The cases by suite, each in the order of the record.
fn suites<'a>(cases: &[&'a Summary]) -> Vec<Vec<&'a Summary>> {
    let mut suites: Vec<Vec<&Summary>> = Vec::new();
    for case in cases {
        let own = |suite: &&mut Vec<&Summary>| suite[0].info.suite == case.info.suite;
        match suites.iter_mut().find(own) {
            Some(suite) => suite.push(case),
            None => suites.push(vec![case]),
        }
    }
    suites
}

fn suite(xml: &mut Xml, run: &Run, place: usize, cases: &[&Summary]) -> io::Result<()> {
    let count = |wanted: fn(&Fate) -> bool| {
        let found = cases.iter().filter(|case| wanted(&case.fate));
        found.count().to_string()
    };
    let name = cases.first().map(|case| case.info.suite.as_str());
    let time: f64 = cases.iter().map(|case| seconds(case)).sum();
    let attributes = [
        ("name", named(name.unwrap_or_default())),
        ("package", "oscost".to_owned()),
        ("id", place.to_string()),
        ("timestamp", timestamp(&run.started)),
        ("hostname", named(&run.machine.key)),
        ("tests", cases.len().to_string()),
        ("failures", count(is_failure)),
        ("errors", "0".to_owned()),
        ("skipped", count(is_skipped)),
        ("time", format!("{time:.3}")),
    ];
    let attributes = attributes
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let element = xml.create_element("testsuite").with_attributes(attributes);
    element.write_inner_content(|xml| {
        properties(xml, run)?;
        for case in cases {
            test(xml, case)?;
        }
        let all: Vec<Summary> = cases.iter().map(|case| (*case).clone()).collect();
        let table = legal(&(table(&all) + &besides(cases)));
        xml.create_element("system-out")
            .write_text_content(BytesText::new(&table))?;
        xml.create_element("system-err").write_empty()?;
        Ok(())
    })?;
    Ok(())
}

/// What cases took beside their samples, a line each; nothing where none did.
fn besides(cases: &[&Summary]) -> String {
    let with_figures = cases.iter().filter(|case| !case.figures.is_empty());
    let lines = with_figures.map(|case| {
        let figures = case.figures.iter();
        let figures = figures.map(|(name, figure)| figures::with_interval(name, figure));
        let figures = figures.collect::<Vec<_>>().join("; ");
        printable(&format!("{}: {figures}", case.info.id)) + "\n"
    });
    lines.collect()
}

fn properties(xml: &mut Xml, run: &Run) -> io::Result<()> {
    let program = [
        ("machine", &run.machine.key),
        ("machine_name", &run.machine.name),
        ("version", &run.tool.version),
        ("started", &run.started),
    ];
    let configuration = run.configuration.0.iter();
    let configuration = configuration.map(|(name, value)| (name.as_str(), value));
    xml.create_element("properties")
        .write_inner_content(|xml| {
            for (name, value) in program.into_iter().chain(configuration) {
                let (name, value) = (named(name), legal(value));
                let attributes = [("name", name.as_str()), ("value", value.as_str())];
                xml.create_element("property")
                    .with_attributes(attributes)
                    .write_empty()?;
            }
            Ok::<_, io::Error>(())
        })?;
    Ok(())
}

fn test(xml: &mut Xml, case: &Summary) -> io::Result<()> {
    let id = &case.info.id.0;
    let name = id
        .strip_prefix(&format!("{}/", case.info.suite))
        .unwrap_or(id);
    let (name, class) = (named(name), named(&case.info.suite));
    let time = format!("{:.9}", seconds(case));
    let attributes = [("classname", &*class), ("name", &*name), ("time", &*time)];
    let element = xml.create_element("testcase").with_attributes(attributes);
    let Some(note) = words::note(&case.fate) else {
        return element.write_empty().map(drop);
    };
    let note = legal(&note);
    element.write_inner_content(|xml| {
        if is_skipped(&case.fate) {
            xml.create_element("skipped")
                .with_attribute(("message", &*note))
                .write_empty()?;
        } else {
            let attributes = [("type", "failed"), ("message", &*note)];
            let failure = xml.create_element("failure").with_attributes(attributes);
            failure.write_text_content(BytesText::new(&note))?;
        }
        Ok::<_, io::Error>(())
    })?;
    Ok(())
}

fn is_failure(fate: &Fate) -> bool {
    matches!(fate, Fate::Partly(..) | Fate::Failed(_))
}

fn is_skipped(fate: &Fate) -> bool {
    matches!(fate, Fate::Skipped(_) | Fate::Missing)
}

fn seconds(case: &Summary) -> f64 {
    let time = case
        .estimate
        .filter(|_| case.info.unit.quantity == Quantity::Time);
    time.map_or(0.0, |time| time.value.max(0.0) / 1e9)
}

/// A name is never empty.
fn named(text: &str) -> String {
    match text.trim() {
        "" => "unnamed".to_owned(),
        text => legal(text),
    }
}

/// The time as Ant's schema wants it: to the second, without a time zone. The
/// beginning of time where the record has none.
fn timestamp(started: &str) -> String {
    let time = humantime::parse_rfc3339(started).unwrap_or(std::time::UNIX_EPOCH);
    let text = humantime::format_rfc3339_seconds(time).to_string();
    text.trim_end_matches('Z').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_no_zone_and_is_always_one() {
        assert_eq!(timestamp("2026-03-01T10:20:30.5Z"), "2026-03-01T10:20:30");
        assert_eq!(timestamp("yesterday"), "1970-01-01T00:00:00");
    }
}
