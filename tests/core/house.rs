//! The structure of the code: which module may import which, how long a file may be, and which crates each feature adds.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::circles::{Module, Parts};

/// Each module with those that it may import.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    // core: a file and what is wrong with it
    ("text", &[]),
    ("os", &["text"]),
    ("endpoint", &["text"]),
    ("secret", &["text", "endpoint", "os"]),
    ("diagnostic", &["text", "secret"]),
    ("source", &["text", "diagnostic", "secret"]),
    ("settings", &["text", "endpoint", "secret", "source", "diagnostic"]),
    ("entra", &["text", "secret", "settings", "os", "http", "certificate"]),
    ("rules", &["text", "secret", "settings", "entra", "diagnostic"]),
    ("check", &["text", "source", "settings", "rules", "entra", "diagnostic", "os"]),
    ("edit", &["text", "check", "source", "secret", "settings", "diagnostic", "os"]),
    ("form", &["text", "secret", "edit", "check", "source", "settings", "diagnostic"]),
    ("sheet", &["entra", "secret", "settings"]),
    // online
    ("http", &["text", "endpoint", "secret", "settings", "os"]),
    ("certificate", &["settings"]),
    ("swyx", &["endpoint", "secret", "settings", "http"]),
    ("users", &["text", "diagnostic", "entra", "swyx"]),
    ("sync", &["settings", "diagnostic", "entra", "http", "swyx", "users"]),
    (
        "provision",
        &[
            "certificate",
            "check",
            "diagnostic",
            "edit",
            "entra",
            "http",
            "os",
            "secret",
            "settings",
            "source",
        ],
    ),
    // program
    ("emulator", &[]),
    ("report", &["text", "check", "source", "rules", "entra", "diagnostic"]),
    ("web", &["check", "diagnostic", "edit", "form", "os", "secret"]),
    (
        "cli",
        &[
            "text",
            "endpoint",
            "check",
            "diagnostic",
            "edit",
            "emulator",
            "entra",
            "form",
            "http",
            "os",
            "provision",
            "report",
            "rules",
            "secret",
            "settings",
            "sheet",
            "source",
            "swyx",
            "sync",
            "users",
            "web",
        ],
    ),
];

fn source_files() -> Vec<(String, PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut waiting = vec![root.clone()];
    let mut files = Vec::new();
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                let below = path.strip_prefix(&root).expect("below").to_path_buf();
                let module =
                    below.iter().next().expect("a name").to_string_lossy().trim_end_matches(".rs").to_owned();
                files.push((module, below, std::fs::read_to_string(&path).expect("text")));
            }
        }
    }
    files
}

/// The paths in the code of a file, tests and documentation apart.
fn paths(text: &str) -> BTreeSet<Parts> {
    let module = Module::of(text);
    module.used.into_iter().chain(module.imports.into_values()).collect()
}

/// The modules that a text names as `crate::…`.
fn imports(text: &str) -> BTreeSet<String> {
    let paths = paths(text).into_iter().filter(|path| path[0] == "crate");
    paths.filter_map(|path| path.get(1).cloned()).collect()
}

/// The modules that are built for tests only.
fn test_modules(text: &str) -> Vec<String> {
    let names = text.split("#[cfg(test)]\nmod ").skip(1).filter_map(|rest| rest.split_once(';'));
    names.map(|(name, _)| name.to_owned()).filter(|name| !name.contains('{')).collect()
}

/// The files that are part of the library or the program: module, path and text.
fn production_files() -> impl Iterator<Item = (String, PathBuf, String)> {
    let files = source_files();
    assert!(files.len() > 40);
    let tests = files.iter().flat_map(|(_, _, text)| test_modules(text)).collect::<BTreeSet<_>>();
    let is_test = move |path: &Path| {
        let mut names = path.iter().map(|name| name.to_string_lossy());
        names.any(|name| tests.contains(name.trim_end_matches(".rs")))
    };
    files.into_iter().filter(move |(module, path, _)| module != "lib" && module != "main" && !is_test(path))
}

