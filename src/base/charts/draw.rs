//! The drawing of a chart: title, legend, lines across, bars, time.

use std::fmt::Write;

use super::chart::{Chart, HEIGHT, Series, Stand, WIDTH};
use super::look::{Look, Part, escaped, number};
use super::scale::Scale;

/// The size of letters.
const LETTER: f64 = 12.0;
/// A letter's width is guessed as this part of its size: a wide Cyrillic one in a wide font.
const WIDE: f64 = 0.62;
/// Room at the right and below.
const MARGIN: f64 = 10.0;
/// Where the title stands.
const TITLE: f64 = 18.0;
/// From line to line of the legend.
const LEGEND: f64 = 18.0;
/// The square before a name in the legend.
const SQUARE: f64 = 9.0;
/// Room for the time below.
const TIME: f64 = 22.0;
/// A bar takes this part of its slot.
const FULL: f64 = 0.74;
/// A bar that is not zero can be seen, however small it is.
const LEAST: f64 = 1.0;

/// Where the bars stand.
struct Field {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

pub(super) fn draw(chart: &Chart, look: &Look) -> String {
    let highest = chart.top();
    let scale = Scale::new(highest, &chart.measure);
    let ticks: Vec<_> = (0..=scale.lines)
        .map(|line| f64::from(line) * scale.step)
        .map(|value| (value, chart.measure.says(value)))
        .collect();
    let widest = ticks
        .iter()
        .map(|(_, text)| width(text))
        .fold(0.0, f64::max);
    let rows = legend(chart);
    let field = Field {
        left: widest + 8.0,
        top: TITLE + 20.0 + LEGEND * rows.len() as f64,
        right: WIDTH - MARGIN,
        bottom: HEIGHT - TIME,
    };

    let mut svg = Svg::new(look);
    svg.open(&chart.title);
    svg.text(Part::Title, 0.0, TITLE, "start", LETTER + 2.0, &chart.title);
    for (row, names) in rows.iter().enumerate() {
        let y = TITLE + 4.0 + LEGEND * (row as f64 + 1.0);
        for (x, series) in names {
            svg.bar(series, *x, y - SQUARE, SQUARE, SQUARE);
            svg.text(
                Part::Text,
                x + SQUARE + 5.0,
                y,
                "start",
                LETTER,
                &series.name,
            );
        }
    }
    if highest <= 0.0 {
        svg.line(Part::Base, &field, field.bottom);
        let middle = (field.top + field.bottom) / 2.0;
        svg.text(
            Part::Text,
            WIDTH / 2.0,
            middle,
            "middle",
            LETTER + 1.0,
            &chart.empty,
        );
    } else {
        for (value, text) in &ticks {
            let y = field.y(*value, &scale);
            let part = if *value > 0.0 { Part::Grid } else { Part::Base };
            svg.line(part, &field, y);
            svg.text(Part::Text, field.left - 6.0, y + 4.0, "end", LETTER, text);
        }
        bars(&mut svg, chart, &field, &scale);
    }
    time(&mut svg, chart, &field);
    svg.out.push_str("</svg>");
    svg.out
}

impl Field {
    fn y(&self, value: f64, scale: &Scale) -> f64 {
        self.bottom - self.high(value, scale)
    }

    fn high(&self, value: f64, scale: &Scale) -> f64 {
        (self.bottom - self.top) * (value / scale.top())
    }

