//! Names of records for people.

use crate::common::{history, run};
use oscost_history::{HistoryError, Place, resolve};

#[test]
fn names_mean_one_record_or_none() {
    let mut other = run(20);
    other.machine.cores = 9;
    other.machine = other.machine.keyed();
    let (_folder, history) = history(&[run(10), run(15), other.clone(), run(3 * 1440)]);
    let began = |name: &str| {
        let path = resolve(history.folder(), name);
        path.map(|path| oscost_record::Record::header(&path).unwrap().started)
    };
    let key = run(0).machine.key;
    assert_eq!(began("latest").unwrap(), run(3 * 1440).started);
    assert_eq!(
        began(&format!("{key}/latest")).unwrap(),
        run(3 * 1440).started
    );
    assert_eq!(
        began(&format!("{}/latest", other.machine.key)).unwrap(),
        other.started
    );
    assert_eq!(
        began(&format!("{key}/2026-01-04")).unwrap(),
        run(3 * 1440).started
    );
    assert_eq!(
        began(&format!("{}/2026-01-01T00:15", &key[..6])).unwrap(),
        run(15).started
    );
    let entries = history.entries(&Place::of(&run(0)).unwrap()).unwrap();
    assert_eq!(
        began(&format!("{key}/{}", entries[0].stem())).unwrap(),
        run(10).started
    );
    let several = began(&format!("{key}/2026-01-01")).unwrap_err();
    assert!(matches!(&several, HistoryError::Ambiguous { found, .. } if found.len() == 2));
    for name in [
        "",
        "last",
        "/latest",
        "../latest",
        "x/..",
        "0123456789ab/latest",
    ] {
        let error = began(name).unwrap_err().to_string();
        assert!(error.contains("KEY/latest"), "{error}");
    }
}

#[test]
fn an_empty_history_says_how_to_begin() {
    let (_folder, history) = history(&[]);
    let error = resolve(history.folder(), "latest").unwrap_err().to_string();
    assert!(error.contains("oscost history add"), "{error}");
}
