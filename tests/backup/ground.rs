//! A data directory with a shop in it, its backups, and the real binary.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use neurocards::base::time::Timestamp;
use neurocards::rules::domain::brief::Count;
use neurocards::rules::domain::credit::Credits;
use neurocards::rules::domain::id::UserId;
use neurocards::shop::audit;
use neurocards::shop::backup::BackupError;
use neurocards::shop::backup::directory::BackupDir;
use neurocards::shop::backup::make::{self, Order};
use neurocards::shop::backup::manifest::Manifest;
use neurocards::store::{Options, Shop, Store, read_only};

use crate::shop;

/// Sellers with credits.
pub const SELLERS: u64 = 16;

pub struct Ground {
    dir: tempfile::TempDir,
}

impl Ground {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("data")).unwrap();
        Self { dir }
    }

    /// With sellers, `orders` orders, and a photo and a video on disk.
    pub async fn with_orders(orders: u64) -> Self {
        let ground = Self::new();
        let store = ground.store();
        shop::seed(&store, SELLERS).await.unwrap();
        place(&store, 0..orders).await;
        drop(store);
        ground.put(
            "photos/7/0190a1b2-0000-8000-8000-000000000001.jpg",
            b"a photo",
        );
        ground.put("videos/3.mp4", b"a video");
        ground.put("webhook-secret", b"a secret");
        ground
    }

    pub fn put(&self, path: &str, content: &[u8]) {
        let path = self.data().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    pub fn file(&self) -> PathBuf {
        self.data().join("neurocards.redb")
    }

    pub fn backup_dir(&self) -> BackupDir {
        BackupDir::new(self.data().join("backups"))
    }

    pub fn store(&self) -> Store {
        Store::open(&self.file(), Options::default(), shop()).unwrap()
    }

    /// A backup of what `store` has, or of the file.
    pub fn backs_up(&self, store: Option<&Store>) -> Result<Manifest, BackupError> {
        self.backs_up_at(Timestamp(1_795_412_269_789), store)
    }

    pub fn backs_up_at(
        &self,
        now: Timestamp,
        store: Option<&Store>,
    ) -> Result<Manifest, BackupError> {
        let order = Order {
            data: &self.data(),
            backup_dir: &self.backup_dir(),
            floor: 0,
            now,
        };
        match store {
            Some(store) => make::make(&order, &|| store.snapshot()),
            None => make::make(&order, &|| read_only(&self.file())),
        }
    }

    /// The real binary, asked about this data directory.
    pub fn says(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_neurocards"));
        command.args(words).arg("--data-dir").arg(self.data());
        command
    }

    /// Entries of the file, whose books must balance.
    pub fn entries(&self) -> u64 {
        entries(&self.file())
    }
}

pub fn shop() -> Shop {
    Shop {
        welcome: Credits(2),
        admins: vec![UserId(99)],
        max_attempts: 3,
        max_rendering: 100,
        ..Shop::default()
    }
}

/// Entries of a file, whose books must balance.
#[track_caller]
pub fn entries(file: &Path) -> u64 {
    let report = audit::audit(&read_only(file).unwrap()).unwrap();
    assert_eq!(report.breaches, [], "{}", file.display());
    report.entries
}

/// Orders of three, many at once, as sellers place them.
pub async fn place(store: &Store, orders: std::ops::Range<u64>) {
    let placed = orders.map(|number| {
        let store = store.clone();
        tokio::spawn(async move {
            let shop = shop();
            let user = UserId(1 + number % SELLERS);
            let place = move |txn: &mut neurocards::store::Txn<'_>| {
                shop::place(txn, &shop, user, number + 1, Count::Three)
            };
            store.write(place).await
        })
    });
    for order in placed.collect::<Vec<_>>() {
        order.await.unwrap().unwrap();
    }
}

pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[track_caller]
pub fn succeeds(output: &Output) -> String {
    assert!(output.status.success(), "{}", said(output));
    said(output)
}

#[track_caller]
pub fn fails(output: &Output) -> String {
    assert!(!output.status.success(), "{}", said(output));
    said(output)
}
