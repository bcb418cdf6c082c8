//! Lists of words as one text, parted by bars: there are hundreds of them, and they are read more often than changed.

/// A list of words in lower case.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words(pub &'static str);

impl Words {
    /// Each of them.
    pub fn each(self) -> impl Iterator<Item = &'static str> {
        self.0.split('|')
    }

    /// Whether this is one of them.
    pub fn has(self, word: &str) -> bool {
        self.each().any(|known| known == word)
    }

    /// Whether one of them stands in a text.
    pub fn stand_in(self, text: &str) -> bool {
        self.each().any(|known| text.contains(known))
    }

    /// Whether a text begins with one of them.
    pub fn begin(self, text: &str) -> bool {
        self.each().any(|known| text.starts_with(known))
    }
}
