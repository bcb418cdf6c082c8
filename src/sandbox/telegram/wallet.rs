//! What people do with Stars, and what happens to them behind the bot's back.

use serde_json::{Value, json};

use super::{
    Telegram,
    chats::{Content, World},
    person::Person,
    stars::{Charge, Checkout},
    updates::Lane,
};
use crate::sandbox::rail::News;

impl Person {
    /// How many Stars they have; a thousand at first.
    pub fn stars(&self) -> i64 {
        self.door.ask(|world| world.stars.of(self.id))
    }

    /// Has exactly so many Stars from here on.
    pub fn has_stars(&self, stars: i64) {
        self.door.change(|world| world.stars.set(self.id, stars));
    }

    /// Pays the newest invoice that can be paid: the bot is asked, and how it stands is told by [`Person::checkout`].
    ///
    /// # Errors
    /// What they read instead: there is no invoice to pay, or they have too few Stars.
    pub fn pays(&self) -> Result<String, String> {
        let all = self.messages();
        let mut newest = all.iter().rev();
        let open = newest.find(|it| it.invoice().is_some_and(|invoice| !invoice.paid));
        self.pays_on(open.ok_or("there is nothing to pay")?.id)
    }

    /// Pays the invoice in this message.
    ///
    /// # Errors
    /// As [`Person::pays`], and if it is paid already and payable once.
    pub fn pays_on(&self, message: i64) -> Result<String, String> {
        let paid = |it: &Content| matches!(it, Content::Invoice(it) if it.paid && !it.start_parameter.is_empty());
        let known = |world: &World| {
            let found = world.message(self.id, message);
            found.is_some_and(|found| paid(&found.content))
        };
        match self.door.ask(known) {
            true => Err("it is paid already".to_owned()),
            false => self.pays_again(message),
        }
    }

    /// Pays the invoice in this message, even if it is paid and should be payable once: a charge of its own.
    ///
    /// # Errors
    /// There is no such invoice, or they have too few Stars.
    pub fn pays_again(&self, message: i64) -> Result<String, String> {
        let now = self.door.ground.now();
        self.door
            .change(|world| world.press_pay(self.id, message, now))
    }

    /// How what they pay stands.
    ///
    /// # Panics
    /// If nobody has ever begun to pay that.
    pub fn checkout(&self, query: &str) -> Checkout {
        let now = self.door.ground.now();
        let found = self.door.ask(|world| world.stars.checkout(query, now));
        found.expect("somebody began to pay that")
    }
}

impl Telegram {
    /// Everything that was paid, oldest first.
    pub fn charges(&self) -> Vec<Charge> {
        self.door.ask(|world| world.stars.charges.clone())
    }

    /// The Stars of the bot.
    pub fn bot_stars(&self) -> i64 {
        self.door.ask(|world| world.stars.bot)
    }

    /// What happens to news of payments from here on; what was held goes out with [`News::Prompt`].
    pub fn set_payment_news(&self, news: News) {
        let now = self.door.ground.now();
        self.door.change(|world| world.set_news(news, now));
    }

    /// The next payment that the bot agrees to fails all the same, and the person reads this.
    pub fn fail_next_payment(&self, why: &str) {
        self.door
            .change(|world| world.stars.fails.push(why.to_owned()));
    }

    /// Telegram itself gives a charge back, and says so in the chat if `told`; `false` if there is nothing to give.
    pub fn refunds_outside(&self, charge: &str, told: bool) -> bool {
        let now = self.door.ground.now();
        self.door.change(|world| {
            let mut charges = world.stars.charges.iter();
            let found = charges.position(|it| it.id == charge && !it.refunded);
            found
                .map(|number| world.give_back(number, told, now))
                .is_some()
        })
    }

    /// So many Stars of the bot are withdrawn.
    pub fn withdraws_stars(&self, stars: i64) {
        let now = self.door.ground.now();
        self.door.change(|world| {
            world.stars.bot -= stars;
            let id = format!("stxWITHDRAWN{:04}", world.stars.rows.len());
            let state = json!({"type": "pending"});
            let receiver = json!({"type": "fragment", "withdrawal_state": state});
            let row = json!({"id": id, "date": now / 1000, "amount": stars, "receiver": receiver});
            world.stars.rows.push(row);
        });
    }

    /// One more row in the list of transactions, as it is.
    pub fn adds_star_row(&self, row: Value) {
        self.door.change(|world| world.stars.rows.push(row));
    }

    /// Somebody tells the bot of a payment that nobody has made; the update's id.
    pub fn forges_payment(&self, person: i64, stars: i64, payload: &str, charge: &str) -> i64 {
        let now = self.door.ground.now();
        self.door.change(|world| {
            let told = json!({
                "message_id": 900_000, "date": now / 1000,
                "chat": world.tell_chat(person), "from": world.tell_user(person),
                "successful_payment": {
                    "currency": "XTR", "total_amount": stars, "invoice_payload": payload,
                    "telegram_payment_charge_id": charge, "provider_payment_charge_id": "",
                },
            });
            world.updates.add(Lane::Chat(person), "message", told, now)
        })
    }
}
