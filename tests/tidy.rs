//! House rules a compiler does not check. Each names the place and the remedy, and proves that it can fail.

#[path = "tidy/circles.rs"]
mod circles;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// What may stand at the top of the repository; the last ones are never committed.
const TOP: [&str; 19] = [
    "Cargo.toml",
    "Cargo.lock",
    ".gitignore",
    ".ci",
    "src",
    "data",
    "scripts",
    "tests",
    "benches",
    "fuzz",
    "README.md",
    "README.ru.md",
    "LICENSE",
    "neurocards.service",
    ".git",
    ".github",
    "target",
    "node_modules",
    ".editorconfig",
];

/// Names of package registries of other languages, of ours in pieces so that this file may name them.
const REGISTRIES: [&str; 7] = [
    concat!("npm", "js."),
    concat!("py", "pi.org"),
    concat!("python", "hosted.org"),
    concat!("proxy.", "golang.org"),
    concat!("ruby", "gems.org"),
    concat!("repo.", "maven"),
    concat!("jsr", ".io"),
];

/// Beginnings of paths that exist on somebody's machine only.
const MACHINES: [&str; 5] = [
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!("/tmp/", "bash"),
];

/// What belongs to the owner of this shop, compared without underscores and case.
const PERSONAL: [&str; 2] = [concat!("kir", "budilov"), concat!("52357", "03016")];

/// A file of the repository, its path with slashes.
struct Text {
    path: String,
    text: String,
    /// Whether its parent names it for tests only.
    tested: bool,
}

impl Text {
    fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.into(),
            text: text.into(),
            tested: false,
        }
    }

    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    fn is_test(&self) -> bool {
        let mut parts = self.path.split('/');
        self.tested || parts.any(|part| matches!(part, "tests" | "tests.rs" | "benches" | "fuzz"))
    }

    /// The module of the house the file belongs to.
    fn module(&self) -> Option<&str> {
        let inner = self.path.strip_prefix("src/")?;
        let name = inner.split('/').next()?;
        Some(name.strip_suffix(".rs").unwrap_or(name))
    }

    /// A finding in the line at byte `at`.
    fn says(&self, at: usize, what: &str) -> String {
        let line = self.text[..at].matches('\n').count() + 1;
        format!("{}:{line}: {what}", self.path)
    }

    /// A finding for each of `needles` in `code`, which is as long as the text.
    fn finds(&self, code: &str, needles: &[&str], what: &str) -> Vec<String> {
        let mut found = Vec::new();
        for needle in needles {
            let hits = code.match_indices(needle);
            found.extend(hits.map(|(at, _)| self.says(at, &format!("{needle}: {what}"))));
        }
        found
    }
}

/// Every text of the repository that is ours.
fn repository() -> Vec<Text> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts = Vec::new();
    for top in TOP.iter().filter(|top| !NEVER.contains(top)) {
        gather(root, top, &mut texts);
    }
    assert!(texts.len() > 50, "the repository was not found");
    for at in 0..texts.len() {
        texts[at].tested = named_for_tests(&texts[at].path, &texts);
    }
    texts
}

const NEVER: [&str; 3] = [".git", "target", "node_modules"];

fn gather(root: &Path, path: &str, texts: &mut Vec<Text>) {
    let full = root.join(path);
    if full.is_dir() {
        if NEVER.iter().any(|never| path.ends_with(never)) {
            return;
        }
        let mut names: Vec<_> = fs::read_dir(&full)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        for name in names {
            gather(root, &format!("{path}/{name}"), texts);
        }
    } else if let Ok(text) = fs::read_to_string(&full) {
        texts.push(Text::new(path, &text));
    }
}

