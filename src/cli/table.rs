//! Tables and fields, for the eye.

use comfy_table::{Table, presets};

use crate::base::time::Timestamp;

/// Prints rows under a header; `nothing` if there are none.
pub fn table<const N: usize>(header: [&str; N], rows: Vec<[String; N]>, nothing: &str) {
    if rows.is_empty() {
        say!("{nothing}");
        return;
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(header);
    table.add_rows(rows);
    for line in table.lines() {
        say!("{}", line.trim());
    }
}

/// Prints names with their values.
pub fn fields(fields: &[(&str, String)]) {
    let widest = fields.iter().map(|(name, _)| name.len()).max();
    let width = widest.unwrap_or_default() + 2;
    for (name, value) in fields {
        say!("{name:<width$}{value}");
    }
}

/// A moment, or a dash.
pub fn moment(at: Option<u64>) -> String {
    at.map_or_else(dash, |at| Timestamp(at).utc())
}

/// A text, or a dash.
pub fn or_dash(text: Option<impl ToString>) -> String {
    text.map_or_else(dash, |text| text.to_string())
}

/// How long something takes, to two units: `3 d 4 h`.
pub fn span(seconds: u64) -> String {
    let units = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let mut left = seconds;
    let mut said = Vec::new();
    for (size, unit) in units {
        if left >= size || (size == 1 && said.is_empty()) {
            said.push(format!("{} {unit}", left / size));
            left %= size;
        }
    }
    said.truncate(2);
    said.join(" ")
}

/// A size, to the next smaller unit: `12.3 MiB`.
pub fn size(bytes: u64) -> String {
    let mut size = bytes as f64;
    for unit in ["B", "KiB", "MiB"] {
        if size < 1024.0 {
            return format!("{size:.1} {unit}").replace(".0 B", " B");
        }
        size /= 1024.0;
    }
    format!("{size:.1} GiB")
}

fn dash() -> String {
    "-".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_sizes_are_short() {
        assert_eq!(span(0), "0 s");
        assert_eq!(span(61), "1 min 1 s");
        assert_eq!(span(3 * 86_400 + 4 * 3_600 + 59), "3 d 4 h");
        assert_eq!(size(1023), "1023 B");
        assert_eq!(size(1536), "1.5 KiB");
        assert_eq!(size(5 << 30), "5.0 GiB");
    }
}
