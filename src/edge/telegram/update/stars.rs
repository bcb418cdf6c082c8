//! News of money in an update.

use crate::edge::telegram::json::Fields;
use crate::rules::domain::stars::{Deal, Stars};

/// Names that Telegram gives to charges and queries are shorter, in bytes.
const NAME: usize = 512;

/// What a message tells of money, if it does.
pub(super) fn of_message(message: &Fields<'_>) -> Option<Stars> {
    let told = |name| {
        let told = message.object(name)?;
        let charge = told.text("telegram_payment_charge_id");
        Some((charge.filter(|it| is_name(it))?, deal(&told)?))
    };
    let paid = told("successful_payment").map(|(charge, deal)| Stars::Paid { charge, deal });
    paid.or_else(|| {
        let (charge, deal) = told("refunded_payment")?;
        Some(Stars::Refunded { charge, deal })
    })
}

/// What a `pre_checkout_query` asks.
pub(super) fn of_query(query: &Fields<'_>) -> Option<Stars> {
    let deal = deal(query)?;
    let query = query.text("id").filter(|it| is_name(it))?;
    Some(Stars::Checkout { query, deal })
}

fn deal(told: &Fields<'_>) -> Option<Deal> {
    Some(Deal {
        currency: told.text("currency")?,
        amount: u64::try_from(told.number("total_amount")?).ok()?,
        // A refund may come without.
        payload: told.text("invoice_payload").unwrap_or_default(),
    })
}

fn is_name(text: &str) -> bool {
    (1..=NAME).contains(&text.len())
}