#[track_caller]
fn holds(found: Vec<String>) {
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

fn all(rule: impl Fn(&Text) -> Vec<String>) -> Vec<String> {
    repository().iter().flat_map(rule).collect()
}

/// Blanks out comments and the insides of strings; offsets and lines stay.
fn code(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &text.as_bytes()[at..];
        let end = match rest {
            [b'/', b'/', ..] => at + find(rest, b"\n").unwrap_or(rest.len()),
            [b'/', b'*', ..] => at + block(rest),
            [b'b', b'r', b'"' | b'#', ..] if !word_before(bytes, at) => at + raw(&rest[1..]) + 1,
            [b'r', b'"', ..] | [b'r', b'#', b'"' | b'#', ..] if !word_before(bytes, at) => {
                at + raw(rest)
            }
            [b'"', ..] => at + quoted(rest),
            [b'\'', b'\\', _, ..] => at + 3 + find(&rest[3..], b"'").unwrap_or(0) + 1,
            [b'\'', letter, b'\'', ..] if *letter != b'\'' => at + 3,
            _ => {
                at += 1;
                continue;
            }
        };
        let end = end.min(bytes.len());
        for byte in &mut out[at..end] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        at = end;
    }
    String::from_utf8(out).unwrap()
}

fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes.windows(needle.len()).position(|part| part == needle)
}

fn word_before(bytes: &[u8], at: usize) -> bool {
    at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_')
}

