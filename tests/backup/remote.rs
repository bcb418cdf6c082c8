//! Copies in a storage that speaks S3.

use std::fs;
use std::path::Path;
use std::process::Output;
use std::time::Duration;

use neurocards::base::clock::Clock;
use neurocards::edge::config::{Encryption, S3};
use neurocards::edge::http;
use neurocards::edge::offsite::{Patience, Vault, VaultError};
use neurocards::shop::backup::directory::Source;
use neurocards::shop::backup::verify::verify;

use crate::ground::{Ground, entries, fails, said, succeeds};
use crate::storage::{BUCKET, Fault, ID, REGION, SECRET, Storage};

const NAME: &str = "2026-11-23T05-37-49Z";
const KEY: &str = "shop/2026-11-23T05-37-49Z.tar.gz.age";
const WORD: &str = "correct horse battery staple";

pub fn patience() -> Patience {
    Patience {
        tries: 3,
        pause: Duration::from_millis(1),
        call: Duration::from_secs(2),
        part: Duration::from_secs(20),
        part_size: 8 << 20,
    }
}

pub fn chosen(storage: &Storage, encryption: Encryption, identity: Option<&str>) -> S3 {
    S3 {
        endpoint: storage.endpoint(),
        bucket: BUCKET.into(),
        region: REGION.into(),
        prefix: "shop/".into(),
        path_style: true,
        access_key_id: ID.into(),
        secret_access_key: SECRET.into(),
        encryption,
        identity: identity.map(Into::into),
    }
}

pub fn vault_of(chosen: &S3) -> Vault {
    let http = http::client(None, None).unwrap();
    Vault::new(http, chosen, Clock::system(), patience()).unwrap()
}

fn keys() -> (String, age::x25519::Identity) {
    let identity = age::x25519::Identity::generate();
    (identity.to_public().to_string(), identity)
}

/// A vault that writes to a key of its own and reads with it.
fn vault(storage: &Storage) -> Vault {
    use age::secrecy::ExposeSecret;
    let (recipient, identity) = keys();
    let identity = identity.to_string();
    let identity = Some(identity.expose_secret());
    let encryption = Encryption::Recipients(vec![recipient]);
    vault_of(&chosen(storage, encryption, identity))
}

/// A shop with a backup of it, and where that lies.
pub async fn shop() -> (Ground, std::path::PathBuf) {
    let ground = Ground::with_orders(10).await;
    let manifest = ground.backs_up(None).unwrap();
    let dir = ground.backup_dir().path(manifest.name);
    assert!(dir.ends_with(NAME));
    (ground, dir)
}

