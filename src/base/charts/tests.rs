//! What a chart promises, read from the SVG itself.

use super::*;

fn chart(stand: Stand, rows: &[&[f64]]) -> Chart {
    let tones = [Tone::Good, Tone::Bad, Tone::First];
    let series = rows.iter().zip(tones).map(|(values, tone)| Series {
        name: format!("ряд {tone:?}"),
        tone,
        values: values.to_vec(),
    });
    Chart {
        title: "Видео".into(),
        slots: axis::days(1_769_040_000_000, rows[0].len()),
        series: series.collect(),
        stand,
        measure: Measure::Count,
        empty: "Пока ничего".into(),
    }
}

/// A rectangle with this class: x, y, width, height.
fn rects(svg: &str, class: &str) -> Vec<[f64; 4]> {
    let mut found = Vec::new();
    for element in svg.split('<').filter(|it| it.starts_with("rect")) {
        if element.contains(&format!("class=\"{class}\"")) {
            found.push(["x", "y", "width", "height"].map(|name| attribute(element, name)));
        }
    }
    found
}

fn attribute(element: &str, name: &str) -> f64 {
    let (_, rest) = element.split_once(&format!(" {name}=\"")).unwrap();
    rest.split('"').next().unwrap().parse().unwrap()
}

/// Where the lines across are, from the baseline up.
fn lines(svg: &str) -> Vec<f64> {
    let lines = svg.split('<').filter(|it| it.starts_with("line"));
    lines.map(|line| attribute(line, "y1")).collect()
}

/// Without the squares of the legend, which come first.
fn bars(svg: &str, class: &str, legend: usize) -> Vec<[f64; 4]> {
    rects(svg, class).split_off(legend)
}

fn near(left: f64, right: f64) -> bool {
    (left - right).abs() < 0.05
}

#[test]
fn bars_stand_on_zero_and_are_as_high_as_their_numbers() {
    let svg = chart(Stand::Stacked, &[&[1.0, 2.0, 4.0]]).svg(&Look::Styled);
    let lines = lines(&svg);
    assert_eq!(lines.len(), 5);
    let unit = lines[0] - lines[1];
    let bars = bars(&svg, "chart-good", 0);
    for ([_, y, _, height], value) in bars.iter().zip([1.0, 2.0, 4.0]) {
        assert!(near(y + height, lines[0]), "{svg}");
        assert!(near(*height, unit * value), "{svg}");
    }
}

#[test]
fn parts_of_a_sum_stand_one_upon_the_other() {
    let svg = chart(Stand::Stacked, &[&[3.0], &[1.0]]).svg(&Look::Styled);
    let ([good], [bad]) = (
        &bars(&svg, "chart-good", 1)[..],
        &bars(&svg, "chart-bad", 1)[..],
    ) else {
        panic!("{svg}");
    };
    assert!(near(bad[1] + bad[3], good[1]), "{svg}");
    assert!(near(bad[0], good[0]) && near(bad[2], good[2]), "{svg}");
    assert!(near(good[3], 3.0 * bad[3]), "{svg}");
}

#[test]
fn bars_side_by_side_do_not_touch_their_neighbours() {
    let svg = chart(Stand::Beside, &[&[3.0, 1.0], &[1.0, 2.0]]).svg(&Look::Styled);
    let (good, bad) = (bars(&svg, "chart-good", 1), bars(&svg, "chart-bad", 1));
    assert!(near(good[0][0] + good[0][2], bad[0][0]), "{svg}");
    assert!(bad[0][0] + bad[0][2] < good[1][0], "{svg}");
    assert!(bad[1][0] + bad[1][2] <= WIDTH, "{svg}");
    assert!(
        near(good[0][1] + good[0][3], bad[0][1] + bad[0][3]),
        "{svg}"
    );
}

#[test]
fn nothing_is_drawn_outside() {
    let hours: Vec<_> = (0..24).map(|hour| f64::from(hour * 977)).collect();
    for stand in [Stand::Stacked, Stand::Beside] {
        let mut chart = chart(stand, &[&hours, &hours, &hours]);
        chart.slots = axis::hours(1_769_040_000_000, 24);
        let svg = chart.svg(&Look::Styled);
        for class in ["chart-good", "chart-bad", "chart-first"] {
            for [x, y, width, height] in rects(&svg, class) {
                assert!(x >= 0.0 && x + width <= WIDTH, "{svg}");
                assert!(y >= 0.0 && y + height <= HEIGHT, "{svg}");
            }
        }
    }
}

