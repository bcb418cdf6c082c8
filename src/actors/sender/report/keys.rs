//! The provider's keys and models: who rests, and what is left on their accounts.

use super::asker::Asker;
use super::page::Page;
use crate::edge::telegram::words::Message;
use crate::operator::service::ask::{Keys, Models};
use crate::rules::conversation::office::knob::Knob;
use crate::store::StoreError;

/// At most so many keys, and so many models, are shown.
const SHOWN: usize = 30;

pub(super) async fn page(
    mut page: Page<'_>,
    asker: &Asker<'_>,
) -> Result<Option<Message>, StoreError> {
    let Some(keys) = asker.ask(Keys).await? else {
        return Ok(None);
    };
    let Some(models) = asker.ask(Models).await? else {
        return Ok(None);
    };
    page.line("keys-head", &[]);
    for key in keys.iter().take(SHOWN) {
        let left = match (key.credits, &key.trouble) {
            (Some(credits), _) => page.get("keys-credits", &[("credits", whole(credits).into())]),
            (None, Some(why)) => page.get("keys-unknown", &[("why", why.as_str().into())]),
            (None, None) => page.get("keys-unknown", &[("why", "?".into())]),
        };
        let rests = rests(&page, key.until, key.why.as_deref());
        page.push(&format!("• {} — {left}{rests}", key.key));
    }
    page.gap();
    page.line("models-head", &[]);
    for (model, number) in models.iter().zip(1..).take(SHOWN) {
        let number: u32 = number;
        let title = match model.title.as_str() {
            "" => model.model.as_str(),
            title => title,
        };
        let cost = page.get("keys-cost", &[("credits", whole(model.credits).into())]);
        let rests = rests(&page, model.until, model.why.as_deref());
        page.push(&format!("{number}. {title} — {cost}{rests}"));
    }
    let row = vec![
        page.button("button-desk-refresh", Knob::Keys),
        page.button("button-desk-queue", Knob::Queue),
    ];
    page.keyboard.push(row);
    Ok(Some(page.done()))
}

/// The provider's credits, to the tenth.
fn whole(credits: f64) -> String {
    let tenths = (credits * 10.0).round() / 10.0;
    tenths.to_string()
}

fn rests(page: &Page<'_>, until: Option<u64>, why: Option<&str>) -> String {
    let Some(until) = until else {
        return String::new();
    };
    let args = [
        ("until", page.moment(until).into()),
        ("why", why.unwrap_or("?").into()),
    ];
    format!(" · {}", page.get("keys-rests", &args))
}
