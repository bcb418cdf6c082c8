//! `scripts/deploy.sh`, end to end: the real binary to a real sshd on this machine, into a root of its own.
//!
//! What is not real is systemd: a small stand-in starts and stops the program and knows from its `READY=1` that it
//! serves. The units themselves are looked at in `tests/systemd`.

mod server;

use std::fs;
use std::path::Path;

use server::{Server, fill, said};

const REAL: &str = env!("CARGO_BIN_EXE_neurocards");
/// Lines of a configuration with which the daemon needs nobody.
const CONFIG: &str = "updates = \"polling\"\nadmin_ids = [1]\n[telegram]\napi_url = \"http://127.0.0.1:9\"\n[http]\nlisten = []\n";

/// A program of another version: as the real one, but for what `does` does first.
fn version(number: &str, does: &str) -> String {
    format!(
        "#!/bin/sh\n[ \"$1\" != --version ] || {{ echo neurocards {number}; exit; }}\n{does}\nexec '{REAL}' \"$@\"\n"
    )
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn a_server_is_set_up_upgraded_and_put_back_when_the_new_program_does_not_serve() {
    let server = Server::start();
    let bin = server.path("usr/local/bin/neurocards");
    let config = server.path("etc/neurocards/neurocards.toml");
    let token = server.path("etc/credstore/neurocards.telegram-token");
    let told = server.path("run/told");

    let first = server.payload("first");
    fs::copy(REAL, first.join("neurocards")).unwrap();
    fill(&first, CONFIG);
    let done = server.deploy(&first, &["--secrets"]);
    assert!(done.status.success(), "{}", said(&done));
    assert!(said(&done).contains("serves"), "{}", said(&done));
    assert!(!said(&done).contains("hidden"), "{}", said(&done));
    assert_eq!(read(&config), CONFIG);
    assert_eq!(read(&token), "hidden-token\n");
    let mode = |path: &Path| {
        std::os::unix::fs::PermissionsExt::mode(&path.metadata().unwrap().permissions())
    };
    assert_eq!(mode(&token) & 0o777, 0o600);
    let life = server.life();

    // Again is no upgrade.
    let done = server.deploy(&first, &[]);
    assert!(said(&done).contains("nothing to do"), "{}", said(&done));
    assert_eq!(server.life(), life);

    // An upgrade, over what the operator has made of the configuration.
    let theirs = format!("welcome_credits = 3\n{CONFIG}");
    fs::write(&config, &theirs).unwrap();
    let tells = format!(
        "[ \"$1\" != backup ] || {{ echo \"$*\" >>'{0}'; exit 0; }}",
        told.display()
    );
    let second = server.payload("second");
    fs::write(second.join("neurocards"), version("2.0.0", &tells)).unwrap();
    fill(&second, "# not for a server that has one\n");
    let done = server.deploy(&second, &["--no-backup"]);
    assert!(done.status.success(), "{}", said(&done));
    assert!(
        said(&done).contains("neurocards 2.0.0 serves"),
        "{}",
        said(&done)
    );
    assert_eq!(read(&config), theirs);
    assert_eq!(
        fs::read(bin.with_extension("previous")).unwrap(),
        fs::read(REAL).unwrap()
    );
    assert_ne!(server.life(), life);

    // One that breaks: the program that ran makes a backup, is put back and serves.
    let third = server.payload("third");
    fs::write(
        third.join("neurocards"),
        version("3.0.0", "echo it broke; exit 3"),
    )
    .unwrap();
    fill(&third, CONFIG);
    let failed = server.deploy(&third, &[]);
    assert!(!failed.status.success());
    let words = said(&failed);
    for part in [
        "neurocards 3.0.0 does not serve",
        "it broke",
        "neurocards 2.0.0 is back and serves",
    ] {
        assert!(words.contains(part), "{part}\n{words}");
    }
    let data = server.path("var/lib/neurocards");
    assert!(read(&told).contains(&format!("backup --data-dir {}", data.display())));
    assert_eq!(read(&bin), version("2.0.0", &tells));
    assert_eq!(
        fs::read(bin.with_extension("previous")).unwrap(),
        fs::read(REAL).unwrap()
    );
    assert!(server.is_serving());

    // Back by hand, and forth again.
    let done = server.deploy(&third, &["--rollback"]);
    assert!(done.status.success(), "{}", said(&done));
    assert_eq!(fs::read(&bin).unwrap(), fs::read(REAL).unwrap());
    let done = server.deploy(&third, &["--rollback", "--no-backup"]);
    assert!(
        said(&done).contains("neurocards 2.0.0 serves"),
        "{}",
        said(&done)
    );
}

/// The names in a directory.
fn names(dir: &Path) -> Vec<String> {
    let names = fs::read_dir(dir).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

#[test]
fn a_secret_is_replaced_whole_and_one_that_is_the_same_is_left() {
    use std::os::unix::fs::MetadataExt;
    let server = Server::start();
    let payload = server.payload("payload");
    fs::copy(REAL, payload.join("neurocards")).unwrap();
    fill(&payload, CONFIG);
    let store = server.path("etc/credstore");
    let (token, key) = (
        store.join("neurocards.telegram-token"),
        store.join("neurocards.kie-api-key"),
    );
    let done = server.deploy(&payload, &["--secrets"]);
    assert!(done.status.success(), "{}", said(&done));
    // Whoever has opened it reads what it was, whole, whenever they look.
    let opened = fs::File::open(&token).unwrap();
    let before = (token.metadata().unwrap(), key.metadata().unwrap());
    fs::set_permissions(&token, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    fs::write(
        store.join(".new-neurocards.telegram-token"),
        "left by a kill",
    )
    .unwrap();

    let done = server.deploy_with("another-token", &payload, &["--secrets", "--no-backup"]);
    assert!(done.status.success(), "{}", said(&done));
    assert_eq!(read(&token), "another-token\n");
    assert_eq!(std::io::read_to_string(opened).unwrap(), "hidden-token\n");
    let after = (token.metadata().unwrap(), key.metadata().unwrap());
    assert_ne!(after.0.ino(), before.0.ino(), "it is another file");
    assert_eq!(
        (after.0.mode() & 0o7777, after.0.uid(), after.0.gid()),
        (0o600, 0, 0)
    );
    assert_eq!(after.1.ino(), before.1.ino(), "the other one was the same");
    assert_eq!(after.1.mtime_nsec(), before.1.mtime_nsec());
    assert_eq!(
        names(&store),
        ["neurocards.kie-api-key", "neurocards.telegram-token"]
    );

    // A program that does not serve with a new secret gets the old one back.
    let third = server.payload("third");
    fs::write(third.join("neurocards"), version("3.0.0", "exit 3")).unwrap();
    fill(&third, CONFIG);
    let failed = server.deploy_with("a-third-token", &third, &["--secrets", "--no-backup"]);
    assert!(!failed.status.success());
    assert_eq!(read(&token), "another-token\n");
    assert_eq!(token.metadata().unwrap().mode() & 0o7777, 0o600);
    assert_eq!(
        names(&store),
        ["neurocards.kie-api-key", "neurocards.telegram-token"]
    );
}

#[test]
fn what_cannot_work_is_refused_before_anything_is_touched() {
    let server = Server::start();
    let bin = server.path("usr/local/bin/neurocards");
    let refused = |payload: &Path, why: &str| {
        let refused = server.deploy(payload, &[]);
        assert!(!refused.status.success());
        assert!(said(&refused).contains(why), "{why}\n{}", said(&refused));
        assert!(
            !server.path("run/systemctl").exists(),
            "systemd was not asked for anything"
        );
    };
    let payload = server.payload("payload");
    refused(&payload, "run scripts/build.sh first");

    fs::write(payload.join("neurocards"), version("1.0.0", "")).unwrap();
    fill(&payload, CONFIG);
    fs::write(payload.join("neurocards.service"), "damaged\n").unwrap();
    refused(&payload, "are not those that were built");

    fs::write(payload.join("neurocards"), "\x7fELF of another machine").unwrap();
    fill(&payload, CONFIG);
    refused(&payload, "does not run on this machine");

    let strict = "[ \"$1 $2\" != \"config check\" ] || { echo \"neurocards.toml:7: no\"; exit 1; }";
    let knows = format!("[ \"$3\" != --help ] || exit 0\n{strict}");
    fs::write(payload.join("neurocards"), version("1.0.0", &knows)).unwrap();
    fill(&payload, CONFIG);
    let server_config = server.path("etc/neurocards/neurocards.toml");
    let refused = server.deploy(&payload, &[]);
    assert!(!refused.status.success());
    let words = said(&refused);
    assert!(
        words.contains("neurocards.toml:7: no") && words.contains("does not accept"),
        "{words}"
    );
    assert!(!bin.exists() && !server_config.exists());
}

#[test]
fn a_file_that_the_program_before_cannot_read_is_told_with_the_way_back() {
    let server = Server::start();
    let newer = server.path("run/newer");
    let kept = server.path("var/lib/neurocards/backups/neurocards-schema-1.redb");
    let old = format!(
        "[ ! -e '{}' ] || {{ echo the data file has schema 9; exit 1; }}",
        newer.display()
    );
    let first = server.payload("first");
    fs::write(first.join("neurocards"), version("1.0.0", &old)).unwrap();
    fill(&first, CONFIG);
    let done = server.deploy(&first, &["--secrets"]);
    assert!(done.status.success(), "{}", said(&done));
    // It brings the file up to date, keeps the old one, and breaks.
    let new = format!(
        "touch '{}'; mkdir -p '{}'; touch '{}'; exit 3",
        newer.display(),
        kept.parent().unwrap().display(),
        kept.display()
    );
    let second = server.payload("second");
    fs::write(second.join("neurocards"), version("2.0.0", &new)).unwrap();
    fill(&second, CONFIG);
    let failed = server.deploy(&second, &["--no-backup"]);
    assert!(!failed.status.success());
    let words = said(&failed);
    for part in [
        "neurocards 1.0.0 does not serve either",
        "the data file has schema 9",
        "neurocards.failed restore neurocards-schema-1.redb --force",
    ] {
        assert!(words.contains(part), "{part}\n{words}");
    }
}
