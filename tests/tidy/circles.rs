//! No two files of `src/` import each other in a circle, directly or through others.
//!
//! What a file re-exports counts as of the file that defines it. Calls of methods are no imports, nor is `mod`.

use std::collections::{BTreeMap, BTreeSet};

use super::{Text, holds, repository, shipped};

/// A module, or something in it, from the root of the crate.
type Path = Vec<String>;

/// What a file takes from elsewhere.
#[derive(Default)]
struct File {
    /// What it brings in, by the name it has here.
    uses: BTreeMap<String, Path>,
    /// What it passes on, by the name it has here.
    exports: BTreeMap<String, Path>,
    /// What it names by more than a word, and which of its exports it uses itself.
    names: Vec<Vec<String>>,
}

/// Every file of the program, without its tests.
struct House(BTreeMap<Path, File>);

impl House {
    fn new(texts: &[Text]) -> Self {
        let own = texts
            .iter()
            .filter(|text| text.is_rust() && !text.is_test());
        let files: Vec<_> = own
            .filter_map(|text| Some((module(&text.path)?, shipped(&text.text))))
            .collect();
        let mut house = Self(BTreeMap::new());
        for (module, _) in &files {
            house.0.insert(module.clone(), File::default());
        }
        for (module, code) in files {
            let file = house.read(&module, &code);
            house.0.insert(module, file);
        }
        house
    }

    fn read(&self, module: &Path, code: &str) -> File {
        let (mut file, mut rest) = (File::default(), String::new());
        for statement in code.split_inclusive([';', '{', '}']) {
            let Some((before, tree)) = statement_of_use(statement, code) else {
                rest.push_str(statement);
                continue;
            };
            for (name, path) in leaves(tree) {
                let Some(path) = self.absolute(module, &path) else {
                    continue;
                };
                let to = match before.contains("pub") {
                    true => &mut file.exports,
                    false => &mut file.uses,
                };
                to.insert(name, path);
            }
        }
        file.names = named(&rest);
        file
    }

    /// The path from the root; nothing for what is none of ours.
    fn absolute(&self, module: &Path, path: &[String]) -> Option<Path> {
        let mut from = module.clone();
        let mut path = path;
        match path.first()?.as_str() {
            "crate" => return Some(path[1..].to_vec()),
            "self" => path = &path[1..],
            "super" => {
                while path.first().is_some_and(|part| part == "super") {
                    from.pop()?;
                    path = &path[1..];
                }
            }
            child => {
                let mut inner = from.clone();
                inner.push(child.to_owned());
                self.0.get(&inner)?;
            }
        }
        from.extend_from_slice(path);
        Some(from)
    }

    /// The file that defines what a path names; nothing for a file as a whole, of which something else is taken.
    fn home(&self, path: &[String], depth: u8) -> Option<Path> {
        if self.0.contains_key(path) {
            return None;
        }
        let at = (0..path.len())
            .rev()
            .find(|at| self.0.contains_key(&path[..*at]))?;
        match self.0[&path[..at]].exports.get(&path[at]) {
            Some(passed) if depth > 0 => {
                let further = [passed.as_slice(), &path[at + 1..]].concat();
                self.home(&further, depth - 1)
            }
            _ => Some(path[..at].to_vec()),
        }
    }

    /// From which files each one takes something.
    fn edges(&self) -> BTreeMap<&Path, BTreeSet<Path>> {
        let of = |(module, file): (_, &File)| {
            let mut taken: Vec<_> = file.uses.values().cloned().collect();
            for name in &file.names {
                let known = |name: &String| {
                    let found = file.uses.get(name).or_else(|| file.exports.get(name));
                    found.cloned()
                };
                let path = match self.absolute(module, name) {
                    Some(path) => Some(path),
                    None => known(&name[0]).map(|path| [path.as_slice(), &name[1..]].concat()),
                };
                taken.extend(path);
            }
            let homes = taken.iter().filter_map(|path| self.home(path, 8));
            (module, homes.filter(|home| home != module).collect())
        };
        self.0.iter().map(of).collect()
    }

    /// The files that stand in circles, or between two of them.
    fn circles(&self) -> Vec<String> {
        let mut left = self.edges();
        loop {
            let wanted: BTreeSet<Path> = left.values().flatten().cloned().collect();
            let ends = left.iter().filter(|(module, taken)| {
                !wanted.contains(**module) || !taken.iter().any(|to| left.contains_key(to))
            });
            let ends: Vec<_> = ends.map(|(module, _)| *module).collect();
            if ends.is_empty() {
                break;
            }
            for end in ends {
                left.remove(end);
            }
        }
        let told = left.iter().map(|(module, taken)| {
            let others = taken.iter().filter(|to| left.contains_key(to));
            let others: Vec<_> = others.map(|to| to.join("/")).collect();
            format!(
                "src/{}.rs:1: in a circle with {}: give what both need a file of its own",
                module.join("/"),
                others.join(", ")
            )
        });
        told.collect()
    }
}

