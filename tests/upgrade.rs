//! The way up from an older schema: what is kept, what is killed on its way, what is only looked at.
//!
//! No released program wrote an older one; schema 0 is made up here, out of a file of today.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use neurocards::base::failpoints;
use neurocards::base::time::Timestamp;
use neurocards::rules::domain::credit::Credits;
use neurocards::rules::domain::id::UserId;
use neurocards::rules::domain::user::{Lang, User};
use neurocards::shop::audit;
use neurocards::store::record::UserRow;
use neurocards::store::{self, Options, Shop, Store, migrate, tables};
use redb::{Database, ReadableDatabase};

/// The user everybody grants to.
const ANNA: UserId = UserId(4);

/// A data directory with a file of schema 0 in it: somebody with two credits, and a table that is not there yet.
struct Ground {
    data: tempfile::TempDir,
    old: Vec<u8>,
}

impl Ground {
    fn new() -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut ground = Self {
            data,
            old: Vec::new(),
        };
        ground.is_founded();
        succeeds(&ground.grant("2", "invoice-1", None));
        let db = Database::open(ground.file()).unwrap();
        let transaction = db.begin_write().unwrap();
        let mut meta = transaction.open_table(tables::META).unwrap();
        meta.insert("schema", 0u32.to_le_bytes().as_slice())
            .unwrap();
        drop(meta);
        assert!(transaction.delete_table(tables::BANS).unwrap());
        transaction.commit().unwrap();
        drop(db);
        ground.old = std::fs::read(ground.file()).unwrap();
        ground
    }

    /// Makes a file in which Anna is known.
    fn is_founded(&self) {
        let store = Store::open(&self.file(), Options::default(), Shop::default()).unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let anna = UserRow::new(User {
            lang: Lang::Ru,
            username: None,
            reachable: true,
            available: Credits(0),
            held: Credits(0),
            last_tag: 0,
            since: Timestamp(0),
            topic: None,
        });
        let known = store.write(move |txn| txn.put_user(ANNA, &anna));
        runtime.block_on(known).unwrap();
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

    fn asked(&self, words: &[&str], die_at: Option<&str>) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_neurocards"));
        command.args(words).arg("--data-dir").arg(self.data.path());
        if let Some(point) = die_at {
            command.env("NEUROCARDS_DIE_AT", format!("{point}:1"));
        }
        command.output().unwrap()
    }

    /// Opens the file as the program does, by a grant.
    fn grant(&self, credits: &str, key: &str, die_at: Option<&str>) -> Output {
        let words = [
            "grant",
            "--user",
            "4",
            "--credits",
            credits,
            "--reason",
            "a test",
            "--key",
            key,
        ];
        self.asked(&words, die_at)
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[track_caller]
fn succeeds(output: &Output) {
    assert!(output.status.success(), "{}", said(output));
}

fn credits_of_anna(file: &Path) -> u32 {
    let snapshot = store::read_only(file).unwrap();
    snapshot.user(ANNA).unwrap().unwrap().user.available.0
}

/// Its books balance, whatever its schema.
#[track_caller]
fn is_whole(file: &Path) {
    let snapshot = store::read_only(file).unwrap();
    let report = audit::audit(&snapshot).unwrap();
    assert!(report.breaches.is_empty(), "{:#?}", report.breaches);
}

#[test]
fn an_old_file_is_brought_up_to_date_and_kept() {
    let ground = Ground::new();
    succeeds(&ground.grant("3", "upgrade", None));
    is_whole(&ground.file());
    assert_eq!(credits_of_anna(&ground.file()), 5);
    let db = Database::open(ground.file()).unwrap();
    assert!(db.begin_read().unwrap().open_table(tables::BANS).is_ok());
    drop(db);
    let kept = ground.kept();
    assert_eq!(kept.len(), 1);
    assert!(kept[0].ends_with("neurocards-schema-0.redb"), "{kept:?}");
    is_whole(&kept[0]);
    assert_eq!(credits_of_anna(&kept[0]), 2);
    assert_eq!(store::pending(&kept[0]).unwrap(), Some(0));
    // The next start changes nothing more.
    succeeds(&ground.grant("1", "another", None));
    assert_eq!(ground.kept().len(), 1);
}

#[test]
fn a_file_killed_on_its_way_up_is_the_old_one_or_the_new_one() {
    for point in failpoints::UPGRADE {
        let ground = Ground::new();
        let killed = ground.grant("3", "upgrade", Some(point));
        assert!(!killed.status.success(), "{point} was not reached");
        is_whole(&ground.file());
        succeeds(&ground.grant("3", "upgrade", None));
        is_whole(&ground.file());
        assert_eq!(credits_of_anna(&ground.file()), 5, "{point}");
        assert!(!ground.kept().is_empty(), "{point}");
    }
}

#[test]
fn without_room_for_the_old_file_nothing_is_changed() {
    let ground = Ground::new();
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
    assert_eq!(credits_of_anna(&ground.file()), 2);
    succeeds(&ground.grant("3", "upgrade", None));
    assert_eq!(ground.kept().len(), 1, "it was still the old file");
}

#[test]
fn a_question_does_not_bring_an_old_file_up_to_date() {
    let ground = Ground::new();
    for question in [&["status"][..], &["users", "list"], &["jobs", "show", "1"]] {
        let asked = ground.asked(question, None);
        assert!(!asked.status.success());
        assert!(said(&asked).contains("has schema 0"), "{}", said(&asked));
    }
    assert!(ground.kept().is_empty());
    succeeds(&ground.asked(&["audit"], None));
    let unchanged = std::fs::read(ground.file()).unwrap() == ground.old;
    assert!(unchanged, "an audit changes nothing");
}

#[test]
fn a_newer_file_is_refused_and_left_alone() {
    let ground = Ground::new();
    let db = Database::open(ground.file()).unwrap();
    let transaction = db.begin_write().unwrap();
    let mut meta = transaction.open_table(tables::META).unwrap();
    let newer = migrate::SCHEMA + 1;
    meta.insert("schema", newer.to_le_bytes().as_slice())
        .unwrap();
    drop(meta);
    transaction.commit().unwrap();
    drop(db);
    let refused = ground.grant("3", "upgrade", None);
    assert!(!refused.status.success());
    let named = format!("has schema {newer}");
    assert!(said(&refused).contains(&named), "{}", said(&refused));
}