/// What no compression makes smaller.
fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 7_u64;
    let next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) as u8
    };
    std::iter::repeat_with(next).take(bytes).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_copy_goes_at_once_encrypted_and_comes_back_whole() {
    let storage = Storage::start().await;
    let (ground, dir) = shop().await;
    let vault = vault_of(&chosen(&storage, Encryption::Passphrase(WORD.into()), None));
    let bytes = vault.put(&dir, NAME).await.unwrap();
    assert_eq!(storage.keys(), [KEY]);
    let object = storage.object(KEY);
    assert_eq!(bytes, object.len() as u64);
    assert!(object.starts_with(b"age-encryption.org/v1\n-> scrypt "));
    let copies = vault.list().await.unwrap();
    assert_eq!((copies[0].name.as_str(), copies[0].bytes), (NAME, bytes));
    let back = ground.data().join("back");
    vault.get(NAME, &back).await.unwrap();
    verify(&Source::Whole(back.clone())).unwrap();
    assert_eq!(fs::read(back.join("webhook-secret")).unwrap(), b"a secret");

    let wrong = vault_of(&chosen(
        &storage,
        Encryption::Passphrase("wrong".into()),
        None,
    ));
    let locked = wrong
        .get(NAME, &ground.data().join("locked"))
        .await
        .unwrap_err();
    assert!(matches!(locked, VaultError::Locked(_)), "{locked}");
    let missing = vault.get("2020-01-01T00-00-00Z", &back).await.unwrap_err();
    assert!(matches!(missing, VaultError::Missing(_)), "{missing}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_copy_goes_in_parts_whatever_happens_on_the_way() {
    let storage = Storage::start().await;
    let ground = Ground::with_orders(10).await;
    ground.put("videos/4.mp4", &noise(18 << 20));
    let dir = ground
        .backup_dir()
        .path(ground.backs_up(None).unwrap().name);
    let vault = vault(&storage);
    let error = Fault::Status(500, "InternalError");
    storage.fails("begin", &[error]);
    storage.fails("part", &[error, Fault::Cut]);
    storage.fails("complete", &[Fault::Lies, error]);
    storage.fails("list", &[Fault::Cut]);
    storage.fails("get", &[error, Fault::Cut, Fault::Cut]);
    let bytes = vault.put(&dir, NAME).await.unwrap();
    assert!(bytes > 18 << 20);
    assert_eq!(storage.calls("part"), 3 + 2, "three parts and two faults");
    let back = ground.data().join("back");
    vault.get(NAME, &back).await.unwrap();
    verify(&Source::Whole(back.clone())).unwrap();
    assert!(!back.join(".packed").exists());
    storage.is_tidy();

    // The answer that it is complete is lost: it is there all the same.
    storage.fails("complete", &[Fault::Cut]);
    assert!(vault.put(&dir, NAME).await.unwrap() > 18 << 20);
    storage.is_tidy();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_sent_is_given_up_with_a_reason_and_nothing_is_left() {
    let storage = Storage::start().await;
    let ground = Ground::with_orders(10).await;
    ground.put("videos/4.mp4", &noise(9 << 20));
    let dir = ground
        .backup_dir()
        .path(ground.backs_up(None).unwrap().name);
    let vault = vault(&storage);
    storage.fails("part", &[Fault::Status(403, "AccessDenied")]);
    let refused = vault.put(&dir, NAME).await.unwrap_err().to_string();
    assert_eq!(refused, "the storage refuses: 403 AccessDenied");
    assert_eq!(storage.calls("part"), 1, "a refusal is not tried again");
    storage.fails("part", &[Fault::Status(500, "InternalError"); 3]);
    let failed = vault.put(&dir, NAME).await.unwrap_err().to_string();
    assert_eq!(failed, "the storage does not answer: 500 InternalError");
    storage.fails("list", &[Fault::Slow(Duration::from_secs(5)); 3]);
    let slow = vault.list().await.unwrap_err().to_string();
    assert!(
        slow.contains("does not answer") && !slow.contains("Signature"),
        "{slow}"
    );
    // A file that goes while it is packed.
    fs::remove_file(dir.join("videos/4.mp4")).unwrap();
    fs::create_dir(dir.join("videos/4.mp4")).unwrap();
    std::os::unix::fs::symlink("/nowhere", dir.join("videos/4.mp4/x")).unwrap();
    assert!(vault.put(&dir, NAME).await.is_err());
    assert_eq!(storage.keys(), [""; 0]);
    storage.is_tidy();
    let mut gone = chosen(&storage, Encryption::None, None);
    gone.endpoint = "http://127.0.0.1:9".into();
    let gone = vault_of(&gone).list().await.unwrap_err().to_string();
    assert!(gone.starts_with("the storage does not answer: "), "{gone}");
    assert!(!gone.contains("X-Amz"), "{gone}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_secret_is_seen_by_the_signature() {
    let storage = Storage::start().await;
    let mut wrong = chosen(&storage, Encryption::None, None);
    wrong.secret_access_key = "another".into();
    let refused = vault_of(&wrong).list().await.unwrap_err().to_string();
    assert_eq!(refused, "the storage refuses: 403 SignatureDoesNotMatch");
    let mut wrong = chosen(&storage, Encryption::None, None);
    wrong.region = "us-east-1".into();
    let refused = vault_of(&wrong).list().await.unwrap_err().to_string();
    assert_eq!(refused, "the storage refuses: 403 InvalidAccessKeyId");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_recipient_the_sender_cannot_read_what_it_has_sent() {
    let storage = Storage::start().await;
    let (ground, dir) = shop().await;
    let (recipient, _) = keys();
    let encryption = Encryption::Recipients(vec![recipient]);
    let vault = vault_of(&chosen(&storage, encryption, None));
    vault.put(&dir, NAME).await.unwrap();
    let locked = vault
        .get(NAME, &ground.data().join("back"))
        .await
        .unwrap_err();
    assert!(matches!(locked, VaultError::Locked(_)), "{locked}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_was_changed_in_the_storage_is_refused() {
    let storage = Storage::start().await;
    let (ground, dir) = shop().await;
    let vault = vault(&storage);
    vault.put(&dir, NAME).await.unwrap();
    let whole = storage.object(KEY);
    for at in [10, 100, 300, whole.len() / 2, whole.len() - 1] {
        let mut bad = whole.to_vec();
        bad[at] ^= 1;
        storage
            .shelves
            .lock()
            .unwrap()
            .objects
            .insert(KEY.into(), bad.into());
        let back = ground.data().join(format!("back-{at}"));
        vault.get(NAME, &back).await.unwrap_err();
    }
    let short = whole.slice(..whole.len() - 20);
    storage
        .shelves
        .lock()
        .unwrap()
        .objects
        .insert(KEY.into(), short);
    vault
        .get(NAME, &ground.data().join("short"))
        .await
        .unwrap_err();
}

pub fn configures(ground: &Ground, storage: &Storage, more: &str) {
    let config = format!(
        "[backup.s3]\nendpoint = \"{}\"\nbucket = \"{BUCKET}\"\nregion = \"{REGION}\"\nprefix = \"shop/\"\n{more}",
        storage.endpoint()
    );
    ground.put("neurocards.toml", config.as_bytes());
}

pub async fn says(ground: &Ground, words: &[&str]) -> Output {
    let mut command = ground.command(words);
    command
        .env("S3_ACCESS_KEY_ID", ID)
        .env("S3_SECRET_ACCESS_KEY", SECRET);
    tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_are_listed_drilled_and_restored_from_the_shell() {
    let storage = Storage::start().await;
    let (ground, dir) = shop().await;
    let old = ground.entries();
    let (recipient, identity) = keys();
    let vault = vault_of(&chosen(
        &storage,
        Encryption::Recipients(vec![recipient.clone()]),
        None,
    ));
    for name in [NAME, "2026-11-22T05-37-49Z", "2026-11-21T05-37-49Z"] {
        vault.put(&dir, name).await.unwrap();
    }
    fs::remove_dir_all(ground.data()).unwrap();
    ground.put(
        "identity",
        age::secrecy::ExposeSecret::expose_secret(&identity.to_string()).as_bytes(),
    );
    let more = format!("recipients = [\"{recipient}\"]\nidentity_file = \"identity\"\n");
    configures(&ground, &storage, &more);

    let listed = succeeds(&says(&ground, &["backups", "list", "--remote"]).await);
    assert_eq!(listed.lines().count(), 1 + 3, "{listed}");
    assert!(listed.lines().last().unwrap().starts_with(NAME), "{listed}");
    let drilled = says(&ground, &["drill", "--remote", "--json"]).await;
    succeeds(&drilled);
    let drilled: serde_json::Value = serde_json::from_slice(&drilled.stdout).unwrap();
    assert_eq!(
        (&drilled["name"], &drilled["jobs"]),
        (&NAME.into(), &30.into())
    );
    assert!(!ground.file().exists());
    succeeds(&says(&ground, &["restore", &format!("s3:{NAME}")]).await);
    assert_eq!(entries(&ground.file()), old);
    assert_eq!(left(ground.backup_dir().dir()), [""; 0]);

    storage.fails("get", &[Fault::Status(403, "AccessDenied")]);
    let failed = fails(&says(&ground, &["drill", "--remote"]).await);
    assert!(
        failed.contains("failed the drill") && failed.contains("403 AccessDenied"),
        "{failed}"
    );
    let unknown = says(&ground, &["restore", "s3:2020-01-01T00-00-00Z", "--force"]).await;
    assert!(
        fails(&unknown).contains("there is no copy"),
        "{}",
        said(&unknown)
    );
    // Where copies are not meant, their secrets are not asked for.
    succeeds(&ground.says(&["backups", "list"]));
    let asked = ground
        .command(&["backups", "list", "--remote"])
        .output()
        .unwrap();
    assert!(
        fails(&asked).contains("S3_ACCESS_KEY_ID"),
        "{}",
        said(&asked)
    );
    configures(&ground, &storage, "");
    let open = says(&ground, &["backups", "list", "--remote"]).await;
    assert!(
        fails(&open).contains("copies are encrypted"),
        "{}",
        said(&open)
    );
}

fn left(dir: &Path) -> Vec<String> {
    let left = fs::read_dir(dir).unwrap();
    left.map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}