#[test]
fn modules_import_only_allowed_modules() {
    let mut unused = MAY_IMPORT
        .iter()
        .flat_map(|(module, others)| others.iter().map(|other| (module.to_string(), other.to_string())))
        .collect::<BTreeSet<_>>();
    for (module, path, text) in
        production_files().filter(|(_, path, _)| path.extension().is_some_and(|e| e == "rs"))
    {
        let (_, allowed) = MAY_IMPORT
            .iter()
            .find(|(name, _)| *name == module)
            .unwrap_or_else(|| panic!("{module} is not in the plan"));
        for name in imports(&text) {
            assert!(name == module || allowed.contains(&name.as_str()), "{} imports {name}", path.display());
            unused.remove(&(module.clone(), name));
        }
    }
    assert!(unused.is_empty(), "these are allowed and not needed: {unused:?}");
}

#[test]
fn forbidden_imports_are_detected() {
    let text = "use crate::cli::x;\nuse crate::{check, edit::{self, fix}};\nfn f() { crate::report::y() }";
    assert_eq!(imports(text), ["check", "cli", "edit", "report"].map(str::to_owned).into());
    assert_eq!(imports("//! crate::cli\n\n#[cfg(test)]\nuse crate::cli;"), BTreeSet::new());
    // A module of tests does not hide what follows it.
    let text = "mod a;\n#[cfg(test)]\nmod b;\n#[cfg(test)]\nmod tests;\n\nuse crate::cli::x;\n";
    assert_eq!(imports(text), ["cli"].map(str::to_owned).into());
}

/// Every other writer of `edit` writes addresses and commands, too.
#[test]
fn the_page_saves_only_through_the_writer_for_forms() {
    let web = production_files().filter(|(module, _, _)| module == "web");
    let found = web.flat_map(|(_, _, text)| functions_of_edit(&text)).collect::<BTreeSet<_>>();
    assert_eq!(found, ["apply_from_form", "preview", "recreate_from_form"].map(str::to_owned).into());
    for text in ["fn f() { edit::apply_to_file(&name) }", "use crate::edit::{self, apply_to_file};"] {
        assert_eq!(functions_of_edit(text), ["apply_to_file"]);
    }
}

/// The functions of `edit` that a text names.
fn functions_of_edit(text: &str) -> Vec<String> {
    let after_edit = |path: Parts| {
        let at = path.iter().position(|part| part == "edit")?;
        path.get(at + 1).filter(|name| name.starts_with(char::is_lowercase)).cloned()
    };
    paths(text).into_iter().filter_map(after_edit).collect()
}

/// The public types that are complete by nature, such as a pair of values.
const COMPLETE: [&str; 9] = [
    "Link",
    "NoopObserver",
    "Patience",
    "RequestId",
    "Sign",
    "Step",
    "StoreError",
    "StoredSecret",
    "SwyxVersion",
];

#[test]
fn public_types_that_can_grow_are_non_exhaustive() {
    let files = production_files().filter(|(module, ..)| module != "cli");
    let found = files.flat_map(|(_, _, text)| exhaustive_types(&text)).collect::<BTreeSet<_>>();
    assert_eq!(found, COMPLETE.map(str::to_owned).into());
}

#[test]
fn public_type_without_non_exhaustive_is_detected() {
    let text = "#[derive(Debug)]\npub enum AError {\n    A,\n}\n/// B\npub struct B {\n    /// C\n    pub c: u8,\n}\npub struct C(pub u8);\npub struct D;\n";
    assert_eq!(exhaustive_types(text), ["AError", "B", "C", "D"]);
    let text = "#[non_exhaustive]\n#[error(\n    \"a\"\n)]\npub enum A {\n}\npub struct B {\n    b: u8,\n}\npub struct C(u8);\npub(crate) enum D {\n}\nimpl A {\n    pub fn a() {}\n}\n";
    assert_eq!(exhaustive_types(text), Vec::<String>::new());
}

/// The public enums, and the public structs that another crate could construct, without `#[non_exhaustive]`.
fn exhaustive_types(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut is_marked = false;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let declared = line.strip_prefix("pub enum ").or_else(|| line.strip_prefix("pub struct "));
        if let Some(rest) = declared {
            let name = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
            let body = lines.clone().take_while(|line| *line != "}").collect::<Vec<_>>();
            let has_block = rest.ends_with('{');
            let is_private =
                |line: &&str| line.starts_with("    ") && line.contains(':') && !line.contains("pub ");
            let is_sealed = line.starts_with("pub struct")
                && if has_block {
                    body.iter().filter(|line| !line.trim_start().starts_with("//")).any(is_private)
                } else {
                    rest.contains('(') && !rest.contains("(pub ")
                };
            if !is_marked && !is_sealed {
                found.push(name.to_owned());
            }
        }
        // Attributes, and the documentation between them, belong to the next declaration.
        is_marked = line == "#[non_exhaustive]"
            || is_marked && (line.starts_with(['#', ' ', ')']) || line.starts_with("///"));
    }
    found
}

