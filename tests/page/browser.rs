//! Chromium in the hands of a test.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

/// What a machine without a browser is told.
const NO_BROWSER: &str =
    "this test looks through a real browser: apt-get install chromium chromium-driver";
/// No wait for anything on a page takes longer, in real time.
pub const PATIENCE: Duration = Duration::from_secs(15);
/// A telephone, in CSS pixels.
pub const TELEPHONE: (u32, u32) = (390, 844);
/// A desk's screen.
pub const DESK: (u32, u32) = (1440, 900);

/// Chromium, led by chromedriver.
pub struct Browser {
    /// The browser itself.
    pub client: Client,
    session: String,
    driver: Driver,
    _profile: tempfile::TempDir,
}

/// The chromedriver; it ends with its keeper.
struct Driver {
    child: Child,
    url: String,
    /// Kept open, so that it may go on writing.
    out: BufReader<ChildStdout>,
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Driver {
    fn start() -> Self {
        let mut command = Command::new("chromedriver");
        command.arg("--port=0").stdout(Stdio::piped());
        let mut child = match command.stderr(Stdio::null()).spawn() {
            Ok(child) => child,
            Err(error) => panic!("chromedriver: {error}; {NO_BROWSER}"),
        };
        let out = child.stdout.take().map(BufReader::new);
        let mut driver = Self {
            child,
            url: String::new(),
            out: out.expect("its output is piped"),
        };
        driver.url = format!("http://127.0.0.1:{}", driver.port());
        driver
    }

    /// The port it chose, which it names once it listens.
    fn port(&mut self) -> u16 {
        let mut line = String::new();
        while self.out.read_line(&mut line).unwrap() > 0 {
            if let Some((_, port)) = line.split_once("successfully on port ") {
                return port.trim().trim_end_matches('.').parse().unwrap();
            }
            line.clear();
        }
        panic!("chromedriver ended without naming its port; {NO_BROWSER}");
    }
}

impl Browser {
    pub async fn start() -> Self {
        let driver = Driver::start();
        let profile = tempfile::tempdir().unwrap();
        let home = format!("--user-data-dir={}", profile.path().display());
        let quiet = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--no-proxy-server",
            "--accept-lang=ru-RU",
            &home,
        ];
        let wish = json!({
            "goog:chromeOptions": {"args": quiet},
            "goog:loggingPrefs": {"browser": "ALL"},
        });
        let Value::Object(wish) = wish else {
            unreachable!("an object")
        };
        let connected = ClientBuilder::new(HttpConnector::new())
            .capabilities(wish)
            .connect(&driver.url)
            .await;
        let client = connected.unwrap_or_else(|error| panic!("{error}; {NO_BROWSER}"));
        let session = client.session_id().await.unwrap().unwrap();
        let browser = Self {
            client,
            session,
            driver,
            _profile: profile,
        };
        browser.resize(DESK).await;
        browser
    }

    pub async fn stop(self) {
        self.client.close().await.unwrap();
    }

    pub async fn resize(&self, (width, height): (u32, u32)) {
        let size =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.asks(
            "goog/cdp/execute",
            json!({"cmd": "Emulation.setDeviceMetricsOverride", "params": size}),
        )
        .await;
    }

    /// What the browser's console said since it was last asked: errors, warnings, refusals of the policy.
    pub async fn console(&self) -> Vec<String> {
        let said = self.asks("se/log", json!({"type": "browser"})).await;
        let said = said["value"].as_array().unwrap();
        let grave = said
            .iter()
            .filter(|line| matches!(line["level"].as_str(), Some("SEVERE" | "WARNING")));
        grave.map(|line| line["message"].to_string()).collect()
    }

    /// What WebDriver itself has no words for.
    pub async fn asks(&self, what: &str, body: Value) -> Value {
        let url = format!("{}/session/{}/{what}", self.driver.url, self.session);
        let client = reqwest::Client::builder()
            .no_proxy()
            .timeout(PATIENCE)
            .build()
            .unwrap();
        let answer = client.post(url).json(&body).send().await.unwrap();
        answer.error_for_status().unwrap().json().await.unwrap()
    }
}