fn block(rest: &[u8]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        match &rest[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn raw(rest: &[u8]) -> usize {
    let hashes = rest[1..].iter().take_while(|byte| **byte == b'#').count();
    let open = 1 + hashes + 1;
    if rest.get(open - 1) != Some(&b'"') {
        return 1;
    }
    let close = [b"\"".as_slice(), &b"#".repeat(hashes)].concat();
    let inside = find(&rest[open..], &close).unwrap_or(rest.len());
    open + inside + close.len()
}

fn quoted(rest: &[u8]) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    at
}

/// As [`code`], without what is compiled for tests only.
fn shipped(text: &str) -> String {
    let mut code = code(text).into_bytes();
    let mark = b"#[cfg(test)]";
    let mut from = 0;
    while let Some(at) = find(&code[from..], mark).map(|at| at + from) {
        let end = item_end(&code, at + mark.len());
        for byte in &mut code[at..end] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        from = end;
    }
    String::from_utf8(code).unwrap()
}

/// The end of the item that begins at `from`: its semicolon or its closing brace.
fn item_end(code: &[u8], from: usize) -> usize {
    let mut depth = 0usize;
    for (at, byte) in code.iter().enumerate().skip(from) {
        match byte {
            b';' if depth == 0 => return at + 1,
            b'{' => depth += 1,
            b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    code.len()
}

#[test]
fn the_reader_of_code_sees_code_only() {
    let text = r####"a(); // b()
/* c() /* d() */ */ let s = "e() \" f()"; let r = r#"g() " h()"#; let c = '"'; i('\''); j('{'); let l: &'a str;
"####;
    let seen = code(text);
    assert_eq!(seen.len(), text.len());
    for gone in ["b()", "c()", "d()", "e()", "f()", "g()", "h()"] {
        assert!(!seen.contains(gone), "{gone} in {seen}");
    }
    for kept in ["a();", "let r =", "i(", "j(   );", "&'a str"] {
        assert!(seen.contains(kept), "{kept} not in {seen}");
    }
    let seen = shipped("x();\n#[cfg(test)]\nmod tests { fn f() { y(); } }\nz();\n");
    assert!(seen.contains("x();") && seen.contains("z();") && !seen.contains("y();"));
}

// Headers

fn header(file: &Text) -> Vec<String> {
    let good = file.text.starts_with("//! ") || file.text.starts_with("#!/");
    match file.is_rust() && !good {
        true => vec![file.says(0, "begin with a //! sentence on what lives here")],
        false => Vec::new(),
    }
}

#[test]
fn every_file_says_what_lives_in_it() {
    assert_eq!(header(&Text::new("src/a.rs", "use b;\n")).len(), 1);
    assert!(header(&Text::new("src/a.rs", "//! A.\n")).is_empty());
    holds(all(header));
}

/// Items that others see: what they are stands above them. A field needs it only if its name does not say it; a
/// command's function is said by its arguments.
fn undocumented(file: &Text) -> Vec<String> {
    const ITEMS: [&str; 8] = [
        "fn ",
        "async fn ",
        "const ",
        "static ",
        "struct ",
        "enum ",
        "trait ",
        "type ",
    ];
    let ours = file.is_rust() && !file.is_test() && file.path.starts_with("src/");
    if !ours || file.module() == Some("cli") {
        return Vec::new();
    }
    let code = shipped(&file.text);
    let (mut at, mut above, mut found) = (0, "", Vec::new());
    for (line, seen) in file.text.lines().zip(code.lines()) {
        let item = seen.trim_start().strip_prefix("pub ");
        let item = item.is_some_and(|item| ITEMS.iter().any(|kind| item.starts_with(kind)));
        if item && !above.starts_with("///") {
            found.push(file.says(at, "say above it what it is"));
        }
        at += line.len() + 1;
        let line = match line.trim() {
            // A macro that is given what is said.
            "#[$doc]" => "///",
            line => line,
        };
        // Attributes stand between an item and what is said of it.
        let inside = above.starts_with("///") && !seen.contains("pub ") && is_argument(line);
        let attribute = line.starts_with("#[") || line.ends_with(")]") || line == "],";
        if !attribute && !inside {
            above = line;
        }
    }
    found
}

/// A line inside an attribute of several lines.
fn is_argument(line: &str) -> bool {
    line.starts_with('"') || line.ends_with(',') || line.ends_with('"') || line.ends_with('\\')
}

#[test]
fn what_others_see_says_what_it_is() {
    let count = |text| undocumented(&Text::new("src/a.rs", text)).len();
    assert_eq!(count("pub fn f() {}\n"), 1);
    assert_eq!(count("/// F.\npub struct F {\n    pub x: u8,\n}\n"), 0);
    assert_eq!(
        count("/// F.\n#[derive(Debug)]\n#[error(\n    \"x\"\n)]\npub enum F {}\n"),
        0
    );
    assert_eq!(count("/// G.\nfn g() {}\npub const F: u8 = 1;\n"), 1);
    assert_eq!(count("impl F {\n    pub async fn f() {}\n}\n"), 1);
    assert_eq!(
        count("pub(super) fn f() {}\n#[cfg(test)]\nmod tests { pub fn g() {} }\n"),
        0
    );
    holds(all(undocumented));
}

// Floors

/// The floor of each module, from the map in `src/lib.rs`; no floor for the sandbox.
fn floors(map: &str) -> BTreeMap<String, Option<u32>> {
    let rows = map.lines().filter_map(|line| {
        let row = line.strip_prefix("//! | ")?;
        let (floor, rest) = row.split_once(" | [`")?;
        let (name, _) = rest.split_once("`]")?;
        Some((name.to_owned(), floor.parse().ok()))
    });
    rows.collect()
}

fn map() -> BTreeMap<String, Option<u32>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    floors(&fs::read_to_string(root.join("src/lib.rs")).unwrap())
}

/// The modules a file's shipped code names as `crate::…`, with where.
fn imports(file: &Text) -> Vec<(usize, String)> {
    let code = shipped(&file.text);
    let mut named = Vec::new();
    for (at, path) in code.match_indices("crate::") {
        let after = at + path.len();
        if word_before(code.as_bytes(), at) {
            continue;
        }
        if code[after..].starts_with('{') {
            let end = item_end(code.as_bytes(), after);
            for (inner, name) in group(&code[after + 1..end - 1]) {
                named.push((after + 1 + inner, name));
            }
        } else {
            named.push((after, word(&code[after..])));
        }
    }
    named
}

/// The first words of a group's branches.
fn group(inside: &str) -> Vec<(usize, String)> {
    let (mut depth, mut from, mut found) = (0, 0, Vec::new());
    for (at, c) in inside.char_indices().chain([(inside.len(), ',')]) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                let branch = inside[from..at].trim_start();
                if !branch.is_empty() {
                    found.push((at - branch.len(), word(branch)));
                }
                from = at + 1;
            }
            _ => {}
        }
    }
    found
}