#[test]
fn files_are_short_and_documented() {
    for (_, path, text) in source_files() {
        assert!(text.lines().count() <= 500, "{} has more than 500 lines", path.display());
        let says = if path.extension().is_some_and(|kind| kind == "css") {
            "/*"
        } else if path.extension().is_some_and(|kind| kind == "js") {
            "//"
        } else if path.extension().is_some_and(|kind| kind == "svg") {
            "<svg"
        } else {
            "//!"
        };
        assert!(text.starts_with(says), "{} does not say what it is", path.display());
    }
}

/// The lint forbids it elsewhere, but any file could allow it.
#[test]
fn only_the_calls_of_windows_are_unsafe() {
    let files = source_files().into_iter().filter(|(_, _, text)| may_be_unsafe(text));
    let files = files.map(|(_, path, _)| path).collect::<Vec<_>>();
    assert_eq!(files, [Path::new("os").join("windows.rs")]);
    let (_, _, text) =
        source_files().into_iter().find(|(_, path, _)| path.ends_with("os/windows.rs")).expect("there");
    let lines = text.lines().collect::<Vec<_>>();
    for (number, line) in lines.iter().enumerate().filter(|(_, line)| line.contains("unsafe {")) {
        // The reason is before the statement, which rustfmt may have wrapped.
        let before = &lines[number.saturating_sub(3)..=number];
        assert!(before.iter().any(|line| line.contains("// SAFETY: ")), "{}: {line}", number + 1);
    }
}

#[test]
fn unsafe_code_is_detected() {
    for text in
        ["#![allow(unsafe_code)]", "#[expect(unsafe_code, reason = \"x\")]", "let a = unsafe { b() };"]
    {
        assert!(may_be_unsafe(text), "{text}");
    }
    assert!(!may_be_unsafe("// an unsafe fix\nfn unsafe_fix() {}"));
}

fn may_be_unsafe(text: &str) -> bool {
    ["unsafe_code", "unsafe {", "unsafe fn", "unsafe impl"].iter().any(|words| text.contains(words))
}

/// The crates that the library brings with it, with some features.
fn crates(features: &str) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--edges", "normal", "--prefix", "none", "--format", "{p}"])
        .args(["--no-default-features", "--features", features])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).expect("UTF-8");
    // `name v1.2.3 (…)`: the same crate in two versions is two crates.
    let crates = tree.lines().map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" "));
    crates.filter(|name| !name.is_empty() && !name.starts_with("swyx-teams ")).collect()
}

#[test]
fn features_have_only_their_dependencies() {
    const COMMAND_LINE: [&str; 5] = ["clap", "inquire", "rustyline", "indicatif", "comfy-table"];
    const RENDERERS: [&str; 3] = ["anstream", "serde-sarif", "quick-junit"];
    const PAGE: [&str; 2] = ["axum", "maud"];
    const NETWORK: [&str; 6] = ["reqwest", "tokio", "oauth2", "csv", "aws-lc-sys", "rcgen"];
    const STORE: [&str; 1] = ["keyring-core"];
    let all = [&COMMAND_LINE[..], &RENDERERS, &PAGE, &NETWORK, &STORE].concat();
    for (features, present) in [
        ("", &[][..]),
        ("report", &RENDERERS),
        ("online", &NETWORK),
        ("web", &["axum", "maud", "tokio", "aws-lc-sys"]),
        ("keyring", &STORE),
        ("emulator", &["axum", "rcgen", "tokio", "aws-lc-sys"]),
        ("cli", &all),
    ] {
        let crates = crates(features);
        let has = |name: &str| crates.iter().any(|found| found.split(' ').next() == Some(name));
        assert!(has("toml_parser"), "{features}");
        for name in &all {
            assert_eq!(has(name), present.contains(name), "{name} with the features \"{features}\"");
        }
    }
}

#[test]
fn library_without_features_has_few_dependencies() {
    let crates = crates("");
    assert!((40..=95).contains(&crates.len()), "{}: {crates:?}", crates.len());
}
