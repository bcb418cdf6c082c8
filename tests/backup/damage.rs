//! Everything that is not whole is refused, with what is wrong.

use std::fs;
use std::path::{Path, PathBuf};

use neurocards::rules::domain::id::UserId;
use neurocards::shop::backup::manifest::{Item, MANIFEST, Manifest};
use neurocards::store::migrate::SCHEMA;
use neurocards::store::{Options, Store};
use redb::{Database, TableDefinition};

use crate::ground::{Ground, fails, place, shop, succeeds};

const PHOTO: &str = "photos/7/0190a1b2-0000-8000-8000-000000000001.jpg";
const META: TableDefinition<'static, &str, &[u8]> = TableDefinition::new("meta.v1");

/// A shop of which a backup was made, and which has gone on since.
struct Shop {
    ground: Ground,
    name: String,
}

impl Shop {
    async fn new() -> Self {
        let ground = Ground::with_orders(20).await;
        let manifest = ground.backs_up(None).unwrap();
        let store = ground.store();
        place(&store, 20..25).await;
        Self {
            ground,
            name: manifest.name.to_string(),
        }
    }

    fn backup(&self) -> PathBuf {
        self.ground.backup_dir().dir().join(&self.name)
    }

    /// What a restore says that must be refused and must change nothing.
    #[track_caller]
    fn refuses(&self, what: &str) -> String {
        let before = fs::read(self.ground.file()).unwrap();
        let mut told = String::new();
        for words in [&["--force"][..], &["--force", "--dry-run"]] {
            let words = [&["restore", what][..], words].concat();
            told = fails(&self.ground.says(&words));
        }
        assert!(before == fs::read(self.ground.file()).unwrap(), "{told}");
        assert!(!self.ground.data().join("neurocards.half").exists());
        told
    }

    /// Writes a manifest for the backup's files as they are now.
    fn vouches(&self, change: impl FnOnce(&mut Manifest)) {
        let dir = self.backup();
        let mut manifest = Manifest::read(&dir).unwrap();
        for file in &mut manifest.files {
            *file = Item::of(&dir, &file.path).unwrap();
        }
        change(&mut manifest);
        fs::write(dir.join(MANIFEST), manifest.text()).unwrap();
    }
}

fn flip(file: &Path, at: usize) {
    let mut bytes = fs::read(file).unwrap();
    bytes[at] ^= 0x10;
    fs::write(file, bytes).unwrap();
}

fn cut(file: &Path, by: u64) {
    let file = fs::File::options().write(true).open(file).unwrap();
    file.set_len(file.metadata().unwrap().len() - by).unwrap();
}

#[track_caller]
fn says(told: &str, wanted: &str) {
    assert!(told.contains(wanted), "{told}");
}

#[tokio::test]
async fn a_backup_with_a_damaged_file_is_refused() {
    let shop = Shop::new().await;
    let file = shop.backup().join("neurocards.redb");
    let whole = fs::read(&file).unwrap();
    for at in [0, whole.len() / 3, whole.len() - 1] {
        flip(&file, at);
        says(
            &shop.refuses(&shop.name),
            "neurocards.redb is not what was backed up",
        );
        fs::write(&file, &whole).unwrap();
    }
    cut(&file, 4096);
    says(
        &shop.refuses(&shop.name),
        &format!("bytes long and should be {}", whole.len()),
    );
    fs::remove_file(&file).unwrap();
    says(&shop.refuses(&shop.name), "neurocards.redb is missing");
    fs::write(&file, "hello").unwrap();
    says(&shop.refuses(&shop.name), "is 5 bytes long");
    shop.vouches(|_| {});
    says(
        &shop.refuses(&shop.name),
        "is no database, or a damaged one",
    );
    fs::write(&file, &whole).unwrap();
    shop.vouches(|_| {});
    succeeds(&shop.ground.says(&["restore", &shop.name, "--force"]));
}

