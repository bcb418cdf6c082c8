//! How an author wants to be asked, as far as its model's name tells and what it said of earlier requests.

/// What a model that thinks gets beyond `max_tokens`: they were seen to think for 500 to 3,000 tokens on such a script.
pub(super) const THOUGHT: u32 = 4000;

/// How a request says the longest answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Manner {
    /// What it calls it.
    pub limit: Limit,
    /// Whether thoughts count, too.
    pub thinks: bool,
}

/// What the longest answer is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit {
    /// As most servers know it.
    Tokens,
    /// As OpenAI's newer models do.
    CompletionTokens,
    /// Not at all.
    Unsaid,
}

impl Manner {
    /// What a model's name lets expect.
    pub fn of(model: &str) -> Self {
        let name = model.to_lowercase();
        let bare = name.rsplit('/').next().unwrap_or_default();
        let is_new = |name: &str| {
            let number = name
                .strip_prefix("gpt-")
                .and_then(|rest| rest.split(['.', '-']).next());
            number.and_then(|number| number.parse::<u32>().ok()) >= Some(5)
        };
        let is_o = |name: &str| {
            let number = name.strip_prefix('o').and_then(|rest| rest.chars().next());
            number.is_some_and(|digit| digit.is_ascii_digit())
        };
        let words = ["reason", "think", "gpt-oss", "-r1", "qwq", "magistral"];
        let named = words.iter().any(|word| bare.contains(word));
        Self {
            // Mediators, whose models have a maker before the name, know the old name.
            limit: match is_new(&name) || is_o(&name) {
                true => Limit::CompletionTokens,
                false => Limit::Tokens,
            },
            thinks: named || is_new(bare) || is_o(bare),
        }
    }

    /// The longest answer, where the script alone may have `max_tokens`.
    pub fn budget(self, max_tokens: u32) -> u32 {
        match self.thinks {
            true => max_tokens.saturating_add(THOUGHT),
            false => max_tokens,
        }
    }

    /// With the other name, and with none when `first` had been refused before it.
    pub fn renamed(self, first: Limit) -> Option<Self> {
        let limit = match self.limit {
            Limit::Unsaid => return None,
            at if at != first => Limit::Unsaid,
            Limit::Tokens => Limit::CompletionTokens,
            Limit::CompletionTokens => Limit::Tokens,
        };
        Some(Self { limit, ..self })
    }

    /// With less, if there is anything to take away.
    pub fn less(self) -> Option<Self> {
        self.thinks.then_some(Self {
            thinks: false,
            ..self
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_models_name_tells_how_it_is_asked() {
        let (old, new) = (Limit::Tokens, Limit::CompletionTokens);
        for (model, limit, thinks) in [
            ("gpt-4o-mini", old, false),
            ("gpt-4.1", old, false),
            ("gpt-5-mini", new, true),
            ("gpt-5.1", new, true),
            ("gpt-12", new, true),
            ("o1-mini", new, true),
            ("o4-mini", new, true),
            ("openai/gpt-5-mini", old, true),
            ("deepseek/deepseek-r1:free", old, true),
            ("deepseek-reasoner", old, true),
            ("deepseek-chat", old, false),
            ("qwen3-30b-a3b-thinking-2507", old, true),
            ("gpt-oss-120b", old, true),
            ("claude-sonnet-4", old, false),
            ("olmo-2", old, false),
            ("gpt-", old, false),
            ("", old, false),
        ] {
            assert_eq!(Manner::of(model), Manner { limit, thinks }, "{model}");
        }
    }

    #[test]
    fn the_other_name_is_tried_and_then_none() {
        for first in [Limit::Tokens, Limit::CompletionTokens] {
            let begun = Manner {
                limit: first,
                thinks: false,
            };
            let other = begun.renamed(first).unwrap();
            assert!(other.limit != first && other.limit != Limit::Unsaid);
            let none = other.renamed(first).unwrap();
            assert_eq!(none.limit, Limit::Unsaid);
            assert_eq!(none.renamed(first), None);
        }
    }

    #[test]
    fn thoughts_have_room_of_their_own() {
        let manner = Manner::of("o3");
        assert_eq!(manner.budget(600), 4600);
        let less = manner.less().unwrap();
        assert_eq!((less.budget(600), less.less()), (600, None));
    }
}
