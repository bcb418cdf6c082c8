//! What a command prints: to whoever reads on, and to nobody else.

use std::fmt;
use std::io::{self, Write};

/// As `println!`, but a reader that has gone away (`neurocards users list | head`) ends the command quietly.
macro_rules! say {
    ($($words:tt)*) => {
        $crate::cli::say::line(format_args!($($words)*))
    };
}

pub(super) fn line(words: fmt::Arguments<'_>) {
    let mut out = io::stdout().lock();
    match writeln!(out, "{words}") {
        Ok(()) => {}
        // Whoever has read enough is content; what was asked for is done all the same.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => std::process::exit(0),
        Err(error) => {
            eprintln!("neurocards: the answer cannot be written: {error}");
            std::process::exit(1);
        }
    }
}
