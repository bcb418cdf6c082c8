//! What others make of our doors: the shipped program with one line of configuration, curl, and openssl.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use neurocards::door::{Admission, Limits, elsewhere, listen};
use neurocards::edge::tls::Door;
use tokio_util::sync::CancellationToken;

use crate::pebble::{Authority, free_port};
use crate::shop::{Shop, until};

/// The program, which ends with this.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What a foreign program prints, both ways, and whether it ended well.
fn says(command: &mut Command) -> (bool, String) {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output();
    let output = output.unwrap_or_else(|_| panic!("{name} is needed: apt-get install {name}"));
    let both = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&both).into_owned(),
    )
}

fn openssl(port: u16, root: &Path, args: &[&str]) -> (bool, String) {
    let mut command = Command::new("openssl");
    command.args([
        "s_client",
        "-servername",
        "localhost",
        "-verify_return_error",
    ]);
    command.args(["-connect", &format!("127.0.0.1:{port}")]);
    command.arg("-CAfile").arg(root).args(args);
    says(&mut command)
}

fn curl(url: &str, root: &Path, args: &[&str]) -> (bool, String) {
    let mut command = Command::new("curl");
    command.args(["--silent", "--show-error", "--output", "/dev/null"]);
    command.args([
        "--write-out",
        "%{http_version} %{http_code} %{redirect_url}",
    ]);
    command
        .args(["--noproxy", "*", "--max-time", "10", "--cacert"])
        .arg(root);
    says(command.args(args).arg(url))
}

#[tokio::test]
async fn the_program_needs_one_line_to_be_found_by_anybody() {
    let shop = Shop::new().await;
    let authority = Authority::new(shop.port, free_port());
    let running = authority.start().await;
    let data = shop.data.path();
    let root = data.join("root.pem");
    std::fs::write(data.join("api-root.pem"), authority.root()).unwrap();
    // One line, and where the stand-ins are.
    let config = format!(
        "public_url = \"https://localhost:{}\"\nextra_root_file = \"api-root.pem\"\n\
         [telegram]\napi_url = \"{}\"\n[http]\nlisten = []\n[tls]\nacme_directory = \"{}\"\n",
        shop.port,
        shop.sandbox.telegram.api_url(),
        authority.directory(),
    );
    std::fs::write(data.join("neurocards.toml"), config).unwrap();
    let log = data.join("log");
    let program = Command::new(env!("CARGO_BIN_EXE_neurocards"))
        .args(["run", "--data-dir"])
        .arg(data)
        .env("TELEGRAM_TOKEN", shop.sandbox.telegram.token())
        .env("KIE_API_KEY", "a-key")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(File::create(&log).unwrap())
        .spawn();
    let _program = Program(program.unwrap());
    shop.is_registered().await;
    std::fs::write(&root, running.issuing_root().await).unwrap();
    let log = std::fs::read_to_string(log).unwrap();
    let waits = log.find("there is no certificate yet: asking for one");
    let has = log.find("the door has a new certificate");
    let registered = log.find("telegram brings updates to the webhook");
    assert!(waits.unwrap() < has.unwrap() && has < registered, "{log}");
    foreigners(shop.port, &root);
}

/// What curl and openssl must make of a door for `localhost`.
fn foreigners(port: u16, root: &Path) {
    let url = format!("https://localhost:{port}/telegram");
    for (version, args) in [
        ("2", &["--http2"][..]),
        ("1.1", &["--http1.1"]),
        ("2", &["--tls-max", "1.2"]),
    ] {
        let (well, told) = curl(&url, root, args);
        assert!(
            well && told.starts_with(&format!("{version} 404")),
            "{told}"
        );
    }
    // Whoever trusts somebody else does not take it.
    let (well, told) = curl(&url, &root.with_file_name("api-root.pem"), &[]);
    assert!(!well, "{told}");
    for (args, wanted) in [
        (&["-tls1_3", "-alpn", "h2"][..], "ALPN protocol: h2"),
        (&["-tls1_2", "-alpn", "http/1.1"], "ALPN protocol: http/1.1"),
        (&["-tls1_2"], "Verify return code: 0 (ok)"),
    ] {
        let (well, told) = openssl(port, root, args);
        assert!(well && told.contains(wanted), "{told}");
    }
    for refused in [
        &["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"][..],
        // Nobody has ordered anything: there is no proof to be seen.
        &["-alpn", "acme-tls/1"],
        &["-alpn", "smtp"],
    ] {
        let (well, told) = openssl(port, root, refused);
        assert!(!well && told.contains("alert"), "{refused:?} {told}");
    }
}

#[tokio::test]
async fn openssl_verifies_a_certificate_of_our_own() {
    let mut shop = Shop::new().await;
    let (_, nobody) = crate::pebble::root("nobody");
    shop.open("mode = \"self-signed\"", &nobody).await;
    shop.is_registered().await;
    let (port, own) = (shop.port, shop.kept(".pem"));
    let both = tokio::task::spawn_blocking(move || {
        let told = openssl(port, &own, &["-verify_hostname", "localhost"]);
        (told, curl(&format!("https://localhost:{port}/"), &own, &[]))
    });
    let ((well, told), (fetched, answer)) = both.await.unwrap();
    assert!(
        well && told.contains("Verify return code: 0 (ok)"),
        "{told}"
    );
    assert!(fetched && answer.starts_with("2 404"), "{answer}");
    shop.sleep().await;
}

#[tokio::test]
async fn the_plain_door_leads_to_the_other_one() {
    let stop = CancellationToken::new();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/p/a.jpg?x=1", listener.local_addr().unwrap());
    let router = elsewhere(
        Arc::new(Door::default()),
        "https://cards.example.org:8443".into(),
    );
    let admission = Arc::new(Admission::new(Limits::default(), Vec::new()));
    let served = tokio::spawn(listen::serve(
        listener,
        None,
        router,
        admission,
        stop.clone(),
    ));
    let told = tokio::task::spawn_blocking(move || curl(&url, Path::new("/dev/null"), &[]));
    let (_, told) = told.await.unwrap();
    assert_eq!(told, "1.1 308 https://cards.example.org:8443/p/a.jpg?x=1");
    stop.cancel();
    served.await.unwrap();
    until("the door is shut", || true).await;
}
