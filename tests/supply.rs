//! What we build upon: no second TLS stack, and licences that let us ship one binary.

use std::process::Command;

use serde_json::Value;

/// Crates that would bring C libraries or a second provider of cryptography, for any target or feature.
const BANNED: [&str; 6] = [
    "openssl-sys",
    "openssl",
    "native-tls",
    "aws-lc-rs",
    "aws-lc-sys",
    "boring-sys",
];

/// What compiles for other crates.
const COMPILING: [&str; 3] = ["cc", "cmake", "nasm_rs"];
/// Crates with a little C or assembler in them, which the `cc` that links for Rust compiles. None of them is C++.
const OF_C: [&str; 4] = ["alloca", "psm", "ring", "stacker"];

/// Licences under which we may hand on a binary.
const LICENCES: [&str; 13] = [
    "MIT",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "0BSD",
    "BSL-1.0",
    "CC0-1.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
    // webpki-roots: the list of root certificates.
    "CDLA-Permissive-2.0",
];

/// Crates under MPL-2.0, which asks for the sources of changed files; we change none.
const MPL: [&str; 2] = ["colored", "webdriver"];

/// A crate of fonts, each handed on as it is under its own licence.
const FONTS: &str = "epaint_default_fonts";
/// What fonts are under.
const OF_FONTS: [&str; 2] = ["OFL-1.1", "Ubuntu-font-1.0"];

fn banned(lock: &str) -> Vec<&'static str> {
    let locked = |name: &&str| lock.contains(&format!("\nname = \"{name}\"\n"));
    BANNED.into_iter().filter(|name| locked(name)).collect()
}

#[test]
fn no_second_tls_stack_is_locked() {
    assert_eq!(
        banned("[[package]]\nname = \"openssl-sys\"\n"),
        ["openssl-sys"]
    );
    assert_eq!(banned("[[package]]\nname = \"openssl-probe\"\n"), [""; 0]);
    let found = banned(include_str!("../Cargo.lock"));
    assert_eq!(
        found, [""; 0],
        "ask `cargo tree --target all -i` who brings them, and turn that feature off"
    );
}

/// What cargo knows of the packages this machine builds.
fn metadata() -> Value {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let version = Command::new(&cargo).arg("-vV").output().unwrap();
    let version = String::from_utf8(version.stdout).unwrap();
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    let told = Command::new(cargo)
        .args(["metadata", "--locked", "--offline", "--format-version", "1"])
        .args(["--filter-platform", host.unwrap()])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(
        told.status.success(),
        "{}",
        String::from_utf8_lossy(&told.stderr)
    );
    serde_json::from_slice(&told.stdout).unwrap()
}

/// Whether a licence expression leaves us a choice we allow.
fn allowed(expression: &str, allow: &dyn Fn(&str) -> bool) -> bool {
    let expression = expression.trim();
    // Old packages write a slash for OR.
    let either = ["OR", "/"].map(|word| split(expression, word));
    if let Some(parts) = either.iter().find(|parts| parts.len() > 1) {
        return parts.iter().any(|part| allowed(part, allow));
    }
    let both = split(expression, "AND");
    if both.len() > 1 {
        return both.iter().all(|part| allowed(part, allow));
    }
    match expression
        .strip_prefix('(')
        .and_then(|e| e.strip_suffix(')'))
    {
        Some(inner) => allowed(inner, allow),
        None => allow(expression),
    }
}

/// The parts of an expression between `word`, outside of parentheses.
fn split(expression: &str, word: &str) -> Vec<String> {
    let spaced = expression
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace('/', " / ");
    let (mut depth, mut parts) = (0, vec![String::new()]);
    for token in spaced.split_whitespace() {
        depth += i32::from(token == "(") - i32::from(token == ")");
        match parts.last_mut() {
            Some(part) if token != word || depth > 0 => part.push_str(&format!(" {token}")),
            _ => parts.push(String::new()),
        }
    }
    parts.iter().map(|part| part.trim().to_owned()).collect()
}

