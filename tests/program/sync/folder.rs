//! Folders of settings files: files that are added, removed, renamed or linked while `sync` runs.

use super::running::{Running, until};
use super::site::Site;
use crate::common::system::link;

fn carrying(site: &Site) -> Running<'_> {
    std::fs::create_dir(site.path("c")).expect("made");
    site.write("c/a.toml", &site.settings());
    let running = site.start(&["sync", "c", "--metrics", "127.0.0.1:0"]);
    site.call(true);
    until("a call in Teams", || site.sessions() == 1);
    running
}

fn files(running: &Running<'_>) -> Vec<String> {
    let status: serde_json::Value = serde_json::from_str(&running.get("/status").1).expect("JSON");
    let tenants = status["tenants"].as_array().expect("a list");
    tenants.iter().map(|tenant| tenant["file"].as_str().expect("a name").to_owned()).collect()
}

#[test]
fn added_file_is_used_and_removed_file_is_released() {
    let site = Site::new();
    let running = carrying(&site);
    let id = site.facts().client_id.as_deref().expect("an application");
    site.write("c/b.toml", &site.settings().replace(id, "9f1e1a52-7d5e-4c0b-8a43-5f6f0c3b7d21"));
    until("it is in the status", || files(&running) == ["c/a.toml", "c/b.toml"]);
    std::fs::remove_file(site.path("c/a.toml")).expect("removed");
    until("its call is cleared", || site.sessions() == 0);
    until("it is not in the status", || files(&running) == ["c/b.toml"]);
    running.says("settings file removed");
    // The folder may be empty for a while.
    std::fs::remove_file(site.path("c/b.toml")).expect("removed");
    until("nothing is left", || files(&running).is_empty());
    site.write("c/a.toml", &site.settings());
    until("a call in Teams again", || site.sessions() == 1);
    assert_eq!(running.stop().code, Some(0));
}

#[test]
fn renamed_file_is_used_under_its_new_name_without_an_error() {
    let site = Site::new();
    let running = carrying(&site);
    site.rename("c/a.toml", "c/z.toml");
    until("its new name", || files(&running) == ["c/z.toml"]);
    until("a call in Teams", || site.sessions() == 1);
    let run = running.stop();
    assert!(!run.err.contains("ERROR"), "{}", run.err);
}

#[test]
fn copy_of_a_used_file_is_refused_and_takes_over_when_that_is_removed() {
    let site = Site::new();
    let running = carrying(&site);
    site.write("c/0.toml", &site.settings());
    running.says("c/0.toml: c/a.toml has the same tenant and application, and that file stays in use");
    assert_eq!(site.sessions(), 1);
    std::fs::remove_file(site.path("c/a.toml")).expect("removed");
    until("only the copy", || files(&running) == ["c/0.toml"]);
    until("a call in Teams", || site.sessions() == 1);
    running.is_ready();
    assert_eq!(running.stop().code, Some(0));
}

#[test]
fn folder_that_cannot_be_searched_releases_nothing() {
    let site = Site::new();
    let running = carrying(&site);
    site.rename("c", "elsewhere");
    running.says("the folder is missing; the files of this folder that are known stay in use");
    site.rename("elsewhere", "c");
    running.says("the folder can be searched again");
    assert_eq!((site.sessions(), files(&running)), (1, vec!["c/a.toml".to_owned()]));
    running.is_ready();
    assert_eq!(running.stop().code, Some(0));
}

#[cfg_attr(windows, ignore = "Wine makes no symbolic links")]
#[test]
fn folder_of_links_is_read_and_follows_its_targets() {
    let site = Site::new();
    // The layout of a ConfigMap: an update changes the middle link only.
    for (folder, text) in [("1", site.settings()), ("2", site.settings() + "#\n")] {
        std::fs::create_dir_all(site.path(&format!("c/..{folder}"))).expect("made");
        site.write(&format!("c/..{folder}/a.toml"), &text);
    }
    link("..1", site.path("c/..data"));
    link("..data/a.toml", site.path("c/a.toml"));
    link("..1", site.path("c/more"));
    let running = site.start(&["sync", "c", "--metrics", "127.0.0.1:0", "-v"]);
    running.says("symbolic links to folders are not followed; skipped: 1");
    running.is_ready();
    link("..2", site.path("c/next"));
    site.rename("c/next", "c/..data");
    running.says("settings changed; the new settings are in use");
    assert_eq!(running.stop().code, Some(0));
    // What cannot be followed is counted.
    std::fs::create_dir(site.path("l")).expect("made");
    link("../c", site.path("l/c"));
    let run = site.start(&["sync", "l"]).end();
    assert_eq!(run.code, Some(2), "{}", run.err);
    assert!(
        run.err.contains("(*.toml) in this folder; 1 symbolic link to a folder was skipped"),
        "{}",
        run.err
    );
}

#[test]
fn missing_folder_and_missing_files_are_shown() {
    let site = Site::new();
    let running = carrying(&site);
    running.is_ready();
    let status = |options: &[&str]| site.start(&[&["status", &running.address()], options].concat()).end();
    assert_eq!(status(&[]).code, Some(0));
    site.rename("c", "d");
    until("not ready", || running.get("/readyz").0 == 503);
    assert!(running.get("/readyz").1.contains("c: the folder is missing\n"), "{}", running.get("/readyz").1);
    let shown = status(&["--problems"]);
    assert_eq!(shown.code, Some(1), "{}", shown.err);
    assert!(shown.out.contains("c\n") && shown.out.contains("the folder is missing"), "{}", shown.out);
    site.rename("d", "c");
    until("ready again", || running.get("/readyz").0 == 200);
    std::fs::remove_file(site.path("c/a.toml")).expect("removed");
    until("not ready without a file", || running.get("/readyz").1.contains("there is no settings file"));
    let shown = status(&[]);
    assert_eq!((shown.code, shown.out.as_str()), (Some(1), "there is no settings file\n"));
    assert_eq!(running.stop().code, Some(0));
}
