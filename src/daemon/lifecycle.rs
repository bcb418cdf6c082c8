//! Signals: the first asks for an orderly end, the second ends at once.

use tokio::signal::unix::{SignalKind, signal};

/// Resolves at the first SIGTERM or SIGINT; a second one ends the process at once.
pub async fn told_to_stop() {
    wait_for_signal().await;
    tracing::info!("told to stop; finishing what runs");
    tokio::spawn(async {
        wait_for_signal().await;
        tracing::warn!("told to stop again; stopping at once");
        // 128 + SIGTERM, as shells report it.
        std::process::exit(143);
    });
}

async fn wait_for_signal() {
    let (Ok(mut term), Ok(mut int)) = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    ) else {
        tracing::error!("signals cannot be listened for; only SIGKILL will end the process");
        return std::future::pending().await;
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
    }
}
