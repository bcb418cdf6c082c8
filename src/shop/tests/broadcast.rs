//! Broadcasts in the books: one at a time, each letter counted once, nobody left out.

use super::{ADMIN, ANNA, BORIS, Ground, NOW, starts};
use crate::base::time::Timestamp;
use crate::rules::domain::act::Who;
use crate::rules::domain::broadcast::{Course, Letter, Outcome, Segment};
use crate::rules::domain::deed::Deed;
use crate::rules::domain::deed::outlook::Came;
use crate::rules::domain::deed::refusal::Refusal;
use crate::rules::domain::id::UserId;
use crate::shop::audience::Audience;
use crate::shop::broadcasts;
use crate::shop::deeds::By;

fn letter() -> Letter {
    Letter {
        text: "новинка".into(),
        marks: Vec::new(),
    }
}

/// Anna, Boris and the operator.
fn ground() -> Ground {
    let ground = Ground::new();
    for (number, user) in (1..).zip([ANNA, BORIS, ADMIN]) {
        ground.turn(starts(user, number));
    }
    ground
}

const BY: By = By {
    who: Who::Chat(ADMIN),
    at: NOW,
};

fn begins(ground: &Ground) -> Result<Came, Refusal> {
    let (letter, segment) = (letter(), Segment::All);
    let begun = ground.does(BY, Deed::Broadcast { letter, segment })?;
    Ok(begun.came)
}

#[test]
fn there_is_one_at_a_time() {
    let ground = ground();
    let on_its_way = Err(Refusal::OnItsWay(1));
    assert_eq!(begins(&ground), Ok(Came::Broadcast(1)));
    assert_eq!(begins(&ground), on_its_way);
    let stops = || ground.does(BY, Deed::Stop { broadcast: 1 });
    assert!(stops().is_ok());
    assert_eq!(stops(), Err(Refusal::Already), "once");
    assert_eq!(
        begins(&ground),
        on_its_way,
        "its last letter may be on its way"
    );
    ground.write(|txn| broadcasts::end(txn, 1, NOW));
    assert_eq!(begins(&ground), Ok(Came::Broadcast(2)));
}

#[test]
fn a_letter_that_is_written_down_twice_counts_once() {
    let ground = ground();
    begins(&ground).unwrap();
    for outcome in [Outcome::Delivered, Outcome::Failed] {
        ground.write(move |txn| broadcasts::dealt(txn, 1, ANNA, outcome, NOW));
    }
    ground.write(|txn| broadcasts::dealt(txn, 1, BORIS, Outcome::Blocked, NOW));
    let ground = ground.reopened();
    let snapshot = ground.store.snapshot().unwrap();
    let (number, open) = broadcasts::open(&snapshot).unwrap().unwrap();
    let counts = (open.delivered, open.blocked, open.failed);
    assert_eq!((number, open.last, counts), (1, Some(BORIS), (1, 1, 0)));
    assert!(!snapshot.user(BORIS).unwrap().unwrap().user.reachable);
    for _ in 0..2 {
        ground.write(|txn| broadcasts::end(txn, 1, NOW));
    }
    let snapshot = ground.store.snapshot().unwrap();
    assert_eq!(snapshot.broadcast(1).unwrap().unwrap().course, Course::Done);
    assert_eq!(
        snapshot.acts(None, 10).unwrap().len(),
        2,
        "begun and ended, once each"
    );
}

#[test]
fn users_follow_one_another_by_their_numbers_but_for_those_who_are_not_to_hear() {
    let ground = ground();
    let late = UserId(50);
    let later = Timestamp(NOW.0 - 1);
    let after = |ground: &Ground, at, last| {
        let snapshot = ground.store.snapshot().unwrap();
        let audience = Audience::new(&snapshot, ADMIN, at).unwrap();
        audience.after(&snapshot, Segment::All, last, 2).unwrap()
    };
    assert_eq!(after(&ground, NOW, None), [ANNA, BORIS]);
    assert_eq!(after(&ground, NOW, Some(ANNA)), [BORIS, ADMIN]);
    assert_eq!(after(&ground, NOW, Some(ADMIN)), []);
    assert_eq!(
        after(&ground, later, None),
        [],
        "they came after it was begun"
    );
    let ban = Deed::Ban {
        user: ANNA,
        why: "spam".into(),
    };
    let banned = ground.does(BY, ban);
    assert!(banned.is_ok(), "{banned:?}");
    ground.turn(starts(late, 9));
    assert_eq!(after(&ground, NOW, None), [BORIS, late]);
    let snapshot = ground.store.snapshot().unwrap();
    let audience = Audience::new(&snapshot, ADMIN, NOW).unwrap();
    let counts: Vec<_> = audience
        .count(&snapshot)
        .unwrap()
        .into_iter()
        .map(|it| it.1)
        .collect();
    assert_eq!(counts, [3, 3, 0, 0, 0, 3, 1]);
}