fn word(text: &str) -> String {
    let part = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
    text.chars().take_while(part).collect()
}

fn floor(file: &Text, floors: &BTreeMap<String, Option<u32>>) -> Vec<String> {
    let Some(from) = file.module().filter(|_| file.is_rust() && !file.is_test()) else {
        return Vec::new();
    };
    if matches!(from, "lib" | "main") {
        return Vec::new();
    }
    let Some(here) = floors.get(from) else {
        return vec![file.says(0, &format!("give {from} a floor in the map of src/lib.rs"))];
    };
    let mut found = Vec::new();
    for (at, to) in imports(file) {
        let Some(there) = floors.get(&to).filter(|_| to != from) else {
            continue;
        };
        let fits = match (here, there) {
            (None, _) => false,
            (Some(_), None) => from == "cli",
            (Some(here), Some(there)) => there < here,
        };
        if !fits {
            let what =
                format!("{from} may not import {to}: it is not on a lower floor (src/lib.rs)");
            found.push(file.says(at, &what));
        }
    }
    found
}

#[test]
fn a_module_imports_from_lower_floors_only() {
    let house = floors(
        "//! | 7 | [`cli`] | a |\n//! | 3 | [`store`] | b |\n//! | 3 | [`kie`] | c |\n//! | 0 | [`domain`] | d |\n//! | – | [`sandbox`] | e |\n",
    );
    assert_eq!(house.len(), 5);
    let count = |path, text| floor(&Text::new(path, text), &house).len();
    assert_eq!(count("src/store/turn.rs", "use crate::domain::x;"), 0);
    assert_eq!(count("src/store/turn.rs", "use crate::store::x;"), 0);
    assert_eq!(count("src/store/turn.rs", "use crate::kie::x;"), 1);
    assert_eq!(count("src/domain.rs", "fn f() { crate::store::x() }"), 1);
    let grouped = "use crate::{domain::{a, b}, kie::c,\n    cli};";
    assert_eq!(count("src/store.rs", grouped), 2);
    assert_eq!(count("src/store.rs", "use crate::sandbox::x;"), 1);
    assert_eq!(count("src/cli.rs", "use crate::sandbox::x;"), 0);
    assert_eq!(count("src/sandbox.rs", "use crate::domain::x;"), 1);
    assert_eq!(
        count("src/sandbox/http.rs", "pub(in crate::sandbox) fn f() {}"),
        0
    );
    assert_eq!(count("src/elsewhere.rs", ""), 1);
    assert_eq!(
        count(
            "src/store.rs",
            "/// [`crate::cli`]\n#[cfg(test)] use crate::cli;"
        ),
        0
    );
    let map = map();
    holds(all(|file| floor(file, &map)));
}

#[test]
fn the_map_has_every_module_and_no_other() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("src/lib.rs")).unwrap();
    let declared: Vec<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .collect();
    let mapped = map();
    let mapped: Vec<_> = mapped.keys().map(String::as_str).collect();
    assert_eq!(
        declared, mapped,
        "src/lib.rs: keep the map and the modules alike"
    );
}

// Time

fn clocks(file: &Text) -> Vec<String> {
    let free = file.is_test()
        || matches!(file.module(), Some("cli" | "sandbox"))
        || file.path == "src/base/clock.rs";
    if free || !file.is_rust() {
        return Vec::new();
    }
    let clocks = ["SystemTime::now", "Instant::now", "Utc::now", "Local::now"];
    file.finds(
        &shipped(&file.text),
        &clocks,
        "be given the time, or hold a Clock",
    )
}

#[test]
fn only_the_clock_tells_the_time() {
    let bad = "fn f() { let now = std::time::Instant::now(); }";
    assert_eq!(clocks(&Text::new("src/actors/workers.rs", bad)).len(), 1);
    assert!(clocks(&Text::new("src/base/clock.rs", bad)).is_empty());
    assert!(clocks(&Text::new("src/actors/workers.rs", "// Instant::now()")).is_empty());
    holds(all(clocks));
}

