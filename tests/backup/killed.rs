//! Killed at any moment, a backup is whole or none, and a restore has left the old or the new data.

use std::fs;

use neurocards::base::failpoints;

use crate::ground::{Ground, fails, place, succeeds};

#[tokio::test]
async fn a_backup_that_is_killed_is_none_and_the_next_one_clears_up() {
    for point in failpoints::BACKUP {
        let ground = Ground::with_orders(10).await;
        let mut command = ground.command(&["backup"]);
        command.env("NEUROCARDS_DIE_AT", format!("{point}:1"));
        fails(&command.output().unwrap());
        let named = ground.backup_dir().names().unwrap();
        assert_eq!(named.len(), usize::from(point == "copy.named"), "{point}");
        for name in named {
            succeeds(&ground.says(&["restore", &name.to_string(), "--force", "--dry-run"]));
        }
        succeeds(&ground.says(&["backup"]));
        succeeds(&ground.says(&["drill"]));
        let left = fs::read_dir(ground.backup_dir().dir()).unwrap();
        let mut left = left.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        assert!(left.all(|name| !name.ends_with(".part")), "{point}");
    }
}

#[tokio::test]
async fn a_restore_that_is_killed_leaves_the_old_or_the_new_data_whole() {
    for point in failpoints::RESTORE {
        let ground = Ground::with_orders(10).await;
        let old = ground.entries();
        let name = ground.backs_up(None).unwrap().name.to_string();
        place(&ground.store(), 10..20).await;
        let new = ground.entries();
        let mut command = ground.command(&["restore", &name, "--force"]);
        command.env("NEUROCARDS_DIE_AT", format!("{point}:1"));
        fails(&command.output().unwrap());
        let wanted = if point == "restore.renamed" { old } else { new };
        assert_eq!(ground.entries(), wanted, "{point}");
        // The daemon could start now: what was half done is not in its way.
        drop(ground.store());
        assert!(!ground.data().join("neurocards.half").exists());
        succeeds(&ground.says(&["restore", &name, "--force"]));
        assert_eq!(ground.entries(), old, "{point}");
        let kept = fs::read_dir(ground.backup_dir().dir())
            .unwrap()
            .filter(|entry| {
                let name = entry.as_ref().unwrap().file_name();
                name.to_string_lossy().starts_with("replaced-")
            });
        assert!(kept.count() >= 1, "{point}");
    }
}

#[tokio::test]
async fn a_restore_into_nothing_that_is_killed_can_be_done_again() {
    for point in failpoints::RESTORE {
        let ground = Ground::with_orders(10).await;
        let old = ground.entries();
        let name = ground.backs_up(None).unwrap().name.to_string();
        let fresh = tempfile::tempdir().unwrap();
        let backup = ground.backup_dir().dir().join(&name);
        let restore = |die_at: &str| {
            let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_neurocards"));
            command.arg("restore").arg(&backup).arg("--data-dir");
            command.arg(fresh.path().join("data"));
            command.env("NEUROCARDS_DIE_AT", die_at);
            command.output().unwrap()
        };
        fails(&restore(&format!("{point}:1")));
        let file = fresh.path().join("data/neurocards.redb");
        if point == "restore.renamed" {
            assert!(file.exists());
        } else {
            assert!(!file.exists(), "{point}");
            succeeds(&restore("none:1"));
        }
        assert_eq!(crate::ground::entries(&file), old, "{point}");
        let photo = fresh.path().join("data/videos/3.mp4");
        assert_eq!(fs::read(photo).unwrap(), b"a video");
    }
}
