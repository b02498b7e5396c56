//! The PNG files: they are there, they decode, they show something, and
//! nothing touches their edge.

use crate::common;

use std::fs::File;
use std::io::BufReader;

use image::codecs::png::PngDecoder;
use image::{ColorType, ImageDecoder as _};
use oscost_report::write;

/// A file for what the headlines stand on, not for each of hundreds of
/// distributions.
const PICTURES: [&str; 23] = [
    "ladder.png",
    "creation-taken-apart.png",
    "spawning-against-memory.png",
    "hand-offs-against-sets.png",
    "hand-offs-against-tasks.png",
    "memory-against-tasks.png",
    "locks-100-ns-inside.png",
    "locks-10-000-ns-inside.png",
    "lock-throughput-against-contenders.png",
    "lock-waits-against-contenders.png",
    "locks-uncontended.png",
    "messages-against-size-cross-cpu.png",
    "bandwidth-against-chunk.png",
    "wakes-against-descriptors.png",
    "distribution-process-create-fork.png",
    "distribution-thread-create-pthread.png",
    "distribution-coroutine-create-corosensei.png",
    "distribution-process-switch-pipe.png",
    "distribution-thread-switch-pipe.png",
    "distribution-coroutine-switch-corosensei.png",
    "distribution-process-memory-fork.png",
    "distribution-thread-memory-pthread.png",
    "distribution-coroutine-memory-corosensei.png",
];

/// Width, height and RGB bytes.
fn decoded(path: &std::path::Path) -> (usize, usize, Vec<u8>) {
    let decoder = PngDecoder::new(BufReader::new(File::open(path).unwrap())).unwrap();
    assert_eq!(decoder.color_type(), ColorType::Rgb8);
    let (width, height) = decoder.dimensions();
    let mut pixels = vec![0; usize::try_from(decoder.total_bytes()).unwrap()];
    decoder.read_image(&mut pixels).unwrap();
    (width as usize, height as usize, pixels)
}

#[test]
fn every_picture_decodes_shows_something_and_keeps_its_margin() {
    let out = tempfile::tempdir().unwrap();
    let written = write(&common::record(2), out.path()).unwrap();
    let names: Vec<&str> = written
        .pictures
        .iter()
        .map(|path| path.file_name().unwrap().to_str().unwrap())
        .collect();
    assert_eq!(names, PICTURES);
    for path in &written.pictures {
        let (width, height, pixels) = decoded(path);
        assert_eq!(width, 2000, "{}", path.display());
        let inked = |x: usize, y: usize| pixels[3 * (y * width + x)..][..3] != [255, 255, 255];
        let ink = (0..height)
            .flat_map(|y| (0..width).map(move |x| (x, y)))
            .filter(|&(x, y)| inked(x, y))
            .count();
        assert!(
            ink * 200 > width * height,
            "{} is almost blank",
            path.display()
        );
        for edge in 0..4 {
            let sides = (0..height).any(|y| inked(edge, y) || inked(width - 1 - edge, y));
            let ends = (0..width).any(|x| inked(x, edge) || inked(x, height - 1 - edge));
            assert!(!sides && !ends, "{} is cut off", path.display());
        }
    }
}

#[test]
fn a_second_report_replaces_the_first_and_leaves_other_files_alone() {
    let out = tempfile::tempdir().unwrap();
    std::fs::write(out.path().join("mine.txt"), "mine").unwrap();
    let mut record = common::record(1);
    record.run.cases.truncate(3);
    let first = write(&record, out.path()).unwrap();
    let second = write(&record, out.path()).unwrap();
    assert_eq!(first, second);
    let files = std::fs::read_dir(out.path()).unwrap().count();
    assert_eq!(
        files,
        3 + first.pictures.len(),
        "the page, the answers, the pictures and the other file"
    );
}
