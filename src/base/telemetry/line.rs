//! A line of the log: what happened, with the fields of everything it happened in.
//!
//! One event is one line, whatever is in its values. The fields of spans stand beside the event's own under the
//! names they have, so that a line is found by `job.id` whoever wrote it; the innermost one counts.

use std::fmt;

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::{JsonFields, Writer};
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

/// The form of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For a person.
    Human,
    /// For a machine.
    Json,
}

/// Writes lines.
#[derive(Debug, Clone, Copy)]
pub struct Line {
    pub form: Form,
    /// Whether they go to the journal, which wants to be told how bad it is, and knows the time itself.
    pub journal: bool,
}

impl<S> FormatEvent<S, JsonFields> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, JsonFields>,
        mut to: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut told = Told::default();
        event.record(&mut told);
        let spans = context.event_scope().into_iter().flatten();
        spans.for_each(|span| {
            if let Some(kept) = span.extensions().get::<FormattedFields<JsonFields>>() {
                let kept: Map<String, Value> = serde_json::from_str(kept).unwrap_or_default();
                kept.into_iter()
                    .for_each(|(name, value)| told.add(&name, value));
            }
        });
        let metadata = event.metadata();
        if self.journal {
            write!(to, "<{}>", priority(metadata.level()))?;
        }
        match self.form {
            Form::Json => machine(&mut to, metadata.level(), metadata.target(), &told)?,
            Form::Human => {
                if !self.journal {
                    head(&mut to, metadata.level())?;
                }
                human(&mut to, &told)?;
            }
        }
        writeln!(to)
    }
}

/// What an event and its spans say.
#[derive(Default)]
struct Told {
    message: String,
    fields: Vec<(String, Value)>,
}

impl Told {
    /// Whoever comes first, from the inside, has the name.
    fn add(&mut self, name: &str, value: Value) {
        if self.fields.iter().all(|(known, _)| known != name) {
            self.fields.push((name.to_owned(), value));
        }
    }
}

impl Visit for Told {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let value = format!("{value:?}");
        match field.name() {
            "message" => self.message = value,
            name => self.add(name, value.into()),
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" => self.message = value.to_owned(),
            name => self.add(name, value.into()),
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field.name(), value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field.name(), value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field.name(), value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field.name(), value.into());
    }
}

/// How bad it is, as syslog counts.
fn priority(level: &Level) -> u8 {
    match *level {
        Level::ERROR => 3,
        Level::WARN => 4,
        Level::INFO => 6,
        Level::DEBUG | Level::TRACE => 7,
    }
}

/// When, and how bad, for a person.
fn head(to: &mut Writer<'_>, level: &Level) -> fmt::Result {
    let colours = to.has_ansi_escapes();
    if colours {
        to.write_str("\x1b[2m")?;
    }
    SystemTime.format_time(to)?;
    if !colours {
        return write!(to, " {level:>5} ");
    }
    let colour = match *level {
        Level::ERROR => 31,
        Level::WARN => 33,
        Level::INFO => 32,
        Level::DEBUG => 34,
        Level::TRACE => 35,
    };
    write!(to, "\x1b[0m \x1b[{colour}m{level:>5}\x1b[0m ")
}

fn human(to: &mut Writer<'_>, told: &Told) -> fmt::Result {
    let (dim, plain) = match to.has_ansi_escapes() {
        true => ("\x1b[2m", "\x1b[0m"),
        false => ("", ""),
    };
    // Nothing that is said ends the line or paints the screen.
    for said in told.message.chars() {
        match said.is_control() {
            true => write!(to, "{}", said.escape_default())?,
            false => to.write_char(said)?,
        }
    }
    for (name, value) in &told.fields {
        write!(to, " {dim}{name}={plain}")?;
        match value {
            Value::String(text) if is_word(text) => to.write_str(text)?,
            Value::String(text) => write!(to, "{text:?}")?,
            other => write!(to, "{other}")?,
        }
    }
    Ok(())
}

/// Whether a value can be told from the next field without quotes.
fn is_word(text: &str) -> bool {
    let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '=');
    !text.is_empty() && !text.contains(odd)
}

