//! Pebble, the ACME server of Let's Encrypt's own tests, on loopback.

use std::fs::File;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde_json::json;

use crate::shop::until;

/// How long its certificates are good: as long as Let's Encrypt's.
pub const DAYS: u64 = 90;

/// Ports below those that outgoing connections get, so that nobody takes one between two uses.
const PORTS: std::ops::Range<u32> = 20_000..32_000;

/// A free port of 127.0.0.1 that nobody else is given.
pub fn free_port() -> u16 {
    static GIVEN: AtomicU32 = AtomicU32::new(0);
    // Each test may be a process of its own: they begin at places far from each other.
    let begin = std::process::id().wrapping_mul(131);
    loop {
        let number = begin.wrapping_add(GIVEN.fetch_add(1, Ordering::Relaxed));
        let port = PORTS.start + number % (PORTS.end - PORTS.start);
        let port = u16::try_from(port).unwrap();
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// How an authority is set up, before it runs.
pub struct Authority {
    dir: tempfile::TempDir,
    port: u16,
    management: u16,
    config: serde_json::Value,
    root: String,
}

/// One that runs; it ends when it is dropped.
pub struct Running {
    child: Child,
    management: u16,
    root: String,
}

impl Authority {
    /// One that looks for proofs at these ports.
    pub fn new(tls: u16, http: u16) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = certificate(dir.path());
        let (port, management) = (free_port(), free_port());
        let file = |name: &str| dir.path().join(name).display().to_string();
        let config = json!({"pebble": {
            "listenAddress": format!("127.0.0.1:{port}"),
            "managementListenAddress": format!("127.0.0.1:{management}"),
            "certificate": file("api.pem"),
            "privateKey": file("api.key"),
            "tlsPort": tls,
            "httpPort": http,
            "ocspResponderURL": "",
            "certificateValidityPeriod": DAYS * 24 * 60 * 60,
        }});
        Self {
            dir,
            port,
            management,
            config,
            root,
        }
    }

    /// Wants accounts bound to this key: its name, and base64.
    pub fn binding(mut self, key_id: &str, key: &str) -> Self {
        self.config["pebble"]["externalAccountBindingRequired"] = true.into();
        self.config["pebble"]["externalAccountMACKeys"] = json!({key_id: key});
        self
    }

    /// Where its directory lies.
    pub fn directory(&self) -> String {
        format!("https://localhost:{}/dir", self.port)
    }

    /// The port of its directory.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What its API is known by; its certificates have another root.
    pub fn root(&self) -> &str {
        &self.root
    }

    /// Starts it, with no memory of an earlier run.
    pub async fn start(&self) -> Running {
        let config = self.dir.path().join("pebble.json");
        std::fs::write(&config, self.config.to_string()).unwrap();
        let log = File::create(self.dir.path().join("log")).unwrap();
        let child = Command::new("pebble")
            .arg("-config")
            .arg(config)
            .env("PEBBLE_VA_NOSLEEP", "1")
            // In a hundred good nonces it refuses one: often enough to be met, too rarely for three in a row.
            .env("PEBBLE_WFE_NONCEREJECT", "1")
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .expect("pebble, the ACME server for tests, is needed: apt-get install pebble");
        let running = Running {
            child,
            management: self.management,
            root: self.root.clone(),
        };
        for port in [self.port, self.management] {
            until("pebble listens", || {
                TcpStream::connect(("127.0.0.1", port)).is_ok()
            })
            .await;
        }
        running
    }

    /// How many lines of its log, since its last start, have this in them.
    pub fn logged(&self, text: &str) -> usize {
        let log = std::fs::read_to_string(self.dir.path().join("log")).unwrap();
        log.lines().filter(|line| line.contains(text)).count()
    }
}

impl Running {
    /// The root of the certificates that it issues.
    pub async fn issuing_root(&self) -> String {
        let root = reqwest::Certificate::from_pem(self.root.as_bytes()).unwrap();
        let client = reqwest::Client::builder()
            .no_proxy()
            .add_root_certificate(root)
            .timeout(Duration::from_secs(10));
        let url = format!("https://localhost:{}/roots/0", self.management);
        let answer = client.build().unwrap().get(url).send().await.unwrap();
        answer.error_for_status().unwrap().text().await.unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A certificate for its API, written to `dir`; the root.
fn certificate(dir: &std::path::Path) -> String {
    let (issuer, root) = root("The authority's own");
    let (pem, key) = leaf(&issuer, "localhost");
    std::fs::write(dir.join("api.pem"), pem).unwrap();
    std::fs::write(dir.join("api.key"), key).unwrap();
    root
}

/// A root that can sign, and its PEM.
pub fn root(name: &str) -> (Issuer<'static, KeyPair>, String) {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
        .distinguished_name
        .push(rcgen::DnType::CommonName, name);
    let key = KeyPair::generate().unwrap();
    let pem = params.self_signed(&key).unwrap().pem();
    (Issuer::new(params, key), pem)
}

/// A certificate for a host and its key, PEM.
pub fn leaf(issuer: &Issuer<'static, KeyPair>, host: &str) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![host.to_owned()]).unwrap();
    let leaf = params.signed_by(&key, issuer).unwrap();
    (leaf.pem(), key.serialize_pem())
}
