//! Doors that systemd opens: the daemon takes them over by name, and a restart refuses nobody.

use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::Signal;

use super::stage::{Daemon, Stage};

/// What is handed on to a process that is started with an environment of its own.
const VARIABLES: [&str; 6] = [
    "STATE_DIRECTORY",
    "CONFIGURATION_DIRECTORY",
    "NOTIFY_SOCKET",
    "TELEGRAM_TOKEN",
    "KIE_API_KEY",
    "OPENAI_API_KEY",
];

/// Does what systemd does: the listener is descriptor 3 of a process that is told so by its own number.
const LAUNCHER: &str = "export LISTEN_PID=$$ LISTEN_FDS=1; exec 3<&0 </dev/null; exec \"$@\"";

/// A stage whose daemon is reached at `port`, over TLS.
async fn stage(port: u16) -> Stage {
    let top = format!("public_url = \"https://127.0.0.1:{port}\"\nupdates = \"polling\"");
    let tls = "[http]\nlisten = []\n[tls]\ncert_file = \"cert.pem\"\nkey_file = \"key.pem\"";
    let stage = Stage::new(&top, tls).await;
    let own = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    std::fs::write(stage.path().join("cert.pem"), own.cert.pem()).unwrap();
    let key = own.signing_key.serialize_pem();
    std::fs::write(stage.path().join("key.pem"), key).unwrap();
    stage
}

/// A listener on any free port, and which.
fn listener() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

/// The daemon, which is handed the listener under a name.
fn handed(stage: &Stage, listener: &TcpListener, name: &str) -> Command {
    let mut command = stage.with_secrets(stage.behind("sh", &["-c", LAUNCHER, "sh"]));
    let listener = OwnedFd::from(listener.try_clone().unwrap());
    command
        .env("LISTEN_FDNAMES", name)
        .stdin(Stdio::from(listener));
    command
}

/// Asks over a connection of its own; the answer's status.
async fn ask(port: u16) -> reqwest::Result<u16> {
    let client = reqwest::Client::builder()
        .danger_accept_invalid_certs(true)
        .timeout(Duration::from_secs(60))
        .build()?;
    let asked = client.get(format!("https://127.0.0.1:{port}/")).send();
    Ok(asked.await?.status().as_u16())
}

#[tokio::test(flavor = "multi_thread")]
async fn systemd_s_own_launcher_opens_the_door() {
    let (free, port) = listener();
    drop(free);
    let stage = stage(port).await;
    let address = format!("127.0.0.1:{port}");
    let mut words = vec!["--listen", &address, "--fdname=https"];
    words.extend(VARIABLES.iter().flat_map(|name| ["-E", name]));
    let launcher = "systemd-socket-activate";
    let _daemon = Daemon::start(stage.with_secrets(stage.behind(launcher, &words)));
    // It starts the daemon for the first caller, and must listen itself before that.
    let answered = async {
        loop {
            match ask(port).await {
                Ok(status) => return status,
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    };
    let status = tokio::time::timeout(Duration::from_secs(60), answered).await;
    assert_eq!(status.expect("somebody answers"), 404, "{}", stage.log());
    stage.hears("READY=1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_refuses_nobody() {
    let (listener, port) = listener();
    let stage = stage(port).await;
    let mut daemon = Daemon::start(handed(&stage, &listener, "https"));
    stage.hears("READY=1");
    assert_eq!(ask(port).await.unwrap(), 404);
    daemon.signal(Signal::TERM);
    assert!(daemon.ended().success(), "{}", stage.log());
    // Nobody runs: who comes now waits.
    let waiting: Vec<_> = (0..5).map(|_| tokio::spawn(ask(port))).collect();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(waiting.iter().all(|asked| !asked.is_finished()));
    let _daemon = Daemon::start(handed(&stage, &listener, "https"));
    for asked in waiting {
        assert_eq!(asked.await.unwrap().unwrap(), 404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_that_fits_no_door_is_an_error_with_its_remedy() {
    let (listener, port) = listener();
    let stage = stage(port).await;
    let refused = |name: &str| {
        let mut command = handed(&stage, &listener, name);
        let refused = command.stderr(Stdio::piped()).output().unwrap();
        assert!(!refused.status.success());
        String::from_utf8_lossy(&refused.stderr).into_owned()
    };
    let said = refused("neurocards.socket");
    assert!(
        said.contains("under the name \"neurocards.socket\""),
        "{said}"
    );
    assert!(said.contains("FileDescriptorName=https"), "{said}");
    let config = stage.path().join("neurocards.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    let (before, _) = text.split_once("[tls]").unwrap();
    let (_, plain) = before.split_once('\n').unwrap();
    std::fs::write(&config, plain).unwrap();
    let said = refused("https");
    assert!(said.contains("there is no TLS: set public_url"), "{said}");
}
