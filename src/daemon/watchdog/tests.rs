//! The watchdog over a disk that can be made to hang or to refuse, heard at a real socket.

use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use redb::StorageBackend;
use tokio::task::JoinHandle;

use super::*;
use crate::store::{Options, Shop};

/// How long systemd would wait for a word.
const INTERVAL: Duration = Duration::from_millis(300);

/// What the disk does when it is to sync.
#[derive(Clone, Copy)]
enum Sync {
    Works,
    Hangs,
    Refuses,
}

/// A disk in memory, the same at each opening.
#[derive(Debug, Clone, Default)]
struct Disk {
    bytes: Arc<Mutex<Vec<u8>>>,
    sync: Arc<AtomicU8>,
}

impl Disk {
    fn now(&self, sync: Sync) {
        self.sync.store(sync as u8, Ordering::SeqCst);
    }

    fn is(&self, sync: Sync) -> bool {
        self.sync.load(Ordering::SeqCst) == sync as u8
    }

    fn bytes(&self) -> std::sync::MutexGuard<'_, Vec<u8>> {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.bytes().len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let from = offset as usize;
        out.copy_from_slice(&self.bytes()[from..from + out.len()]);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.bytes().resize(len as usize, 0);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        while self.is(Sync::Hangs) {
            thread::sleep(Duration::from_millis(1));
        }
        match self.is(Sync::Refuses) {
            true => Err(io::ErrorKind::StorageFull.into()),
            false => Ok(()),
        }
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let from = offset as usize;
        self.bytes()[from..from + data.len()].copy_from_slice(data);
        Ok(())
    }
}

/// A watched store, and the socket at which its word is heard.
struct Scene {
    disk: Disk,
    updates: Heartbeat,
    store: Store,
    socket: UnixDatagram,
    running: JoinHandle<()>,
}

impl Scene {
    fn new(name: &str) -> Self {
        let disk = Disk::default();
        let shop = Shop::default();
        let opened = disk.clone();
        let store = Store::on(move || Ok(opened.clone()), Options::default(), shop).unwrap();
        let name = format!("neurocards-{name}-{}", std::process::id());
        let at = SocketAddr::from_abstract_name(&name).unwrap();
        let socket = UnixDatagram::bind_addr(&at).unwrap();
        let systemd = Systemd::from_env(|asked| match asked {
            "NOTIFY_SOCKET" => Some(format!("@{name}").into()),
            _ => None,
        });
        let updates = Heartbeat::new(Duration::ZERO);
        let watchdog = Watchdog {
            systemd,
            store: store.clone(),
            updates: updates.clone(),
            status: "serves".to_owned(),
        };
        let running = tokio::spawn(watchdog.run(INTERVAL, CancellationToken::new()));
        Self {
            disk,
            updates,
            store,
            socket,
            running,
        }
    }

    /// The next word within so long, if there is one.
    async fn next(&self, within: Duration) -> Option<String> {
        let socket = self.socket.try_clone().unwrap();
        let heard = tokio::task::spawn_blocking(move || {
            socket.set_read_timeout(Some(within)).unwrap();
            let mut words = [0; 256];
            let length = socket.recv(&mut words).ok()?;
            Some(String::from_utf8_lossy(&words[..length]).into_owned())
        });
        heard.await.unwrap()
    }

    /// Waits for a word; a busy machine may be late.
    async fn hears(&self, words: &str) {
        for _ in 0..200 {
            if self.next(Duration::from_secs(10)).await.as_deref() == Some(words) {
                return;
            }
        }
        panic!("{words} was not said");
    }

    /// Nothing is said any more.
    async fn is_silent(&self) -> bool {
        self.next(INTERVAL * 4).await.is_none()
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        self.disk.now(Sync::Works);
        self.running.abort();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writer_that_hangs_is_not_alive_until_it_goes_on() {
    let scene = Scene::new("writer");
    scene.hears("WATCHDOG=1").await;
    scene.disk.now(Sync::Hangs);
    scene.hears("STATUS=commits do not reach the disk").await;
    assert!(scene.is_silent().await);
    scene.disk.now(Sync::Works);
    scene.hears("WATCHDOG=1").await;
    scene.hears("STATUS=serves").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loop_that_hangs_is_not_alive_until_it_turns() {
    let scene = Scene::new("loop");
    scene.updates.within(Duration::from_secs(3600));
    scene.hears("WATCHDOG=1").await;
    scene.updates.within(Duration::ZERO);
    scene
        .hears("STATUS=the loop that takes updates hangs")
        .await;
    assert!(scene.is_silent().await);
    scene.updates.within(Duration::from_secs(3600));
    scene.hears("WATCHDOG=1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_refuses_is_sat_out_alive() {
    let scene = Scene::new("refuses");
    scene.hears("WATCHDOG=1").await;
    scene.disk.now(Sync::Refuses);
    let mut fault = scene.store.fault();
    fault.wait_for(Option::is_some).await.unwrap();
    for _ in 0..8 {
        scene.hears("WATCHDOG=1").await;
    }
    assert!(fault.borrow().is_some(), "it still refuses");
    scene.disk.now(Sync::Works);
    fault.wait_for(Option::is_none).await.unwrap();
    scene.hears("WATCHDOG=1").await;
}
