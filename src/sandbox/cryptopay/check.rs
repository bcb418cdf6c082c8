//! What Crypto Pay takes, field by field.

use serde_json::{Map, Value};

/// An invoice that may be made.
pub(super) struct Wish {
    pub(super) kopecks: u64,
    pub(super) description: String,
    pub(super) payload: String,
    pub(super) assets: Vec<String>,
    pub(super) expires_in: Option<u64>,
}

/// Roubles that 1 and 25 000 dollars are, in kopecks.
const LEAST: u64 = 8000;
const MOST: u64 = 200_000_000;
const ASSETS: [&str; 8] = ["USDT", "TON", "BTC", "ETH", "LTC", "BNB", "TRX", "USDC"];
const BUTTONS: [&str; 4] = ["viewItem", "openChannel", "openBot", "callback"];
const FIELDS: [&str; 15] = [
    "currency_type",
    "asset",
    "fiat",
    "accepted_assets",
    "amount",
    "description",
    "hidden_message",
    "paid_btn_name",
    "paid_btn_url",
    "payload",
    "allow_comments",
    "allow_anonymous",
    "expires_in",
    "swap_to",
    "rate_type",
];

/// The name of what is wrong, as they name it.
type Checked<T> = Result<T, &'static str>;

pub(super) fn invoice(body: &Map<String, Value>) -> Checked<Wish> {
    known(body, &FIELDS)?;
    match text(body, "currency_type", "CURRENCY_TYPE_INVALID")?.unwrap_or("crypto") {
        "fiat" if body.get("fiat").is_none_or(|fiat| fiat != "RUB") => {
            return Err("FIAT_INVALID");
        }
        "fiat" => {}
        // The shop asks for roubles only.
        "crypto" => return Err("ASSET_INVALID"),
        _ => return Err("CURRENCY_TYPE_INVALID"),
    }
    let description = text(body, "description", "DESCRIPTION_INVALID")?.unwrap_or_default();
    let hidden = text(body, "hidden_message", "HIDDEN_MESSAGE_INVALID")?.unwrap_or_default();
    let payload = text(body, "payload", "PAYLOAD_INVALID")?.unwrap_or_default();
    if description.chars().count() > 1024 {
        return Err("DESCRIPTION_TOO_LONG");
    }
    if hidden.chars().count() > 2048 {
        return Err("HIDDEN_MESSAGE_TOO_LONG");
    }
    if payload.len() > 4096 {
        return Err("PAYLOAD_TOO_LONG");
    }
    let button = text(body, "paid_btn_name", "PAID_BTN_NAME_INVALID")?;
    let url = text(body, "paid_btn_url", "PAID_BTN_URL_INVALID")?;
    if button.is_some_and(|name| !BUTTONS.contains(&name)) {
        return Err("PAID_BTN_NAME_INVALID");
    }
    let web = url.is_some_and(|url| url.starts_with("https://") || url.starts_with("http://"));
    if button.is_some() && !web {
        return Err("PAID_BTN_URL_INVALID");
    }
    let expires_in = match body.get("expires_in") {
        None => None,
        Some(value) => match value.as_u64() {
            Some(seconds @ 1..=2_678_400) => Some(seconds),
            _ => return Err("EXPIRES_IN_INVALID"),
        },
    };
    Ok(Wish {
        kopecks: amount(text(body, "amount", "AMOUNT_INVALID")?.unwrap_or_default())?,
        description: description.to_owned(),
        payload: payload.to_owned(),
        assets: assets(text(body, "accepted_assets", "ACCEPTED_ASSETS_INVALID")?)?,
        expires_in,
    })
}

/// Which invoices are asked for.
pub(super) struct Asked {
    pub(super) ids: Option<Vec<u64>>,
    pub(super) status: Option<String>,
    pub(super) offset: usize,
    pub(super) count: usize,
}

pub(super) fn asked(body: &Map<String, Value>) -> Checked<Asked> {
    known(
        body,
        &["asset", "fiat", "invoice_ids", "status", "offset", "count"],
    )?;
    let ids = text(body, "invoice_ids", "INVOICE_IDS_INVALID")?;
    let ids = ids.map(|ids| ids.split(',').map(str::parse).collect());
    let status = text(body, "status", "STATUS_INVALID")?;
    if status.is_some_and(|status| status != "active" && status != "paid") {
        return Err("STATUS_INVALID");
    }
    let number = |name: &str, usual: u64| body.get(name).map_or(Some(usual), Value::as_u64);
    let offset = number("offset", 0).ok_or("OFFSET_INVALID")?;
    let count = number("count", 100).filter(|count| (1..=1000).contains(count));
    Ok(Asked {
        ids: ids.transpose().map_err(|_| "INVOICE_IDS_INVALID")?,
        status: status.map(str::to_owned),
        offset: offset as usize,
        count: count.ok_or("COUNT_INVALID")? as usize,
    })
}

pub(super) fn deleted(body: &Map<String, Value>) -> Checked<u64> {
    known(body, &["invoice_id"])?;
    let id = body.get("invoice_id").and_then(Value::as_u64);
    id.ok_or("INVOICE_ID_INVALID")
}

pub(super) fn known(body: &Map<String, Value>, names: &[&str]) -> Checked<()> {
    match body.keys().all(|name| names.contains(&name.as_str())) {
        true => Ok(()),
        false => Err("UNKNOWN_PARAMETER"),
    }
}

fn text<'b>(
    body: &'b Map<String, Value>,
    name: &str,
    wrong: &'static str,
) -> Checked<Option<&'b str>> {
    match body.get(name) {
        None => Ok(None),
        Some(value) => value.as_str().map(Some).ok_or(wrong),
    }
}

fn amount(text: &str) -> Checked<u64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "00"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() > 2 {
        return Err("AMOUNT_INVALID");
    }
    match format!("{whole}{part:0<2}").parse() {
        Ok(kopecks) if kopecks < LEAST => Err("AMOUNT_TOO_SMALL"),
        Ok(kopecks) if kopecks > MOST => Err("AMOUNT_TOO_BIG"),
        Ok(kopecks) => Ok(kopecks),
        Err(_) => Err("AMOUNT_INVALID"),
    }
}

fn assets(text: Option<&str>) -> Checked<Vec<String>> {
    let assets = text.into_iter().flat_map(|text| text.split(','));
    let assets: Vec<_> = assets.map(str::to_owned).collect();
    match assets.iter().all(|asset| ASSETS.contains(&asset.as_str())) {
        true => Ok(assets),
        false => Err("ACCEPTED_ASSETS_INVALID"),
    }
}
