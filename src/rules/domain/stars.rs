//! What Telegram tells of money in a chat: about to be paid, paid, given back.

/// News of a payment in a chat. It comes at least once; what is paid is known by its charge, not by its payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stars {
    /// Somebody has pressed Pay: without a yes within ten seconds nothing is charged.
    Checkout {
        /// What the answer is given to.
        query: String,
        deal: Deal,
    },
    /// It is paid, by whom the update is from.
    Paid { charge: String, deal: Deal },
    /// It is given back, by us or by others. The update may be from the bot itself: whose it was is known by the
    /// charge.
    Refunded { charge: String, deal: Deal },
}

/// How much, and for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deal {
    /// `XTR` for Stars.
    pub currency: String,
    /// In the smallest units of the currency; a Star is whole.
    pub amount: u64,
    /// What the invoice was sent with; it may be anything.
    pub payload: String,
}
