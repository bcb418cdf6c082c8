//! What was found by looking at no more than so many rows.

/// What was found, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found<T> {
    pub rows: Vec<T>,
    /// Whether there may be older ones: as many rows were looked at as are at the most.
    pub cut: bool,
}

impl<T> Found<T> {
    /// All there is.
    pub fn whole(rows: Vec<T>) -> Self {
        let cut = false;
        Self { rows, cut }
    }
}
