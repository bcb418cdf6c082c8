//! Room in the file: what is free goes back to the disk when that is asked for, and only then.

use std::process::{Command, Stdio};

use super::*;
use crate::shop::audit::audit;
use crate::store::room::{ask, held, is_worth_it, much_is_free, taken};

/// Updates that come and are forgotten again.
const MANY: u64 = 150_000;
/// Names the file that a child compacts.
const FILE: &str = "NEUROCARDS_TEST_COMPACT";

impl Ground {
    fn length(&self) -> u64 {
        self.file().metadata().unwrap().len()
    }

    fn taken(&self) -> u64 {
        taken(&self.store).unwrap()
    }

    fn much_is_free(&self) -> bool {
        much_is_free(held(&self.file()).unwrap(), self.taken())
    }

    /// A shop with an order, whose file is mostly free.
    fn hollow() -> Self {
        let ground = Self::new();
        ground
            .write(|txn| (0..MANY).try_for_each(|id| txn.see_update(UpdateId(id), NOW).map(drop)));
        ground.orders(ANNA, Count::Three);
        let all: Vec<_> = (0..MANY).map(UpdateId).collect();
        ground.write(move |txn| txn.forget_updates(&all));
        // Pages of the last commit but one are free for the next one.
        ground.write(|txn| txn.see_update(UpdateId(0), NOW).map(drop));
        ground
    }

    fn is_sound(&self) {
        let report = audit(&self.store.snapshot().unwrap()).unwrap();
        assert_eq!((report.breaches, report.jobs), (Vec::new(), 3));
    }
}

#[test]
fn what_is_taken_is_known_and_what_is_free_goes_back_once_that_is_asked_for() {
    let ground = Ground::hollow().reopened();
    let (length, rows) = (ground.length(), ground.taken());
    assert!(2 * rows < length, "{rows} of {length}");

    assert!(ground.much_is_free());
    ground.write(|txn| ask(txn, true));
    ground.write(|txn| ask(txn, false));
    let ground = ground.reopened();
    assert!(2 * rows < ground.length(), "nobody asks any more");
    ground.write(|txn| ask(txn, true));
    let ground = ground.reopened();
    let small = ground.length();
    assert!(3 * small < length, "{small} of {length}");
    ground.is_sound();

    // Once: what grows from here on is not compacted again.
    ground.write(|txn| (0..MANY).try_for_each(|id| txn.see_update(UpdateId(id), NOW).map(drop)));
    let all: Vec<_> = (0..MANY).map(UpdateId).collect();
    ground.write(move |txn| txn.forget_updates(&all));
    let ground = ground.reopened();
    assert!(3 * small < ground.length());
    ground.is_sound();
}

#[test]
fn a_file_that_only_grows_is_never_worth_it() {
    let ground = Ground::new();
    let mut hollow = false;
    for part in 0..60 {
        let some = part * 4_000..(part + 1) * 4_000;
        ground.write(move |txn| {
            let mut some = some.clone();
            some.try_for_each(|id| txn.see_update(UpdateId(id), NOW).map(drop))
        });
        let (held, taken) = (held(&ground.file()).unwrap(), ground.taken());
        // Below that it is what redb needs for itself.
        if taken > 2 << 20 {
            assert!(!much_is_free(held, taken), "{part}: {taken} of {held}");
            hollow |= much_is_free(ground.length(), taken);
        }
    }
    assert!(hollow, "by its length much of it was free");
}

#[test]
fn a_file_is_worth_it_that_is_large_and_has_a_third_free() {
    const MB: u64 = 1 << 20;
    for (file, taken, worth) in [
        (900 * MB, 500 * MB, true),
        (900 * MB, 600 * MB, false),
        (900 * MB, 599 * MB, true),
        (64 * MB, MB, true),
        (63 * MB, MB, false),
        (64 * MB, 65 * MB, false),
    ] {
        assert_eq!(is_worth_it(file, taken), worth, "{taken} of {file}");
    }
}

/// Not a test of its own: what [`a_start_that_is_killed_over_it_loses_nothing`] kills.
#[test]
fn compacts_if_told_to() {
    if let Some(file) = std::env::var_os(FILE) {
        drop(Store::open(file.as_ref(), Options::default(), shop()).unwrap());
    }
}

#[test]
fn a_start_that_is_killed_over_it_loses_nothing() {
    let ground = Ground::hollow();
    ground.write(|txn| ask(txn, true));
    let (length, file) = (ground.length(), ground.file());
    let Ground { store, dir, .. } = ground;
    drop(store);
    let copy = dir.path().join("copy.redb");
    let (_, here) = module_path!().split_once("::").unwrap();
    let mut kills = 0;
    for sync in 1.. {
        std::fs::copy(&file, &copy).unwrap();
        let ended = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", &format!("{here}::compacts_if_told_to")])
            .env(FILE, &copy)
            .env("NEUROCARDS_DIE_AT", format!("store.sync.before:{sync}"))
            .stdout(Stdio::null())
            .status();
        let killed = !ended.unwrap().success();
        let store = patiently(|| Store::open(&copy, Options::default(), shop()));
        let report = audit(&store.snapshot().unwrap()).unwrap();
        assert_eq!((report.breaches, report.jobs), (Vec::new(), 3), "{sync}");
        if !killed {
            break;
        }
        kills += 1;
    }
    assert!(copy.metadata().unwrap().len() < length / 3);
    assert!(kills > 4, "{kills} syncs");
}
