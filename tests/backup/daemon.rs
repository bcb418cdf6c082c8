//! Backups by the daemon itself: in time, made up for, told when they fail.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use neurocards::base::clock::Clock;
use neurocards::base::time::Timestamp;
use neurocards::cli::playground::{Playground, Reach, Setting};
use neurocards::operator::service::Refusal;
use neurocards::operator::service::ask::Backup;
use neurocards::sandbox::Person;
use neurocards::shop::backup::directory::BackupDir;
use neurocards::shop::backup::front::Status;

use crate::storage::{BUCKET, Fault, ID, REGION, SECRET, Storage};

const HOUR: Duration = Duration::from_secs(3600);
const MINUTE: Duration = Duration::from_secs(60);
/// Nothing takes longer, in real time.
const PATIENCE: Duration = Duration::from_secs(30);

struct Stage {
    data: tempfile::TempDir,
    stage: Playground,
    operator: Person,
}

impl Stage {
    async fn new(config: &str) -> Self {
        let data = tempfile::tempdir().unwrap();
        fs::write(data.path().join("s3.id"), ID).unwrap();
        fs::write(data.path().join("s3.key"), SECRET).unwrap();
        let stage = Playground::start(Setting {
            data: data.path(),
            clock: Clock::led(Timestamp(1_795_412_269_789), 0.0),
            page: None,
            config,
            reach: Reach::Home,
            author: true,
        });
        let stage = stage.await.unwrap();
        let operator = stage.sandbox.telegram.person(9001, "Олег", Some("ru"));
        operator.sends("/start");
        stage.settle().await.unwrap();
        Self {
            data,
            stage,
            operator,
        }
    }

    fn status(&self) -> Status {
        self.stage.daemon().backups()
    }

    fn backup_dir(&self) -> BackupDir {
        BackupDir::new(self.data.path().join("backups"))
    }

    fn passes(&self, span: Duration) {
        self.stage.clock.pass(span);
    }

    /// Waits, in real time, until something holds.
    async fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let begun = Instant::now();
        while !holds(self) {
            assert!(begun.elapsed() < PATIENCE, "{what}: {:?}", self.status());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        self.stage.settle().await.unwrap();
    }

