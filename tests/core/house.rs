//! The plan of the house: who may import whom, how large a file may be, and what the library brings with it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Each module with those that it may import.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    // core: a file and what is wrong with it
    ("text", &[]),
    ("os", &[]),
    ("endpoint", &["text"]),
    ("secret", &["text", "endpoint", "os"]),
    ("diagnostic", &["text", "secret"]),
    ("source", &["text", "diagnostic", "secret"]),
    ("settings", &["text", "endpoint", "secret", "source", "diagnostic"]),
    ("entra", &["text", "endpoint", "secret", "settings", "os", "http"]),
    ("rules", &["text", "secret", "settings", "entra", "diagnostic"]),
    ("check", &["text", "source", "settings", "rules", "entra", "diagnostic", "os"]),
    ("edit", &["text", "check", "source", "secret", "settings", "diagnostic", "os"]),
    ("form", &["text", "secret", "edit", "check", "source", "settings", "diagnostic"]),
    ("sheet", &["text", "secret", "settings"]),
    // online
    ("http", &["text", "endpoint", "secret", "settings", "os"]),
    ("swyx", &["endpoint", "secret", "settings", "http"]),
    ("users", &["text", "settings", "diagnostic", "entra", "swyx"]),
    ("sync", &["settings", "secret", "diagnostic", "entra", "http", "swyx", "users"]),
    (
        "provision",
        &["text", "check", "diagnostic", "edit", "entra", "http", "os", "secret", "settings", "source"],
    ),
    // program
    ("emulator", &[]),
    ("report", &["text", "check", "source", "rules", "entra", "diagnostic"]),
    ("web", &["text", "check", "diagnostic", "edit", "form", "os", "secret", "settings"]),
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

/// The modules that a text names as `crate::…`, tests and documentation apart.
fn imports(text: &str) -> BTreeSet<String> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    let mentions =
        lines.flat_map(|line| line.split("crate::").skip(1).map(str::to_owned).collect::<Vec<_>>());
    let names = mentions
        .map(|rest| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>());
    names.filter(|name| !name.is_empty()).collect()
}

/// The modules that are built for tests only.
fn test_modules(text: &str) -> Vec<String> {
    let names = text.split("#[cfg(test)]\nmod ").skip(1).filter_map(|rest| rest.split_once(';'));
    names.map(|(name, _)| name.to_owned()).filter(|name| !name.contains('{')).collect()
}

#[test]
fn modules_import_only_what_they_may() {
    let files = source_files();
    assert!(files.len() > 40);
    let tests = files.iter().flat_map(|(_, _, text)| test_modules(text)).collect::<BTreeSet<_>>();
    for (module, path, text) in &files {
        let is_test = path.file_stem().is_some_and(|name| tests.contains(&*name.to_string_lossy()));
        if module == "lib" || module == "main" || is_test {
            continue;
        }
        let allowed = MAY_IMPORT
            .iter()
            .find(|(name, _)| name == module)
            .unwrap_or_else(|| panic!("{module} is not in the plan"))
            .1;
        for name in imports(text) {
            assert!(name == *module || allowed.contains(&name.as_str()), "{} imports {name}", path.display());
        }
    }
}

#[test]
fn the_test_of_imports_would_see_one() {
    assert_eq!(
        imports("use crate::cli::x;\nfn f() { crate::report::y() }"),
        ["cli", "report"].map(str::to_owned).into()
    );
    assert_eq!(imports("//! crate::cli\n#[cfg(test)]\nuse crate::cli;"), BTreeSet::new());
}

/// Every other writer of `edit` writes addresses and commands, too.
#[test]
fn the_page_saves_only_through_the_writer_for_forms() {
    let calls = |text: &str| text.split("edit::").skip(1).map(called).collect::<Vec<_>>();
    let files = source_files();
    let web = files.iter().filter(|(module, _, _)| module == "web");
    let found = web.flat_map(|(_, _, text)| calls(text)).filter(|name| name.starts_with(char::is_lowercase));
    let found = found.collect::<BTreeSet<_>>();
    assert_eq!(found, ["apply_from_form", "preview"].map(str::to_owned).into());
    assert_eq!(calls("edit::apply_to_file(&name)"), ["apply_to_file"]);
}

/// The name at the start of a text.
fn called(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

#[test]
fn files_are_short_and_say_what_they_are() {
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
fn each_feature_brings_only_what_it_needs() {
    const COMMAND_LINE: [&str; 4] = ["clap", "inquire", "indicatif", "comfy-table"];
    const RENDERERS: [&str; 3] = ["anstream", "serde-sarif", "quick-junit"];
    const PAGE: [&str; 2] = ["axum", "maud"];
    const NETWORK: [&str; 5] = ["reqwest", "tokio", "oauth2", "csv", "aws-lc-sys"];
    let all = [&COMMAND_LINE[..], &RENDERERS, &PAGE, &NETWORK, &["rcgen"]].concat();
    for (features, present) in [
        ("", &[][..]),
        ("report", &RENDERERS),
        ("online", &NETWORK),
        ("web", &["axum", "maud", "tokio", "aws-lc-sys"]),
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
fn the_library_alone_is_small() {
    let crates = crates("");
    assert!((40..=95).contains(&crates.len()), "{}: {crates:?}", crates.len());
}
