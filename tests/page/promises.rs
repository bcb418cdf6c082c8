//! Promises: each is proved by a visit; all are tried, and those that are broken are named.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use futures_util::FutureExt;

use crate::browser::Browser;

/// Proves each promise by a visit of its own, one after another in one browser.
pub async fn are_kept<P: Copy>(promises: &[(&str, P)], visit: impl AsyncFn(&Browser, P)) {
    let browser = Browser::start().await;
    let mut broken = Vec::new();
    for (promise, proof) in promises {
        let begun = Instant::now();
        let kept = AssertUnwindSafe(visit(&browser, *proof))
            .catch_unwind()
            .await;
        eprintln!("{promise}: {:.1} s", begun.elapsed().as_secs_f64());
        if kept.is_err() {
            broken.push(*promise);
        }
    }
    browser.stop().await;
    assert_eq!(broken, [""; 0], "broken promises");
}
