//! Sums, and what is kept of what a rail says.

use proptest::prelude::*;

use super::*;

#[test]
fn a_sum_is_read_however_it_is_written_and_never_rounded() {
    for (written, sum) in [
        ("99.00", Some(9900)),
        ("99", Some(9900)),
        ("99.5", Some(9950)),
        ("0.01", Some(1)),
        ("99.9900", Some(9999)),
        ("99.999", None),
        ("99,00", None),
        ("-1.00", None),
        ("+1.00", None),
        ("1e3", None),
        (".50", None),
        ("5.", None),
        ("", None),
        (" 1", None),
        ("184467440737095516.15", Some(u64::MAX)),
        ("184467440737095516.16", None),
        ("99999999999999999999999", None),
    ] {
        assert_eq!(written.parse().ok(), sum.map(Kopecks), "{written}");
    }
}

proptest! {
    #[test]
    fn a_sum_is_what_is_written_of_it(kopecks: u64) {
        let written = Kopecks(kopecks).to_string();
        prop_assert_eq!(written.parse(), Ok(Kopecks(kopecks)));
        prop_assert_eq!(written.as_bytes()[written.len() - 3], b'.');
    }
}

#[test]
fn what_a_rail_says_is_short_and_names_nobody() {
    let says = "Invalid email anna@shop.test or phone +79001234567 at step 17";
    let refusal = Refusal::new(Why::Request, "invalid_request", says);
    assert_eq!(refusal.says, "Invalid email … or phone … at step 17");
    let long = Refusal::new(Why::Request, &"ы".repeat(500), &"ы".repeat(500));
    assert_eq!(
        (long.code.chars().count(), long.says.chars().count()),
        (200, 200)
    );
}
