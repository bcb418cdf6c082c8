//! One storm: a store on a lying disk, beside it a walk on a disk that does not lie, and what was asked of the one
//! and is done by the other.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, mpsc};
use std::time::Instant;

use futures_util::future::join_all;

use super::super::act::Act;
use super::super::lie::{Fails, Lie, Trouble};
use super::super::step::{Pen, Step, What};
use super::super::walk::{Walk, narrow};
use super::super::*;
use super::heard::{Heard, ask, spoils};
use super::shown::{Shown, mark};
use super::{Gust, Reached, Start};

/// A storm that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(60);
/// Every so many rounds all rows are compared, and after each opening.
const COMPARED: usize = 4;

/// What a deed's asker knows of it.
#[derive(Debug, Clone, PartialEq)]
enum Told {
    /// Done, with this answer.
    Done(String),
    /// Not done.
    Refused,
    /// May be done or not, it was said.
    Unknown,
    /// May be done or not: the power went before anything was said.
    Nothing,
}

/// A deed that was asked for.
struct Asked {
    deed: Step,
    round: usize,
    told: Told,
}

/// A store on a lying disk beside a walk on one that does not lie.
pub struct Front<'r> {
    disk: Lie,
    options: Options,
    store: Option<Store>,
    runtime: Runtime,
    walk: Walk,
    pen: Pen,
    asked: Vec<Asked>,
    round: usize,
    /// Marks that the walk has followed.
    followed: usize,
    /// The first deed whose mark may still come.
    open: usize,
    again: Vec<Step>,
    reached: &'r mut Reached,
}