    /// What the operator was told of backups.
    fn told(&self) -> Vec<String> {
        let messages = self.operator.messages().into_iter();
        messages
            .filter(|message| message.from_bot && message.text.contains("езервн"))
            .map(|message| message.text)
            .collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn backups_are_made_in_time_and_what_was_slept_through_is_made_up_for() {
    let mut stage =
        Stage::new("[backup]\nevery = \"6h\"\nkeep_hours = 2\nkeep_days = 2\nkeep_weeks = 1\n")
            .await;
    assert_eq!(stage.status().here.made, 0, "sellers come first");
    stage.passes(MINUTE);
    stage
        .until("the first", |stage| stage.status().here.made == 1)
        .await;
    for made in 2..=10 {
        stage.passes(6 * HOUR);
        stage
            .until("the next", |stage| stage.status().here.made == made)
            .await;
    }
    let here = stage.status().here;
    assert!(here.failed == 0 && here.age(stage.stage.clock.now()).unwrap() < MINUTE);
    let kept = stage.backup_dir().names().unwrap();
    assert!((3..=5).contains(&kept.len()), "{kept:?}");

    stage.stage.stop_daemon().await;
    stage.passes(48 * HOUR);
    stage.stage.start_daemon().await.unwrap();
    stage.stage.settle().await.unwrap();
    stage
        .until("it knows the last one", |stage| {
            stage.status().here.newest.is_some()
        })
        .await;
    assert!(stage.status().here.age(stage.stage.clock.now()).unwrap() >= 48 * HOUR);
    stage.passes(MINUTE);
    stage
        .until("it is made up for", |stage| stage.status().here.made == 1)
        .await;

    // One that was made of late is not made again at a start.
    stage.stage.stop_daemon().await;
    stage.stage.start_daemon().await.unwrap();
    stage.stage.settle().await.unwrap();
    stage.passes(5 * HOUR);
    stage.stage.settle().await.unwrap();
    assert_eq!(stage.status().here.made, 0);
    stage.passes(HOUR);
    stage
        .until("the next", |stage| stage.status().here.made == 1)
        .await;
    assert_eq!(stage.told(), [""; 0]);
    stage.stage.stop_daemon().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_gets_one_at_once() {
    let stage = Stage::new("").await;
    let made = stage.stage.ask(Backup).await.unwrap().unwrap();
    assert!(Path::new(&made.path).join("neurocards.redb").exists());
    assert_eq!(stage.status().here.newest, Some(made.manifest.name));
    fs::remove_dir_all(stage.backup_dir().dir()).unwrap();
    fs::write(stage.backup_dir().dir(), "in the way").unwrap();
    let Err(Refusal::NotBackedUp(why)) = stage.stage.ask(Backup).await.unwrap() else {
        panic!("a backup");
    };
    assert!(why.contains("backups: "), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_told_once_and_so_is_that_it_is_over() {
    let mut stage = Stage::new("[backup]\nevery = \"6h\"\n").await;
    fs::write(stage.backup_dir().dir(), "in the way").unwrap();
    stage.passes(MINUTE);
    stage
        .until("it is told", |stage| stage.told().len() == 1)
        .await;
    assert!(
        stage.told()[0].starts_with("🚨 Резервная копия не сделана: "),
        "{:?}",
        stage.told()
    );
    assert!(
        stage.told()[0].contains("Ни одной пока нет."),
        "{:?}",
        stage.told()
    );
    for failed in 2..=8 {
        stage.passes(10 * MINUTE);
        stage
            .until("it is tried again", |stage| {
                stage.status().here.failed == failed
            })
            .await;
    }
    assert_eq!(stage.told().len(), 1);
    stage.passes(25 * HOUR);
    stage
        .until("a day later", |stage| stage.told().len() == 2)
        .await;

    // What was told before a restart is taken back after it.
    stage.stage.stop_daemon().await;
    fs::remove_file(stage.backup_dir().dir()).unwrap();
    stage.stage.start_daemon().await.unwrap();
    stage.stage.settle().await.unwrap();
    stage.passes(MINUTE);
    stage
        .until("it is over", |stage| stage.told().len() == 3)
        .await;
    assert_eq!(stage.told()[2], "✅ Резервные копии снова делаются.");
    assert_eq!(stage.status().here.last_error, None);
    stage.passes(6 * HOUR);
    stage
        .until("the next", |stage| stage.status().here.made == 2)
        .await;
    assert_eq!(stage.told().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_room_there_is_no_backup_and_all_else_goes_on() {
    // No disk has so much room; and the shop's own floor is lower.
    let stage = Stage::new("[backup]\nevery = \"6h\"\n[store]\nmin_free_mb = 0\n").await;
    stage.passes(MINUTE);
    stage
        .until("the first", |stage| stage.status().here.made == 1)
        .await;
    let order = neurocards::shop::backup::make::Order {
        data: stage.data.path(),
        backup_dir: &stage.backup_dir(),
        floor: u64::MAX / 2,
        now: stage.stage.clock.now(),
    };
    let store = stage.stage.daemon().store();
    let refused = neurocards::shop::backup::make::make(&order, &|| store.snapshot());
    let refused = refused.unwrap_err().to_string();
    assert!(
        refused.starts_with("there is no room on the disk: "),
        "{refused}"
    );
    assert_eq!(stage.backup_dir().names().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_backup_is_copied_and_old_copies_go() {
    let storage = Storage::start().await;
    let config = format!(
        "[backup]\nevery = \"6h\"\nkeep_hours = 1\nkeep_days = 2\nkeep_weeks = 0\n\
         [backup.s3]\nendpoint = \"{}\"\nbucket = \"{BUCKET}\"\nregion = \"{REGION}\"\n\
         access_key_id_file = \"s3.id\"\nsecret_access_key_file = \"s3.key\"\n\
         recipients = [\"{}\"]\n",
        storage.endpoint(),
        age::x25519::Identity::generate().to_public(),
    );
    let stage = Stage::new(&config).await;
    let copies = |stage: &Stage| stage.status().elsewhere.unwrap();
    stage.passes(MINUTE);
    stage
        .until("the first", |stage| copies(stage).made == 1)
        .await;
    storage.fails("list", &[Fault::Status(403, "AccessDenied"); 3]);
    stage.passes(6 * HOUR);
    stage
        .until("it fails", |stage| copies(stage).failed == 1)
        .await;
    assert_eq!(stage.status().here.made, 2, "here there is one");
    stage
        .until("it is told", |stage| stage.told().len() == 1)
        .await;
    let told = stage.told().remove(0);
    assert!(
        told.starts_with(
            "⚠️ Резервная копия не дошла до хранилища: the storage refuses: 403 AccessDenied"
        ),
        "{told}"
    );
    assert!(told.contains("Последней 6 часов."), "{told}");
    for failed in 2..=3 {
        stage.passes(HOUR);
        stage
            .until("it fails", |stage| copies(stage).failed == failed)
            .await;
    }
    assert_eq!(stage.told().len(), 1);
    stage.passes(HOUR);
    stage
        .until("it is over", |stage| copies(stage).made == 2)
        .await;
    stage
        .until("it is told", |stage| stage.told().len() == 2)
        .await;
    assert_eq!(
        stage.told()[1],
        "✅ Резервные копии снова доходят до хранилища."
    );
    for made in 3..=12 {
        stage.passes(6 * HOUR);
        stage
            .until("the next", |stage| copies(stage).made == made)
            .await;
    }
    assert_eq!(
        storage.keys().len(),
        2,
        "of two days each: {:?}",
        storage.keys()
    );
    storage.is_tidy();
}
