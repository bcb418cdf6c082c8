//! What a refusal means: a table of texts, then of codes, each row with its source.
//!
//! Sources: [D] the provider's documentation, [M] measured by public projects (both as collected in
//! 2026-11), [K] wording of the upstream models, not seen at this provider. Texts are compared
//! without case. Single common words ("content", "people", "account", "500") match too widely and
//! are left out.

use crate::domain::failure::Kind;

/// Texts in the order in which they decide; the first row found in the text wins.
const TEXTS: &[(&str, Kind)] = &[
    // Moderation. Before everything else: these sentences often end in "please try again", and
    // come with codes such as 500.
    ("photorealistic people", Kind::UserViolation), // [M] Sora: faces in the photo
    ("guardrails", Kind::UserViolation),            // [M] Sora: similarity to others' works
    ("third-party content", Kind::UserViolation),   // [M] Sora
    ("content polic", Kind::UserViolation),         // [M] "content policies", "content policy"
    ("usage polic", Kind::UserViolation),           // [K] OpenAI
    ("community guidelines", Kind::UserViolation),  // [K] Kling, Hailuo
    ("safety system", Kind::UserViolation),         // [M] "flagged by the safety system"
    ("safety filter", Kind::UserViolation),         // [K] Veo
    ("was flagged", Kind::UserViolation),           // [M] "your prompt was flagged by Website"
    ("input was rejected", Kind::UserViolation),    // [M] "… Please try again"
    ("copyright restriction", Kind::UserViolation), // [M] with failCode 500
    ("sensitive_word", Kind::UserViolation),        // [M] SENSITIVE_WORD_ERROR, a failCode
    ("sensitive word", Kind::UserViolation),        // [K] Kling, Hailuo
    ("sensitive content", Kind::UserViolation),     // [K] Seedance
    ("sensitive information", Kind::UserViolation), // [K] Seedance
    ("inappropriate content", Kind::UserViolation), // the owner's spec
    ("prohibited content", Kind::UserViolation),    // [K]
    ("content moderation", Kind::UserViolation),    // [K] Grok
    ("moderation_blocked", Kind::UserViolation),    // [K] OpenAI
    ("responsible ai", Kind::UserViolation),        // [K] Veo
    ("prominent_people", Kind::UserViolation),      // [K] Veo
    ("unsafe_generation", Kind::UserViolation),     // [K] Veo
    ("nsfw", Kind::UserViolation),                  // [K] Wan
    // Billing.
    ("credits are insufficient", Kind::Billing), // [D] 402
    ("credits insufficient", Kind::Billing),     // [D] 402
    ("insufficient balance", Kind::Billing),     // [M]
    ("insufficient credits", Kind::Billing),     // [M] failCode 402
    ("please top up", Kind::Billing),            // [D] 402
    ("usage limit", Kind::Billing),              // [D] 433, a sub-key's
    // Authentication: the key is no good, which only the operator can mend.
    ("unauthorized", Kind::Billing),       // [D] 401
    ("access permissions", Kind::Billing), // [D] 401
    ("authentication", Kind::Billing),     // [D] 401
    ("invalid api key", Kind::Billing),    // [D] 401
    ("api key is invalid", Kind::Billing), // [D] 401
    ("api key missing", Kind::Billing),    // [D] 401
    ("api key is missing", Kind::Billing), // [D] 401
    ("ip not allowed", Kind::Billing),     // [D] 401
    ("ip is not allowed", Kind::Billing),  // [D] 401
    // The model is off, or was never there.
    ("temporarily paused", Kind::ModelOff), // [M] 500 "This interface is …"
    ("model name you specified is not supported", Kind::ModelOff), // [M] 500
    ("page does not exist or is not published", Kind::ModelOff), // [M] 422
    ("model is not supported", Kind::ModelOff), // [K]
    ("model has been discontinued", Kind::ModelOff), // [K]
    // Validation: our request is wrong, and will be the next time.
    ("range of allowed options", Kind::Unknown), // [M] 500
    ("within the specified range", Kind::Unknown), // [M] 500
    ("text length cannot exceed", Kind::Unknown), // [M] 500
    ("field is required", Kind::Unknown),        // [M] 500
    ("is required", Kind::Unknown),              // [M] 422
    ("missing required param", Kind::Unknown),   // [K] 400, the upload API
    ("recordinfo is null", Kind::Unknown),       // [M] 422
    // Rate limit.
    ("rate limit", Kind::RateLimit),            // [M]
    ("too many requests", Kind::RateLimit),     // [D] 429
    ("frequency is too high", Kind::RateLimit), // [D] 429
    ("concurrency limit", Kind::RateLimit),     // [K]
    // Faults that pass.
    ("internal server error", Kind::Temporary),   // [M]
    ("internal error", Kind::Temporary),          // [M]
    ("server is busy", Kind::Temporary),          // [M] also when the photo cannot be fetched
    ("server exception", Kind::Temporary),        // [M]
    ("service unavailable", Kind::Temporary),     // [K]
    ("temporarily unavailable", Kind::Temporary), // [K]
    ("bad gateway", Kind::Temporary),             // [K]
    ("under maintenance", Kind::Temporary),       // [D] 455
    ("timed out", Kind::Temporary),               // [K]
    ("overloaded", Kind::Temporary),              // [K]
];

