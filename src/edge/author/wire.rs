//! What the author is asked, as chat completions are asked for.

use serde_json::{Value, json};

use super::manner::{Limit, Manner};
use crate::rules::domain::brief::Text;

/// What an author is told whose last answer was no script.
const PLAINLY: &str = "Your last answer could not be used. Answer with the prompt alone, in whole sentences that say \
    what is seen and heard, within the limit above: no question, no apology, no comment, no gaps to fill in, nothing \
    around it. What you lack you choose yourself; what may not be shown you leave out. Think briefly.";

/// What the author is asked.
#[derive(Clone, Copy)]
pub(super) struct Request<'r> {
    pub model: &'r str,
    pub max_tokens: u32,
    pub system: &'r str,
    pub instructions: &'r str,
    pub product: &'r Text,
    pub wishes: Option<&'r Text>,
    pub photo: Option<&'r [u8]>,
    /// Whether it was asked before, and answered something else.
    pub again: bool,
}

impl Request<'_> {
    /// The body of the call; the seller's texts are in it as JSON, so that they cannot end early.
    pub fn body(&self, manner: Manner) -> Value {
        let seller = json!({
            "product": self.product.as_str(),
            "wishes": self.wishes.map(Text::as_str),
        });
        let plainly = if self.again {
            format!("\n\n{PLAINLY}")
        } else {
            String::new()
        };
        let said = format!(
            "{}{plainly}\n\nThe seller typed:\n{seller}",
            self.instructions
        );
        let content = match self.photo {
            None => json!(said),
            Some(photo) => json!([
                { "type": "text", "text": said },
                { "type": "image_url", "image_url": { "url": data_url(photo), "detail": "low" } },
            ]),
        };
        let mut body = json!({
            "model": self.model,
            "messages": [
                { "role": "system", "content": self.system },
                { "role": "user", "content": content },
            ],
        });
        let name = match manner.limit {
            Limit::Tokens => "max_tokens",
            Limit::CompletionTokens => "max_completion_tokens",
            Limit::Unsaid => return body,
        };
        body[name] = json!(manner.budget(self.max_tokens));
        body
    }
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
}