    /// The width of a slot.
    fn slot(&self, chart: &Chart) -> f64 {
        (self.right - self.left) / chart.slots.len().max(1) as f64
    }
}

/// The names with their places, row by row; the name of a single series is the title's business.
fn legend(chart: &Chart) -> Vec<Vec<(f64, &Series)>> {
    let mut rows: Vec<Vec<(f64, &Series)>> = Vec::new();
    if chart.series.len() < 2 {
        return rows;
    }
    let mut x = 0.0;
    for series in &chart.series {
        let wide = SQUARE + 5.0 + width(&series.name) + 14.0;
        match rows.last_mut() {
            Some(row) if x + wide <= WIDTH => row.push((x, series)),
            Some(_) | None => {
                x = 0.0;
                rows.push(vec![(x, series)]);
            }
        }
        x += wide;
    }
    rows
}

fn bars(svg: &mut Svg<'_>, chart: &Chart, field: &Field, scale: &Scale) {
    let slot = field.slot(chart);
    let full = slot * FULL;
    for (at, place) in chart.slots.iter().enumerate() {
        let left = field.left + slot * at as f64 + (slot - full) / 2.0;
        let mut said = escaped(&place.name);
        svg.out.push_str("<g>");
        let (mut floor, thin) = (field.bottom, full / chart.series.len().max(1) as f64);
        for (which, series) in chart.series.iter().enumerate() {
            let value = series.at(at);
            let (name, number) = (escaped(&series.name), chart.measure.says(value));
            write!(said, "\n{name}: {number}").expect("a string takes what it is given");
            if value <= 0.0 {
                continue;
            }
            let high = field.high(value, scale).max(LEAST);
            match chart.stand {
                Stand::Stacked => {
                    floor -= high;
                    svg.bar(series, left, floor, full, high);
                }
                Stand::Beside => {
                    let x = left + thin * which as f64;
                    svg.bar(series, x, field.bottom - high, thin, high);
                }
            }
        }
        svg.tip(&said, left, field, full);
        svg.out.push_str("</g>");
    }
}

/// What stands below; a tick that would touch the one before is left out.
fn time(svg: &mut Svg<'_>, chart: &Chart, field: &Field) {
    let slot = field.slot(chart);
    let mut free = 0.0;
    for (at, place) in chart.slots.iter().enumerate() {
        let Some(tick) = &place.tick else { continue };
        let (middle, half) = (field.left + slot * (at as f64 + 0.5), width(tick) / 2.0);
        let middle = middle.clamp(half, (WIDTH - half).max(half));
        if middle - half >= free {
            svg.text(Part::Text, middle, HEIGHT - 5.0, "middle", LETTER, tick);
            free = middle + half + 4.0;
        }
    }
}

/// How wide a text is at most, roughly.
fn width(text: &str) -> f64 {
    text.chars().count() as f64 * LETTER * WIDE
}

/// An element after the other.
struct Svg<'a> {
    look: &'a Look,
    out: String,
}

impl<'a> Svg<'a> {
    fn new(look: &'a Look) -> Self {
        Self {
            look,
            out: String::new(),
        }
    }

    fn open(&mut self, title: &str) {
        let (w, h, title) = (WIDTH, HEIGHT, escaped(title));
        let (size, class, ground) = match self.look {
            Look::Styled => (String::new(), " class=\"chart\"", String::new()),
            Look::Painted(paint) => (
                // A picture has air around what is drawn.
                format!(" width=\"{}\" height=\"{}\"", w + 32.0, h + 28.0),
                "",
                format!(
                    "<rect x=\"-16\" y=\"-12\" width=\"{}\" height=\"{}\" fill=\"{}\"/>",
                    w + 32.0,
                    h + 28.0,
                    escaped(&paint.ground)
                ),
            ),
        };
        let view = match self.look {
            Look::Styled => format!("0 0 {w} {h}"),
            Look::Painted(_) => format!("-16 -12 {} {}", w + 32.0, h + 28.0),
        };
        let font = self.look.font();
        self.put(format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"{view}\"{size}{class}{font} role=\"img\" \
             aria-label=\"{title}\">{ground}"
        ));
    }

    fn text(&mut self, part: Part, x: f64, y: f64, anchor: &str, size: f64, text: &str) {
        let bold = match part {
            Part::Title => " font-weight=\"600\"",
            Part::Text | Part::Grid | Part::Base | Part::Bar(_) => "",
        };
        let (look, text) = (self.look.of(part), escaped(text));
        self.at("<text", &[("x", x), ("y", y), ("font-size", size)]);
        self.put(format_args!(
            " text-anchor=\"{anchor}\"{bold}{look}>{text}</text>"
        ));
    }

    fn line(&mut self, part: Part, field: &Field, y: f64) {
        let (from, to) = (("x1", field.left), ("x2", field.right));
        self.at("<line", &[from, to, ("y1", y), ("y2", y)]);
        let look = self.look.of(part);
        self.put(format_args!("{look}/>"));
    }

    fn bar(&mut self, series: &Series, x: f64, y: f64, width: f64, height: f64) {
        self.at(
            "<rect",
            &[("x", x), ("y", y), ("width", width), ("height", height)],
        );
        let look = self.look.of(Part::Bar(series.tone));
        self.put(format_args!("{look}/>"));
    }

    /// What is shown where one points, escaped; a picture cannot.
    fn tip(&mut self, said: &str, x: f64, field: &Field, width: f64) {
        if let Look::Styled = self.look {
            let (y, height) = (field.top, field.bottom - field.top);
            self.at(
                "<rect",
                &[("x", x), ("y", y), ("width", width), ("height", height)],
            );
            self.put(format_args!(
                " fill=\"transparent\" class=\"chart-tip\"><title>{said}</title></rect>"
            ));
        }
    }

    fn at(&mut self, element: &str, numbers: &[(&str, f64)]) {
        self.out.push_str(element);
        for (name, value) in numbers {
            self.put(format_args!(" {name}=\""));
            number(&mut self.out, *value);
            self.out.push('"');
        }
    }

    fn put(&mut self, what: std::fmt::Arguments<'_>) {
        self.out
            .write_fmt(what)
            .expect("a string takes what it is given");
    }
}
