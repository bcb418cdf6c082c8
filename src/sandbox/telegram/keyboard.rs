//! The buttons under a message.

use serde_json::{Map, Value, json};

use super::args::Refusal;

/// Bytes of `callback_data`.
const DATA_LIMIT: usize = 64;
/// What a real chat shows; more is refused.
const BUTTONS_LIMIT: usize = 100;

/// One button: exactly one of `data` and `url` is there, or it pays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    /// What the seller reads.
    pub text: String,
    /// What the bot is told when it is pressed.
    pub data: Option<String>,
    /// What opens when it is pressed.
    pub url: Option<String>,
    /// Whether it pays the invoice that it stands below.
    pub pay: bool,
}

/// Buttons by row.
pub(super) type Rows = Vec<Vec<Button>>;

/// Reads a `reply_markup`; what is no inline keyboard shows no buttons.
pub(super) fn read(markup: Option<Value>) -> Result<Rows, Refusal> {
    let rows = read_any(markup)?;
    match rows.iter().flatten().any(|button| button.pay) {
        true => Err(Refusal::wrong("BUTTON_TYPE_INVALID")),
        false => Ok(rows),
    }
}

/// Reads the `reply_markup` of an invoice: its first button pays, and only that; without one it gets it.
pub(super) fn read_paying(markup: Option<Value>, stars: i64) -> Result<Rows, Refusal> {
    let rows = read_any(markup)?;
    let pays: Vec<bool> = rows.iter().flatten().map(|button| button.pay).collect();
    match pays[..] {
        [] => Ok(vec![vec![Button {
            text: format!("Pay ⭐️{stars}"),
            data: None,
            url: None,
            pay: true,
        }]]),
        [true, ref rest @ ..] if !rest.contains(&true) => Ok(rows),
        [false, ref rest @ ..] if !rest.contains(&true) => {
            Err(Refusal::wrong("REPLY_MARKUP_BUY_EMPTY"))
        }
        _ => Err(Refusal::wrong("BUTTON_POS_INVALID")),
    }
}

fn read_any(markup: Option<Value>) -> Result<Rows, Refusal> {
    let mut markup = match markup {
        None => return Ok(Rows::new()),
        Some(Value::Object(markup)) => markup,
        Some(_) => return Err(Refusal::wrong("object expected as reply markup")),
    };
    if markup.contains_key("remove_keyboard") || markup.contains_key("force_reply") {
        return Ok(Rows::new());
    }
    let rows = markup.remove("inline_keyboard");
    if let Some(name) = markup.keys().next() {
        return Err(Refusal::wrong(format!(
            "unknown field {name:?} in reply markup"
        )));
    }
    let Some(Value::Array(rows)) = rows else {
        return Err(Refusal::wrong("inline_keyboard must be an array"));
    };
    let rows: Rows = rows.into_iter().map(row).collect::<Result<_, _>>()?;
    match rows.iter().map(Vec::len).sum::<usize>() > BUTTONS_LIMIT {
        true => Err(Refusal::wrong("reply markup is too long")),
        false => Ok(rows),
    }
}

/// The same as Telegram tells it; `None` if there is nothing to tell.
pub(super) fn write(rows: &Rows) -> Option<Value> {
    let write = |button: &Button| match (&button.data, &button.url) {
        _ if button.pay => json!({"text": button.text, "pay": true}),
        (Some(data), _) => json!({"text": button.text, "callback_data": data}),
        (None, url) => json!({"text": button.text, "url": url}),
    };
    let rows: Vec<Vec<Value>> = rows
        .iter()
        .map(|row| row.iter().map(write).collect())
        .collect();
    (!rows.is_empty()).then(|| json!({"inline_keyboard": rows}))
}

fn row(row: Value) -> Result<Vec<Button>, Refusal> {
    match row {
        Value::Array(buttons) => buttons.into_iter().map(button).collect(),
        _ => Err(Refusal::wrong("a row of buttons must be an array")),
    }
}

fn button(button: Value) -> Result<Button, Refusal> {
    let Value::Object(mut fields) = button else {
        return Err(Refusal::wrong("a button must be an object"));
    };
    let button = Button {
        text: text(&mut fields, "text")?.unwrap_or_default(),
        data: text(&mut fields, "callback_data")?,
        url: text(&mut fields, "url")?,
        pay: fields.remove("pay").is_some_and(|pay| pay == true),
    };
    if let Some(name) = fields.keys().next() {
        return Err(Refusal::wrong(format!(
            "unknown field {name:?} of a button"
        )));
    }
    if button.text.is_empty() {
        return Err(Refusal::wrong("button text is empty"));
    }
    match (&button.data, &button.url) {
        (None, None) if button.pay => Ok(button),
        _ if button.pay => Err(Refusal::wrong("exactly one action expected in a button")),
        (Some(data), None) if (1..=DATA_LIMIT).contains(&data.len()) => Ok(button),
        (Some(_), None) => Err(Refusal::wrong("BUTTON_DATA_INVALID")),
        (None, Some(url)) if is_address(url) => Ok(button),
        (None, Some(url)) => Err(Refusal::wrong(format!(
            "inline keyboard button URL '{url}' is invalid: Wrong HTTP URL"
        ))),
        _ => Err(Refusal::wrong("exactly one action expected in a button")),
    }
}

fn is_address(url: &str) -> bool {
    ["https://", "http://", "tg://"]
        .iter()
        .any(|scheme| url.len() > scheme.len() && url.starts_with(scheme))
}

fn text(fields: &mut Map<String, Value>, name: &str) -> Result<Option<String>, Refusal> {
    match fields.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Refusal::wrong(format!(
            "{name} of a button must be a string"
        ))),
    }
}
