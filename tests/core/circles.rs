//! No two files of a room import each other, not even by way of others: each can be read after those that it uses.
//!
//! A file imports the one that defines what it names. Re-exports are followed, so a `mod.rs` that only declares and re-exports its
//! children takes part in no circle. Methods are not seen. The code is formatted, so its items begin at the start of a line.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The parts of a path, as `crate`, `rules` and `Rule`.
pub type Parts = Vec<String>;

/// A module, as far as imports go.
#[derive(Default)]
pub struct Module {
    children: BTreeSet<String>,
    items: BTreeSet<String>,
    /// The meaning of each imported name.
    pub imports: BTreeMap<String, Parts>,
    /// The paths of its code and of its imports, but not of what it only re-exports.
    pub used: BTreeSet<Parts>,
}

fn parts(path: &str) -> Parts {
    path.split("::").map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

fn is_sign(c: char) -> bool {
    !c.is_alphanumeric() && c != '_'
}

/// The code of a file, without comments and tests.
fn code(text: &str) -> String {
    let mut pieces = text.split("\n#[cfg(test)]\n");
    let mut code = pieces.next().unwrap_or_default().to_owned();
    // Tests are the end of a file, unless they are in a file of their own.
    for piece in pieces {
        match piece.split_once(';') {
            Some((module, rest)) if module.starts_with("mod ") && !module.contains('{') => {
                code = code + "\n" + rest
            }
            _ => break,
        }
    }
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.map(|line| line.split(" //").next().unwrap_or_default().to_owned() + "\n").collect()
}

/// The names that the tree of a `use` brings, each with its path.
fn use_tree(base: &str, tree: &str, found: &mut Vec<(String, Parts)>) {
    let mut depth = 0;
    let branches = tree.split(|c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        depth == 0 && c == ','
    });
    for branch in branches.map(str::trim).filter(|branch| !branch.is_empty()) {
        if let Some((path, group)) = branch.split_once('{') {
            use_tree(
                &format!("{base}{path}"),
                group.rsplit_once('}').map_or(group, |(group, _)| group),
                found,
            );
        } else {
            let (path, name) = branch.split_once(" as ").unwrap_or((branch, ""));
            let path = parts(format!("{base}{path}").trim_end_matches("::self"));
            let name =
                if name.is_empty() { path.last().cloned().unwrap_or_default() } else { name.to_owned() };
            found.push((name, path));
        }
    }
}

impl Module {
    pub fn of(text: &str) -> Self {
        const KINDS: [&str; 9] =
            ["async", "const", "enum", "fn", "static", "struct", "trait", "type", "union"];
        let (mut module, mut body) = (Self::default(), String::new());
        let (mut imports, mut exports) = (Vec::new(), Vec::new());
        let text = code(text);
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let whole = line.trim_start();
            let is_public = whole.starts_with("pub");
            let end = if whole.starts_with("pub(") { ") " } else { " " };
            let bare = whole.split_once(end).filter(|_| is_public).map_or(whole, |(_, bare)| bare);
            if let Some(child) = bare.strip_prefix("mod ").and_then(|rest| rest.strip_suffix(';')) {
                module.children.insert(child.to_owned());
            } else if let Some(tree) = bare.strip_prefix("use ") {
                let mut tree = tree.to_owned();
                while !tree.contains(';') {
                    tree += lines.next().unwrap_or(";");
                }
                let mut found = Vec::new();
                use_tree("", tree.split(';').next().unwrap_or_default(), &mut found);
                module.imports.extend(found.iter().cloned());
                let list = if is_public { &mut exports } else { &mut imports };
                list.extend(found);
            } else {
                let mut words = bare.split(is_sign).skip_while(|word| KINDS.contains(word));
                let is_item = !line.starts_with(' ') && KINDS.iter().any(|kind| bare.starts_with(kind));
                module.items.extend(words.next().filter(|_| is_item).map(str::to_owned));
                body = body + line + "\n";
            }
        }
        let words = body.split(is_sign).collect::<BTreeSet<_>>();
        let exports = exports.into_iter().filter(|(name, _)| words.contains(&**name));
        module.used.extend(imports.into_iter().chain(exports).map(|(_, path)| path));
        let paths = body.split(|c| is_sign(c) && c != ':').map(parts);
        module.used.extend(paths.filter(|path| path.len() > 1));
        module
    }
}

