//! The methods that ask for Stars, count them and give them back.

use serde_json::{Value, json};

use super::{
    args::{Args, Refusal},
    chats::Content,
    door::{Answer, Door},
    keyboard,
    sends::{Place, WITHOUT_EFFECT},
    stars::Invoice,
    text::{Formatted, utf16},
};

/// Letters of a title and a description, bytes of a payload.
const TITLE: usize = 32;
const DESCRIPTION: usize = 255;
const PAYLOAD: usize = 128;
/// The most that one invoice may ask for.
const DEAREST: i64 = 100_000;
const PAGE: i64 = 100;
/// What is only for other currencies.
const OF_OTHERS: [&str; 7] = [
    "need_name",
    "need_phone_number",
    "need_email",
    "need_shipping_address",
    "send_phone_number_to_provider",
    "send_email_to_provider",
    "is_flexible",
];

pub(super) fn send(door: &Door, mut args: Args) -> Answer {
    let place = Place::read(&mut args)?;
    let title = filled(&mut args, "title", TITLE, utf16)?;
    let description = filled(&mut args, "description", DESCRIPTION, utf16)?;
    let payload = filled(&mut args, "payload", PAYLOAD, str::len)?;
    let currency = args.text("currency")?.unwrap_or_default();
    let token = args.text("provider_token")?.unwrap_or_default();
    let stars = price(args.json("prices")?)?;
    let start_parameter = args.text("start_parameter")?.unwrap_or_default();
    let tips = args.int("max_tip_amount")?.unwrap_or(0) != 0
        || args.json("suggested_tip_amounts")?.is_some();
    let mut of_others = tips || args.text("provider_data")?.is_some();
    for name in OF_OTHERS {
        of_others |= args.flag(name)?;
    }
    let buttons = keyboard::read_paying(args.json("reply_markup")?, stars)?;
    args.ignore(&WITHOUT_EFFECT);
    args.ignore(&["photo_url", "photo_size", "photo_width", "photo_height"]);
    args.finish()?;
    if currency != "XTR" {
        return Err(Refusal::wrong("PAYMENT_PROVIDER_INVALID"));
    }
    if of_others || !token.is_empty() {
        return Err(Refusal::wrong("STARS_INVOICE_INVALID"));
    }
    if stars > DEAREST {
        return Err(Refusal::wrong("CURRENCY_TOTAL_AMOUNT_INVALID"));
    }
    let of_start = |it: u8| it.is_ascii_alphanumeric() || it == b'_' || it == b'-';
    if start_parameter.len() > 64 || !start_parameter.bytes().all(of_start) {
        return Err(Refusal::wrong("START_PARAM_INVALID"));
    }
    let invoice = Invoice {
        title,
        description,
        payload,
        stars,
        start_parameter,
        paid: false,
    };
    door.send(
        place,
        Formatted::default(),
        Content::Invoice(invoice),
        buttons,
    )
}

/// The one price that Stars have.
fn price(prices: Option<Value>) -> Result<i64, Refusal> {
    let Some(Value::Array(prices)) = prices else {
        return Err(Refusal::wrong("there must be at least one price"));
    };
    let [price] = &prices[..] else {
        return Err(Refusal::wrong(match prices.is_empty() {
            true => "there must be at least one price",
            false => "STARS_INVOICE_INVALID",
        }));
    };
    let label = price["label"].as_str().unwrap_or_default();
    if label.is_empty() {
        return Err(Refusal::wrong("LabeledPrice label must be non-empty"));
    }
    match price["amount"].as_i64() {
        Some(amount) if amount > 0 => Ok(amount),
        Some(_) => Err(Refusal::wrong("total price must be positive")),
        None => Err(Refusal::wrong(
            "can't parse labeled price: Field \"amount\" must be of type Number",
        )),
    }
}

fn filled(
    args: &mut Args,
    name: &str,
    most: usize,
    length: fn(&str) -> usize,
) -> Result<String, Refusal> {
    let text = args.text(name)?.unwrap_or_default();
    match length(&text) {
        0 => Err(Refusal::wrong(format!("parameter \"{name}\" is required"))),
        long if long > most => {
            let name = name.to_uppercase();
            Err(Refusal::wrong(format!("INVOICE_{name}_INVALID")))
        }
        _ => Ok(text),
    }
}

pub(super) fn answer_checkout(door: &Door, mut args: Args) -> Answer {
    let id = args.text("pre_checkout_query_id")?.unwrap_or_default();
    let ok = args.flag("ok")?;
    let why = args.text("error_message")?.filter(|why| !why.is_empty());
    args.finish()?;
    let refusal = match (ok, why) {
        (true, _) => None,
        (false, Some(why)) => Some(why),
        (false, None) => return Err(Refusal::wrong("error message can't be empty")),
    };
    door.try_change(|world, now| match world.answer_checkout(&id, refusal, now) {
        true => Ok(true.into()),
        false => {
            let why =
                "Bad Request: query is too old and response timeout expired or query ID is invalid";
            Err(Refusal::plain(400, why))
        }
    })
}

pub(super) fn refund(door: &Door, mut args: Args) -> Answer {
    let person = args.need_int("user_id")?;
    let charge = args.text("telegram_payment_charge_id")?.unwrap_or_default();
    args.finish()?;
    let refused = |why: &str| Err(Refusal::plain(400, &format!("Bad Request: {why}")));
    door.try_change(|world, now| {
        if !world.people.contains_key(&person) {
            return refused("user not found");
        }
        let mut charges = world.stars.charges.iter().enumerate();
        let found = charges.find(|(_, it)| it.id == charge && it.person == person);
        match found {
            None => refused("CHARGE_NOT_FOUND"),
            Some((_, found)) if found.refunded => refused("CHARGE_ALREADY_REFUNDED"),
            Some((_, found)) if found.stars > world.stars.bot => refused("BALANCE_TOO_LOW"),
            Some((number, _)) => {
                world.give_back(number, true, now);
                Ok(true.into())
            }
        }
    })
}

/// Oldest first, as bots get them; a limit out of range is moved into it.
pub(super) fn transactions(door: &Door, mut args: Args) -> Answer {
    let offset = args.int("offset")?.unwrap_or(0);
    let limit = args.int("limit")?.unwrap_or(PAGE).clamp(1, PAGE);
    args.finish()?;
    let Ok(offset) = usize::try_from(offset) else {
        return Err(Refusal::wrong("parameter \"offset\" must be non-negative"));
    };
    door.try_change(|world, _| {
        let rows = world.stars.rows.iter().skip(offset);
        let rows: Vec<_> = rows.take(limit as usize).cloned().collect();
        Ok(json!({"transactions": rows}))
    })
}

pub(super) fn balance(door: &Door, args: Args) -> Answer {
    args.finish()?;
    door.try_change(|world, _| Ok(json!({"amount": world.stars.bot})))
}
