use super::*;

fn book() -> Book {
    Book::of(&["# a remark\n\
                process\n进程\n\n\
                {} on {}\n在 {2} 上{1}\n\n\
                one CPU\n一个 CPU\n\n\
                {} costs {}\n{}的开销是 {}\n"])
}

#[test]
fn a_phrase_is_found_and_its_holes_too() {
    let book = book();
    assert_eq!(book.say("process"), "进程");
    assert_eq!(book.say("process on one CPU"), "在 一个 CPU 上进程");
    assert_eq!(book.say(" process costs 5 ns. "), " 进程的开销是 5 ns。 ");
}

#[test]
fn a_list_is_taken_apart_and_sentences_too() {
    let book = book();
    assert_eq!(book.say("process, pipe"), "进程，pipe");
    assert_eq!(
        book.say("process costs 5 ns. Process costs 6 ns."),
        "进程的开销是 5 ns。进程的开销是 6 ns。"
    );
}

#[test]
fn a_phrase_with_commas_or_stops_stays_together_beside_a_word() {
    let book = Book::of(&[
        "skipped\n已跳过\n\nneeds {} CPUs. See {}\n需要 {} 个 CPU。见 {}\n\n\
         wake a crowd, until all ran\n唤醒众人，到全部运行\n\n{} waiters\n{} 个等待者\n\n\
         See {}\n瞧 {}\n",
    ]);
    let said = |text| book.say(text).into_owned();
    assert_eq!(
        said("skipped: needs 8 CPUs. See `x`"),
        "已跳过：需要 8 个 CPU。见 `x`"
    );
    let crowd = "wake a crowd, until all ran, 64 waiters";
    assert_eq!(said(crowd), "唤醒众人，到全部运行，64 个等待者");
}

#[test]
fn what_is_in_brackets_stays_together() {
    assert_eq!(split("a (b, c), d", ", "), ["a (b, c)", "d"]);
    assert_eq!(split("a", ", "), ["a"]);
}

#[test]
fn what_is_unknown_stays() {
    let book = book();
    for text in ["a/b/c=1", "31.4 µs", "", "posix_spawn, static", "进程"] {
        assert_eq!(book.say(text), text);
    }
}

#[test]
fn holes_are_numbered() {
    let text: String = pieces("a{2}b{1}")
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) => (*text).to_owned(),
            Piece::Hole(number) => number.to_string(),
        })
        .collect();
    assert_eq!(text, "a1b0");
}
