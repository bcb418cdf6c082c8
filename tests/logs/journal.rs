//! Lines for the journal: their priority in front, no time, no colours.

use std::process::Command;

use std::os::linux::fs::MetadataExt;

use crate::world::{Reach, Setting, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_under_systemd_tells_the_journal_how_bad_it_is() {
    for format in ["human", "json"] {
        let setting = Setting {
            reach: Reach::Home,
            format,
            level: "info",
            journal: true,
            ..Setting::default()
        };
        let mut world = World::new(setting).await;
        world
            .sandbox
            .telegram
            .person(7, "Анна", Some("ru"))
            .sends("/start");
        world.stops().await;
        let log = world.log();
        for line in log.lines() {
            let told = line.strip_prefix('<').and_then(|line| line.split_once('>'));
            let (priority, told) = told.unwrap_or_else(|| panic!("no priority in {line}"));
            assert!(["3", "4", "6", "7"].contains(&priority), "{line}");
            assert!(!told.contains('\u{1b}'), "{line}");
            match format {
                "json" => drop(serde_json::from_str::<serde_json::Value>(told).expect(line)),
                _ => assert!(
                    told.starts_with(|c: char| c.is_ascii_lowercase() || c == 'N'),
                    "{line}"
                ),
            }
        }
        // The led clock is warned of.
        assert!(log.starts_with("<4>") && log.contains("<6>"), "{log}");
    }
}

#[test]
fn a_start_that_fails_is_an_error_in_the_journal() {
    let data = tempfile::tempdir().unwrap();
    std::fs::write(
        data.path().join("neurocards.toml"),
        "nonsense = 1\nmore = 2\n",
    )
    .unwrap();
    let told = data.path().join("told");
    let file = std::fs::File::create(&told).unwrap();
    let known = file.metadata().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_neurocards"));
    command
        .args(["run", "--data-dir"])
        .arg(data.path())
        .stderr(file);
    command.env(
        "JOURNAL_STREAM",
        format!("{}:{}", known.st_dev(), known.st_ino()),
    );
    assert!(!command.status().unwrap().success());
    let told = std::fs::read_to_string(told).unwrap();
    assert!(
        told.lines().count() > 1 && told.lines().all(|line| line.starts_with("<3>")),
        "{told}"
    );
}