#[test]
fn every_licence_is_one_we_allow() {
    let mit = |licence: &str| licence == "MIT" || licence == "ISC";
    for (expression, fits) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("MIT OR GPL-3.0", true),
        ("GPL-3.0/MIT", true),
        ("MIT AND GPL-3.0", false),
        ("(MIT OR GPL-3.0) AND ISC", true),
        ("(GPL-2.0 OR GPL-3.0) AND ISC", false),
        ("ISC AND (MIT OR GPL-3.0)", true),
    ] {
        assert_eq!(allowed(expression, &mit), fits, "{expression}");
    }
    let metadata = metadata();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 100);
    let strange: Vec<_> = packages
        .iter()
        .filter(|package| {
            let name = package["name"].as_str().unwrap();
            let ours = |licence: &str| {
                LICENCES.contains(&licence)
                    || (licence == "MPL-2.0" && MPL.contains(&name))
                    || (name == FONTS && OF_FONTS.contains(&licence))
            };
            !allowed(package["license"].as_str().unwrap_or_default(), &ours)
        })
        .map(|package| format!("{} {}", package["name"], package["license"]))
        .collect();
    assert_eq!(
        strange, [""; 0],
        "do without them, or allow the licence here and in .ci/deny.toml"
    );
}

#[test]
fn rustls_has_one_provider() {
    let metadata = metadata();
    let nodes = metadata["resolve"]["nodes"].as_array().unwrap();
    let rustls: Vec<_> = nodes
        .iter()
        .filter(|node| {
            let id = node["id"].as_str().unwrap();
            id.rsplit(['#', '/']).next().unwrap().starts_with("rustls@")
        })
        .collect();
    assert_eq!(rustls.len(), 1, "one rustls");
    let features = rustls[0]["features"].as_array().unwrap();
    let has = |name: &str| features.iter().any(|feature| feature == name);
    assert!(
        has("ring") && !has("aws_lc_rs") && !has("aws-lc-rs"),
        "{features:?}"
    );
}

#[test]
fn a_linker_is_all_that_is_asked_of_a_machine() {
    let metadata = metadata();
    let nodes = metadata["resolve"]["nodes"].as_array().unwrap();
    let compiled = nodes.iter().filter(|node| {
        let needs = node["deps"].as_array().unwrap();
        needs
            .iter()
            .any(|need| COMPILING.contains(&need["name"].as_str().unwrap()))
    });
    let names = compiled.map(|node| {
        let id = node["id"].as_str().unwrap();
        id.rsplit(['#', '/'])
            .next()
            .unwrap()
            .split('@')
            .next()
            .unwrap()
    });
    let mut names: Vec<_> = names.collect();
    names.sort_unstable();
    assert_eq!(
        names, OF_C,
        "look for one in Rust, or see that it is C and not C++"
    );
}

#[test]
fn the_bill_of_materials_has_what_a_server_gets_and_nothing_else() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/sbom.py");
    let write = || {
        let mut command = Command::new(script);
        let written = command.env("CARGO_NET_OFFLINE", "true").output().unwrap();
        let complaint = String::from_utf8_lossy(&written.stderr).into_owned();
        assert!(written.status.success(), "{complaint}");
        written.stdout
    };
    let bom = write();
    assert_eq!(bom, write(), "the same sources, the same bytes");
    let bom: Value = serde_json::from_slice(&bom).unwrap();
    assert_eq!(bom["specVersion"], "1.5");
    assert_eq!(bom["metadata"]["component"]["name"], "neurocards");
    let parts = bom["components"].as_array().unwrap();
    let named = |name: &str| parts.iter().find(|part| part["name"] == name);
    assert!(named("criterion").is_none());
    let redb = named("redb").unwrap();
    assert_eq!(redb["hashes"][0]["alg"], "SHA-256");
    assert!(
        redb["purl"]
            .as_str()
            .unwrap()
            .starts_with("pkg:cargo/redb@4.")
    );
    let unlicensed: Vec<_> = parts
        .iter()
        .filter(|part| part["licenses"].is_null())
        .collect();
    assert!(unlicensed.is_empty(), "{unlicensed:?}");
}
