//! Starts the program.

fn main() -> std::process::ExitCode {
    neurocards::cli::main()
}
