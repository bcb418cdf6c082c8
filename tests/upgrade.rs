//! Stored databases of every released version, opened by this one.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use neurocards::domain::id::UserId;
use neurocards::domain::tally::Tally;
use neurocards::domain::time::Timestamp;
use neurocards::points;
use neurocards::store::{self, audit, migrate};

/// A file as a version left it.
struct Stored {
    /// Which version, and how it ended.
    name: &'static str,
    /// Its schema.
    schema: u32,
    bytes: &'static [u8],
}

/// Every released version: stopped in good order, and killed.
///
/// All hold the same shop: eight sellers, three orders with nine jobs in every stage, two payments and a grant
/// taken back, unsaid notes, rests and an alert.
const STORED: [Stored; 6] = [
    Stored {
        name: "0.1.0",
        schema: 1,
        bytes: include_bytes!("upgrade/0.1.0.redb.gz"),
    },
    Stored {
        name: "0.1.0, killed",
        schema: 1,
        bytes: include_bytes!("upgrade/0.1.0-killed.redb.gz"),
    },
    Stored {
        name: "0.1.0 with schema 2",
        schema: 2,
        bytes: include_bytes!("upgrade/0.1.0-schema-2.redb.gz"),
    },
    Stored {
        name: "0.1.0 with schema 2, killed",
        schema: 2,
        bytes: include_bytes!("upgrade/0.1.0-schema-2-killed.redb.gz"),
    },
    Stored {
        name: "0.1.0 with schema 3",
        schema: 3,
        bytes: include_bytes!("upgrade/0.1.0-schema-3.redb.gz"),
    },
    Stored {
        name: "0.1.0 with schema 3, killed",
        schema: 3,
        bytes: include_bytes!("upgrade/0.1.0-schema-3-killed.redb.gz"),
    },
];

/// What every seller may spend and what their jobs hold, in every stored file.
const BALANCES: [(u64, u32, u32); 8] = [
    (1, 8, 3),
    (2, 5, 3),
    (3, 3, 0),
    (4, 2, 0),
    (5, 2, 0),
    (6, 2, 0),
    (7, 2, 0),
    (8, 2, 0),
];

/// The stages of all jobs, in every stored file.
const STAGES: [&str; 9] = [
    "done",
    "failed",
    "submitting",
    "queued",
    "queued",
    "rendering",
    "rendered",
    "preparing",
    "failed",
];

/// A data directory with one stored file in it.
struct Ground {
    data: tempfile::TempDir,
    old: Vec<u8>,
}

impl Ground {
    fn new(stored: &Stored) -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut old = Vec::new();
        let mut unpacked = flate2::read::GzDecoder::new(stored.bytes);
        unpacked.read_to_end(&mut old).unwrap();
        std::fs::write(data.path().join("neurocards.redb"), &old).unwrap();
        Self { data, old }
    }

    fn file(&self) -> PathBuf {
        self.data.path().join("neurocards.redb")
    }

    fn kept(&self) -> Vec<PathBuf> {
        let dir = std::fs::read_dir(self.data.path().join("backups"));
        let mut kept: Vec<_> = dir
            .into_iter()
            .flatten()
            .map(|f| f.unwrap().path())
            .collect();
        kept.sort();
        kept
    }

    /// Opens the file as the program does, by taking nothing from seller 4.
    fn grant(&self, credits: &str, key: &str, die_at: Option<&str>) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_neurocards"));
        command.args([
            "grant",
            "--user",
            "4",
            "--credits",
            credits,
            "--reason",
            "a test",
        ]);
        command
            .args(["--key", key, "--data-dir"])
            .arg(self.data.path());
        if let Some(point) = die_at {
            command.env("NEUROCARDS_DIE_AT", format!("{point}:1"));
        }
        command.output().unwrap()
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[track_caller]
fn succeeds(output: &Output) {
    assert!(output.status.success(), "{}", said(output));
}

fn credits_of_4(file: &Path) -> u32 {
    let snapshot = store::read_only(file).unwrap();
    snapshot.user(UserId(4)).unwrap().unwrap().user.available.0
}

/// Everything a stored file holds is there, and its books balance.
#[track_caller]
fn is_whole(file: &Path) {
    let snapshot = store::read_only(file).unwrap();
    let report = audit::audit(&snapshot).unwrap();
    assert!(report.breaches.is_empty(), "{:#?}", report.breaches);
    for (user, available, held) in BALANCES.into_iter().filter(|(user, ..)| *user != 4) {
        let row = snapshot.user(UserId(user)).unwrap().unwrap();
        assert_eq!(
            (row.user.available.0, row.user.held.0),
            (available, held),
            "user {user}"
        );
    }
    let jobs = snapshot.jobs().unwrap();
    let stages: Vec<_> = jobs.iter().map(|row| row.job.stage.name()).collect();
    assert_eq!(stages, STAGES);
    assert!(snapshot.waiting_notes().unwrap() >= 33);
    is_counted(&snapshot);
    assert_eq!(snapshot.live_jobs().unwrap(), 6);
}

