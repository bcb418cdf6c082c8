//! The commands as they are told of: help for everything, a manual, completions, and a README that names real ones.

use std::path::Path;
use std::process::{Command as Process, Output, Stdio};

use clap::Command;
use neurocards::cli;

fn neurocards(words: &[&str]) -> Output {
    let mut process = Process::new(env!("CARGO_BIN_EXE_neurocards"));
    process.args(words).output().unwrap()
}

fn tree() -> Command {
    let mut command = cli::command();
    command.build();
    command
}

/// Every command with its whole name, but for `help`.
fn all(command: &Command) -> Vec<(String, Command)> {
    fn walk(name: &str, command: &Command, found: &mut Vec<(String, Command)>) {
        found.push((name.to_owned(), command.clone()));
        for sub in command
            .get_subcommands()
            .filter(|sub| sub.get_name() != "help")
        {
            walk(&format!("{name} {}", sub.get_name()), sub, found);
        }
    }
    let mut found = Vec::new();
    walk("neurocards", command, &mut found);
    found
}

#[test]
fn every_command_and_every_option_is_explained() {
    let commands = all(&tree());
    assert!(commands.len() > 10, "the commands were not found");
    for (name, command) in commands {
        let about = command.get_about().map(ToString::to_string);
        assert!(
            about.is_some_and(|about| !about.is_empty()),
            "{name} has no help"
        );
        for arg in command.get_arguments() {
            let help = arg.get_help().map(ToString::to_string);
            assert!(
                help.is_some_and(|help| !help.is_empty()),
                "{name} {} has no help",
                arg.get_id()
            );
        }
    }
}

#[test]
fn the_commands_fit_together() {
    cli::command().debug_assert();
}

#[test]
fn every_page_of_the_manual_is_set_without_a_warning() {
    let dir = tempfile::tempdir().unwrap();
    let written = neurocards(&["man", "--out", dir.path().to_str().unwrap()]);
    assert!(written.status.success(), "{written:?}");
    let whole = neurocards(&["man"]).stdout;
    std::fs::write(dir.path().join("whole.1"), whole).unwrap();
    for (name, _) in all(&tree()) {
        let page = dir.path().join(format!("{}.1", name.replace(' ', "-")));
        assert!(page.exists(), "{name} has no page");
    }
    for page in std::fs::read_dir(dir.path()).unwrap() {
        let page = page.unwrap().path();
        let text = std::fs::read_to_string(&page).unwrap();
        assert!(text.contains("neurocards"), "{}", page.display());
        let mut set = Process::new("groff");
        let set = set
            .args(["-man", "-Kutf8", "-Tutf8", "-ww", "-rLL=100n"])
            .arg(&page);
        let set = set.stdin(Stdio::null()).output();
        let set = set.expect("groff sets pages: apt-get install groff");
        let told = String::from_utf8_lossy(&set.stderr);
        assert!(
            set.status.success() && told.is_empty(),
            "{}: {told}",
            page.display()
        );
        assert!(set.stdout.len() > 200, "{} is empty", page.display());
    }
}

/// What bash offers after these words, the last of which is begun.
fn bash(words: &[&str]) -> Vec<String> {
    let script = "source <(\"$0\" completions bash); COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); \
                  _neurocards neurocards \"${COMP_WORDS[COMP_CWORD]}\" \"${COMP_WORDS[COMP_CWORD-1]}\"; \
                  printf '%s\\n' \"${COMPREPLY[@]}\"";
    let mut process = Process::new("bash");
    process.args(["--norc", "-c", script, env!("CARGO_BIN_EXE_neurocards")]);
    let output = process.args(words).output().unwrap();
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{output:?}"
    );
    let offered = String::from_utf8(output.stdout).unwrap();
    offered.lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_commands_and_options() {
    assert_eq!(bash(&["neurocards", "rel"]), ["reload"]);
    assert_eq!(bash(&["neurocards", "config", "sh"]), ["show"]);
    assert_eq!(bash(&["neurocards", "grant", "--cre"]), ["--credits"]);
    assert!(bash(&["neurocards", "completions", ""]).contains(&"zsh".to_owned()));
}

#[test]
fn other_shells_are_told_every_command() {
    for shell in ["zsh", "fish", "elvish", "powershell"] {
        let script = neurocards(&["completions", shell]).stdout;
        let script = String::from_utf8(script).unwrap();
        for sub in tree().get_subcommands() {
            assert!(
                script.contains(sub.get_name()),
                "{shell}: {}",
                sub.get_name()
            );
        }
    }
}

/// What a text says to the program: the words after its name, in code, up to a comment.
fn said(text: &str) -> Vec<Vec<String>> {
    let mut said = Vec::new();
    let mut code = false;
    for line in text.lines() {
        if line.starts_with("```") {
            code = !code;
            continue;
        }
        let pieces: Vec<&str> = match code {
            true => vec![line],
            false => line.split('`').skip(1).step_by(2).collect(),
        };
        for piece in pieces {
            let piece = piece.split(" #").next().unwrap_or_default();
            let words: Vec<_> = piece.split_whitespace().collect();
            let run = words.iter().position(|word| *word == "neurocards");
            let cargo = words.starts_with(&["cargo", "run"]);
            let run = run.or_else(|| words.iter().position(|word| cargo && *word == "--"));
            if let Some(at) = run {
                said.push(
                    words[at + 1..]
                        .iter()
                        .map(|word| (*word).to_owned())
                        .collect(),
                );
            }
        }
    }
    said
}