#[tokio::test]
async fn a_backup_without_its_photo_or_with_another_one_is_refused() {
    let shop = Shop::new().await;
    let photo = shop.backup().join(PHOTO);
    fs::remove_file(&photo).unwrap();
    says(&shop.refuses(&shop.name), "000001.jpg is missing");
    fs::write(&photo, "a ph0to").unwrap();
    says(
        &shop.refuses(&shop.name),
        "000001.jpg is not what was backed up",
    );
    // Another name of the same file was in the data directory; it is unharmed.
    assert_eq!(
        fs::read(shop.ground.data().join(PHOTO)).unwrap(),
        b"a photo"
    );
}

#[tokio::test]
async fn a_wrong_manifest_is_refused() {
    let shop = Shop::new().await;
    let path = shop.backup().join(MANIFEST);
    let good = fs::read(&path).unwrap();
    flip(&path, 40);
    says(&shop.refuses(&shop.name), "manifest.json is damaged");
    let listed = succeeds(&shop.ground.says(&["backups", "list"]));
    says(&listed, "DAMAGED");
    fs::write(&path, &good[..good.len() / 2]).unwrap();
    says(&shop.refuses(&shop.name), "manifest.json is damaged");
    fs::remove_file(&path).unwrap();
    says(&shop.refuses(&shop.name), "has no manifest.json");
    fs::write(&path, &good).unwrap();
    for change in [
        |manifest: &mut Manifest| manifest.entries += 1,
        |manifest: &mut Manifest| manifest.commit += 1,
        |manifest: &mut Manifest| manifest.live_jobs = 0,
        |manifest: &mut Manifest| manifest.newest_entry = None,
    ] {
        shop.vouches(change);
        says(
            &shop.refuses(&shop.name),
            "speaks of another neurocards.redb",
        );
        fs::write(&path, &good).unwrap();
    }
    shop.vouches(|manifest| manifest.files.retain(|file| file.path == PHOTO));
    says(
        &shop.refuses(&shop.name),
        "does not speak of neurocards.redb",
    );
    fs::write(&path, &good).unwrap();
    shop.vouches(|manifest| manifest.files[0].path = "../../up".into());
    says(&shop.refuses(&shop.name), "no file of a backup");
}

#[tokio::test]
async fn a_newer_schema_is_refused_whatever_the_manifest_says() {
    let shop = Shop::new().await;
    let newer = SCHEMA + 1;
    let db = Database::open(shop.backup().join("neurocards.redb")).unwrap();
    let transaction = db.begin_write().unwrap();
    {
        let mut meta = transaction.open_table(META).unwrap();
        meta.insert("schema", newer.to_le_bytes().as_slice())
            .unwrap();
    }
    transaction.commit().unwrap();
    drop(db);
    let told = format!("schema {newer}, this program knows up to {SCHEMA}");
    shop.vouches(|_| {});
    says(&shop.refuses(&shop.name), &told);
    shop.vouches(|manifest| manifest.schema = newer);
    says(&shop.refuses(&shop.name), &told);
    let alone = shop.backup().join("neurocards.redb");
    says(&shop.refuses(alone.to_str().unwrap()), &told);
}

#[tokio::test]
async fn books_that_do_not_balance_are_refused() {
    let shop_ = Shop::new().await;
    let file = shop_.backup().join("neurocards.redb");
    let store = Store::open(&file, Options::default(), shop()).unwrap();
    let forge = |txn: &mut neurocards::store::Txn<'_>| {
        let mut row = txn.known_user(UserId(3))?;
        row.user.available.0 += 1000;
        txn.put_user(UserId(3), &row)
    };
    store.write(forge).await.unwrap();
    drop(store);
    shop_.vouches(|_| {});
    says(
        &shop_.refuses(&shop_.name),
        "its books do not balance: 2 breaches, the first: available 3",
    );
    says(
        &shop_.refuses(file.to_str().unwrap()),
        "its books do not balance",
    );
    let drilled = fails(&shop_.ground.says(&["drill"]));
    says(&drilled, "failed the drill");
}

