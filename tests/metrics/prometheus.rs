//! A Prometheus of our own on loopback: it scrapes one daemon every second and judges by the shipped rules.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// Everything that is waited for comes within this time: the longest window of the rewritten rules is 20 s.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// A call takes milliseconds.
const CALL: Duration = Duration::from_secs(10);

/// A running Prometheus; it ends with this.
pub struct Prometheus {
    process: Child,
    dir: tempfile::TempDir,
    port: u16,
    client: reqwest::Client,
}

impl Prometheus {
    /// Watches the operator's door at `target`, which wants `token`, by `rules`.
    pub async fn watch(target: u16, token: &str, rules: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let port = free_port();
        let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
        write("token", token);
        write("alerts.yml", rules);
        write(
            "prometheus.yml",
            &format!(
                "global: {{scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}}\n\
                 rule_files: [alerts.yml]\n\
                 scrape_configs:\n  - job_name: neurocards\n    authorization: {{credentials_file: token}}\n    \
                 static_configs: [{{targets: [\"127.0.0.1:{target}\"]}}]\n"
            ),
        );
        let process = spawn(dir.path(), port);
        let client = reqwest::Client::builder().no_proxy().timeout(CALL);
        let client = client.build().unwrap();
        let prometheus = Self {
            process,
            dir,
            port,
            client,
        };
        let begun = Instant::now();
        while !prometheus.is_ready().await {
            assert!(begun.elapsed() < PATIENCE, "{}", prometheus.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        prometheus
    }

    async fn is_ready(&self) -> bool {
        let told = self.client.get(self.url("/-/ready")).send().await;
        told.is_ok_and(|told| told.status().is_success())
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// What it says itself: nothing, as long as all is well.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }

    async fn ask(&self, path: &str, query: &[(&str, &str)]) -> Value {
        let asked = self.client.get(self.url(path)).query(query);
        let told: Value = asked.send().await.unwrap().json().await.unwrap();
        assert_eq!(told["status"], "success", "{told}");
        told["data"].clone()
    }

    /// The only value an expression has; nothing if it has none.
    pub async fn value(&self, expression: &str) -> Option<f64> {
        let told = self.ask("/api/v1/query", &[("query", expression)]).await;
        let result = told["result"].as_array().unwrap();
        assert!(result.len() < 2, "{expression}: {told}");
        result.first()?["value"][1].as_str()?.parse().ok()
    }

    /// The names of the alerts that fire.
    pub async fn firing(&self) -> BTreeSet<String> {
        let told = self.ask("/api/v1/alerts", &[]).await;
        let alerts = told["alerts"].as_array().unwrap().iter();
        alerts
            .filter(|alert| alert["state"] == "firing")
            .map(|alert| {
                for note in ["summary", "remedy"] {
                    let note = alert["annotations"][note].as_str().unwrap_or_default();
                    assert!(!note.is_empty() && !note.contains("<no value>"), "{alert}");
                }
                alert["labels"]["alertname"].as_str().unwrap().to_owned()
            })
            .collect()
    }

    /// Waits until an alert fires.
    pub async fn fires(&self, alert: &str) {
        self.until(alert, true).await;
    }

    /// Waits until an alert fires no longer.
    pub async fn resolves(&self, alert: &str) {
        self.until(alert, false).await;
    }

    async fn until(&self, alert: &str, fires: bool) {
        let begun = Instant::now();
        while self.firing().await.contains(alert) != fires {
            let waits = if fires {
                "does not fire"
            } else {
                "goes on firing"
            };
            assert!(
                begun.elapsed() < PATIENCE,
                "{alert} {waits}: {}",
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Waits until an expression has this value.
    pub async fn reads(&self, expression: &str, wanted: f64) {
        let begun = Instant::now();
        loop {
            let value = self.value(expression).await;
            if value == Some(wanted) {
                return;
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "{expression} is {value:?}, not {wanted}: {}",
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Every rule has been evaluated without a complaint; their names.
    pub async fn rules(&self) -> BTreeSet<String> {
        let told = self.ask("/api/v1/rules", &[]).await;
        let groups = told["groups"].as_array().unwrap().iter();
        let rules = groups.flat_map(|group| group["rules"].as_array().unwrap());
        rules
            .map(|rule| {
                assert!(
                    rule["health"] == "ok" && rule["lastError"].is_null(),
                    "{rule}"
                );
                rule["name"].as_str().unwrap().to_owned()
            })
            .collect()
    }

    /// What went wrong at the last scrape; nothing if nothing did.
    pub async fn scrape_error(&self) -> String {
        let told = self.ask("/api/v1/targets", &[]).await;
        let targets = told["activeTargets"].as_array().unwrap();
        assert_eq!(targets.len(), 1, "{told}");
        targets[0]["lastError"].as_str().unwrap().to_owned()
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn spawn(dir: &Path, port: u16) -> Child {
    let log = std::fs::File::create(dir.join("log")).unwrap();
    Command::new("prometheus")
        .current_dir(dir)
        .arg("--config.file=prometheus.yml")
        .arg(format!(
            "--storage.tsdb.path={}",
            dir.join("series").display()
        ))
        .arg(format!("--web.listen-address=127.0.0.1:{port}"))
        .arg("--log.level=warn")
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .expect("prometheus is there: apt-get install prometheus")
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