// Output, and what belongs to tests or to drafts

fn prints(file: &Text) -> Vec<String> {
    if !file.is_rust() || file.is_test() || file.module() == Some("cli") {
        return Vec::new();
    }
    let prints = ["println!", "eprintln!", "dbg!", " print!", " eprint!"];
    file.finds(
        &shipped(&file.text),
        &prints,
        "log with tracing; only cli speaks to a person",
    )
}

#[test]
fn only_cli_prints() {
    let bad = "fn f() { println!(\"x\"); }";
    assert!(!prints(&Text::new("src/door.rs", bad)).is_empty());
    assert!(prints(&Text::new("src/cli/run.rs", bad)).is_empty());
    holds(all(prints));
}

fn unwraps(file: &Text) -> Vec<String> {
    if !file.is_rust() || file.is_test() {
        return Vec::new();
    }
    let what = "say with expect why it cannot fail, or return the error";
    file.finds(&shipped(&file.text), &[".unwrap()"], what)
}

#[test]
fn unwrap_belongs_to_tests() {
    assert_eq!(unwraps(&Text::new("src/a.rs", "x.unwrap();")).len(), 1);
    assert_eq!(unwraps(&Text::new("src/a.rs", "x.unwrap_or(1);")).len(), 0);
    let tested = "#[cfg(test)]\nmod tests { fn f() { x.unwrap(); } }";
    assert_eq!(unwraps(&Text::new("src/a.rs", tested)).len(), 0);
    let files = [
        Text::new("src/a.rs", "#[cfg(test)]\npub(crate) mod b;\nmod c;"),
        Text::new("src/a/b.rs", "mod d;"),
    ];
    assert!(named_for_tests("src/a/b.rs", &files));
    assert!(named_for_tests("src/a/b/d.rs", &files));
    assert!(!named_for_tests("src/a/c.rs", &files));
    holds(all(unwraps));
}

fn drafts(file: &Text) -> Vec<String> {
    if !file.is_rust() {
        return Vec::new();
    }
    let drafts = ["todo!", "unimplemented!", "dbg!"];
    file.finds(
        &code(&file.text),
        &drafts,
        "finish it, or leave it out and say so in the header",
    )
}

#[test]
fn nothing_is_left_for_later() {
    assert_eq!(
        drafts(&Text::new("tests/a.rs", "fn f() { todo!() }")).len(),
        1
    );
    assert_eq!(drafts(&Text::new("src/a.rs", "// todo!()")).len(), 0);
    holds(all(drafts));
}

// Files

fn named_mod(file: &Text) -> Vec<String> {
    match file.path.ends_with("/mod.rs") {
        true => vec![file.says(0, "call it by its name, beside its directory")],
        false => Vec::new(),
    }
}

#[test]
fn no_file_is_called_mod() {
    assert_eq!(named_mod(&Text::new("src/a/mod.rs", "")).len(), 1);
    assert_eq!(named_mod(&Text::new("src/a/modem.rs", "")).len(), 0);
    holds(all(named_mod));
}

/// Where a module file must be declared; nothing for the root of a crate.
fn parents(path: &str) -> Option<Vec<String>> {
    let (dir, name) = path.strip_suffix(".rs")?.rsplit_once('/')?;
    let root = matches!(name, "main" | "lib") || matches!(dir, "tests" | "benches" | "fuzz");
    if root || dir.starts_with("fuzz/") {
        return None;
    }
    if dir == "src" {
        return Some(vec!["src/lib.rs".into(), "src/main.rs".into()]);
    }
    Some(vec![format!("{dir}.rs"), format!("{dir}/main.rs")])
}

/// Whether a module's parent, or the parent's, names it under `#[cfg(test)]`.
fn named_for_tests(path: &str, files: &[Text]) -> bool {
    let Some(parents) = parents(path).filter(|_| path.starts_with("src/")) else {
        return false;
    };
    let name = path.trim_end_matches(".rs").rsplit('/').next().unwrap();
    let wanted = format!("mod {name};");
    let mut named = files.iter().filter(|file| parents.contains(&file.path));
    named.any(|parent| {
        let for_tests =
            code(&parent.text).contains(&wanted) && !shipped(&parent.text).contains(&wanted);
        for_tests || named_for_tests(&parent.path, files)
    })
}