#[test]
fn the_smallest_number_can_be_seen_and_zero_cannot() {
    let svg = chart(Stand::Stacked, &[&[1.0, 100_000.0, 0.0]]).svg(&Look::Styled);
    let bars = bars(&svg, "chart-good", 0);
    assert_eq!(bars.len(), 2);
    assert!(near(bars[0][3], 1.0), "{svg}");
}

#[test]
fn what_is_no_number_is_zero() {
    let odd = [f64::NAN, f64::INFINITY, -3.0];
    let svg = chart(Stand::Stacked, &[&odd]).svg(&Look::Styled);
    assert!(svg.contains("Пока ничего"), "{svg}");
    assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    let mut short = chart(Stand::Stacked, &[&[1.0, 1.0]]);
    short.series[0].values.pop();
    let svg = short.svg(&Look::Styled);
    assert_eq!(bars(&svg, "chart-good", 0).len(), 1);
}

#[test]
fn without_numbers_it_says_so() {
    let svg = chart(Stand::Stacked, &[&[0.0, 0.0], &[0.0, 0.0]]).svg(&Look::Styled);
    assert!(svg.contains(">Пока ничего</text>"), "{svg}");
    assert!(bars(&svg, "chart-good", 1).is_empty());
    let none = Chart {
        slots: Vec::new(),
        series: Vec::new(),
        ..chart(Stand::Beside, &[&[]])
    };
    assert!(none.svg(&Look::Styled).contains("Пока ничего"));
}

#[test]
fn words_from_outside_stay_words() {
    let mut evil = chart(Stand::Stacked, &[&[1.0], &[2.0]]);
    let word = "<script>\"a\"&'b'\u{0}\u{1b}</script>";
    evil.title = word.into();
    evil.series[0].name = word.into();
    evil.slots[0] = Slot {
        name: word.into(),
        tick: Some(word.into()),
    };
    let paint = Paint {
        font: word.into(),
        ground: word.into(),
        ..Paint::default()
    };
    for look in [Look::Styled, Look::Painted(Box::new(paint))] {
        let svg = evil.svg(&look);
        assert!(!svg.contains("<script") && !svg.contains("\"a\""), "{svg}");
        assert!(!svg.contains(['\u{0}', '\u{1b}']), "{svg}");
        assert!(svg.contains("&lt;script&gt;&quot;a&quot;&amp;&#39;b&#39;"));
    }
}

#[test]
fn a_page_colours_it_by_classes_and_a_picture_brings_its_own() {
    let chart = chart(Stand::Stacked, &[&[1.0], &[2.0]]);
    let styled = chart.svg(&Look::Styled);
    assert!(styled.starts_with("<svg ") && styled.ends_with("</svg>"));
    assert!(styled.contains("role=\"img\" aria-label=\"Видео\""));
    assert!(!styled.contains('#') && !styled.contains("style=") && !styled.contains("font-family"));
    assert!(styled.contains("ряд Good: 1\nряд Bad: 2"), "{styled}");

    let painted = chart.svg(&Look::Painted(Box::default()));
    assert!(!painted.contains("class=") && !painted.contains("<title>"));
    assert!(painted.contains("fill=\"#ffffff\"") && painted.contains("font-family=\"sans-serif\""));
}

#[test]
fn ticks_do_not_touch() {
    let mut chart = chart(Stand::Stacked, &[&[1.0; 30]]);
    for slot in &mut chart.slots {
        slot.tick = Some(slot.name.clone());
    }
    let svg = chart.svg(&Look::Styled);
    let below = svg
        .split('<')
        .filter(|it| it.contains("text-anchor=\"middle\""));
    let places: Vec<_> = below.map(|tick| attribute(tick, "x")).collect();
    assert!(places.len() > 5 && places.len() < 30, "{places:?}");
    assert!(
        places.windows(2).all(|two| two[1] - two[0] > 38.0),
        "{places:?}"
    );
}
