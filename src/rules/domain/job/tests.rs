//! Moves of a job, allowed and refused.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::rules::domain::failure::Source;

const NOW: Timestamp = Timestamp(1_000_000);

fn job() -> Job {
    Job {
        id: JobId(1),
        order: OrderId(1),
        user: UserId(1),
        price: Credits(1),
        photo: PhotoName::new(JobId(1), [7; 16]),
        nonce: 9,
        attempt: 0,
        script: None,
        stage: Stage::Queued,
        due: NOW,
        placed_at: NOW,
        missed: Vec::new(),
    }
}

fn route() -> Route {
    Route {
        model: ModelName("m".into()),
        key: Fingerprint([1; 8]),
    }
}

fn failure(kind: Kind) -> Failure {
    Failure::new(kind, Source::Kie)
}

#[test]
fn the_straight_way_ends_with_a_video() {
    let job = job().claim(NOW).unwrap().scripted("s".into()).unwrap();
    let job = job
        .submit(route(), NOW, NOW)
        .unwrap()
        .accepted(TaskId("t".into()), NOW)
        .unwrap();
    let job = job
        .look_again(NOW.plus(Duration::from_secs(10)))
        .unwrap()
        .rendered(vec!["u".into()], NOW)
        .unwrap();
    let job = job.done("u".into(), NOW).unwrap();
    assert_eq!(job.attempt, 1);
    assert!(job.stage.ended());
    assert_eq!(job.clone().done("u".into(), NOW).unwrap_err().stage, "done");
    assert!(job.fail(failure(Kind::Unknown), NOW, 3, true).is_err());
}

#[test]
fn a_temporary_failure_is_tried_three_times() {
    let mut now = NOW;
    let mut job = job();
    for (attempt, delay) in [(1, 10), (2, 20)] {
        let (next, verdict) = job
            .claim(now)
            .unwrap()
            .fail(failure(Kind::Temporary), now, 3, true)
            .unwrap();
        assert_eq!(
            verdict,
            Verdict::Retry(now.plus(Duration::from_secs(delay)))
        );
        assert_eq!(next.attempt, attempt);
        now = next.due;
        job = next;
    }
    let (end, verdict) = job
        .claim(now)
        .unwrap()
        .fail(failure(Kind::Temporary), now, 3, true)
        .unwrap();
    assert_eq!(
        (verdict, end.attempt, end.missed.len()),
        (Verdict::Refund, 3, 3)
    );
}

#[test]
fn a_dead_model_costs_no_attempt() {
    let job = job().claim(NOW).unwrap().submit(route(), NOW, NOW).unwrap();
    let (job, verdict) = job.fail(failure(Kind::ModelOff), NOW, 3, true).unwrap();
    assert_eq!(
        (verdict, job.attempt, job.stage.name()),
        (Verdict::NextModel, 1, "preparing")
    );
    let (_, verdict) = job.fail(failure(Kind::ModelOff), NOW, 3, false).unwrap();
    assert_eq!(verdict, Verdict::Refund);
}

#[test]
fn a_video_of_an_earlier_task_counts_wherever_the_job_is_before_one() {
    let made = || (route(), TaskId("late".into()));
    let urls = || vec!["u".to_owned()];
    let running = job().claim(NOW).unwrap().submit(route(), NOW, NOW).unwrap();
    let running = running.accepted(TaskId("t".into()), NOW).unwrap();
    let rescued = running.rescued(made(), urls(), NOW).unwrap();
    assert_eq!(rescued.stage.task(), Some(&TaskId("late".into())));
    assert_eq!(
        rescued.task_of(1),
        Some(&TaskId("t".into())),
        "its own is known"
    );
    assert!(rescued.clone().rescued(made(), urls(), NOW).is_err());
    let done = rescued.done("u".into(), NOW).unwrap();
    assert!(done.rescued(made(), urls(), NOW).is_err());
    assert!(job().rescued(made(), urls(), NOW).is_ok());
}

#[derive(Debug, Clone)]
enum Move {
    Claim,
    Script,
    PutOff,
    Submit,
    Accept,
    Look,
    Render,
    Miss,
    Rescue,
    Done,
    Fail(Kind),
}

fn moves() -> impl Strategy<Value = Move> {
    prop_oneof![
        3 => Just(Move::Claim),
        1 => Just(Move::Script),
        1 => Just(Move::PutOff),
        3 => Just(Move::Submit),
        3 => Just(Move::Accept),
        1 => Just(Move::Look),
        2 => Just(Move::Render),
        1 => Just(Move::Miss),
        1 => Just(Move::Rescue),
        2 => Just(Move::Done),
        4 => proptest::sample::select(Kind::ALL.to_vec()).prop_map(Move::Fail),
    ]
}

proptest! {
    #[test]
    fn whatever_comes_a_job_ends_once_and_never_exceeds_its_attempts(path in prop::collection::vec(moves(), 1..60)) {
        let mut job = job();
        let mut ends = 0;
        for step in path {
            let before = job.clone();
            let after = match step {
                Move::Claim => job.clone().claim(NOW),
                Move::Script => job.clone().scripted("s".into()),
                Move::PutOff => job.clone().put_off(NOW),
                Move::Submit => job.clone().submit(route(), NOW, NOW),
                Move::Accept => job.clone().accepted(TaskId("t".into()), NOW),
                Move::Look => job.clone().look_again(NOW),
                Move::Render => job.clone().rendered(vec!["u".into()], NOW),
                Move::Miss => job.clone().missed_video(NOW),
                Move::Rescue => job.clone().rescued((route(), TaskId("l".into())), vec!["u".into()], NOW),
                Move::Done => job.clone().done("u".into(), NOW),
                Move::Fail(kind) => job.clone().fail(failure(kind), NOW, MAX_ATTEMPTS, true).map(|(job, _)| job),
            };
            match after {
                Ok(next) => {
                    prop_assert!(!before.stage.ended(), "a job that ended moved");
                    ends += u32::from(next.stage.ended());
                    job = next;
                }
                Err(refused) => prop_assert_eq!(refused.stage, before.stage.name()),
            }
            prop_assert!(job.attempt <= MAX_ATTEMPTS);
            prop_assert!(ends <= 1);
        }
    }
}
