//! How a request for a script is answered.

/// How a request for a script is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writing {
    /// With a script.
    Script,
    /// 429, too many requests.
    RateLimit,
    /// 500.
    ServerError,
    /// 401, the key is wrong.
    Unauthorized,
    /// 429, the quota is used up.
    Billing,
    /// Not at all.
    Hang,
    /// With an empty text.
    Empty,
    /// With a page of HTML.
    NotJson,
}

impl Writing {
    /// Every writing there is.
    pub const ALL: [Writing; 8] = [
        Writing::Script,
        Writing::RateLimit,
        Writing::ServerError,
        Writing::Unauthorized,
        Writing::Billing,
        Writing::Hang,
        Writing::Empty,
        Writing::NotJson,
    ];

    /// The stable name, and what the page calls it in Russian and in English.
    pub fn titles(self) -> [&'static str; 3] {
        match self {
            Writing::Script => ["script", "Сценарий", "A script"],
            Writing::RateLimit => ["rate_limit", "Лимит запросов", "Rate limit"],
            Writing::ServerError => ["server_error", "Сбой сервера", "Server error"],
            Writing::Unauthorized => ["unauthorized", "Ключ не принят", "Key refused"],
            Writing::Billing => ["billing", "Нет денег на счёте", "Quota used up"],
            Writing::Hang => ["hang", "Молчание", "No answer"],
            Writing::Empty => ["empty", "Пустой ответ", "Empty text"],
            Writing::NotJson => ["not_json", "Не JSON", "Not JSON"],
        }
    }

    /// The stable name.
    pub fn name(self) -> &'static str {
        self.titles()[0]
    }

    /// The writing of this name.
    pub fn named(name: &str) -> Option<Writing> {
        Writing::ALL.into_iter().find(|it| it.name() == name)
    }
}

/// An answer of somebody else's, byte for byte.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    /// Headers; only names and values that HTTP knows.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}
