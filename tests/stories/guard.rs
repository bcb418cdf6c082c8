//! What the shop stands on: room on the disk, and books that balance.

use std::time::Duration;

use neurocards::rules::domain::id::UserId;

use crate::scene::{At, Scene};

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn on_a_nearly_full_disk_orders_are_refused_and_come_back_by_themselves() {
    let mut scene = Scene::with("[store]\nmin_free_mb = 700\n", false).await;
    let operator = scene.operator().await;
    let anna = scene.seller(1, 5).await;
    anna.orders(&scene, 1).await;

    scene.stage().has_free((700 << 20) - 1);
    scene.passes(Duration::from_secs(15)).await;
    scene.until(|_| !operator.unread().is_empty()).await;
    operator.sees("🚨 На диске осталось 699 МБ");
    anna.walks_to(&scene, At::Confirm).await;
    for _ in 0..2 {
        anna.presses(&scene, "Да, запустить").await;
        anna.sees("⏸ Новые заказы сейчас не принимаю: на сервере заканчивается место.");
    }
    assert_eq!((scene.jobs().len(), scene.balance(&anna)), (1, (4, 1)));
    // What was begun is finished, and a restart changes nothing.
    scene.all_end().await;
    anna.gets_video();
    scene.restarts().await;
    anna.presses(&scene, "Да, запустить").await;
    anna.sees("⏸ Новые заказы сейчас не принимаю");

    scene.stage().has_free(700 << 20);
    scene.passes(Duration::from_secs(30)).await;
    operator.sees_nothing();
    scene.passes(Duration::from_secs(60)).await;
    scene.until(|_| !operator.unread().is_empty()).await;
    operator.sees("✅ Место на диске есть, заказы снова принимаю.");
    anna.presses(&scene, "Да, запустить").await;
    anna.sees("✅ Принял!");
    scene.all_end().await;
    anna.gets_video();
    assert_eq!(scene.balance(&anna), (3, 0));
    scene.ends().await;
}

/// Gives or takes credits that no entry speaks of.
async fn forges(scene: &Scene, user: u64, change: i32) {
    let store = scene.stage().daemon().store();
    let forge = move |txn: &mut neurocards::store::Txn<'_>| {
        let mut row = txn.known_user(UserId(user))?;
        row.user.available.0 = row.user.available.0.checked_add_signed(change).unwrap();
        txn.put_user(UserId(user), &row)
    };
    store.write(forge).await.unwrap();
}

#[tokio::test]
async fn books_that_do_not_balance_are_told_at_night_and_that_they_do_again() {
    let scene = Scene::new().await;
    let operator = scene.operator().await;
    let anna = scene.seller(1, 2).await;
    scene.leaps(13 * HOUR).await;
    operator.sees_nothing();
    forges(&scene, 1, 100).await;
    scene.leaps(HOUR).await;
    scene.until(|_| !operator.unread().is_empty()).await;
    operator.sees("🚨 Книги не сходятся: 2 нарушения. Первое: available 1 is stored as 102");
    scene.leaps(24 * HOUR).await;
    scene.until(|_| !operator.unread().is_empty()).await;
    operator.sees("🚨 Книги не сходятся");
    forges(&scene, 1, -100).await;
    scene.leaps(24 * HOUR).await;
    scene.until(|_| !operator.unread().is_empty()).await;
    operator.sees("✅ Книги снова сходятся.");
    scene.leaps(24 * HOUR).await;
    operator.sees_nothing();
    anna.sees_nothing();
    scene.ends().await;
}

#[tokio::test]
async fn books_that_do_not_balance_are_told_at_the_start() {
    let mut scene = Scene::new().await;
    let operator = scene.operator().await;
    let _anna = scene.seller(1, 2).await;
    forges(&scene, 1, 7).await;
    scene.restarts().await;
    scene.passes(Duration::from_secs(5)).await;
    scene.until(|_| !operator.unread().is_empty()).await;
    operator.sees("🚨 Книги не сходятся: 1 нарушение. Первое: available 1 is stored as");
    forges(&scene, 1, -7).await;
    scene.ends().await;
}
