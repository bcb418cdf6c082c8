//! The words about videos: how an order fares, and what comes with each video.

use super::{Key, Message, Progress, Words};
use crate::rules::conversation::event::Button;
use crate::rules::conversation::say::Video;
use crate::rules::domain::failure::Kind;
use crate::rules::domain::id::{Code, JobId, ModelName};
use crate::rules::domain::user::Lang;

impl Words {
    /// The status message of an order.
    pub fn status(&self, lang: Lang, videos: &[Progress]) -> Message {
        let over = videos
            .iter()
            .all(|video| matches!(video, Progress::Done | Progress::Failed(_)));
        let done = videos
            .iter()
            .filter(|video| **video == Progress::Done)
            .count();
        let head = if over {
            self.text(
                lang,
                "status-over",
                &[("done", done.into()), ("count", videos.len().into())],
            )
        } else {
            self.plain(lang, "status-running")
        };
        let lines = videos.iter().zip(1..).map(|(video, number): (_, u32)| {
            let state = self.progress(lang, video);
            self.text(
                lang,
                "status-line",
                &[("number", number.into()), ("state", state.into())],
            )
        });
        let text = format!("{head}\n\n{}", lines.collect::<Vec<_>>().join("\n"));
        Message {
            text,
            keyboard: vec![],
            picture: false,
        }
    }

    pub(super) fn progress(&self, lang: Lang, video: &Progress) -> String {
        let key = match video {
            Progress::Queued => "state-queued",
            Progress::Retrying(job) => return self.coded(lang, "state-retrying", *job),
            Progress::Preparing => "state-preparing",
            Progress::Rendering(model) => {
                let title = self.title(lang, Some(model));
                return self.text(lang, "state-rendering-by", &[("model", title.into())]);
            }
            Progress::Rendered => "state-rendered",
            Progress::Done => "state-done",
            Progress::Failed(job) => return self.coded(lang, "state-failed", *job),
        };
        self.plain(lang, key)
    }

    pub(super) fn refunded(
        &self,
        lang: Lang,
        job: JobId,
        kind: Kind,
        model: Option<&ModelName>,
    ) -> Message {
        let key = match kind {
            Kind::UserViolation => "refund-user-violation",
            Kind::Billing | Kind::ModelOff => "refund-billing",
            Kind::RateLimit => "refund-rate-limit",
            Kind::Temporary => "refund-temporary",
            Kind::Unknown => "refund-unknown",
            Kind::BadPhoto => "refund-bad-photo",
            Kind::Cancelled => "refund-cancelled",
            Kind::OutputRefused => "refund-output",
        };
        let text = self.text(lang, key, &[("model", self.title(lang, model).into())]);
        let reference = match kind {
            // What to do is said, and support could do no more.
            Kind::UserViolation | Kind::BadPhoto | Kind::RateLimit => "reference",
            Kind::Billing
            | Kind::ModelOff
            | Kind::Temporary
            | Kind::Unknown
            | Kind::Cancelled
            | Kind::OutputRefused => "reference-support",
        };
        let code = self.code(lang, reference, Code::Job(job));
        let text = format!("{text}\n\n{code}");
        Message {
            text,
            keyboard: vec![self.to_menu(lang)],
            picture: false,
        }
    }

    pub(super) fn video_note(&self, lang: Lang, video: &Video) -> String {
        let args = [
            ("number", video.number.into()),
            ("count", video.count.into()),
            ("model", self.title(lang, Some(&video.model)).into()),
        ];
        self.text(lang, "video-note", &args)
    }

    pub(super) fn video_link(&self, lang: Lang, video: &Video) -> Message {
        let text = format!(
            "{}\n\n{}\n\n{}\n{}\n\n{}",
            self.plain(lang, Self::headline(video)),
            self.video_note(lang, video),
            self.plain(lang, "video-link"),
            video.url,
            self.code(lang, "reference-support", Code::Job(video.job)),
        );
        let open = Key::Open(self.plain(lang, "button-download"), video.url.clone());
        Message {
            text,
            keyboard: vec![vec![open], self.after_video(lang, video)],
            picture: false,
        }
    }

    pub(super) fn after_video(&self, lang: Lang, video: &Video) -> Vec<Key> {
        let again = self.press(lang, "button-again", Button::Again(video.order));
        vec![again, self.press(lang, "button-menu", Button::Menu)]
    }

    /// The text that a video comes with.
    pub(super) fn headline(video: &Video) -> &'static str {
        match video.gift {
            true => "video-late",
            false => "video",
        }
    }
}
