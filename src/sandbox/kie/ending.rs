//! How a task of the stand-in KIE can end.

/// How a task ends, or why it never begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ending {
    /// A video.
    Success,
    /// The moderation refuses the accepted task.
    Violation,
    /// The creation is refused with code 402.
    Billing,
    /// The accepted task fails with code 429.
    RateLimit,
    /// The creation is refused with HTTP 429.
    RateLimitAtCreate,
    /// The accepted task fails with `Internal server error`.
    Temporary,
    /// The creation is refused with `Internal Error`.
    TemporaryAtCreate,
    /// The accepted task fails with words nobody has seen before.
    Unknown,
    /// The task is generated for ever.
    Silence,
    /// The task is accepted, but the answer never arrives.
    LostReply,
    /// The creation finds the model paused; it stays so until revived.
    DeadModel,
    /// A video after 20 minutes.
    Slow,
    /// A video of 46 MiB.
    BigVideo,
    /// A success that names no file.
    NoUrl,
    /// The first three looks fail in different ways, then a video.
    BrokenLook,
    /// The task cannot be found for its first 20 seconds, then a video.
    NullFirst,
    /// The creation is refused because the text is too long.
    Validation,
    /// The creation is refused with code 401.
    Unauthorized,
    /// The model makes a video and holds it back, because of its sound.
    Withheld,
}

impl Ending {
    /// Every ending there is.
    pub const ALL: [Ending; 19] = [
        Ending::Success,
        Ending::Violation,
        Ending::Billing,
        Ending::RateLimit,
        Ending::RateLimitAtCreate,
        Ending::Temporary,
        Ending::TemporaryAtCreate,
        Ending::Unknown,
        Ending::Silence,
        Ending::LostReply,
        Ending::DeadModel,
        Ending::Slow,
        Ending::BigVideo,
        Ending::NoUrl,
        Ending::BrokenLook,
        Ending::NullFirst,
        Ending::Validation,
        Ending::Unauthorized,
        Ending::Withheld,
    ];

    /// The stable name, and what the page calls it in Russian and in English.
    pub fn titles(self) -> [&'static str; 3] {
        match self {
            Ending::Success => ["success", "Видео готово", "A video"],
            Ending::Violation => ["violation", "Нарушение правил", "Moderation refuses"],
            Ending::Billing => [
                "billing",
                "Нет денег у провайдера",
                "Provider out of credits",
            ],
            Ending::RateLimit => [
                "rate_limit",
                "Лимит запросов, задача упала",
                "Task fails: rate limit",
            ],
            Ending::RateLimitAtCreate => [
                "rate_limit_at_create",
                "Лимит запросов при создании",
                "Refused: rate limit",
            ],
            Ending::Temporary => [
                "temporary",
                "Временный сбой задачи",
                "Task fails: server error",
            ],
            Ending::TemporaryAtCreate => [
                "temporary_at_create",
                "Временный сбой при создании",
                "Refused: server error",
            ],
            Ending::Unknown => ["unknown", "Неизвестная ошибка", "Unheard-of failure"],
            Ending::Silence => ["silence", "Молчание", "Never ends"],
            Ending::LostReply => ["lost_reply", "Ответ потерялся", "Accepted, answer lost"],
            Ending::DeadModel => ["dead_model", "Модель отключена", "Model paused"],
            Ending::Slow => ["slow", "Очень долго (20 минут)", "Slow (20 minutes)"],
            Ending::BigVideo => ["big_video", "Большое видео (46 МБ)", "Big video (46 MB)"],
            Ending::NoUrl => ["no_url", "Успех без ссылки", "Success without a file"],
            Ending::BrokenLook => [
                "broken_look",
                "Сбои при опросе, потом видео",
                "Broken looks, then a video",
            ],
            Ending::NullFirst => ["null_first", "Задача видна не сразу", "Not found for 20 s"],
            Ending::Validation => [
                "validation",
                "Слишком длинный текст",
                "Refused: text too long",
            ],
            Ending::Unauthorized => ["unauthorized", "Ключ не принят", "Key refused"],
            Ending::Withheld => [
                "withheld",
                "Модель не отдала видео",
                "Held back by the model",
            ],
        }
    }

    /// The stable name.
    pub fn name(self) -> &'static str {
        self.titles()[0]
    }

    /// The ending of this name.
    pub fn named(name: &str) -> Option<Ending> {
        Ending::ALL.into_iter().find(|ending| ending.name() == name)
    }

    /// The answer to `createTask` when no task comes of it: HTTP status, code, message.
    pub(super) fn refusal(self) -> Option<(u16, u16, &'static str)> {
        Some(match self {
            Ending::Billing => (
                200,
                402,
                "The current credits are insufficient. Please top up.",
            ),
            Ending::RateLimitAtCreate => (
                429,
                429,
                "Your call frequency is too high. Please try again later.",
            ),
            Ending::TemporaryAtCreate => (200, 500, "Internal Error"),
            Ending::DeadModel => (200, 500, PAUSED),
            Ending::Validation => (200, 500, "The text length cannot exceed the maximum limit"),
            Ending::Unauthorized => (200, 401, UNAUTHORIZED),
            Ending::Success
            | Ending::Violation
            | Ending::RateLimit
            | Ending::Temporary
            | Ending::Unknown
            | Ending::Withheld
            | Ending::Silence
            | Ending::LostReply
            | Ending::Slow
            | Ending::BigVideo
            | Ending::NoUrl
            | Ending::BrokenLook
            | Ending::NullFirst => return None,
        })
    }

    /// The `failCode` and `failMsg` of an accepted task that comes to nothing.
    pub(super) fn failure(self) -> Option<(&'static str, &'static str)> {
        Some(match self {
            Ending::Violation => ("400", "This content may violate our content policies."),
            Ending::RateLimit => ("429", "Rate limit exceeded"),
            Ending::Temporary => ("500", "Internal server error"),
            Ending::Unknown => ("599", "The flux capacitor lost its phase"),
            Ending::Withheld => (
                "500",
                "The request failed because the output audio may be related to copyright restrictions.",
            ),
            Ending::Success
            | Ending::Billing
            | Ending::RateLimitAtCreate
            | Ending::TemporaryAtCreate
            | Ending::Silence
            | Ending::LostReply
            | Ending::DeadModel
            | Ending::Slow
            | Ending::BigVideo
            | Ending::NoUrl
            | Ending::BrokenLook
            | Ending::NullFirst
            | Ending::Validation
            | Ending::Unauthorized => return None,
        })
    }
}

pub(super) const PAUSED: &str = "This interface is temporarily paused";
pub(super) const UNAUTHORIZED: &str = "You do not have access permissions";
