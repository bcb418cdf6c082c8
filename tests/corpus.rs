//! What the fuzzer has found or began with, replayed: every file of `fuzz/corpus` through its target.

use std::fs;
use std::path::Path;

#[path = "../fuzz/targets.rs"]
mod targets;

#[test]
fn the_corpus_does_no_harm() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    let mut names: Vec<_> = targets::TARGETS.iter().map(|(name, _)| *name).collect();
    for (name, target) in targets::TARGETS {
        let files = fs::read_dir(corpus.join(name)).unwrap();
        let files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
        assert!(!files.is_empty(), "{name} has no corpus");
        files
            .iter()
            .for_each(|file| target(&fs::read(file).unwrap()));
    }
    names.sort_unstable();
    let mut kept: Vec<_> = fs::read_dir(corpus)
        .unwrap()
        .map(|dir| dir.unwrap().file_name().into_string().unwrap())
        .collect();
    kept.sort_unstable();
    assert_eq!(kept, names, "a directory of fuzz/corpus for each target");
}
