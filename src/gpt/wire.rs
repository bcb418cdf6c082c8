//! Chat completions as the script's author speaks them: one request, one answer.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::domain::brief::Text;
use crate::domain::failure::Kind;

/// Codes that blame the seller's texts or photo.
const MODERATION: [&str; 4] = [
    "content_policy_violation",
    "content_filter",
    "moderation_blocked",
    "invalid_prompt",
];
/// Codes that blame the account, whatever the status.
const BILLING: [&str; 4] = [
    "insufficient_quota",
    "billing_hard_limit_reached",
    "billing_not_active",
    "account_deactivated",
];
/// How an author says no in words.
const APOLOGIES: [&str; 6] = [
    "i'm sorry",
    "sorry,",
    "i can't ",
    "i cannot ",
    "i am unable",
    "i'm unable",
];
/// An apology is short; a longer text that begins like one is a script.
const APOLOGY_LIMIT: usize = 300;

/// What the author is asked.
pub(super) struct Request<'r> {
    pub model: &'r str,
    pub max_tokens: u32,
    pub system: &'r str,
    pub instructions: &'r str,
    pub product: &'r Text,
    pub wishes: Option<&'r Text>,
    pub photo: Option<&'r [u8]>,
}

impl Request<'_> {
    /// The body of the call; the seller's texts are in it as JSON, so that they cannot end early.
    pub fn body(&self) -> Value {
        let seller = json!({
            "product": self.product.as_str(),
            "wishes": self.wishes.map(Text::as_str),
        });
        let said = format!("{}\n\nThe seller typed:\n{seller}", self.instructions);
        let content = match self.photo {
            None => json!(said),
            Some(photo) => json!([
                { "type": "text", "text": said },
                { "type": "image_url", "image_url": { "url": data_url(photo), "detail": "low" } },
            ]),
        };
        json!({
            "model": self.model,
            self.limit_name(): self.max_tokens,
            "messages": [
                { "role": "system", "content": self.system },
                { "role": "user", "content": content },
            ],
        })
    }

    /// OpenAI's reasoning models refuse the name that every compatible server knows.
    fn limit_name(&self) -> &'static str {
        let reasons = ["o1", "o3", "o4", "gpt-5"];
        match reasons.iter().any(|name| self.model.starts_with(name)) {
            true => "max_completion_tokens",
            false => "max_tokens",
        }
    }
}

/// The script, or why there is none.
pub(super) fn answer(status: StatusCode, body: &[u8]) -> Result<String, Kind> {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    if !status.is_success() {
        return Err(refusal(status, &body["error"]));
    }
    let choice = &body["choices"][0];
    let said = |value: &Value| value.as_str().is_some_and(|text| !text.trim().is_empty());
    if said(&choice["message"]["refusal"]) || choice["finish_reason"] == "content_filter" {
        return Err(Kind::UserViolation);
    }
    let script = bare(choice["message"]["content"].as_str().unwrap_or_default());
    match script {
        "" => Err(Kind::Temporary),
        apology if is_apology(apology) => Err(Kind::UserViolation),
        script => Ok(script.to_owned()),
    }
}

fn refusal(status: StatusCode, error: &Value) -> Kind {
    let says = |codes: &[&str]| {
        ["code", "type"].iter().any(|key| {
            let said = error[*key].as_str();
            said.is_some_and(|said| codes.contains(&said))
        })
    };
    match status.as_u16() {
        _ if says(&BILLING) => Kind::Billing,
        401..=403 => Kind::Billing,
        429 => Kind::RateLimit,
        408 | 500.. => Kind::Temporary,
        400 if says(&MODERATION) => Kind::UserViolation,
        _ => Kind::Unknown,
    }
}

/// A script without the fence or the quotation marks some authors put around it.
fn bare(said: &str) -> &str {
    let said = said.trim();
    let fenced = said
        .strip_prefix("```")
        .and_then(|rest| rest.strip_suffix("```"))
        .map(|inner| inner.split_once('\n').map_or(inner, |(_, text)| text));
    let said = fenced.unwrap_or(said).trim();
    let quoted = said
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .filter(|inner| !inner.contains('"'));
    quoted.unwrap_or(said).trim()
}

fn is_apology(script: &str) -> bool {
    let start = script.to_lowercase().replace('’', "'");
    script.len() <= APOLOGY_LIMIT && APOLOGIES.iter().any(|sorry| start.starts_with(sorry))
}

/// A picture inside the request.
fn data_url(jpeg: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut url = String::from("data:image/jpeg;base64,");
    for group in jpeg.chunks(3) {
        let byte = |at: usize| u32::from(group.get(at).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * at) & 63) as usize];
            url.push(if at <= group.len() { digit.into() } else { '=' });
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_base64() {
        for (bytes, wanted) in [
            ("", ""),
            ("M", "TQ=="),
            ("Ma", "TWE="),
            ("Man", "TWFu"),
            ("Many", "TWFueQ=="),
        ] {
            assert_eq!(
                data_url(bytes.as_bytes()),
                format!("data:image/jpeg;base64,{wanted}")
            );
        }
        assert!(data_url(&[0xff, 0xfe, 0xfd]).ends_with(",//79"));
    }

    #[test]
    fn a_script_loses_its_wrapping() {
        assert_eq!(bare(" A cup.\n"), "A cup.");
        assert_eq!(bare("\"A cup.\""), "A cup.");
        assert_eq!(bare("\"Hm\" says \"she\""), "\"Hm\" says \"she\"");
        assert_eq!(bare("```text\nA cup.\n```"), "A cup.");
    }

    #[test]
    fn an_apology_is_a_refusal_and_a_script_is_not() {
        assert!(is_apology("I’m sorry, but I can’t help with that."));
        assert!(!is_apology("A hand says sorry, then lifts the cup."));
        assert!(!is_apology(&format!("Sorry, {}", "x".repeat(400))));
    }
}
