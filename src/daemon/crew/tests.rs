//! Parts that fail and panic, in a time led by hand; no part is waited for but by what it does.

use std::sync::Arc;

use tokio::sync::watch;

use super::*;
use crate::base::time::Timestamp;
use crate::rules::conversation::say::Say;
use crate::rules::domain::id::UserId;
use crate::store::{Options, Shop};

const ADMIN: UserId = UserId(9);

/// What a part does the next time it is begun.
#[derive(Clone, Copy, PartialEq)]
enum Mood {
    Works,
    Fails,
    Panics,
    Ends,
}

struct Scene {
    crew: Crew,
    clock: Clock,
    store: Store,
    _dir: tempfile::TempDir,
}

impl Scene {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let shop = Shop {
            admins: vec![ADMIN],
            ..Shop::default()
        };
        let store = Store::open(&dir.path().join("t.redb"), Options::default(), shop).unwrap();
        let clock = Clock::led(Timestamp(1_769_083_200_000), 0.0);
        let stop = CancellationToken::new();
        Self {
            crew: Crew::new(store.clone(), clock.clone(), stop),
            clock,
            store,
            _dir: dir,
        }
    }

    /// A part whose mood can be changed, and how often it was begun.
    fn takes(&mut self, part: Part) -> (watch::Sender<Mood>, watch::Receiver<u32>) {
        let (mood, moods) = watch::channel(Mood::Works);
        let (begun, times) = watch::channel(0);
        let begun = Arc::new(begun);
        self.crew.takes(part, move |stop| {
            let (mut moods, begun) = (moods.clone(), Arc::clone(&begun));
            async move {
                begun.send_modify(|times| *times += 1);
                let changed = moods.wait_for(|mood| *mood != Mood::Works);
                let mood = tokio::select! {
                    () = stop.cancelled() => return Ok(()),
                    mood = changed => *mood.unwrap(),
                };
                match mood {
                    Mood::Fails => Err(StoreError::Panicked),
                    Mood::Panics => panic!("a part panics on purpose"),
                    Mood::Works | Mood::Ends => Ok(()),
                }
            }
        });
        (mood, times)
    }

    /// Lets time pass until a part has been begun so often.
    async fn begins(&self, times: &mut watch::Receiver<u32>, wanted: u32) {
        while *times.borrow_and_update() < wanted {
            self.clock.pass(Duration::from_secs(1));
            let soon = Duration::from_millis(5);
            let _ = tokio::time::timeout(soon, times.changed()).await;
        }
    }

    fn told(&self) -> Vec<Say> {
        let notes = self.store.snapshot().unwrap();
        let notes = notes.notes(ADMIN.chat()).unwrap();
        notes.into_iter().map(|(_, note)| note.say).collect()
    }
}

#[tokio::test]
async fn whatever_befalls_one_part_it_is_begun_again_and_the_others_go_on() {
    let mut scene = Scene::new();
    let (other, mut others) = scene.takes(Part::Sender);
    let (one, mut times) = scene.takes(Part::Janitor);
    scene.begins(&mut times, 1).await;
    scene.begins(&mut others, 1).await;
    for (mood, wanted) in [(Mood::Fails, 2), (Mood::Panics, 3), (Mood::Ends, 4)] {
        one.send_replace(mood);
        scene.begins(&mut times, wanted).await;
        one.send_replace(Mood::Works);
        scene.clock.pass(WELL * 2);
    }
    assert_eq!(*others.borrow(), 1, "the other one works on");
    drop((one, other));
}

#[tokio::test]
async fn what_keeps_failing_is_told_and_so_is_that_it_works_again() {
    let mut scene = Scene::new();
    let (mood, mut times) = scene.takes(Part::Janitor);
    mood.send_replace(Mood::Fails);
    scene.begins(&mut times, BORNE).await;
    assert!(scene.told().is_empty(), "twice is borne in silence");
    scene.begins(&mut times, BORNE + 2).await;
    let fails = Alert::PartFails {
        part: Part::Janitor,
        why: StoreError::Panicked.to_string(),
    };
    assert_eq!(scene.told(), [Say::Alert(fails.clone())], "once");
    mood.send_replace(Mood::Works);
    let works = Alert::PartWorks {
        part: Part::Janitor,
    };
    while scene.told().len() < 2 {
        scene.clock.pass(Duration::from_secs(60));
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert_eq!(scene.told(), [fails, works].map(Say::Alert));
}

#[tokio::test]
async fn a_crew_that_is_told_to_stop_stops_even_between_two_tries() {
    let mut scene = Scene::new();
    let (mood, mut times) = scene.takes(Part::Janitor);
    mood.send_replace(Mood::Panics);
    scene.begins(&mut times, 1).await;
    scene.crew.stop.cancel();
    let mut actors = scene.crew.into_actors();
    actors.join_next().await.unwrap().unwrap().unwrap();
}
