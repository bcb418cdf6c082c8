//! libFuzzer's way into one of the targets, by the name in `NEUROCARDS_FUZZ`.
#![no_main]

mod targets;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

static TARGET: LazyLock<targets::Target> = LazyLock::new(|| {
    // What the program catches is no crash; what it does not ends the run all the same.
    std::panic::set_hook(Box::new(|panic| eprintln!("{panic}")));
    let wanted = std::env::var("NEUROCARDS_FUZZ").expect("NEUROCARDS_FUZZ names a target");
    let target = targets::TARGETS.iter().find(|(name, _)| *name == wanted);
    target.expect("there is such a target").1
});

fuzz_target!(|bytes: &[u8]| TARGET(bytes));
