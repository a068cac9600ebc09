//! Tests of saving that are the same on every system.

use std::fs;

use super::*;

const MOST: usize = 1024;

/// A folder with the file `a`.
fn file() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a");
    fs::write(&path, "old").expect("written");
    (folder, path)
}

fn begun(path: &Path) -> Rewrite {
    Rewrite::begin(path, MOST).expect("begun")
}

fn content(path: &Path) -> Option<String> {
    fs::read_to_string(path).ok()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let mut names = entries.map(|name| name.into_string().expect("UTF-8")).collect::<Vec<_>>();
    names.sort();
    names
}

#[test]
fn saved_file_has_the_new_content_and_leaves_nothing_else() {
    let (folder, path) = file();
    for round in 0..3 {
        let new = format!("new {round}");
        begun(&path).save(new.as_bytes()).expect("saved");
        assert_eq!(content(&path), Some(new));
    }
    let other = folder.path().join("b");
    begun(&other).save(b"first").expect("saved");
    begun(&path).for_owner_only().save(b"own").expect("saved");
    assert_eq!([&path, &other].map(|path| content(path).expect("there")), ["own", "first"]);
    assert_eq!(names(folder.path()), ["a", "b"]);
}

#[test]
fn second_writer_waits_for_the_first() {
    let (folder, path) = file();
    let first = begun(&path);
    let mut second = WriterLock::open(folder.path()).expect("a folder");
    assert!(!second.try_lock().expect("tried"));
    // The same folder in another notation.
    let mut third = WriterLock::open(&folder.path().join(".")).expect("a folder");
    assert!(!third.try_lock().expect("tried"));
    first.save(b"new").expect("saved");
    assert!(second.try_lock().expect("tried"));
    let other = tempfile::tempdir().expect("a folder");
    assert!(WriterLock::open(other.path()).expect("a folder").try_lock().expect("tried"));
}

#[test]
fn temporary_files_of_killed_writers_are_removed() {
    let (folder, path) = file();
    for name in [".swyx-teams-1.tmp", ".swyx-teams-1.txt", "swyx-teams-1.tmp"] {
        fs::write(folder.path().join(name), "x").expect("written");
    }
    begun(&path).save(b"new").expect("saved");
    assert_eq!(names(folder.path()), [".swyx-teams-1.txt", "a", "swyx-teams-1.tmp"]);
}

#[test]
fn failed_save_leaves_the_file_and_no_temporary_file() {
    let (folder, path) = file();
    let rewrite = begun(&path);
    fs::write(&path, "theirs").expect("written");
    assert!(matches!(rewrite.save(b"new"), Err(SaveError::Changed)));
    assert_eq!((content(&path).as_deref(), names(folder.path())), (Some("theirs"), vec!["a".to_owned()]));
    let rewrite = begun(&path);
    fs::remove_file(&path).expect("removed");
    assert!(matches!(rewrite.save(b"new"), Err(SaveError::Deleted)));
    assert_eq!(names(folder.path()), Vec::<String>::new());
}

#[test]
fn file_that_was_replaced_by_an_equal_one_is_seen() {
    let (folder, path) = file();
    let rewrite = begun(&path);
    let time = fs::metadata(&path).and_then(|file| file.modified()).expect("a time");
    let other = folder.path().join("b");
    fs::write(&other, "old").expect("written");
    fs::File::options().write(true).open(&other).and_then(|file| file.set_modified(time)).expect("set");
    fs::rename(&path, folder.path().join("c")).and_then(|()| fs::rename(&other, &path)).expect("replaced");
    assert!(matches!(rewrite.save(b"new"), Err(SaveError::Changed)));
}

#[test]
fn read_only_file_is_refused_with_the_command_that_helps() {
    let (_folder, path) = file();
    let set = |is_read_only| {
        let mut permissions = fs::metadata(&path).expect("there").permissions();
        permissions.set_readonly(is_read_only);
        fs::set_permissions(&path, permissions).expect("set");
    };
    set(true);
    let error = begun(&path).save(b"new").expect_err("refused").to_string();
    let command = if cfg!(windows) { "attrib -r" } else { "chmod u+w" };
    assert_eq!(
        error,
        format!("the file is read-only; to allow changes, run {command} on it; nothing was changed")
    );
    assert_eq!(content(&path).as_deref(), Some("old"));
    assert!(fs::metadata(&path).expect("there").permissions().readonly());
    // Windows does not remove read-only files.
    set(false);
}