fn orphans(files: &[Text]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files.iter().filter(|file| file.is_rust()) {
        let Some(parents) = parents(&file.path) else {
            continue;
        };
        let name = file
            .path
            .trim_end_matches(".rs")
            .rsplit('/')
            .next()
            .unwrap();
        let wanted = format!("mod {name};");
        let declared = files
            .iter()
            .filter(|other| parents.contains(&other.path))
            .any(|parent| code(&parent.text).contains(&wanted));
        if !declared {
            found.push(file.says(
                0,
                &format!("nothing compiles it: write {wanted} in {}", parents[0]),
            ));
        }
    }
    found
}

#[test]
fn every_module_is_named_in_its_parent() {
    let files = |parent| {
        [
            Text::new("src/lib.rs", "pub mod a;"),
            Text::new("src/a.rs", parent),
            Text::new("src/a/b.rs", ""),
        ]
    };
    assert_eq!(orphans(&files("// mod b;")).len(), 1);
    assert_eq!(orphans(&files("mod b;")).len(), 0);
    holds(orphans(&repository()));
}

fn strangers(names: &[String]) -> Vec<String> {
    let strange = names.iter().filter(|name| !TOP.contains(&name.as_str()));
    strange
        .map(|name| {
            format!(
                "{name}:1: does not belong at the top: move it, or list it in TOP and .gitignore"
            )
        })
        .collect()
}

#[test]
fn the_top_level_has_only_what_belongs_there() {
    assert_eq!(strangers(&["src".into(), "docs".into()]).len(), 1);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let names: Vec<_> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    holds(strangers(&names));
}

// Words

fn registries(file: &Text) -> Vec<String> {
    file.finds(
        &file.text,
        &REGISTRIES,
        "everything we need comes as a crate or is in data/",
    )
}

#[test]
fn no_other_package_registry_is_named() {
    let bad = format!("get https://{}/x", REGISTRIES[1]);
    assert_eq!(registries(&Text::new("README.md", &bad)).len(), 1);
    holds(all(registries));
}

fn machines(file: &Text) -> Vec<String> {
    let mut found = Vec::new();
    for start in MACHINES {
        for (at, _) in file.text.match_indices(start) {
            let before = file.text[..at].chars().next_back();
            let inside = before.is_some_and(|c| c.is_alphanumeric() || "/.-_}>~".contains(c));
            if !inside {
                found.push(file.says(
                    at,
                    "a path of somebody's machine: make it relative or a choice",
                ));
            }
        }
    }
    found
}

#[test]
fn no_path_of_somebody_s_machine_is_named() {
    let bad = format!("open(\"{}x\")", MACHINES[0]);
    assert_eq!(machines(&Text::new("src/a.rs", &bad)).len(), 1);
    let fine = format!("https://a.example{}x", MACHINES[0]);
    assert_eq!(machines(&Text::new("src/a.rs", &fine)).len(), 0);
    holds(all(machines));
}

fn personal(file: &Text) -> Vec<String> {
    if file.path == "data/neurocards.toml" {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (number, line) in file.text.lines().enumerate() {
        let plain = line.replace('_', "").to_lowercase();
        if PERSONAL.iter().any(|mine| plain.contains(mine)) {
            let (path, number) = (&file.path, number + 1);
            found.push(format!(
                "{path}:{number}: the owner's own stands in data/neurocards.toml only"
            ));
        }
    }
    found
}

#[test]
fn nothing_personal_stands_outside_the_configuration() {
    let bad = format!("let admin = 5_{};", "235_703_016");
    assert_eq!(personal(&Text::new("src/a.rs", &bad)).len(), 1);
    assert_eq!(personal(&Text::new("data/neurocards.toml", &bad)).len(), 0);
    holds(all(personal));
}
