//! A server to deploy to: a real sshd on the loopback, with keys of its own, and a stand-in for systemd.

use std::fs::{self, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// What `systemctl` says and does there: the program is started with systemd's variables, and serves when the test
/// has heard so at its socket.
const SYSTEMCTL: &str = r#"#!/bin/sh
root='ROOT' run='ROOT/run'
alive() { [ -e "$run/pid" ] && kill -0 "$(cat "$run/pid")" 2>/dev/null; }
echo "$*" >>"$run/systemctl"
verb='' property=''
while [ $# -gt 0 ]; do
    case $1 in
    -p) property=$2 && shift ;;
    -*) ;;
    *) [ -n "$verb" ] || verb=$1 ;;
    esac
    shift
done
case $verb in
start)
    alive && exit
    rm -f "$run/ready"
    mkdir -p "$root/var/lib/neurocards" "$run/credentials"
    for secret in "$root"/etc/credstore/neurocards.*; do
        [ ! -e "$secret" ] || cp "$secret" "$run/credentials/${secret##*/neurocards.}"
    done
    STATE_DIRECTORY=$root/var/lib/neurocards CONFIGURATION_DIRECTORY=$root/etc/neurocards \
        CREDENTIALS_DIRECTORY=$run/credentials NOTIFY_SOCKET=$run/notify NO_COLOR=1 \
        setsid "$root/usr/local/bin/neurocards" run >>"$run/log" 2>&1 </dev/null &
    echo $! >"$run/pid"
    echo $! >>"$run/lives"
    ;;
stop)
    alive || exit 0
    kill "$(cat "$run/pid")"
    while alive; do sleep 0.05; done
    rm -f "$run/pid"
    ;;
is-active) alive && [ -e "$run/ready" ] ;;
show)
    active=inactive sub=dead
    if alive; then
        active=activating sub=start
        [ ! -e "$run/ready" ] || active=active sub=running
    elif [ -e "$run/pid" ]; then
        active=activating sub=auto-restart
    fi
    case $property in
    ActiveState) echo "ActiveState=$active" ;;
    SubState) echo "SubState=$sub" ;;
    esac
    ;;
esac
"#;

/// The end of the program's log.
const JOURNALCTL: &str = "#!/bin/sh\ntail -n 20 'ROOT/run/log'\n";

/// Nobody is anybody else there: who deploys is root, and files are his.
const ROOT: [(&str, &str); 2] = [("id", "#!/bin/sh\necho 0\n"), ("chown", "#!/bin/sh\n")];

/// A server. It ends with the test.
pub struct Server {
    dir: TempDir,
    port: u16,
    sshd: Child,
}

impl Server {
    pub fn start() -> Self {
        let dir = TempDir::new().unwrap();
        let root = dir.path().join("root");
        let bin = dir.path().join("bin");
        for made in ["root/run", "bin"] {
            fs::create_dir_all(dir.path().join(made)).unwrap();
        }
        let tools = [("systemctl", SYSTEMCTL), ("journalctl", JOURNALCTL)];
        for (name, text) in tools.into_iter().chain(ROOT) {
            let text = text.replace("ROOT", root.to_str().unwrap());
            let path = bin.join(name);
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        }
        hear(&root.join("run"));
        let port = free_port();
        let sshd = sshd(dir.path(), &bin, port);
        let server = Self { dir, port, sshd };
        server.wait_for_login();
        server
    }

    /// A file of the server's.
    pub fn path(&self, path: &str) -> PathBuf {
        self.dir.path().join("root").join(path)
    }

    /// An empty directory for something to deploy.
    pub fn payload(&self, name: &str) -> PathBuf {
        let payload = self.dir.path().join(name);
        fs::create_dir(&payload).unwrap();
        payload
    }

    /// Runs `scripts/deploy.sh` on it.
    pub fn deploy(&self, payload: &Path, words: &[&str]) -> Output {
        self.deploy_with("hidden-token", payload, words)
    }

    /// As [`Server::deploy`], with another token of Telegram's in the environment.
    pub fn deploy_with(&self, token: &str, payload: &Path, words: &[&str]) -> Output {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/deploy.sh");
        let mut command = Command::new(script);
        command.arg("--from").arg(payload).args(words);
        command
            .arg("--prefix")
            .arg(self.path(""))
            .args(["--wait", "60"]);
        command
            .arg("127.0.0.1")
            .env("NEUROCARDS_SSH", self.ssh())
            .env("TELEGRAM_TOKEN", token)
            .env("KIE_API_KEY", "hidden-key")
            .stdin(Stdio::null());
        command.output().unwrap()
    }

