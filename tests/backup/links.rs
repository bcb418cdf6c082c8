//! Links that the daemon's user has laid, when root makes and restores backups: they are not followed.

use std::fs;
use std::os::unix::fs::{lchown, symlink};
use std::path::{Path, PathBuf};

use crate::ground::{Ground, fails, succeeds};

/// The number of a user who is not us.
const STRANGER: u32 = 65_534;

/// Lays a link as somebody else; whether we may.
fn lays(link: &Path, to: &Path) -> bool {
    fs::create_dir_all(link.parent().unwrap()).unwrap();
    match fs::symlink_metadata(link) {
        Ok(meta) if meta.is_dir() => fs::remove_dir_all(link).unwrap(),
        Ok(_) => fs::remove_file(link).unwrap(),
        Err(_) => {}
    }
    symlink(to, link).unwrap();
    lchown(link, Some(STRANGER), Some(STRANGER)).is_ok()
}

/// Where nothing of ours has any business.
fn secrets() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("shadow");
    fs::write(&file, "root's own").unwrap();
    (dir, file)
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let entries = fs::read_dir(dir).into_iter().flatten();
    for path in entries.map(|entry| entry.unwrap().path()) {
        match path.is_dir() && !path.is_symlink() {
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found.sort();
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_follows_no_link_of_the_daemon_s_user() {
    for link in [
        "neurocards.toml",
        "models.toml",
        "webhook-secret",
        "texts",
        "certificates",
        "photos",
        "videos",
        "backups",
    ] {
        let ground = Ground::with_orders(3).await;
        let (dir, file) = secrets();
        let to = match link.contains('.') || link == "webhook-secret" {
            true => &file,
            false => dir.path(),
        };
        if !lays(&ground.data().join(link), to) {
            return;
        }
        let told = fails(&ground.says(&["backup"]));
        assert!(
            told.contains("is a link that another user has laid"),
            "{link}: {told}"
        );
        assert_eq!(files(dir.path()), [file], "nothing is left there: {link}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lies_among_photos_is_left_out_of_a_backup_if_it_is_a_link_or_no_file() {
    let ground = Ground::with_orders(3).await;
    let (_dir, file) = secrets();
    if !lays(&ground.data().join("photos/7/b.jpg"), &file) {
        return;
    }
    rustix::fs::mknodat(
        rustix::fs::CWD,
        ground.data().join("menu.jpg"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR,
        0,
    )
    .unwrap();
    let told = succeeds(&ground.says(&["backup", "--json"]));
    assert!(
        !told.contains("photos/7/b.jpg") && !told.contains("menu.jpg"),
        "{told}"
    );
    let all = files(ground.backup_dir().dir());
    assert!(all.iter().all(|path| !path.is_symlink()), "{all:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_follows_no_link_of_the_daemon_s_user() {
    for link in [
        "photos",
        "photos/7",
        "videos",
        "texts",
        "backups",
        "neurocards.redb",
    ] {
        let ground = Ground::with_orders(3).await;
        ground.put("texts/ru.ftl", b"menu = x\n");
        let made = ground
            .backup_dir()
            .path(ground.backs_up(None).unwrap().name);
        let kept = tempfile::tempdir().unwrap();
        let backup = kept.path().join("backup");
        fs::rename(&made, &backup).unwrap();
        let (dir, file) = secrets();
        let to = match link.contains('.') {
            true => &file,
            false => dir.path(),
        };
        if !lays(&ground.data().join(link), to) {
            return;
        }
        let told = fails(&ground.says(&["restore", backup.to_str().unwrap(), "--force"]));
        assert!(
            told.contains("is a link that another user has laid"),
            "{link}: {told}"
        );
        assert_eq!(
            files(dir.path()),
            std::slice::from_ref(&file),
            "nothing is left there: {link}"
        );
        assert_eq!(fs::read_to_string(&file).unwrap(), "root's own");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_writes_through_no_link_where_half_a_file_would_be() {
    let ground = Ground::with_orders(3).await;
    let backup = ground
        .backup_dir()
        .path(ground.backs_up(None).unwrap().name);
    let (_dir, file) = secrets();
    for half in [
        "neurocards.restoring",
        "photos/7/.tmp-0190a1b2-0000-8000-8000-000000000001.jpg",
        ".tmp-webhook-secret",
    ] {
        lays(&ground.data().join(half), &file);
    }
    fs::remove_file(ground.data().join("webhook-secret")).unwrap();
    // Whatever becomes of it, nothing is written there.
    let _ = ground.says(&["restore", backup.to_str().unwrap(), "--force"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), "root's own");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_of_the_operator_s_own_is_followed() {
    let ground = Ground::with_orders(3).await;
    let elsewhere = tempfile::tempdir().unwrap();
    symlink(elsewhere.path(), ground.data().join("backups")).unwrap();
    succeeds(&ground.says(&["backup"]));
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 1);
}
