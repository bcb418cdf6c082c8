//! What systemd, or whoever has started us in its way, is told: that we serve, reload, stop, and live.
//!
//! The words are those of `sd_notify(3)`: lines in one datagram. Nobody answers, and nobody need be there.

use std::ffi::OsString;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::sync::Arc;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Who has started us. Clones speak to the same one; without one nothing is said.
#[derive(Debug, Clone, Default)]
pub struct Systemd {
    line: Option<Arc<(UnixDatagram, SocketAddr)>>,
    watchdog: Option<Duration>,
}

impl Systemd {
    /// UserRef the environment names in `NOTIFY_SOCKET`, and how often it wants to hear that we live.
    pub fn from_env(env: impl Fn(&str) -> Option<OsString>) -> Self {
        let Some(socket) = env("NOTIFY_SOCKET").filter(|socket| !socket.is_empty()) else {
            return Self::default();
        };
        let line = match address(&socket).and_then(|at| Ok((UnixDatagram::unbound()?, at))) {
            Ok(line) => Some(Arc::new(line)),
            Err(error) => {
                tracing::warn!(%error, "NOTIFY_SOCKET cannot be used: nobody hears how we are");
                None
            }
        };
        let number = |name| env(name)?.to_str()?.parse::<u64>().ok();
        let ours = number("WATCHDOG_PID").is_none_or(|pid| pid == u64::from(std::process::id()));
        let watchdog = number("WATCHDOG_USEC").filter(|_| ours);
        Self {
            watchdog: watchdog
                .filter(|micros| *micros > 0 && line.is_some())
                .map(Duration::from_micros),
            line,
        }
    }

    /// We are killed when nothing is heard of us for so long.
    pub fn watchdog(&self) -> Option<Duration> {
        self.watchdog
    }

    /// We serve, or serve again after a reload; `status` is for a person.
    pub fn ready(&self, status: &str) {
        self.say(&format!("READY=1\nSTATUS={status}"));
    }

    /// The configuration is read again; [`Systemd::ready`] follows, whatever comes of it.
    pub fn reloading(&self) {
        let now = clock_gettime(ClockId::Monotonic);
        let micros = now.tv_sec * 1_000_000 + now.tv_nsec / 1000;
        self.say(&format!("RELOADING=1\nMONOTONIC_USEC={micros}"));
    }

    /// We stop, on purpose or not; nothing follows.
    pub fn stopping(&self) {
        self.say("STOPPING=1\nSTATUS=finishing what runs");
    }

    /// We live.
    pub(super) fn alive(&self) {
        self.say("WATCHDOG=1");
    }

    /// What a person sees who asks how we are.
    pub(super) fn status(&self, status: &str) {
        self.say(&format!("STATUS={status}"));
    }

    fn say(&self, words: &str) {
        let Some((socket, address)) = self.line.as_deref() else {
            return;
        };
        if let Err(error) = socket.send_to_addr(words.as_bytes(), address) {
            tracing::warn!(%error, "systemd could not be told how we are");
        }
    }
}

/// A path, or behind an `@` a name that no file has.
fn address(socket: &OsString) -> std::io::Result<SocketAddr> {
    match socket.as_bytes() {
        [b'@', name @ ..] => SocketAddr::from_abstract_name(name),
        _ => SocketAddr::from_pathname(socket),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(socket: &UnixDatagram) -> String {
        let mut words = [0; 256];
        let length = socket.recv(&mut words).unwrap();
        String::from_utf8_lossy(&words[..length]).into_owned()
    }

    #[test]
    fn a_reload_is_told_with_its_moment_and_ends_with_ready() {
        let name = format!("neurocards-test-{}", std::process::id());
        let at = SocketAddr::from_abstract_name(&name).unwrap();
        let socket = UnixDatagram::bind_addr(&at).unwrap();
        let systemd = Systemd::from_env(|asked| match asked {
            "NOTIFY_SOCKET" => Some(format!("@{name}").into()),
            "WATCHDOG_USEC" => Some("2000000".into()),
            _ => None,
        });
        assert_eq!(systemd.watchdog(), Some(Duration::from_secs(2)));
        systemd.reloading();
        let said = heard(&socket);
        let moment = said.strip_prefix("RELOADING=1\nMONOTONIC_USEC=").unwrap();
        assert!(moment.parse::<u64>().unwrap() > 0);
        systemd.ready("serves");
        assert_eq!(heard(&socket), "READY=1\nSTATUS=serves");
    }

    #[test]
    fn without_anybody_there_nothing_is_said_and_nothing_fails() {
        let alone = Systemd::from_env(|_| None);
        assert_eq!(alone.watchdog(), None);
        alone.ready("serves");
        let deaf = Systemd::from_env(|name| match name {
            "WATCHDOG_PID" => Some("1".into()),
            _ => Some("1000000".into()),
        });
        assert_eq!(deaf.watchdog(), None, "the watchdog is another process's");
        deaf.alive();
    }
}