#[tokio::test]
async fn a_database_alone_is_looked_at_by_its_own_checksums() {
    let shop = Shop::new().await;
    let alone = shop.ground.data().join("alone.redb");
    let name = alone.to_str().unwrap();
    let whole = fs::read(shop.backup().join("neurocards.redb")).unwrap();
    for (bad, wanted) in [
        (&b"hello"[..], "is no database, or a damaged one"),
        (b"", "is empty"),
        (
            &whole[..whole.len() / 2],
            "is no database, or a damaged one",
        ),
    ] {
        fs::write(&alone, bad).unwrap();
        says(&shop.refuses(name), wanted);
    }
    let empty = alone.with_file_name("empty.redb");
    drop(Database::create(&empty).unwrap());
    says(
        &shop.refuses(empty.to_str().unwrap()),
        "is it neurocards' own?",
    );
    says(
        &shop.refuses("2020-01-01T00-00-00Z"),
        "there is no backup 2020-01-01T00-00-00Z",
    );
    fs::write(&alone, &whole).unwrap();
    succeeds(&shop.ground.says(&["restore", name, "--force"]));
    assert!(
        fs::read(&alone).unwrap() == whole,
        "what is restored is left as it is"
    );
}

/// Where a byte is flipped that is in use, nothing is restored; where it is not, what is restored is whole.
#[tokio::test]
async fn a_flipped_byte_of_a_database_alone_is_found_or_does_not_matter() {
    let shop = Shop::new().await;
    let entries = crate::ground::entries(&shop.backup().join("neurocards.redb"));
    let alone = shop.ground.data().join("alone.redb");
    let whole = fs::read(shop.backup().join("neurocards.redb")).unwrap();
    let mut refused = 0;
    for at in (0..24).map(|n| n * whole.len() / 24 + 50 * n) {
        fs::write(&alone, &whole).unwrap();
        flip(&alone, at);
        let restored = shop
            .ground
            .says(&["restore", alone.to_str().unwrap(), "--force"]);
        assert_ne!(restored.status.code(), Some(101), "it panicked at {at}");
        match restored.status.success() {
            true => assert_eq!(shop.ground.entries(), entries, "byte {at}"),
            false => refused += 1,
        }
    }
    assert!(refused > 0);
}

#[tokio::test]
async fn what_is_there_is_replaced_only_by_force_and_kept() {
    let shop = Shop::new().await;
    let now = shop.ground.entries();
    let refused = fails(&shop.ground.says(&["restore", &shop.name]));
    says(&refused, "neurocards.redb is there already: say --force");
    shop.ground.put("webhook-secret", b"a newer secret");
    let restored = succeeds(&shop.ground.says(&["restore", &shop.name, "--force"]));
    says(&restored, "left as it was: webhook-secret");
    says(&restored, "the newest entry was made");
    assert_eq!(shop.ground.entries(), now - 15);
    let secret = fs::read(shop.ground.data().join("webhook-secret")).unwrap();
    assert_eq!(secret, b"a newer secret");
    let listed = succeeds(&shop.ground.says(&["backups", "list", "--json"]));
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let replaced = listed
        .as_array()
        .unwrap()
        .iter()
        .find(|found| found["kind"] == "replaced");
    let replaced = replaced.unwrap()["name"].as_str().unwrap();
    // And back again.
    succeeds(&shop.ground.says(&["restore", replaced, "--force"]));
    assert_eq!(shop.ground.entries(), now);
}

#[tokio::test]
async fn nothing_is_restored_under_a_daemon() {
    let shop = Shop::new().await;
    let store = shop.ground.store();
    let refused = shop.refuses(&shop.name);
    says(&refused, "a daemon runs on");
    drop(store);
    succeeds(&shop.ground.says(&["restore", &shop.name, "--force"]));
}

#[tokio::test]
async fn a_drill_tells_how_long_it_took_and_leaves_nothing() {
    let shop = Shop::new().await;
    let drilled = succeeds(&shop.ground.says(&["drill", "--json"]));
    let drilled: serde_json::Value = serde_json::from_str(&drilled).unwrap();
    assert_eq!(drilled["name"], shop.name);
    assert_eq!(drilled["jobs"], 60);
    assert!(drilled["newest_entry_age_s"].is_u64() && drilled["took_ms"].is_u64());
    let left = fs::read_dir(shop.ground.backup_dir().dir()).unwrap();
    assert_eq!(left.count(), 1);
    fs::remove_dir_all(shop.ground.backup_dir().dir()).unwrap();
    says(
        &fails(&shop.ground.says(&["drill"])),
        "there is no backup in",
    );
}
