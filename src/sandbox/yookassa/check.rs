//! What YooKassa takes, field by field.

use serde_json::{Map, Value};

/// A body that is refused: its field, and why.
pub(super) struct Wrong(pub(super) &'static str, pub(super) String);

type Checked<T> = Result<T, Wrong>;

/// A payment that may be made.
pub(super) struct Wish {
    pub(super) kopecks: u64,
    pub(super) capture: bool,
    pub(super) sbp: bool,
    pub(super) description: String,
    pub(super) return_url: String,
    pub(super) metadata: Value,
    pub(super) receipt: Value,
}

/// A refund that may be made.
pub(super) struct Return {
    pub(super) payment: String,
    pub(super) kopecks: u64,
    pub(super) metadata: Value,
}

const LEAST: u64 = 100;
const MOST_BY_CARD: u64 = 350_000 * 100;
const MOST_BY_SBP: u64 = 700_000 * 100;
const SUBJECTS: [&str; 9] = [
    "commodity",
    "excise",
    "job",
    "service",
    "payment",
    "intellectual_activity",
    "composite",
    "another",
    "property_right",
];
const MODES: [&str; 7] = [
    "full_prepayment",
    "partial_prepayment",
    "advance",
    "full_payment",
    "partial_payment",
    "credit",
    "credit_payment",
];

fn wrong<T>(field: &'static str, why: impl Into<String>) -> Checked<T> {
    Err(Wrong(field, why.into()))
}

pub(super) fn payment(body: &Value, receipts: bool) -> Checked<Wish> {
    let fields = object(body, "body")?;
    known(
        fields,
        "body",
        &[
            "amount",
            "capture",
            "confirmation",
            "description",
            "metadata",
            "payment_method_data",
            "receipt",
            "merchant_customer_id",
            "client_ip",
            "save_payment_method",
        ],
    )?;
    let kopecks = amount(&body["amount"])?;
    let capture = match &body["capture"] {
        Value::Null => false,
        Value::Bool(capture) => *capture,
        _ => return wrong("capture", "Invalid type"),
    };
    let sbp = match &body["payment_method_data"] {
        Value::Null => false,
        data => match data["type"].as_str() {
            Some("sbp") => true,
            Some("bank_card") => false,
            _ => return wrong("payment_method_data.type", "Unknown payment method"),
        },
    };
    if sbp && !capture {
        return wrong("capture", "SBP has no two stages");
    }
    if kopecks < LEAST || kopecks > if sbp { MOST_BY_SBP } else { MOST_BY_CARD } {
        return wrong("amount", "Amount is out of range");
    }
    let confirmation = object(&body["confirmation"], "confirmation")?;
    known(
        confirmation,
        "confirmation",
        &["type", "return_url", "locale"],
    )?;
    if confirmation.get("type") != Some(&"redirect".into()) {
        return wrong("confirmation.type", "Unknown confirmation");
    }
    let return_url = confirmation.get("return_url").and_then(Value::as_str);
    let return_url = return_url.unwrap_or_default();
    let web = return_url.starts_with("https://") || return_url.starts_with("http://");
    if !web || return_url.len() > 2048 {
        return wrong("confirmation.return_url", "Invalid return_url");
    }
    Ok(Wish {
        kopecks,
        capture,
        sbp,
        description: description(&body["description"], 128)?,
        return_url: return_url.to_owned(),
        metadata: metadata(&body["metadata"])?,
        receipt: receipt(&body["receipt"], kopecks, receipts)?,
    })
}

pub(super) fn refund(body: &Value, receipts: bool) -> Checked<Return> {
    let fields = object(body, "body")?;
    let all = ["payment_id", "amount", "description", "metadata", "receipt"];
    known(fields, "body", &all)?;
    let kopecks = amount(&body["amount"])?;
    description(&body["description"], 250)?;
    receipt(&body["receipt"], kopecks, receipts)?;
    match body["payment_id"].as_str() {
        Some(payment) if payment.len() == 36 => Ok(Return {
            payment: payment.to_owned(),
            kopecks,
            metadata: metadata(&body["metadata"])?,
        }),
        _ => wrong("payment_id", "Invalid payment_id"),
    }
}

fn object<'v>(value: &'v Value, field: &'static str) -> Checked<&'v Map<String, Value>> {
    match value.as_object() {
        Some(fields) => Ok(fields),
        None => wrong(field, "Object expected"),
    }
}

fn known(fields: &Map<String, Value>, of: &'static str, names: &[&str]) -> Checked<()> {
    match fields.keys().find(|name| !names.contains(&name.as_str())) {
        Some(name) => wrong(of, format!("Unknown field {name:?}")),
        None => Ok(()),
    }
}

/// Kopecks of `{"value": "99.00", "currency": "RUB"}`, and of nothing else.
fn amount(value: &Value) -> Checked<u64> {
    let fields = object(value, "amount")?;
    known(fields, "amount", &["value", "currency"])?;
    if value["currency"] != "RUB" {
        return wrong("amount.currency", "Invalid currency");
    }
    let text = value["value"].as_str().unwrap_or_default();
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    match text.split_once('.') {
        Some((whole, part)) if digits(whole) && digits(part) && part.len() == 2 => {
            let kopecks = format!("{whole}{part}").parse();
            kopecks.or_else(|_| wrong("amount.value", "Invalid amount"))
        }
        _ => wrong("amount.value", "Invalid amount"),
    }
}

fn description(value: &Value, most: usize) -> Checked<String> {
    match value {
        Value::Null => Ok(String::new()),
        Value::String(text) if text.chars().count() <= most => Ok(text.clone()),
        _ => wrong("description", "Invalid description"),
    }
}

fn metadata(value: &Value) -> Checked<Value> {
    if value.is_null() {
        return Ok(Value::Null);
    }
    let fields = object(value, "metadata")?;
    let fits = |(name, value): (&String, &Value)| {
        let value = value.as_str().map(|value| value.chars().count());
        name.chars().count() <= 32 && value.is_some_and(|long| long <= 512)
    };
    match fields.len() <= 16 && fields.iter().all(fits) {
        true => Ok(value.clone()),
        false => wrong("metadata", "Invalid metadata"),
    }
}

fn receipt(value: &Value, kopecks: u64, wanted: bool) -> Checked<Value> {
    const FIELD: &str = "receipt";
    let missing = "Receipt is missing or illegal";
    match value {
        Value::Null if wanted => return wrong(FIELD, missing),
        Value::Null => return Ok(Value::Null),
        _ => {}
    }
    known(
        object(value, FIELD)?,
        FIELD,
        &["customer", "items", "tax_system_code"],
    )?;
    let customer = object(&value["customer"], FIELD)?;
    known(customer, FIELD, &["email", "phone", "full_name", "inn"])?;
    let email = value["customer"]["email"].as_str();
    let email = email.is_some_and(|it| it.split_once('@').is_some_and(|(_, at)| at.contains('.')));
    let phone = value["customer"]["phone"].as_str();
    let phone = phone.is_some_and(|it| {
        (11..=15).contains(&it.len()) && it.bytes().all(|digit| digit.is_ascii_digit())
    });
    if !email && !phone {
        return wrong(FIELD, missing);
    }
    let tax = &value["tax_system_code"];
    if !tax.is_null() && !tax.as_u64().is_some_and(|code| (1..=6).contains(&code)) {
        return wrong("receipt.tax_system_code", "Invalid tax_system_code");
    }
    let items = value["items"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    if !(1..=80).contains(&items.len()) {
        return wrong("receipt.items", missing);
    }
    let mut total = 0;
    for item in items {
        total += line(item)?;
    }
    match total == kopecks {
        true => Ok(value.clone()),
        false => wrong("receipt.items", "Receipt amount differs from the amount"),
    }
}

/// The kopecks of one line.
fn line(item: &Value) -> Checked<u64> {
    const FIELD: &str = "receipt.items";
    let fields = [
        "description",
        "quantity",
        "amount",
        "vat_code",
        "payment_subject",
        "payment_mode",
        "measure",
    ];
    known(object(item, FIELD)?, FIELD, &fields)?;
    let name = item["description"].as_str().unwrap_or_default();
    if !(1..=128).contains(&name.chars().count()) {
        return wrong(FIELD, "Invalid description");
    }
    if !item["vat_code"]
        .as_u64()
        .is_some_and(|code| (1..=12).contains(&code))
    {
        return wrong(FIELD, "Invalid vat_code");
    }
    let named = |name: &str, all: &[&str]| {
        item[name].is_null() || item[name].as_str().is_some_and(|it| all.contains(&it))
    };
    if !named("payment_subject", &SUBJECTS) || !named("payment_mode", &MODES) {
        return wrong(FIELD, "Invalid payment_subject or payment_mode");
    }
    let quantity = item["quantity"].as_str().map(str::to_owned);
    let quantity = quantity.or_else(|| item["quantity"].as_f64().map(|it| it.to_string()));
    let quantity: f64 = quantity.and_then(|it| it.parse().ok()).unwrap_or(0.0);
    if quantity <= 0.0 || quantity > 99_999.999 {
        return wrong(FIELD, "Invalid quantity");
    }
    Ok((amount(&item["amount"])? as f64 * quantity).round() as u64)
}