/// Codes, for when no text decides. 500 is mostly no server fault, but then the text says so.
const CODES: &[(i64, Kind)] = &[
    (401, Kind::Billing),   // [D] key missing, wrong, or address not allowed
    (402, Kind::Billing),   // [D] credits insufficient
    (403, Kind::Billing),   // [K] as 401
    (433, Kind::Billing),   // [D] a sub-key's usage limit
    (505, Kind::ModelOff),  // [D] feature disabled
    (429, Kind::RateLimit), // [D] refused, not queued
    (408, Kind::Temporary), // [D] upstream silent for ten minutes
    (455, Kind::Temporary), // [D] maintenance
    (500, Kind::Temporary), // [D] server error
    (502, Kind::Temporary), // [K]
    (503, Kind::Temporary), // [K]
    (504, Kind::Temporary), // [K]
    (524, Kind::Temporary), // [M] a gateway's time-out
];

/// Texts too polite to overrule a code.
const WEAK: &[(&str, Kind)] = &[
    ("try again", Kind::Temporary), // [M]
    ("timeout", Kind::Temporary),   // [K]
];

/// What a refusal with this code and these words means.
pub fn classify(code: Option<i64>, text: &str) -> Kind {
    let text = text.to_lowercase();
    let said = |rows: &[(&str, Kind)]| {
        rows.iter()
            .find(|(needle, _)| text.contains(needle))
            .map(|(_, kind)| *kind)
    };
    let coded = || {
        CODES
            .iter()
            .find(|(known, _)| Some(*known) == code)
            .map(|(_, kind)| *kind)
    };
    said(TEXTS)
        .or_else(coded)
        .or_else(|| said(WEAK))
        .unwrap_or(Kind::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_collected_text_is_understood_whatever_its_code() {
        let collected: &[(i64, &str, Kind)] = &[
            (
                500,
                "We currently do not support uploads of images containing photorealistic people.",
                Kind::UserViolation,
            ),
            (
                500,
                "This content may violate our guardrails concerning similarity to third-party content.",
                Kind::UserViolation,
            ),
            (
                501,
                "This content may violate our content policies.",
                Kind::UserViolation,
            ),
            (
                400,
                "Content was flagged by the safety system. Try different prompts or inputs.",
                Kind::UserViolation,
            ),
            (
                429,
                "Your input was rejected. Please try again or with a different input.",
                Kind::UserViolation,
            ),
            (
                500,
                "the output video may be related to copyright restrictions",
                Kind::UserViolation,
            ),
            (
                501,
                "Your prompt was flagged by Website as violating content policies",
                Kind::UserViolation,
            ),
            (501, "SENSITIVE_WORD_ERROR", Kind::UserViolation),
            (
                402,
                "The current credits are insufficient. Please top up.",
                Kind::Billing,
            ),
            (500, "Insufficient balance", Kind::Billing),
            (402, "Insufficient credits", Kind::Billing),
            (401, "Unauthorized", Kind::Billing),
            (500, "This interface is temporarily paused", Kind::ModelOff),
            (
                500,
                "The model name you specified is not supported",
                Kind::ModelOff,
            ),
            (
                422,
                "The page does not exist or is not published",
                Kind::ModelOff,
            ),
            (
                500,
                "duration is not within the range of allowed options",
                Kind::Unknown,
            ),
            (
                500,
                "Value must be within the specified range",
                Kind::Unknown,
            ),
            (
                500,
                "The text length cannot exceed the maximum limit",
                Kind::Unknown,
            ),
            (500, "This field is required", Kind::Unknown),
            (
                500,
                "Missing required parameters: uploadPath",
                Kind::Unknown,
            ),
            (401, "Authentication failed: Invalid API key", Kind::Billing),
            (422, "recordInfo is null", Kind::Unknown),
            (500, "Rate limit exceeded", Kind::RateLimit),
            (500, "Internal Error", Kind::Temporary),
            (
                500,
                "internal error, please try again later",
                Kind::Temporary,
            ),
            (500, "the server is busy", Kind::Temporary),
            (500, "Server exception", Kind::Temporary),
            (400, "Internal server error", Kind::Temporary),
        ];
        for (code, text, kind) in collected {
            assert_eq!(classify(Some(*code), text), *kind, "{text}");
            assert_eq!(classify(None, &text.to_uppercase()), *kind, "{text}");
        }
    }

    #[test]
    fn a_code_decides_when_no_text_does() {
        for (code, kind) in CODES {
            assert_eq!(classify(Some(*code), ""), *kind, "{code}");
            assert_eq!(
                classify(Some(*code), "Something. Please try again."),
                *kind,
                "{code}"
            );
        }
        for code in [200, 400, 404, 422, 501] {
            assert_eq!(classify(Some(code), ""), Kind::Unknown, "{code}");
        }
        assert_eq!(classify(None, "Please try again"), Kind::Temporary);
    }

    #[test]
    fn broad_words_decide_nothing() {
        for text in [
            "content",
            "people",
            "your account",
            "error 500",
            "generate failed",
        ] {
            assert_eq!(classify(Some(501), text), Kind::Unknown, "{text}");
        }
    }

    #[test]
    fn every_row_can_be_reached() {
        for (at, (needle, kind)) in TEXTS.iter().enumerate() {
            assert_eq!(*needle, needle.to_lowercase());
            assert_eq!(classify(None, needle), *kind, "{needle}");
            let hidden = TEXTS[..at]
                .iter()
                .any(|(earlier, other)| needle.contains(earlier) && other == kind);
            assert!(!hidden, "{needle} stands behind a shorter row");
        }
    }
}