/// All modules by their paths, read as `room/file.rs`.
fn modules(read: &dyn Fn(&str) -> Option<String>) -> BTreeMap<Parts, Module> {
    let (mut modules, mut waiting) = (BTreeMap::new(), vec![Parts::new()]);
    while let Some(at) = waiting.pop() {
        let name = if at.is_empty() { "lib".to_owned() } else { at.join("/") };
        let text =
            read(&format!("{name}.rs")).or_else(|| read(&format!("{name}/mod.rs"))).expect("a module's file");
        let module = Module::of(&text);
        waiting.extend(module.children.iter().map(|child| [&at[..], std::slice::from_ref(child)].concat()));
        modules.insert(at, module);
    }
    modules
}

/// The module that defines what `path` leads to, seen from `at`; nothing if that is outside, or is a module itself.
fn defining(
    modules: &BTreeMap<Parts, Module>,
    at: &[String],
    path: &[String],
    detours: usize,
) -> Option<Parts> {
    let (first, mut rest) = path.split_first()?;
    let from_here = modules.get(at)?;
    let mut here = match first.as_str() {
        "crate" => Parts::new(),
        "self" => at.to_vec(),
        "super" => at[..at.len().checked_sub(1)?].to_vec(),
        child if from_here.children.contains(child) => [at, std::slice::from_ref(first)].concat(),
        name => {
            let import = from_here.imports.get(name).filter(|path| path[0] != *first && detours > 0)?;
            return defining(modules, at, &[import, rest].concat(), detours - 1);
        }
    };
    while let Some((next, after)) = rest.split_first() {
        let module = modules.get(&here)?;
        if next == "super" {
            here.pop();
        } else if next == "*"
            || (module.items.contains(next) && (after.is_empty() || !module.children.contains(next)))
        {
            return Some(here);
        } else if let Some(import) = module.imports.get(next).filter(|_| detours > 0) {
            return defining(modules, &here, &[import, after].concat(), detours - 1);
        } else if module.children.contains(next) {
            here.push(next.clone());
        } else {
            return None;
        }
        rest = after;
    }
    None
}

/// The imports within a room that are part of a circle, as `rules -> rules::syntax`.
fn circles(modules: &BTreeMap<Parts, Module>) -> Vec<String> {
    let imports = |at: &Parts| {
        let used = modules[at].used.iter().filter_map(|path| defining(modules, at, path, 20));
        used.filter(|to| to != at && to.first() == at.first()).collect::<BTreeSet<_>>()
    };
    let graph = modules.keys().map(|at| (at, imports(at))).collect::<BTreeMap<_, _>>();
    let leads_to = |from: &Parts, to: &Parts| {
        let (mut seen, mut waiting) = (BTreeSet::new(), vec![from]);
        while let Some(at) = waiting.pop() {
            waiting.extend(graph[at].iter().filter(|next| seen.insert(*next)));
        }
        seen.contains(to)
    };
    let edges = graph.iter().flat_map(|(from, tos)| tos.iter().map(move |to| (*from, to)));
    let edges = edges.filter(|(from, to)| leads_to(to, from));
    edges.map(|(from, to)| format!("{} -> {}", from.join("::"), to.join("::"))).collect()
}

#[test]
fn no_files_import_each_other() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let modules = modules(&|name| std::fs::read_to_string(root.join(name)).ok());
    assert!(modules.len() > 200);
    let found = circles(&modules);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn import_cycles_are_detected() {
    let circles = |b: &str| {
        let read = |name: &str| match name {
            "lib.rs" => Some("pub mod room;\n".to_owned()),
            "room/mod.rs" => Some("mod a;\nmod b;\n\npub use self::{a::A, b::B};\n".to_owned()),
            "room/a.rs" => Some("use super::B;\n\npub(super) struct A(B);\n".to_owned()),
            "room/b.rs" => Some(b.to_owned()),
            _ => None,
        };
        circles(&modules(&read))
    };
    let both = ["room::a -> room::b", "room::b -> room::a"];
    assert_eq!(circles("use super::A;\n\npub struct B(Option<Box<A>>);\n"), both);
    assert_eq!(circles("pub struct B(Option<Box<super::a::A>>);\n"), both);
    assert!(circles("pub struct B;\n\n#[cfg(test)]\nmod tests {\n    use super::super::A;\n}\n").is_empty());
    assert!(circles("// See super::A.\npub struct B;\n").is_empty());
}
