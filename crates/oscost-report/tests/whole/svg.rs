//! The pictures of the page: what they name, that they cut nothing off, and that
//! every axis says what it counts.

use crate::common::page::{only, page_of, pictures_of, section, texts_of, whole_page};

#[test]
fn every_axis_has_a_unit_or_says_what_it_counts() {
    for (number, svg) in pictures_of(whole_page()).enumerate() {
        let texts = texts_of(svg);
        let axes = texts
            .iter()
            .filter(|text| text.ends_with("(logarithmic)"))
            .count();
        assert!(axes >= 1, "picture {number} names no axis");
        let units = [
            " ns", " µs", " ms", " s", " B", " KiB", " MiB", " GiB", "/s",
        ];
        let ticks = texts
            .iter()
            .filter(|text| units.iter().any(|unit| text.ends_with(unit)))
            .count();
        assert!(ticks >= 2, "picture {number} has no units: {texts:?}");
    }
}

#[test]
fn no_name_is_cut_off() {
    let texts: Vec<&str> = pictures_of(whole_page()).flat_map(texts_of).collect();
    assert!(texts.len() > 1000);
    let cut: Vec<_> = texts.iter().filter(|text| text.contains('…')).collect();
    assert!(cut.is_empty(), "{cut:?}");
}

#[test]
fn colours_of_the_page_are_variables() {
    let page = page_of(&only(2, &["pthread"]));
    let figure = page
        .split("<figure>")
        .nth(1)
        .unwrap()
        .split("</figure>")
        .next()
        .unwrap();
    assert!(figure.contains("fill=\"var(--thread)\""));
    assert!(!figure.contains("=\"#0"), "a fixed colour is left");
}

#[test]
fn what_cannot_be_told_from_zero_is_drawn_and_said() {
    let page = page_of(&only(3, &["/ring/"]));
    let picture = pictures_of(section(&page, "size")).next().unwrap();
    let texts = texts_of(picture);
    assert!(texts.contains(&"≤ 0"), "{texts:?}");
    for panel in ["Processes: ring, sets read", "Threads: ring, sets read"] {
        assert!(texts.contains(&panel), "{texts:?}");
    }
    // Every member of the grid has its place, below resolution or not.
    let marks = picture.matches("<a href=").count();
    assert_eq!(marks, 2 * 5 * 6);
    let notes = section(&page, "distributions");
    assert!(notes.contains("net of process/control/ring/set=0KiB: "));
    assert!(notes.contains(": below resolution: "));
}

#[test]
fn locks_are_ranked_the_best_first() {
    let page = page_of(&only(3, &["contended/"]));
    let picture = pictures_of(section(&page, "locks")).next().unwrap();
    let texts = texts_of(picture);
    let place = |name: &str| texts.iter().position(|text| *text == name).unwrap();
    let (two, four) = (place("2 threads"), place("4 threads"));
    let locks: Vec<&&str> = texts[two..four]
        .iter()
        .filter(|text| text.contains("utex") || text.contains("lock"))
        .collect();
    assert_eq!(locks, [&"std Mutex", &"pthread mutex", &"ticket spin lock"]);
    assert!(texts.contains(&"acquisitions per second (logarithmic)"));
}

#[test]
fn every_means_has_a_line_and_every_stream_its_floor() {
    let page = page_of(&only(3, &["message/", "stream/", "wake/"]));
    let talking = section(&page, "talking");
    let pictures: Vec<Vec<&str>> = pictures_of(talking).map(texts_of).collect();
    // Three places, streams and wake-ups, each on a desk and on a telephone.
    assert_eq!(pictures.len(), 2 * (3 + 2));
    for name in [
        "UNIX stream socket",
        "named pipe (FIFO)",
        "shared ring, spinning",
        "shared ring, futex",
    ] {
        assert!(pictures[0].contains(&name), "{name} in {:?}", pictures[0]);
    }
    let streams = &pictures[2 * 3];
    let floors = streams.iter().filter(|text| text.starts_with("memcpy"));
    assert_eq!(floors.count(), 3, "{streams:?}");
    assert!(
        streams.iter().any(|text| text.ends_with("GiB/s")),
        "{streams:?}"
    );
    assert!(pictures[2 * 4].contains(&"epoll_wait"));
}

#[test]
fn a_spawn_overtakes_a_fork_in_words() {
    let page = page_of(&only(3, &["process/create/"]));
    let words = section(&page, "size");
    assert!(words.contains("Fork alone, without any program, costs more than posix_spawn from "));
    assert!(page.contains("To have a program started by posix_spawn it pays "));
}

#[test]
fn creation_is_taken_apart_by_way() {
    let picture = pictures_of(section(whole_page(), "apart")).next();
    let texts = picture.map(texts_of).unwrap_or_default();
    for name in [
        "posix_spawn",
        "pthread, same-cpu",
        "until the call returns",
        "from the end to the reaping",
        "from the end to the join",
    ] {
        assert!(texts.contains(&name), "{name} in {texts:?}");
    }
    assert!(!texts.contains(&"execve, static"), "no stretch of making");
}

#[test]
fn lines_are_named_as_briefly_as_tells_them_apart() {
    let names: Vec<&str> = pictures_of(section(whole_page(), "size"))
        .flat_map(texts_of)
        .collect();
    for name in [
        "fork",
        "fork, huge pages",
        "vfork+exec",
        "64 tasks",
        "ring of tokio tasks",
        "processes: ring",
        "threads: ring",
        "pthread, 64 KiB stack",
    ] {
        assert!(names.contains(&name), "{name} in {names:?}");
    }
}
