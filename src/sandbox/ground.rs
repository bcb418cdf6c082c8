//! What every stand-in stands on: virtual time, the journal, and tasks that end with the sandbox.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    extract::{Request, State},
    middleware::{self, Next},
    response::Response,
};
use tokio::{net::TcpListener, task::JoinSet};

use super::{
    hooks::Hooks,
    journal::{Call, Journal},
    lock::lock,
};

/// How often virtual time is looked at; real time, so that a leap is noticed at once.
pub(super) const TICK: Duration = Duration::from_millis(10);

#[derive(Clone)]
pub(super) struct Ground {
    pub(super) hooks: Hooks,
    pub(super) journal: Journal,
    pub(super) nursery: Nursery,
    under_way: Arc<AtomicUsize>,
}

/// A request under way, for as long as it is held.
pub(super) struct UnderWay(Arc<AtomicUsize>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Ground {
    pub(super) fn new(hooks: Hooks) -> Ground {
        Ground {
            hooks,
            journal: Journal::new(),
            nursery: Nursery::new(),
            under_way: Arc::default(),
        }
    }

    /// Counts a request that goes out or has come in.
    pub(super) fn begin(&self) -> UnderWay {
        self.under_way.fetch_add(1, Ordering::SeqCst);
        UnderWay(self.under_way.clone())
    }

    /// Whether a request is under way, waits for updates aside.
    pub(super) fn is_asked(&self) -> bool {
        self.under_way.load(Ordering::SeqCst) > 0
    }

    pub(super) fn now(&self) -> u64 {
        (self.hooks.now)()
    }

    pub(super) fn record(&self, service: &'static str, method: &str, status: u16, note: String) {
        self.journal.record(Call {
            at: self.now(),
            service,
            method: method.to_owned(),
            status,
            note,
        });
    }

    /// Serves a router on a free loopback port.
    pub(super) async fn serve(&self, router: Router) -> io::Result<SocketAddr> {
        self.serve_at((Ipv4Addr::LOCALHOST, 0).into(), router).await
    }

    /// Serves a router on an address.
    pub(super) async fn serve_at(&self, at: SocketAddr, router: Router) -> io::Result<SocketAddr> {
        let listener = TcpListener::bind(at).await?;
        let address = listener.local_addr()?;
        let router = router.layer(middleware::from_fn_with_state(self.clone(), counted));
        self.nursery.spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Ok(address)
    }
}

async fn counted(State(ground): State<Ground>, request: Request, next: Next) -> Response {
    // A bot waits there for as long as nothing happens.
    let method = request.uri().path().rsplit('/').next();
    let waits = method.is_some_and(|method| method.eq_ignore_ascii_case("getUpdates"));
    let _under_way = (!waits).then(|| ground.begin());
    next.run(request).await
}

/// The tasks of a sandbox; nothing is inside once it is closed.
#[derive(Clone)]
pub(super) struct Nursery(Arc<Mutex<Option<JoinSet<()>>>>);

impl Nursery {
    fn new() -> Nursery {
        Nursery(Arc::new(Mutex::new(Some(JoinSet::new()))))
    }

    /// Starts a task, unless the sandbox is closed.
    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        if let Some(tasks) = lock(&self.0).as_mut() {
            while tasks.try_join_next().is_some() {}
            tasks.spawn(task);
        }
    }

    /// Whether the sandbox is gone.
    pub(super) fn is_closed(&self) -> bool {
        lock(&self.0).is_none()
    }

    /// Ends every task.
    pub(super) fn close(&self) {
        lock(&self.0).take();
    }
}
