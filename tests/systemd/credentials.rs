//! Secrets as systemd hands them over: files in a directory that only the daemon sees.

use std::fs;
use std::process::Stdio;

use super::stage::{Daemon, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn every_secret_may_be_a_credential_and_a_missing_one_is_named() {
    let stage = Stage::new("updates = \"polling\"", "[http]\nlisten = []").await;
    let kept = stage.path().join("credentials");
    fs::create_dir(&kept).unwrap();
    fs::write(kept.join("kie-api-key"), &stage.sandbox.kie.keys()[0]).unwrap();
    let mut refused = stage.bare();
    refused.env("CREDENTIALS_DIRECTORY", &kept);
    let refused = refused.stderr(Stdio::piped()).output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success());
    assert!(said.contains("the credential telegram-token"), "{said}");

    fs::write(kept.join("telegram-token"), stage.sandbox.telegram.token()).unwrap();
    fs::write(kept.join("openai-api-key"), stage.sandbox.gpt.key()).unwrap();
    let mut command = stage.bare();
    command.env("CREDENTIALS_DIRECTORY", &kept);
    let _daemon = Daemon::start(command);
    stage.hears("READY=1");
    while !stage.log().contains("telegram knows us") {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}