/// What happened is counted as it is in the books.
#[track_caller]
fn is_counted(snapshot: &store::Snapshot) {
    let mut all = Tally::default();
    for (_, tally) in snapshot.tallies(Timestamp(0)).unwrap() {
        all.add(&tally);
    }
    let videos = all.all();
    assert_eq!((all.newcomers, all.orders, all.ordered), (8, 3, 9));
    assert_eq!((videos.done, videos.failures()), (1, 2));
    assert!(videos.missed.values().sum::<u64>() >= 2, "{videos:?}");
    assert!(videos.waits.quantile(0.5).is_some());
    let counters = snapshot.counters().unwrap();
    let moved = all.credits;
    assert_eq!(i64::try_from(moved.gifts).unwrap(), -counters.gifts);
    assert_eq!(i64::try_from(moved.earned).unwrap(), counters.revenue);
    let given = moved.granted as i64 - moved.taken as i64;
    assert_eq!(given, -counters.grants);
    assert_eq!(moved.released, 2);
}

#[test]
fn every_released_schema_has_a_stored_file() {
    for schema in 1..migrate::SCHEMA {
        assert!(
            STORED.iter().any(|stored| stored.schema == schema),
            "schema {schema}"
        );
    }
}

#[test]
fn an_old_file_is_brought_up_to_date_and_kept() {
    for stored in &STORED {
        let ground = Ground::new(stored);
        succeeds(&ground.grant("3", "upgrade", None));
        is_whole(&ground.file());
        assert_eq!(credits_of_4(&ground.file()), 5);
        let kept = ground.kept();
        assert_eq!(kept.len(), 1, "{}", stored.name);
        let name = format!("neurocards-schema-{}.redb", stored.schema);
        assert!(kept[0].ends_with(&name), "{kept:?}");
        is_whole(&kept[0]);
        // The next start changes nothing more.
        succeeds(&ground.grant("1", "another", None));
        assert_eq!(ground.kept().len(), 1);
    }
}

#[test]
fn keys_that_were_used_are_known_for_ever() {
    for stored in &STORED {
        let ground = Ground::new(stored);
        let again = ground.grant("7", "invoice-1", None);
        succeeds(&again);
        assert!(
            said(&again).contains("granted before with this key"),
            "{}",
            said(&again)
        );
        is_whole(&ground.file());
    }
}

#[test]
fn an_old_file_is_audited_as_it_is() {
    let stored = &STORED[0];
    let ground = Ground::new(stored);
    let mut command = Command::new(env!("CARGO_BIN_EXE_neurocards"));
    command.args(["audit", "--file"]).arg(ground.file());
    let audited = command.output().unwrap();
    succeeds(&audited);
    assert!(said(&audited).contains("26 entries"), "{}", said(&audited));
    let unchanged = std::fs::read(ground.file()).unwrap() == ground.old;
    assert!(unchanged, "an audit changes nothing");
    assert!(ground.kept().is_empty());
}

#[test]
fn a_file_killed_on_its_way_up_is_the_old_one_or_the_new_one() {
    for stored in &STORED {
        for point in points::UPGRADE {
            let ground = Ground::new(stored);
            let killed = ground.grant("3", "upgrade", Some(point));
            assert!(!killed.status.success(), "{point} was not reached");
            is_whole(&ground.file());
            succeeds(&ground.grant("3", "upgrade", None));
            is_whole(&ground.file());
            assert_eq!(credits_of_4(&ground.file()), 5, "{point}");
            assert!(!ground.kept().is_empty(), "{point}");
        }
    }
}

#[test]
fn without_room_for_the_old_file_nothing_is_changed() {
    let ground = Ground::new(&STORED[0]);
    std::fs::write(ground.data.path().join("backups"), "in the way").unwrap();
    let refused = ground.grant("3", "upgrade", None);
    assert!(!refused.status.success());
    let said = said(&refused);
    assert!(
        said.contains("the old data file cannot be kept as"),
        "{said}"
    );
    assert!(said.contains("make room there and start again"), "{said}");
    std::fs::remove_file(ground.data.path().join("backups")).unwrap();
    is_whole(&ground.file());
    assert_eq!(credits_of_4(&ground.file()), 2);
    succeeds(&ground.grant("3", "upgrade", None));
    assert_eq!(ground.kept().len(), 1, "it was still the old file");
}

#[test]
fn a_question_does_not_bring_an_old_file_up_to_date() {
    for stored in &STORED {
        let ground = Ground::new(stored);
        for question in [&["status"][..], &["users", "list"], &["jobs", "show", "1"]] {
            let mut command = Command::new(env!("CARGO_BIN_EXE_neurocards"));
            command
                .args(question)
                .arg("--data-dir")
                .arg(ground.data.path());
            let asked = command.output().unwrap();
            assert!(!asked.status.success());
            let named = format!("has schema {}", stored.schema);
            assert!(said(&asked).contains(&named), "{}", said(&asked));
        }
        assert!(ground.kept().is_empty());
        let mut audit = Command::new(env!("CARGO_BIN_EXE_neurocards"));
        audit.args(["audit", "--data-dir"]).arg(ground.data.path());
        succeeds(&audit.output().unwrap());
    }
}
