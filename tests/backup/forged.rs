//! What somebody puts into the storage who can write there and has none of our keys, or ours of another day; and a
//! storage that says whatever it likes.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::LazyLock;

use age::secrecy::ExposeSecret;
use age::x25519::Identity;
use flate2::Compression;
use flate2::write::GzEncoder;
use neurocards::edge::config::Encryption;
use neurocards::edge::offsite::{Vault, VaultError};
use neurocards::shop::backup::manifest::{Item, MANIFEST, Manifest};
use tar::{Builder, EntryType, Header};

use crate::ground::{Ground, entries, fails, succeeds};
use crate::remote::{chosen, configures, says, shop, vault_of};
use crate::storage::{Fault, Storage};

const NAME: &str = "2026-11-23T05-37-49Z";
const NEWER: &str = "2027-01-01T00-00-00Z";
/// The shop's key; whoever forges does not have it.
static KEY: LazyLock<Identity> = LazyLock::new(Identity::generate);

fn sealing(storage: &Storage) -> Vault {
    let encryption = Encryption::Recipients(vec![KEY.to_public().to_string()]);
    let identity = KEY.to_string();
    vault_of(&chosen(storage, encryption, Some(identity.expose_secret())))
}

fn open(storage: &Storage) -> Vault {
    vault_of(&chosen(storage, Encryption::None, None))
}