    /// Which process serves.
    pub fn life(&self) -> String {
        let lives = fs::read_to_string(self.path("run/lives")).unwrap_or_default();
        lives.lines().last().unwrap_or_default().to_owned()
    }

    pub fn is_serving(&self) -> bool {
        let mut asked = Command::new(self.dir.path().join("bin/systemctl"));
        asked
            .args(["is-active", "-q", "neurocards.service"])
            .status()
            .unwrap()
            .success()
    }

    fn ssh(&self) -> String {
        let dir = self.dir.path().display();
        format!(
            "ssh -q -F none -p {} -i {dir}/key -o IdentitiesOnly=yes -o BatchMode=yes -o UserKnownHostsFile={dir}/known \
             -o StrictHostKeyChecking=yes",
            self.port
        )
    }

    fn wait_for_login(&self) {
        let begun = Instant::now();
        loop {
            let ssh = format!("{} 127.0.0.1 true", self.ssh());
            if Command::new("sh")
                .args(["-c", &ssh])
                .status()
                .unwrap()
                .success()
            {
                return;
            }
            let log = || fs::read_to_string(self.dir.path().join("sshd.log"));
            assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let systemctl = self.dir.path().join("bin/systemctl");
        let _ = Command::new(systemctl)
            .args(["stop", "neurocards.service"])
            .status();
        let _ = self.sshd.kill();
        let _ = self.sshd.wait();
    }
}

/// Adds to a program what is deployed with it.
pub fn fill(payload: &Path, config: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for file in [
        "neurocards.service",
        "data/systemd/neurocards.socket",
        "scripts/install.sh",
    ] {
        let name = Path::new(file).file_name().unwrap();
        fs::copy(root.join(file), payload.join(name)).unwrap();
    }
    fs::write(payload.join("neurocards.toml"), config).unwrap();
    let program = payload.join("neurocards");
    fs::set_permissions(program, Permissions::from_mode(0o755)).unwrap();
    let sum = "rm -f neurocards.sha256 && sha256sum -- * >sums && mv sums neurocards.sha256";
    let mut sum = Command::new("sh")
        .args(["-c", sum])
        .current_dir(payload)
        .spawn()
        .unwrap();
    assert!(sum.wait().unwrap().success());
}

pub fn said(output: &Output) -> String {
    [&output.stdout[..], &output.stderr[..]]
        .concat()
        .iter()
        .map(|byte| *byte as char)
        .collect()
}

/// Hears what the program reports, as systemd would.
fn hear(run: &Path) {
    let socket = UnixDatagram::bind(run.join("notify")).unwrap();
    let ready = run.join("ready");
    std::thread::spawn(move || {
        let mut words = [0; 512];
        while let Ok(length) = socket.recv(&mut words) {
            if words[..length].starts_with(b"READY=1") {
                let _ = fs::write(&ready, "");
            }
        }
    });
}

fn free_port() -> u16 {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    free.local_addr().unwrap().port()
}

fn sshd(dir: &Path, bin: &Path, port: u16) -> Child {
    for key in ["host", "key"] {
        let mut made = Command::new("ssh-keygen");
        made.args(["-q", "-t", "ed25519", "-N", "", "-f"])
            .arg(dir.join(key));
        assert!(
            made.status()
                .expect("apt-get install openssh-client")
                .success()
        );
    }
    let host = fs::read_to_string(dir.join("host.pub")).unwrap();
    fs::write(dir.join("known"), format!("[127.0.0.1]:{port} {host}")).unwrap();
    let (shown, path) = (dir.display(), bin.display());
    let config = format!(
        "ListenAddress 127.0.0.1\nPort {port}\nHostKey {shown}/host\nAuthorizedKeysFile {shown}/key.pub\n\
         StrictModes no\nUsePAM no\nPidFile none\nPermitRootLogin yes\nPasswordAuthentication no\n\
         SetEnv PATH={path}:/usr/bin:/bin\n"
    );
    fs::write(dir.join("sshd_config"), config).unwrap();
    // Debian makes it at the start of its own service only.
    let _ = fs::create_dir_all("/run/sshd");
    Command::new("/usr/sbin/sshd")
        .args(["-D", "-f"])
        .arg(dir.join("sshd_config"))
        .arg("-E")
        .arg(dir.join("sshd.log"))
        .stdin(Stdio::null())
        .spawn()
        .expect("sshd is there: apt-get install openssh-server")
}
