//! Photos on their way to the provider, and many sellers at once.

use std::time::Duration;

use neurocards::sandbox::{Ending, Fault, sample_photo};

use crate::picture;
use crate::scene::{At, PRODUCT, Scene, Seller};

const RED: [u8; 3] = [200, 40, 40];
const BLUE: [u8; 3] = [40, 40, 200];
const NO_PHOTO: &str = "🖼 Не получилось открыть фото\n\nПришли его как фото, а не файлом, или другое: \
                        JPEG, PNG или WebP, от 300 пикселей по стороне и не больше 220 мегапикселей.\n\n1 кредит вернули на баланс ✅";

/// From the text to the order, after a photo.
async fn goes_on(scene: &Scene, seller: &Seller, count: u8) {
    scene.settles().await;
    seller.sees(At::Text.question());
    seller.sends(scene, PRODUCT).await;
    seller.sees(At::Template.question());
    seller.presses(scene, "UGC Блогер").await;
    seller.sees(At::Wishes.question());
    seller.sends(scene, "-").await;
    seller.sees(At::Count.question());
    seller.confirms(scene, count).await;
}

/// An iPhone's picture: the box that says so, and something.
fn heic() -> Vec<u8> {
    [&b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"[..], &[7; 4000]].concat()
}

#[tokio::test]
async fn a_file_that_cannot_be_filmed_is_told_before_anything_is_paid() {
    const NONE: &str = "🙂 Этот файл мне не открыть. Пришли его как фото";
    let scene = Scene::new().await;
    let anna = scene.seller(1, 2).await;
    let photo = sample_photo(0);
    let cut = photo[..photo.len() / 2].to_vec();
    for (bytes, name, mime, hint) in [
        (heic(), "IMG_0001.jpg", "image/jpeg", NONE),
        (
            b"%PDF-1.7".to_vec(),
            "scan",
            "application/octet-stream",
            NONE,
        ),
        (
            cut,
            "1.jpg",
            "image/jpeg",
            "🧩 Файл повреждён или пришёл не целиком",
        ),
        (
            picture::small(),
            "1.png",
            "image/png",
            "🔍 Фото слишком маленькое",
        ),
    ] {
        anna.walks_to(&scene, At::Photo).await;
        anna.person.sends_file(bytes, name, mime);
        scene.settles().await;
        anna.sees(At::Text.question());
        let told = anna.sees(hint);
        assert!(
            told.text.contains(At::Photo.question()),
            "{name}: {}",
            told.text
        );
        anna.sends(&scene, "/cancel").await;
        anna.sees("👌 Отменил");
    }
    // Whoever has gone on meanwhile begins again with the photo, and with nothing else.
    anna.walks_to(&scene, At::Photo).await;
    let held = scene.telegram().hold_next_file();
    let breathes = || scene.stage().clock.pass(Duration::from_secs(2));
    anna.person.sends_file(heic(), "1.jpg", "image/jpeg");
    breathes();
    let files = |scene: &Scene| scene.calls("telegram", "file").len();
    scene
        .until(|scene| files(scene) == 5 && !anna.unread().is_empty())
        .await;
    anna.sees(At::Text.question());
    anna.person.sends(PRODUCT);
    breathes();
    scene.until(|_| !anna.unread().is_empty()).await;
    anna.sees(At::Template.question());
    drop(held);
    scene.settles().await;
    assert!(anna.sees(NONE).text.contains(At::Photo.question()));
    anna.person
        .sends_file(sample_photo(0), "1.jpg", "image/jpeg");
    goes_on(&scene, &anna, 1).await;
    scene.all_end().await;
    anna.gets_video();
    assert_eq!((scene.balance(&anna), scene.creations()), ((1, 0), 1));
    scene.ends().await;
}

#[tokio::test]
async fn what_no_look_could_see_is_refunded_and_fetched_once() {
    let scene = Scene::new().await;
    let anna = scene.seller(1, 5).await;
    anna.walks_to(&scene, At::Photo).await;
    scene.telegram().fail_next("getFile", Fault::ServerError);
    anna.person
        .sends_file(&b"MZ this is no picture"[..], "1.jpg", "image/jpeg");
    goes_on(&scene, &anna, 3).await;
    for job in 1..=3 {
        let refund = anna.sees(NO_PHOTO);
        assert!(refund.text.ends_with(&format!("Код: J{job}")));
    }
    assert_eq!(scene.balance(&anna), (5, 0));
    assert_eq!(scene.calls("telegram", "file").len(), 1);
    assert!(scene.gpt().requests().is_empty());
    assert_eq!(scene.creations(), 0);
    scene.ends().await;
}

#[tokio::test]
async fn a_transparent_png_reaches_the_provider_as_an_upright_jpeg() {
    let scene = Scene::new().await;
    scene.next(&[Ending::Violation]);
    let anna = scene.seller(1, 2).await;
    anna.walks_to(&scene, At::Photo).await;
    anna.person
        .sends_file(picture::cut_out(RED), "1.png", "image/png");
    goes_on(&scene, &anna, 1).await;
    scene.all_end().await;
    anna.sees("⚠️ Вы нарушили правила");
    picture::is(scene.kie().tasks()[0].photo.as_ref().unwrap(), RED);
    scene.ends().await;
}

#[tokio::test]
async fn each_seller_gets_a_video_of_their_own_photo() {
    let scene = Scene::talk().await;
    scene.kie().by_default(Ending::Violation);
    let (anna, ben) = (scene.seller(1, 3).await, scene.seller(2, 3).await);
    for (seller, colour) in [(&anna, RED), (&ben, BLUE)] {
        seller.walks_to(&scene, At::Photo).await;
        seller.person.sends_photo(picture::of(colour));
        goes_on(&scene, seller, 3).await;
    }
    scene.all_end().await;
    for seller in [&anna, &ben] {
        for _ in 0..3 {
            seller.sees("⚠️ Вы нарушили правила");
        }
    }
    let tasks = scene.kie().tasks();
    for (task, job) in tasks.iter().zip(scene.jobs()) {
        let colour = if job.user.0 == 1 { RED } else { BLUE };
        picture::is(task.photo.as_ref().unwrap(), colour);
    }
    scene.ends().await;
}

#[tokio::test]
async fn a_photo_replaced_in_time_is_the_one_that_is_filmed() {
    let scene = Scene::new().await;
    scene.next(&[Ending::Violation]);
    let anna = scene.seller(1, 2).await;
    anna.walks_to(&scene, At::Photo).await;
    anna.person.sends_photo(picture::of(RED));
    scene.settles().await;
    anna.sees(At::Text.question());
    anna.person.sends_photo(picture::of(BLUE));
    goes_on(&scene, &anna, 1).await;
    scene.all_end().await;
    anna.sees("⚠️ Вы нарушили правила");
    picture::is(scene.kie().tasks()[0].photo.as_ref().unwrap(), BLUE);
    scene.ends().await;
}

#[tokio::test]
async fn a_photo_that_telegram_cannot_give_now_is_asked_for_again() {
    let scene = Scene::new().await;
    scene
        .telegram()
        .fail_next("getFile", Fault::TooMany { retry_after: 30 });
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    let job = scene.jobs().remove(0);
    assert_eq!(job.due.since(job.missed[0].at), Duration::from_secs(30));
    scene.all_end().await;
    anna.sees("⚠️ Временная ошибка генерации");
    anna.gets_video();
    scene.ends().await;
}

#[tokio::test]
async fn a_photo_that_comes_slowly_holds_nobody_up() {
    let scene = Scene::new().await;
    let (anna, boris) = (scene.seller(1, 2).await, scene.seller(2, 2).await);
    for seller in [&anna, &boris] {
        seller.walks_to(&scene, At::Confirm).await;
    }
    let held = scene.telegram().hold_next_file();
    let files = |scene: &Scene| scene.calls("telegram", "file").len();
    anna.person.presses("Да, запустить").unwrap();
    scene.until(|scene| files(scene) == 1).await;
    boris.person.presses("Да, запустить").unwrap();
    scene.until(|scene| scene.creations() == 1).await;
    assert_eq!(files(&scene), 2);
    drop(held);
    scene.all_end().await;
    assert_eq!((files(&scene), scene.creations()), (2, 2));
    for seller in [&anna, &boris] {
        seller.sees("✅ Принял!");
        seller.gets_video();
    }
    // What was on its way had no name, and is gone.
    assert_eq!(
        std::fs::read_dir(scene.data().join("photos"))
            .unwrap()
            .count(),
        0
    );
    scene.ends().await;
}

#[tokio::test]
async fn a_dozen_sellers_at_once_are_all_served() {
    let scene = Scene::talk().await;
    scene.kie().by_default(Ending::Violation);
    let mut sellers = Vec::new();
    for id in 1..=12 {
        let seller = scene.seller(id, 2).await;
        seller.walks_to(&scene, At::Confirm).await;
        sellers.push(seller);
    }
    for seller in &sellers {
        seller.person.presses("Да, запустить").unwrap();
    }
    scene.all_end().await;
    for seller in &sellers {
        seller.sees("✅ Принял!");
        seller.sees("⚠️ Вы нарушили правила");
        assert_eq!(scene.balance(seller), (2, 0));
    }
    assert_eq!(scene.creations(), 12);
    assert_eq!(scene.attempts(), [1; 12]);
    scene.ends().await;
}

#[tokio::test]
async fn a_single_video_does_not_wait_behind_somebodys_many() {
    let scene = Scene::with("max_rendering = 2\n", false).await;
    scene.kie().by_default(Ending::Violation);
    scene.kie().set_duration(20_000);
    let (heavy, light) = (scene.seller(1, 15).await, scene.seller(2, 2).await);
    for _ in 0..3 {
        heavy.orders(&scene, 5).await;
    }
    light.orders(&scene, 1).await;
    let ended = |user: u64| {
        let jobs = scene.jobs();
        let of = jobs
            .iter()
            .filter(|job| job.user.0 == user && job.stage.ended());
        of.count()
    };
    let before = ended(1);
    while ended(2) == 0 {
        scene.passes(Duration::from_secs(5)).await;
    }
    light.sees("⚠️ Вы нарушили правила");
    assert!(
        ended(1) - before <= 4,
        "{} of another seller's went first",
        ended(1) - before
    );
    scene.all_end().await;
    for _ in 0..15 {
        heavy.sees("⚠️ Вы нарушили правила");
    }
    assert_eq!(scene.balance(&heavy), (15, 0));
    scene.ends().await;
}