/// What of the words no command has.
fn unknown(tree: &Command, words: &[String]) -> Option<String> {
    let mut command = tree;
    for word in words {
        let name = word.trim_end_matches(['.', ',', ';', '|']);
        if let Some(option) = name.strip_prefix("--") {
            let option = option.split('=').next().unwrap_or_default();
            let mut known = command.get_arguments().filter_map(clap::Arg::get_long);
            if !known.any(|known| known == option) {
                return Some(format!("--{option} of {}", command.get_name()));
            }
        } else if command.has_subcommands() {
            match command.find_subcommand(name) {
                Some(sub) => command = sub,
                None if name.is_empty() => {}
                None => return Some(format!("{name} of {}", command.get_name())),
            }
        }
    }
    None
}

#[test]
fn the_readme_names_commands_that_there_are() {
    let tree = tree();
    let wrong = "```sh\nneurocards grand --user 1\n```\n`neurocards audit --fail x`, `cargo run -- sandbox --tale`";
    let found: Vec<_> = said(wrong)
        .iter()
        .filter_map(|words| unknown(&tree, words))
        .collect();
    assert_eq!(
        found,
        [
            "grand of neurocards",
            "--fail of audit",
            "--tale of sandbox"
        ]
    );
    let papers = [
        "README.md",
        "README.ru.md",
        "data/manual/en.md",
        "data/manual/ru.md",
    ];
    for name in papers.into_iter().chain(["data/neurocards.toml"]) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        let said = said(&std::fs::read_to_string(path).unwrap());
        assert!(said.len() >= 3, "{name}: {said:?}");
        for words in said {
            assert_eq!(
                unknown(&tree, &words),
                None,
                "{name}: neurocards {}",
                words.join(" ")
            );
        }
    }
}

#[test]
fn the_way_to_the_operator_s_page_is_told_and_its_token_only_when_asked_for() {
    let data = tempfile::tempdir().unwrap();
    let page = |more: &[&str]| {
        let dir = data.path().to_str().unwrap();
        let output = neurocards(&[&["page", "--data-dir", dir], more].concat());
        let told = String::from_utf8(output.stdout).unwrap();
        let aside = String::from_utf8(output.stderr).unwrap();
        (output.status.success(), told + &aside)
    };
    let (done, told) = page(&[]);
    assert!(
        !done && told.contains("the daemon makes it at its start"),
        "{told}"
    );
    std::fs::write(data.path().join("operator.token"), "what-one-says\n").unwrap();
    let (done, told) = page(&[]);
    assert!(done, "{told}");
    for part in [
        "http://127.0.0.1:9464",
        "ssh -L 9464:127.0.0.1:9464 server",
        "operator.token",
    ] {
        assert!(told.contains(part), "{told}");
    }
    assert!(!told.contains("what-one-says"), "{told}");
    assert!(
        page(&["--show-token"])
            .1
            .contains("the token:  what-one-says\n")
    );
    let (_, told) = page(&["--json", "--show-token"]);
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["token"], "what-one-says");
    let closed = data.path().join("neurocards.toml");
    std::fs::write(closed, "[operator]\nlisten = []\n").unwrap();
    let (done, told) = page(&[]);
    assert!(!done && told.contains("operator.listen"), "{told}");
}

#[test]
fn the_manual_is_in_the_program_in_both_languages() {
    let shape = |language: &str| {
        let printed = neurocards(&["manual", language]);
        assert!(printed.status.success());
        let text = String::from_utf8(printed.stdout).unwrap();
        let heads: Vec<_> = text.lines().filter(|line| line.starts_with('#')).collect();
        let tables = text.lines().filter(|line| line.starts_with('|')).count();
        (heads[0].to_owned(), heads.len(), tables)
    };
    let (ru, en) = (shape("ru"), shape("en"));
    assert_eq!(ru.0, "# Neurocards: руководство оператора");
    assert_eq!(en.0, "# Neurocards: the operator's manual");
    assert!(en.1 > 5);
    assert_eq!((ru.1, ru.2), (en.1, en.2), "the same chapters and rows");
}

#[test]
fn the_manual_speaks_the_language_of_the_environment() {
    let begins = |name: &str, value: &str| {
        let mut process = Process::new(env!("CARGO_BIN_EXE_neurocards"));
        for name in ["LC_ALL", "LC_MESSAGES", "LANG"] {
            process.env_remove(name);
        }
        let printed = process.arg("manual").env(name, value).output().unwrap();
        String::from_utf8(printed.stdout).unwrap()
    };
    assert!(begins("LANG", "ru_RU.UTF-8").starts_with("# Neurocards: руководство"));
    assert!(begins("LANG", "C.UTF-8").starts_with("# Neurocards: the operator"));
}
