//! What lies on disk: nobody but its owner reads it, whatever the umask.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use neurocards::operator::service::ask::Backup;
use neurocards::sandbox::Fault;

use crate::scene::Scene;

/// What the playground and the scene have written, and not the daemon.
const OTHERS: [&str; 6] = [
    "neurocards.toml",
    "cert.pem",
    "key.pem",
    "root.pem",
    "webhook.secret",
    "operator.token",
];

/// Everything below a directory, by its path from there.
fn all(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(all(&path));
        }
        found.push(path);
    }
    found
}

#[tokio::test]
async fn nobody_else_reads_what_the_daemon_keeps() {
    rustix::process::umask(rustix::fs::Mode::empty());
    let scene = Scene::talk().await;
    let (anna, ben) = (scene.seller(1, 2).await, scene.seller(2, 2).await);
    anna.orders(&scene, 1).await;
    scene.kie().set_duration(600_000);
    ben.orders(&scene, 1).await;
    let away = Fault::TooMany { retry_after: 5 };
    scene.telegram().fail_next("sendVideo", away);
    while scene.calls("telegram", "sendVideo").is_empty() {
        scene.stage().clock.pass(Duration::from_secs(5));
        // In real time, for what is on its way over real sockets.
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    scene.stage().ask(Backup).await.unwrap().unwrap();
    let all = all(scene.data());
    let has = |end: &str| all.iter().any(|path| path.to_str().unwrap().ends_with(end));
    for end in [".jpg", ".mp4", ".redb", "running", "control/socket"] {
        assert!(has(end), "{end} in {all:?}");
    }
    for path in all {
        let name = path.file_name().unwrap().to_str().unwrap();
        let mode = path.symlink_metadata().unwrap().permissions().mode() & 0o777;
        let wanted = if path.is_dir() { 0o700 } else { 0o600 };
        assert!(
            mode == wanted || OTHERS.contains(&name),
            "{path:?}: {mode:o}"
        );
    }
    scene.all_end().await;
    anna.gets_video();
    ben.gets_video();
    scene.ends().await;
}