fn module(path: &str) -> Option<Path> {
    let path = path.strip_prefix("src/")?.strip_suffix(".rs")?;
    match path {
        "main" => None,
        "lib" => Some(Vec::new()),
        path => Some(path.split('/').map(str::to_owned).collect()),
    }
}

/// What stands before `use`, and the whole tree behind it, of a statement that begins with one.
fn statement_of_use<'c>(statement: &'c str, code: &'c str) -> Option<(&'c str, &'c str)> {
    let from = statement.as_ptr() as usize - code.as_ptr() as usize;
    let begin = statement.len() - statement.trim_start().len();
    let text = &code[from + begin..];
    let text = match text.strip_prefix("pub") {
        Some(rest) => rest.trim_start(),
        None => text,
    };
    let text = match text.strip_prefix('(') {
        Some(rest) => rest.split_once(')')?.1.trim_start(),
        None => text,
    };
    let tree = text.strip_prefix("use ")?;
    let before = &code[from + begin..code.len() - text.len()];
    Some((before, tree.split_once(';')?.0))
}

/// Every path of a tree of `use`, with the name it has from then on.
fn leaves(tree: &str) -> Vec<(String, Vec<String>)> {
    let tree = tree.trim();
    if let Some((before, inside)) = tree.split_once('{') {
        let before: Vec<_> = parts(before);
        let inside = inside.rsplit_once('}').map_or(inside, |(inside, _)| inside);
        let (mut depth, mut found) = (0, Vec::new());
        let branches = inside.split(|c| {
            depth += i32::from(c == '{') - i32::from(c == '}');
            c == ',' && depth == 0
        });
        for branch in branches.filter(|branch| !branch.trim().is_empty()) {
            for (name, path) in leaves(branch) {
                let whole = path == ["self"];
                let path = match whole {
                    true => before.clone(),
                    false => [before.as_slice(), &path].concat(),
                };
                let own = path.last().filter(|_| whole && name == "self").cloned();
                found.push((own.unwrap_or(name), path));
            }
        }
        return found;
    }
    let (path, alias) = match tree.split_once(" as ") {
        Some((path, alias)) => (parts(path), Some(alias.trim().to_owned())),
        None => (parts(tree), None),
    };
    let name = alias.or_else(|| path.last().cloned());
    name.map(|name| (name, path)).into_iter().collect()
}

fn parts(path: &str) -> Vec<String> {
    let parts = path.split("::").map(str::trim);
    let parts = parts.filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}

/// Every path, and every single word, that stands in code.
fn named(code: &str) -> Vec<Vec<String>> {
    let of_path = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let words = code
        .split(|c| !of_path(c))
        .map(|word| word.trim_matches(':'));
    let found: BTreeSet<_> = words.filter(|word| !word.is_empty()).map(parts).collect();
    let path = |path: &Vec<String>| !path.is_empty() && path.iter().all(|part| !part.contains(':'));
    found.into_iter().filter(path).collect()
}

#[test]
fn no_two_files_import_each_other_in_a_circle() {
    let count = |files: &[(&str, &str)]| {
        let texts: Vec<_> = files
            .iter()
            .map(|(path, text)| Text::new(path, text))
            .collect();
        House::new(&texts).circles().len()
    };
    let (lib, c) = (
        ("src/lib.rs", "pub mod a;"),
        ("src/a/c.rs", "pub fn f() {}"),
    );
    let b = (
        "src/a/b.rs",
        "use super::{c::f, A};\nfn g() { super::c::f() }",
    );
    assert_eq!(
        count(&[lib, ("src/a.rs", "mod b; mod c; pub struct A;"), b, c]),
        0
    );
    let both = ("src/a.rs", "mod b; mod c; use b::g; pub struct A;");
    assert_eq!(count(&[lib, both, b, c]), 2);
    let inline = ("src/a.rs", "mod b; mod c; pub struct A; fn f() { b::g() }");
    assert_eq!(count(&[lib, inline, b, c]), 2);
    // What is passed on belongs to the file that has it.
    let passed = ("src/a.rs", "mod b; mod c; pub use b::g; pub use c::f as A;");
    assert_eq!(count(&[lib, passed, b, c]), 0);
    let round = ("src/a/c.rs", "use crate::a::g; pub fn f() {}");
    assert_eq!(count(&[lib, passed, b, round]), 2);
    let own = (
        "src/a.rs",
        "mod b; mod c; pub use b::g; pub struct A; fn f() { g() }",
    );
    assert_eq!(count(&[lib, own, b, c]), 2);
    // Tests may.
    let tested = (
        "src/a.rs",
        "mod b; mod c; pub struct A;\n#[cfg(test)]\nuse b::g;",
    );
    assert_eq!(count(&[lib, tested, b, c]), 0);
    let house = House::new(&repository());
    let edges: usize = house.edges().values().map(BTreeSet::len).sum();
    assert!(edges > 1000, "{edges} imports were found");
    holds(house.circles());
}