fn machine(to: &mut Writer<'_>, level: &Level, target: &str, told: &Told) -> fmt::Result {
    to.write_str("{\"timestamp\":\"")?;
    SystemTime.format_time(to)?;
    let message = Value::from(told.message.as_str());
    write!(
        to,
        "\",\"level\":\"{level}\",\"message\":{message},\"target\":\"{target}\""
    )?;
    for (name, value) in &told.fields {
        write!(to, ",{}:{value}", Value::from(name.as_str()))?;
    }
    to.write_char('}')
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::fmt::MakeWriter;

    use super::*;

    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Paper {
        type Writer = Self;

        fn make_writer(&'a self) -> Self {
            self.clone()
        }
    }

    /// What is written of a story in which something is said inside two spans.
    fn written(form: Form, journal: bool, colours: bool) -> Vec<String> {
        let paper = Paper::default();
        let logs = tracing_subscriber::fmt()
            .with_max_level(Level::TRACE)
            .with_ansi(colours)
            .fmt_fields(JsonFields::new())
            .event_format(Line { form, journal })
            .with_writer(paper.clone());
        tracing::subscriber::with_default(logs.finish(), || {
            let outer = tracing::error_span!(
                "job",
                job.id = 17,
                order.id = 3,
                attempt = tracing::field::Empty
            );
            outer.in_scope(|| {
                outer.record("attempt", 1);
                let inner = tracing::error_span!("inner", attempt = 2);
                inner.in_scope(|| tracing::warn!(why = "two\nlines", model = "m/1", "it\tfailed"));
                tracing::trace!(job.id = 18, ok = true, took = 1.5, "another");
            });
        });
        let bytes = paper.0.lock().unwrap().clone();
        let text = String::from_utf8(bytes).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_panic_is_a_line_of_what_it_happened_in_and_quotes_nobody() {
        let paper = Paper::default();
        let logs = tracing_subscriber::fmt()
            .with_ansi(false)
            .fmt_fields(JsonFields::new())
            .event_format(Line {
                form: Form::Human,
                journal: true,
            })
            .with_writer(paper.clone());
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(super::super::tell_panic));
        tracing::subscriber::with_default(logs.finish(), || {
            let job = tracing::error_span!("job", job.id = 17);
            let seller = String::from("Anna");
            let _job = job.enter();
            let _ = std::panic::catch_unwind(|| panic!("no room for {seller}"));
            let _ = std::panic::catch_unwind(|| panic!("no room"));
        });
        std::panic::set_hook(before);
        let bytes = paper.0.lock().unwrap().clone();
        let told = String::from_utf8(bytes).unwrap();
        let lines: Vec<_> = told.lines().collect();
        assert!(
            lines[0].starts_with("<3>the program has panicked place="),
            "{told}"
        );
        assert!(
            lines.iter().all(|line| line.contains("job.id=17")),
            "{told}"
        );
        assert!(!told.contains("Anna"), "{told}");
        assert!(lines[1].contains("why=\"no room\""), "{told}");
    }

    #[test]
    fn a_line_for_the_journal_begins_with_its_priority_and_has_no_time() {
        assert_eq!(
            written(Form::Human, true, false),
            [
                r#"<4>it\tfailed why="two\nlines" model=m/1 attempt=2 job.id=17 order.id=3"#,
                "<7>another job.id=18 ok=true took=1.5 attempt=1 order.id=3",
            ]
        );
    }

    #[test]
    fn a_line_for_a_person_begins_with_the_time_and_is_coloured_on_a_screen() {
        let plain = written(Form::Human, false, false);
        let (time, rest) = plain[0].split_once(' ').unwrap();
        assert!(
            time.ends_with('Z') && rest.starts_with(" WARN it\\tfailed why="),
            "{plain:?}"
        );
        assert!(!plain.concat().contains('\x1b'));
        let coloured = written(Form::Human, false, true);
        assert!(
            coloured[0].contains("\x1b[33m WARN\x1b[0m it\\tfailed"),
            "{coloured:?}"
        );
    }

    #[test]
    fn a_line_for_a_machine_has_the_fields_of_its_spans_beside_its_own() {
        for journal in [false, true] {
            let lines = written(Form::Json, journal, false);
            let json = |line: &str| -> Value {
                serde_json::from_str(line.trim_start_matches("<4>").trim_start_matches("<7>"))
                    .unwrap()
            };
            let first = json(&lines[0]);
            assert_eq!(
                (&first["job.id"], &first["order.id"], &first["attempt"]),
                (&17.into(), &3.into(), &2.into())
            );
            assert_eq!(first["message"], "it\tfailed");
            assert_eq!(first["why"], "two\nlines");
            assert_eq!(
                (&first["level"], &first["target"]),
                (&"WARN".into(), &module_path!().into())
            );
            let second = json(&lines[1]);
            assert_eq!(
                (&second["job.id"], &second["attempt"]),
                (&18.into(), &1.into())
            );
            assert_eq!(lines[0].starts_with("<4>"), journal);
        }
    }
}