impl<'r> Front<'r> {
    pub fn new(start: &Start, reached: &'r mut Reached) -> Self {
        let options = Options {
            cache: start.cache,
            batch: start.batch,
            waiting: start.waiting,
            breath: Duration::from_millis(2),
            look: Duration::from_millis(1),
        };
        let disk = Lie::new(start.seed);
        let calm = Store::on(Lie::new(0).opener(), Options::default(), narrow()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread();
        Self {
            store: Some(Store::on(disk.opener(), options, narrow()).unwrap()),
            disk,
            options,
            runtime: { runtime }.enable_time().build().unwrap(),
            walk: Walk::new(Ground::over(calm, narrow())),
            pen: Pen::new(),
            asked: Vec::new(),
            round: 0,
            followed: 0,
            open: 0,
            again: Vec::new(),
            reached,
        }
    }

    fn store(&self) -> &Store {
        self.store.as_ref().unwrap()
    }

    pub fn meets(&mut self, gust: &Gust) {
        match gust {
            Gust::Acts(acts, shared) => self.acts(acts, *shared),
            Gust::Trouble(trouble) => self.disk.arm(*trouble),
            Gust::Cut(again) => {
                self.disk.cut();
                self.comes_back(*again);
            }
            Gust::Restart => {
                self.reached.restarts += 1;
                self.store = None;
                self.comes_back(None);
            }
        }
    }

    fn acts(&mut self, acts: &[(Act, bool)], shared: bool) {
        let snapshot = self.walk.ground().store.snapshot().unwrap();
        let again = self.again.drain(..).map(|deed| (deed, false));
        let mut deeds: Vec<_> = again.collect();
        for (act, hurried) in acts {
            let told = self.pen.steps(act, &snapshot);
            deeds.extend(told.into_iter().map(|deed| (deed, *hurried)));
        }
        drop(snapshot);
        self.round += 1;
        self.asks(deeds, shared);
        if *self.disk.off().borrow() {
            self.comes_back(None);
        } else if self.store().fault().borrow().is_none() {
            self.follows(false);
        }
    }

    /// Asks for deeds at once, and hears what is said until the power goes.
    fn asks(&mut self, deeds: Vec<(Step, bool)>, shared: bool) {
        let first = self.asked.len();
        let (go, wait) = mpsc::channel::<()>();
        let wait = Arc::new(Mutex::new(wait));
        let store = self.store.clone().unwrap();
        let mut asking: Vec<Pin<Box<dyn Future<Output = ()>>>> = Vec::new();
        if shared {
            let store = store.clone();
            asking.push(Box::pin(async move {
                let wait = Arc::clone(&wait);
                let held = store.write(move |_| {
                    let _ = wait.lock().unwrap().recv();
                    Ok(())
                });
                held.await.unwrap();
            }));
        }
        let mut answers = Vec::new();
        for (deed, hurried) in deeds {
            let number = self.asked.len() as u64;
            let heard = Heard::default();
            let asks = ask(store.clone(), number, deed.clone(), hurried, heard.clone());
            asking.push(Box::pin(asks));
            answers.push(heard);
            self.asked.push(Asked {
                deed,
                round: self.round,
                told: Told::Nothing,
            });
        }
        let mut off = self.disk.off();
        self.runtime.block_on(async {
            let mut all = join_all(asking);
            // Whoever is asked has been asked once the first poll is over.
            let _ = tokio::time::timeout(Duration::ZERO, &mut all).await;
            drop(go);
            tokio::select! {
                biased;
                _ = &mut all => {}
                _ = off.wait_for(|off| *off) => {
                    let _ = tokio::time::timeout(Duration::ZERO, &mut all).await;
                }
                () = tokio::time::sleep(PATIENCE) => panic!("the store hangs"),
            }
        });
        for (number, heard) in answers.iter().enumerate() {
            self.hears(first + number, heard);
        }
    }

    fn hears(&mut self, number: usize, heard: &Heard) {
        self.reached.deeds += 1;
        let deed = &self.asked[number].deed;
        let told = match heard.answer.lock().unwrap().take() {
            Some(Ok(answer)) => {
                self.reached.redone += u64::from(heard.runs.load(Ordering::Relaxed) > 1);
                Told::Done(answer)
            }
            Some(Err(StoreError::CommitUnknown)) => {
                // What has a key may be asked again by whoever does not know.
                let keyed = matches!(deed.what, What::Turns(_) | What::Grants(_, _, Some(_)));
                self.again.extend(keyed.then(|| deed.clone()));
                Told::Unknown
            }
            Some(Err(StoreError::Unwritable)) => {
                self.reached.unwritable += 1;
                Told::Refused
            }
            Some(Err(StoreError::Busy)) => {
                self.reached.busy += 1;
                Told::Refused
            }
            Some(Err(StoreError::Corrupt { .. })) if spoils(number as u64) => {
                self.reached.spoilt += 1;
                Told::Refused
            }
            Some(Err(error)) => panic!("{deed:?}: {error}"),
            None => {
                assert!(*self.disk.off().borrow(), "everybody is answered");
                Told::Nothing
            }
        };
        self.asked[number].told = told;
    }

    /// Opens the store again, and again if the power goes meanwhile.
    fn comes_back(&mut self, mut again: Option<u16>) {
        self.store = None;
        let began = Instant::now();
        self.store = loop {
            if *self.disk.off().borrow() {
                self.disk.restore();
                if let Some(after) = again.take() {
                    let (fails, times) = (Fails::Power, 1);
                    self.disk.arm(Trouble {
                        fails,
                        after,
                        times,
                    });
                }
            }
            match Store::on(self.disk.opener(), self.options, narrow()) {
                Ok(store) => break Some(store),
                Err(error) => assert!(error.is_fault(), "cannot be opened again: {error}"),
            }
            assert!(began.elapsed() < PATIENCE, "cannot be opened again");
        };
        self.follows(true);
    }

    /// Has the walk do what the store shows to have been done, and compares.
    fn follows(&mut self, must: bool) {
        let shown = match self.store().snapshot().and_then(|now| Shown::of(&now)) {
            Ok(shown) => shown,
            Err(error) => {
                // A read may have failed, or the power. It is found out by the next write, or at once.
                assert!(error.is_fault(), "{error}");
                if *self.disk.off().borrow() {
                    self.comes_back(None);
                } else if must {
                    self.store = None;
                    self.comes_back(None);
                }
                return;
            }
        };
        self.does_the_same(&shown.marks[self.followed..]);
        self.compares_answers(&shown.marks[self.followed..]);
        self.followed = shown.marks.len();
        self.open = self.asked.len();
        if must || self.round.is_multiple_of(COMPARED) {
            let walked = Shown::of(&self.walk.ground().store.snapshot().unwrap()).unwrap();
            for (real, calm) in shown.rows.iter().zip(&walked.rows) {
                assert_eq!(real, calm, "the shop is not what its deeds make it");
            }
            assert_eq!(shown.rows.len(), walked.rows.len());
            self.walk.holds();
        }
    }

    /// Has the walk do what came to be done since, in the same order and with the same answers.
    fn does_the_same(&mut self, marks: &[usize]) {
        let mut last = 0;
        for &number in marks {
            let asked = &self.asked[number];
            assert!(number >= self.open, "{:?} came late", asked.deed);
            assert!(asked.round >= last, "{:?} is before its time", asked.deed);
            last = asked.round;
            let also = move |txn: &mut Txn<'_>| mark(txn, number as u64);
            let answer = self.walk.does(&asked.deed, also);
            if let Told::Done(told) = &asked.told {
                assert_eq!(*told, answer, "{:?}", asked.deed);
            }
        }
    }

    /// What was answered since is true.
    fn compares_answers(&mut self, marks: &[usize]) {
        for (number, asked) in self.asked.iter().enumerate().skip(self.open) {
            let there = marks.iter().filter(|mark| **mark == number).count();
            let reached = match (&asked.told, there) {
                (Told::Done(_), 1) | (Told::Refused, 0) => continue,
                (Told::Unknown, 1) => &mut self.reached.landed,
                (Told::Unknown, 0) => &mut self.reached.missed,
                (Told::Nothing, 1) => &mut self.reached.cut_landed,
                (Told::Nothing, 0) => &mut self.reached.cut_missed,
                (told, there) => panic!("{:?}: {told:?}, there {there} times", asked.deed),
            };
            *reached += 1;
        }
    }

    /// Waits for the disk, and sees to it that every job ends.
    pub fn ends(mut self) {
        let acts = [(Act::Grants(1, 1, Some(1)), false)];
        self.acts(&acts, false);
        let mut fault = self.store().fault();
        let mut off = self.disk.off();
        self.runtime.block_on(async {
            let healed = fault.wait_for(Option::is_none);
            tokio::time::timeout(PATIENCE, async {
                tokio::select! {
                    _ = healed => {}
                    _ = off.wait_for(|off| *off) => {}
                }
            })
            .await
            .expect("the fault passes");
        });
        self.disk.cut();
        self.comes_back(None);
        self.walk.drains(self.pen.now);
        let tally = self.disk.tally();
        self.reached.storms += 1;
        self.reached.disk.add(tally);
    }
}
