//! How Stars move: Pay is pressed, the bot answers, a charge is made or given back, and the bot is told.

use serde_json::{Value, json};

use super::{
    chats::{Content, Draft, World},
    keyboard::Rows,
    stars::{Charge, Checkout, Invoice, Open, PATIENCE, timed_out},
    text::Formatted,
    updates::Lane,
};
use crate::sandbox::rail::News;

impl World {
    /// Presses Pay; the query that the bot is asked, or what the person reads instead.
    pub(super) fn press_pay(
        &mut self,
        person: i64,
        message: i64,
        now: u64,
    ) -> Result<String, String> {
        let found = self.message(person, message);
        let Some(Content::Invoice(invoice)) = found.map(|it| it.content.clone()) else {
            return Err("there is no such invoice".to_owned());
        };
        if self.stars.of(person) < invoice.stars {
            return Err("too few Stars".to_owned());
        }
        let id = format!(
            "{}",
            5_300_000_000_000_000_001 + self.stars.checkouts.len() as u64
        );
        let query = json!({
            "id": id,
            "from": self.tell_user(person),
            "currency": "XTR",
            "total_amount": invoice.stars,
            "invoice_payload": invoice.payload,
        });
        self.stars.checkouts.push(Open {
            id: id.clone(),
            person,
            message,
            invoice,
            at: now,
            answered: false,
            ended: None,
        });
        let lane = Lane::Checkouts(person);
        self.updates.add(lane, "pre_checkout_query", query, now);
        Ok(id)
    }

    /// The bot lets somebody pay, or not; `false` if there is no such query, or no longer.
    pub(super) fn answer_checkout(&mut self, id: &str, refusal: Option<String>, now: u64) -> bool {
        let known = self.stars.checkouts.iter_mut().find(|it| it.id == id);
        let Some(open) = known.filter(|it| !it.answered) else {
            return false;
        };
        open.answered = true;
        let late = now >= open.at + PATIENCE;
        let (person, message, invoice) = (open.person, open.message, open.invoice.clone());
        let poor = self.stars.of(person) < invoice.stars;
        let ended = match refusal {
            // As the real one may: it says yes, and nothing is paid.
            _ if late => timed_out(),
            Some(why) => Checkout::Failed(why),
            None if poor => Checkout::Failed("too few Stars".to_owned()),
            None if !self.stars.fails.is_empty() => Checkout::Failed(self.stars.fails.remove(0)),
            None => Checkout::Paid(self.charge(person, message, &invoice, now)),
        };
        let mut all = self.stars.checkouts.iter_mut();
        let open = all.find(|it| it.id == id).expect("it was just found");
        open.ended = Some(ended);
        true
    }

    fn charge(&mut self, person: i64, message: i64, invoice: &Invoice, now: u64) -> String {
        let number = self.stars.charges.len();
        let id = format!("stxSANDBOX{number:06}q-{person}_{}", invoice.stars);
        let has = self.stars.of(person);
        self.stars.set(person, has - invoice.stars);
        self.stars.bot += invoice.stars;
        let row = json!({
            "id": id, "date": now / 1000, "amount": invoice.stars,
            "source": {
                "type": "user", "transaction_type": "invoice_payment",
                "user": self.tell_user(person), "invoice_payload": invoice.payload,
            },
        });
        self.stars.rows.push(row);
        self.stars.charges.push(Charge {
            id: id.clone(),
            person,
            stars: invoice.stars,
            payload: invoice.payload.clone(),
            refunded: false,
            news: None,
        });
        if let Some(found) = self.message_mut(person, message)
            && let Content::Invoice(invoice) = &mut found.content
        {
            invoice.paid = true;
        }
        let told = json!({
            "currency": "XTR", "total_amount": invoice.stars, "invoice_payload": invoice.payload,
            "telegram_payment_charge_id": id, "provider_payment_charge_id": "",
        });
        let told = self.service(person, person, "successful_payment", told, now);
        match self.stars.news {
            News::Prompt => self.tell_payment(number, person, told, now),
            News::Held => self.stars.held.push((number, person, told)),
            News::Lost => {}
        }
        id
    }

    fn tell_payment(&mut self, number: usize, chat: i64, told: Value, now: u64) {
        let news = self.updates.add(Lane::Chat(chat), "message", told, now);
        self.stars.charges[number].news = Some(news);
    }

    /// From here on news of payments goes that way; what was held goes out, unless it is held on.
    pub(super) fn set_news(&mut self, news: News, now: u64) {
        self.stars.news = news;
        if news == News::Prompt {
            for (number, chat, told) in std::mem::take(&mut self.stars.held) {
                self.tell_payment(number, chat, told, now);
            }
        }
    }

    /// Gives a charge back, whoever wants it; `told` says whether the bot hears of it in the chat.
    pub(super) fn give_back(&mut self, number: usize, told: bool, now: u64) {
        let charge = &mut self.stars.charges[number];
        charge.refunded = true;
        let (id, person, stars) = (charge.id.clone(), charge.person, charge.stars);
        let payload = charge.payload.clone();
        self.stars.bot -= stars;
        let has = self.stars.of(person);
        self.stars.set(person, has + stars);
        let row = json!({
            "id": id, "date": now / 1000, "amount": stars,
            "receiver": {
                "type": "user", "transaction_type": "invoice_payment",
                "user": self.tell_user(person),
            },
        });
        self.stars.rows.push(row);
        let back = json!({
            "currency": "XTR", "total_amount": stars, "invoice_payload": payload,
            "telegram_payment_charge_id": id,
        });
        let back = self.service(person, self.bot_id, "refunded_payment", back, now);
        if told {
            self.updates.add(Lane::Chat(person), "message", back, now);
        }
    }

    /// Writes what Telegram itself says into a chat; as the bot is told it.
    fn service(
        &mut self,
        chat: i64,
        sender: i64,
        name: &'static str,
        what: Value,
        now: u64,
    ) -> Value {
        let draft = Draft {
            sender,
            text: Formatted::default(),
            content: Content::Service(name, what),
            buttons: Rows::new(),
            album: None,
            topic: None,
        };
        let id = self.write(chat, now, draft);
        let message = self.message(chat, id).expect("it was just written");
        self.tell(chat, message)
    }
}