#[test]
fn messages_have_no_verbatim_prefix() {
    let error = SaveError::Locked(r"\\?\C:\settings".into());
    assert_eq!(error.reason(), r"another program is writing to C:\settings");
}

#[cfg(windows)]
mod windows {
    use std::os::windows::fs::{MetadataExt, OpenOptionsExt};

    use super::*;
    use crate::os::windows::{AccessList, create_private_file, set_attributes};

    const HIDDEN: u32 = 0x2;

    fn names_everybody(path: &Path) -> bool {
        AccessList::of(&fs::File::open(path).expect("open")).expect("a list").names_everybody()
    }

    #[test]
    fn attributes_are_kept() {
        let (_folder, path) = file();
        set_attributes(&path, HIDDEN).expect("set");
        begun(&path).save(b"new").expect("saved");
        assert_eq!(content(&path).as_deref(), Some("new"));
        assert_eq!(fs::metadata(&path).expect("there").file_attributes() & HIDDEN, HIDDEN);
    }

    #[test]
    fn new_file_is_for_its_owner_from_the_first_byte() {
        let (folder, _) = file();
        let path = folder.path().join("secret");
        let file = create_private_file(&path).expect("created");
        assert!(!AccessList::of(&file).expect("a list").names_everybody());
        drop(file);
        assert!(!names_everybody(&path));
        begun(&path).for_owner_only().save(b"x").expect("saved");
        assert!(!names_everybody(&path));
        let new = folder.path().join("new");
        begun(&new).save(b"x").expect("saved");
        assert!(!names_everybody(&new));
    }

    #[cfg(feature = "cli")]
    #[test]
    fn new_folder_and_what_is_created_in_it_are_for_their_owner() {
        let (folder, _) = file();
        let own = folder.path().join("own");
        assert_eq!(crate::os::create_own_folder(Some(&own), "").expect("created"), own);
        let path = own.join("a");
        fs::write(&path, "x").expect("written");
        assert!(!names_everybody(&path));
        for device in ["CON", r"aux.d"] {
            assert!(crate::os::create_own_folder(Some(Path::new(device)), "").is_err(), "{device}");
        }
    }

    /// Another program that shares nothing: the file cannot be read, so nothing is written.
    #[test]
    fn held_file_is_named_as_such() {
        let (_folder, path) = file();
        let held = fs::OpenOptions::new().read(true).share_mode(0).open(&path).expect("held");
        let error = Rewrite::begin(&path, MOST).err().expect("held").to_string();
        assert_eq!(error, "another program has the file open; nothing was changed");
        drop(held);
        begun(&path).save(b"new").expect("saved");
    }

    #[test]
    fn devices_are_refused() {
        let (folder, _) = file();
        for path in ["CON", "nul.toml", r"\\.\pipe\x"].map(PathBuf::from) {
            let error = Rewrite::begin(&path, MOST).err().expect("refused").to_string();
            assert_eq!(error, "this is a device, not a regular file; nothing was changed");
            assert!(matches!(read_open(&path, MOST), Err(ReadError::NotRegular("a device"))));
        }
        let error = crate::os::read_regular(folder.path(), MOST).expect_err("a folder").to_string();
        assert_eq!(error, "this is a folder, not a regular file");
    }
}

/// Some programs move a file away before they write the new one, so it is missing for a moment.
#[test]
fn file_that_appears_before_its_folder_is_locked_is_the_one_that_is_saved() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(".").join("a");
    let locked = std::cell::RefCell::new(Vec::new());
    let lock = |folder: &Path| {
        fs::write(&path, "old").expect("written");
        locked.borrow_mut().push(folder.to_path_buf());
        Ok(folder.to_path_buf())
    };
    let (target, of_target, of_lock) = lock_target(&path, lock).expect("locked");
    assert_eq!(target, path.canonicalize().expect("there"));
    assert_eq!((of_target.as_path(), of_lock), (target.parent().expect("a folder"), of_target.clone()));
    assert_eq!(locked.into_inner().last(), Some(&of_target));
}