/// A configuration under which copies are encrypted, and the key for it.
fn seals(ground: &Ground, storage: &Storage) {
    ground.put("key", KEY.to_string().expose_secret().as_bytes());
    let recipient = KEY.to_public();
    let more = format!("recipients = [\"{recipient}\"]\nidentity_file = \"key\"\n");
    configures(ground, storage, &more);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unencrypted_copy_is_neither_listed_nor_taken_where_copies_are_encrypted() {
    let storage = Storage::start().await;
    let (ground, dir) = shop().await;
    let old = ground.entries();
    sealing(&storage).put(&dir, NAME).await.unwrap();
    // A shop of somebody else's, under the very name and under a newer one, and with a configuration of its own.
    let forger = Ground::with_orders(3).await;
    forger.put("neurocards.toml", b"admin_ids = [666]\n");
    let forged = forger
        .backup_dir()
        .path(forger.backs_up(None).unwrap().name);
    for name in [NAME, NEWER] {
        open(&storage).put(&forged, name).await.unwrap();
    }
    let config = ground.data().parent().unwrap().join("elsewhere.toml");
    fs::remove_dir_all(ground.data()).unwrap();
    seals(&ground, &storage);
    fs::rename(ground.data().join("neurocards.toml"), &config).unwrap();
    fs::rename(ground.data().join("key"), config.with_file_name("key")).unwrap();
    let config = config.to_str().unwrap();
    let says = async |words: &[&str]| says(&ground, &[words, &["--config", config]].concat()).await;

    let listed = succeeds(&says(&["backups", "list", "--remote"]).await);
    assert!(listed.contains(NAME) && !listed.contains(NEWER), "{listed}");
    assert_eq!(listed.lines().count(), 2, "{listed}");
    let drilled = succeeds(&says(&["drill", "--remote"]).await);
    assert!(drilled.starts_with(NAME), "{drilled}");
    let refused = fails(&says(&["restore", &format!("s3:{NEWER}")]).await);
    assert!(refused.contains("is not encrypted"), "{refused}");
    assert!(!ground.file().exists());
    succeeds(&says(&["restore", &format!("s3:{NAME}")]).await);
    assert_eq!(entries(&ground.file()), old, "the real one");
    assert!(!ground.data().join("neurocards.toml").exists());

    // Nor does it keep the real one from being sent.
    storage.forges("shop/2027-01-02T00-00-00Z.tar.gz", "x");
    let listed = sealing(&storage).list().await.unwrap();
    assert!(listed.iter().all(|copy| copy.encrypted), "{listed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_copy_under_a_new_name_is_refused() {
    let storage = Storage::start().await;
    let (ground, dir) = shop().await;
    sealing(&storage).put(&dir, NAME).await.unwrap();
    let old = storage.object(&format!("shop/{NAME}.tar.gz.age"));
    storage.forges(&format!("shop/{NEWER}.tar.gz.age"), old);
    seals(&ground, &storage);
    let before = fs::read(ground.file()).unwrap();
    for words in [
        &["restore", &format!("s3:{NEWER}"), "--force"][..],
        &["restore", &format!("s3:{NEWER}"), "--force", "--dry-run"],
        &["drill", "--remote"],
    ] {
        let refused = fails(&says(&ground, words).await);
        assert!(refused.contains("somebody has renamed it"), "{refused}");
    }
    assert_eq!(fs::read(ground.file()).unwrap(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_none_is_not_shown() {
    let storage = Storage::start().await;
    for name in ["", "a b", "[2J", "../up", "х", &"9".repeat(65)] {
        storage.forges(&format!("shop/{name}.tar.gz.age"), "x");
    }
    assert_eq!(sealing(&storage).list().await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_a_backup_of_ours_may_have_is_put_back() {
    let ground = Ground::with_orders(3).await;
    ground.put("texts/ru.ftl", b"menu = x\n");
    let name = ground.backs_up(None).unwrap().name;
    let dir = ground.backup_dir().path(name);
    let strange = [
        "operator.token",
        "control/socket",
        "texts/x.sh",
        "photos/7/b/c.jpg",
    ];
    let mut manifest = Manifest::read(&dir).unwrap();
    for path in strange {
        fs::create_dir_all(dir.join(path).parent().unwrap()).unwrap();
        fs::write(dir.join(path), "planted").unwrap();
        manifest.files.push(Item::of(&dir, path).unwrap());
    }
    fs::write(dir.join(MANIFEST), manifest.text()).unwrap();
    let other = Ground::new();
    let told = succeeds(&other.says(&["restore", dir.to_str().unwrap()]));
    for path in strange {
        let line = format!("not put back, for it is no file of a backup: {path}");
        assert!(told.contains(&line), "{told}");
        assert!(!other.data().join(path).exists());
    }
    assert_eq!(other.entries(), ground.entries());
    assert!(other.data().join("texts/ru.ftl").exists());
    assert!(other.data().join("webhook-secret").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_takes_the_place_of_none_that_is_in_force() {
    let ground = Ground::with_orders(3).await;
    ground.put("neurocards.toml", b"support_username = \"old_support\"\n");
    let dir = ground
        .backup_dir()
        .path(ground.backs_up(None).unwrap().name);
    let from = dir.to_str().unwrap();
    let fresh = Ground::new();
    succeeds(&fresh.says(&["restore", from]));
    assert!(fresh.data().join("neurocards.toml").exists());
    let configured = Ground::new();
    let config = configured.data().parent().unwrap().join("elsewhere.toml");
    fs::write(&config, "support_username = \"support\"\n").unwrap();
    let told = configured.says(&["restore", from, "--config", config.to_str().unwrap()]);
    assert!(succeeds(&told).contains("left as it was: neurocards.toml"));
    assert!(!configured.data().join("neurocards.toml").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_pages_and_copies_have_an_end() {
    let storage = Storage::start().await;
    let (ground, dir) = shop().await;
    let vault = sealing(&storage);
    vault.put(&dir, NAME).await.unwrap();
    for (call, fault) in [
        ("list", Fault::Endless),
        ("put", Fault::Endless),
        ("list", Fault::AnotherPage),
    ] {
        storage.fails(call, &[fault]);
        let refused = match call {
            "list" => vault.list().await.map(drop),
            _ => vault.put(&dir, NEWER).await.map(drop),
        };
        let refused = refused.unwrap_err();
        assert!(matches!(refused, VaultError::Senseless(_)), "{refused}");
        storage.shelves.lock().unwrap().faults.clear();
    }
    // An object that goes on behind its end.
    storage.fails("get", &[Fault::Endless]);
    let back = ground.data().join("back");
    let refused = vault.get(NAME, &back).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the storage's answer makes no sense: it is too long"
    );
    assert!(!back.join(".packed").exists());
}

/// A tar of one entry, its header made by hand.
fn tar_of(change: impl FnOnce(&mut Header), content: &[u8]) -> Vec<u8> {
    let mut header = Header::new_gnu();
    header.set_path("photos/7/a.jpg").unwrap();
    header.set_entry_type(EntryType::Regular);
    header.set_size(content.len() as u64);
    header.set_mode(0o600);
    change(&mut header);
    header.set_cksum();
    let mut tar = header.as_bytes().to_vec();
    tar.extend(content);
    tar.resize(tar.len().next_multiple_of(512) + 1024, 0);
    tar
}

fn raw_path(path: &[u8]) -> impl FnOnce(&mut Header) {
    move |header| header.as_old_mut().name[..path.len()].copy_from_slice(path)
}

fn zipped(tar: &[u8]) -> Vec<u8> {
    let mut zip = GzEncoder::new(Vec::new(), Compression::fast());
    zip.write_all(tar).unwrap();
    zip.finish().unwrap()
}

fn sealed(zip: &[u8]) -> Vec<u8> {
    let recipient = KEY.to_public();
    let recipients = [&recipient as &dyn age::Recipient].into_iter();
    let mut sealed = Vec::new();
    let mut to = age::Encryptor::with_recipients(recipients)
        .unwrap()
        .wrap_output(&mut sealed)
        .unwrap();
    to.write_all(zip).unwrap();
    to.finish().unwrap();
    sealed
}

/// Takes what somebody has put there who has the key, or where there is none.
async fn takes(storage: &Storage, object: Vec<u8>, dir: &Path) -> Result<(), VaultError> {
    storage.forges(&format!("shop/{NAME}.tar.gz.age"), sealed(&object));
    sealing(storage).get(NAME, dir).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_leads_nowhere_fills_no_memory_and_no_disk() {
    let storage = Storage::start().await;
    let dir = tempfile::tempdir().unwrap();
    let kind = |kind| move |header: &mut Header| header.set_entry_type(kind);
    let huge = |kind| {
        move |header: &mut Header| {
            header.set_entry_type(kind);
            header.set_size(1 << 40);
        }
    };
    let mut behind = tar_of(|_| {}, b"x");
    behind.resize(behind.len() + (64 << 20), 0);
    let archives = [
        ("up", tar_of(raw_path(b"../up"), b"x")),
        ("root", tar_of(raw_path(b"/tmp/neurocards-forged"), b"x")),
        ("dot", tar_of(raw_path(b"a/./../b"), b"x")),
        ("link", tar_of(kind(EntryType::Symlink), b"")),
        ("hard link", tar_of(kind(EntryType::Link), b"")),
        ("pipe", tar_of(kind(EntryType::Fifo), b"")),
        ("device", tar_of(kind(EntryType::Block), b"")),
        ("directory", tar_of(kind(EntryType::Directory), b"")),
        ("sparse", tar_of(kind(EntryType::GNUSparse), b"")),
        ("pax", tar_of(huge(EntryType::XHeader), &[0; 4096])),
        (
            "long name",
            tar_of(huge(EntryType::GNULongName), &[b'a'; 8192]),
        ),
        (
            "long link",
            tar_of(huge(EntryType::GNULongLink), &[b'a'; 8192]),
        ),
        ("more than the disk", tar_of(huge(EntryType::Regular), b"x")),
        ("cut off", tar_of(|header| header.set_size(1 << 20), b"x")),
        ("behind the end", behind),
        ("no tar", b"hello".to_vec()),
    ];
    for (what, tar) in archives {
        let to = dir.path().join(what);
        let taken = takes(&storage, zipped(&tar), &to).await;
        assert!(taken.is_err(), "{what} is taken");
        assert!(!to.join(".packed").exists(), "{what}");
    }
    assert!(!Path::new("/tmp/neurocards-forged").exists());
    assert!(!dir.path().join("up").join("up").exists());
    // Long names of ours are read.
    let mut tar = Builder::new(Vec::new());
    let long = format!("certificates/{}/a.pem", "a".repeat(180));
    let mut header = Header::new_gnu();
    header.set_size(1);
    header.set_mode(0o600);
    tar.append_data(&mut header, &long, &b"x"[..]).unwrap();
    let to = dir.path().join("long");
    takes(&storage, zipped(&tar.into_inner().unwrap()), &to)
        .await
        .unwrap();
    assert_eq!(fs::read(to.join(long)).unwrap(), b"x");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_header_of_an_encrypted_copy_has_an_end() {
    let storage = Storage::start().await;
    let dir = tempfile::tempdir().unwrap();
    let mut header = b"age-encryption.org/v1\n".to_vec();
    for _ in 0..200_000 {
        header.extend(b"-> X25519 AAAA\n");
        header.extend([b'A'; 64]);
        header.extend(b"\n\n");
    }
    storage.forges(&format!("shop/{NAME}.tar.gz.age"), header);
    let to = dir.path().join("to");
    let refused = sealing(&storage).get(NAME, &to).await.unwrap_err();
    assert!(matches!(refused, VaultError::Locked(_)), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_fetched_where_nothing_is_only() {
    let storage = Storage::start().await;
    let (ground, dir) = shop().await;
    let vault = sealing(&storage);
    vault.put(&dir, NAME).await.unwrap();
    let (there, elsewhere) = (ground.data().join("there"), ground.data().join("elsewhere"));
    fs::create_dir(&elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &there).unwrap();
    assert!(vault.get(NAME, &there).await.is_err());
    assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);
}
