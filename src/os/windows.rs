//! Calls of the Windows API that std does not offer: access lists, attributes, moves of files, named objects, jobs.
//!
//! This is the only file with unsafe code; `tests/core/house.rs` checks it. Each function takes and returns safe types.

#![expect(unsafe_code, reason = "std has no safe functions for these calls of the system")]

use std::ffi::c_void;
use std::fs::File;
use std::io;
use std::os::windows::ffi::OsStrExt;
use std::os::windows::io::{AsRawHandle, BorrowedHandle, FromRawHandle, OwnedHandle};
use std::path::Path;
use std::ptr::{null, null_mut};

use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_ALREADY_EXISTS, ERROR_ENVVAR_NOT_FOUND, GENERIC_READ, GENERIC_WRITE,
    INVALID_HANDLE_VALUE, LocalFree,
};
use windows_sys::Win32::Security::Authorization::{
    ConvertSidToStringSidW, ConvertStringSecurityDescriptorToSecurityDescriptorW, GetSecurityInfo,
    SDDL_REVISION_1, SE_FILE_OBJECT, SetSecurityInfo,
};
use windows_sys::Win32::Security::{
    ACCESS_ALLOWED_ACE, ACL, DACL_SECURITY_INFORMATION, GetAce, GetSecurityDescriptorControl,
    GetTokenInformation, INHERIT_ONLY_ACE, IsWellKnownSid, PROTECTED_DACL_SECURITY_INFORMATION,
    PSECURITY_DESCRIPTOR, SE_DACL_PROTECTED, SECURITY_ATTRIBUTES, TOKEN_QUERY, TOKEN_USER, TokenUser,
    UNPROTECTED_DACL_SECURITY_INFORMATION, WinAuthenticatedUserSid, WinBuiltinUsersSid, WinWorldSid,
};
use windows_sys::Win32::Storage::FileSystem::{
    BY_HANDLE_FILE_INFORMATION, CREATE_NEW, CreateDirectoryW, CreateFileW, FILE_ATTRIBUTE_NORMAL,
    FILE_SHARE_DELETE, FILE_SHARE_READ, FILE_TYPE_DISK, GetFileInformationByHandle, GetFileType,
    MOVEFILE_REPLACE_EXISTING, MOVEFILE_WRITE_THROUGH, MoveFileExW, READ_CONTROL, SetFileAttributesW,
    WRITE_DAC,
};
#[cfg(feature = "cli")]
use windows_sys::Win32::System::Environment::SetEnvironmentVariableW;
use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JobObjectExtendedLimitInformation, SetInformationJobObject,
};
use windows_sys::Win32::System::SystemServices::ACCESS_ALLOWED_ACE_TYPE;
use windows_sys::Win32::System::Threading::{CreateMutexW, GetCurrentProcess, OpenProcessToken};
#[cfg(feature = "cli")]
use windows_sys::Win32::UI::WindowsAndMessaging::{
    HWND_BROADCAST, SMTO_ABORTIFHUNG, SendMessageTimeoutW, WM_SETTINGCHANGE,
};

/// A text for the system, which ends with a zero.
fn wide(text: impl AsRef<std::ffi::OsStr>) -> Vec<u16> {
    text.as_ref().encode_wide().chain([0]).collect()
}

/// An absolute path for the system. std makes long paths verbatim in its own calls only.
fn wide_path(path: &Path) -> io::Result<Vec<u16>> {
    /// The limit of folders, which is 12 characters lower than that of files.
    const MAX_LEN: usize = 247;
    let path = wide(std::path::absolute(path)?);
    let starts_with_drive = path.get(1).is_some_and(|second| *second == u16::from(b':'));
    if starts_with_drive && path.len() > MAX_LEN {
        return Ok(r"\\?\".encode_utf16().chain(path).collect());
    }
    Ok(path)
}

/// Removes a variable from the environment of this process. The call of the system can be made from any thread, unlike on Unix.
///
/// # Errors
/// The reason of the operating system.
#[cfg(feature = "cli")]
pub(super) fn remove_variable(name: &str) -> io::Result<()> {
    let name = wide(name);
    // SAFETY: the text ends with a zero and outlives the call; without a value, the variable is removed.
    match check(unsafe { SetEnvironmentVariableW(name.as_ptr(), null()) }) {
        Err(error) if error.raw_os_error() == Some(ERROR_ENVVAR_NOT_FOUND as i32) => Ok(()),
        result => result,
    }
}

/// Tells other programs that the environment of the registry has changed, so that new terminals read it.
#[cfg(feature = "cli")]
pub(super) fn announce_environment() {
    /// How long one program may take, in milliseconds.
    const PATIENCE: u32 = 2_000;
    let name = wide("Environment");
    // SAFETY: the text ends with a zero and outlives the call. It fails if there is no desktop, where nobody listens.
    unsafe {
        SendMessageTimeoutW(
            HWND_BROADCAST,
            WM_SETTINGCHANGE,
            0,
            name.as_ptr() as isize,
            SMTO_ABORTIFHUNG,
            PATIENCE,
            null_mut(),
        )
    };
}

/// The result of a call that returns 0 if it failed.
fn check(result: i32) -> io::Result<()> {
    if result == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// The result of a call that returns the number of its error.
fn check_number(error: u32) -> io::Result<()> {
    if error == 0 { Ok(()) } else { Err(io::Error::from_raw_os_error(error.cast_signed())) }
}

/// Memory that the system allocated for this program.
struct Allocated(*mut c_void);

impl Drop for Allocated {
    fn drop(&mut self) {
        // SAFETY: the pointer comes from a call that says to free it with LocalFree, and is freed once.
        unsafe { LocalFree(self.0) };
    }
}

/// The security identifier of the user of this process, as text.
fn own_sid() -> io::Result<String> {
    let mut token = null_mut();
    // SAFETY: the handle of the process needs no closing, and `token` outlives the call.
    check(unsafe { OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &raw mut token) })?;
    // SAFETY: the call succeeded, so this is a handle that nothing else owns.
    let token = unsafe { OwnedHandle::from_raw_handle(token) };
    // A user's identifier has at most 68 bytes. Numbers of 64 bits give the alignment of the structure.
    let mut buffer = [0_u64; 32];
    let (length, mut needed) = (std::mem::size_of_val(&buffer) as u32, 0);
    // SAFETY: the buffer has the length that is given.
    check(unsafe {
        GetTokenInformation(
            token.as_raw_handle(),
            TokenUser,
            buffer.as_mut_ptr().cast(),
            length,
            &raw mut needed,
        )
    })?;
    // SAFETY: the call succeeded, so the buffer begins with this structure, and is aligned for it.
    let user = unsafe { buffer.as_ptr().cast::<TOKEN_USER>().read() };
    let mut text = null_mut();
    // SAFETY: the identifier is in the buffer, which is alive.
    check(unsafe { ConvertSidToStringSidW(user.User.Sid, &raw mut text) })?;
    let _text = Allocated(text.cast());
    // SAFETY: the system wrote a text that ends with a zero.
    let length = (0..).take_while(|at| unsafe { *text.add(*at) } != 0).count();
    // SAFETY: these characters were just read.
    Ok(String::from_utf16_lossy(unsafe { std::slice::from_raw_parts(text, length) }))
}

/// A security descriptor in memory.
struct Descriptor(Allocated);

impl Descriptor {
    /// Access for the user of this process, SYSTEM and Administrators. Nothing is inherited from the folder.
    /// `flags` are those of each entry, for what is created in a folder.
    fn private(flags: &str) -> io::Result<Self> {
        let users = [&own_sid()?, "SY", "BA"].map(|user| format!("(A;{flags};FA;;;{user})"));
        let list = format!("D:P{}", users.concat());
        let (list, mut descriptor) = (wide(list), null_mut());
        // SAFETY: the text ends with a zero, and `descriptor` outlives the call.
        check(unsafe {
            ConvertStringSecurityDescriptorToSecurityDescriptorW(
                list.as_ptr(),
                SDDL_REVISION_1,
                &raw mut descriptor,
                null_mut(),
            )
        })?;
        Ok(Self(Allocated(descriptor)))
    }

    fn pointer(&self) -> PSECURITY_DESCRIPTOR {
        self.0.0
    }

    /// It must not be used after the descriptor is dropped.
    fn attributes(&self) -> SECURITY_ATTRIBUTES {
        SECURITY_ATTRIBUTES {
            nLength: std::mem::size_of::<SECURITY_ATTRIBUTES>() as u32,
            lpSecurityDescriptor: self.pointer(),
            bInheritHandle: 0,
        }
    }
}

/// Creates a file that did not exist. From the start, only this user, SYSTEM and Administrators have access.
pub(super) fn create_private_file(path: &Path) -> io::Result<File> {
    let (path, descriptor) = (wide_path(path)?, Descriptor::private("")?);
    let attributes = descriptor.attributes();
    // SAFETY: the path ends with a zero, and the descriptor outlives the call.
    let handle = unsafe {
        CreateFileW(
            path.as_ptr(),
            GENERIC_READ | GENERIC_WRITE | READ_CONTROL | WRITE_DAC,
            // The file can be removed while it is open.
            FILE_SHARE_READ | FILE_SHARE_DELETE,
            &raw const attributes,
            CREATE_NEW,
            FILE_ATTRIBUTE_NORMAL,
            null_mut(),
        )
    };
    if handle == INVALID_HANDLE_VALUE {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call succeeded, so this is the handle of a file that nothing else owns.
    Ok(unsafe { File::from_raw_handle(handle) })
}

/// Creates a folder. It and what is created in it are for this user, SYSTEM and Administrators.
#[cfg(feature = "cli")]
pub(super) fn create_private_folder(path: &Path) -> io::Result<()> {
    let (path, descriptor) = (wide_path(path)?, Descriptor::private("OICI")?);
    let attributes = descriptor.attributes();
    // SAFETY: the path ends with a zero, and the descriptor outlives the call.
    check(unsafe { CreateDirectoryW(path.as_ptr(), &raw const attributes) })
}

/// The access list of a file.
pub(super) struct AccessList {
    /// Contains the list.
    descriptor: Descriptor,
    /// Null if the file has no list, so that everyone has access.
    list: *mut ACL,
}

impl AccessList {
    /// Reads the list of an open file.
    pub(super) fn of(file: &File) -> io::Result<Self> {
        let (mut list, mut descriptor) = (null_mut(), null_mut());
        // SAFETY: the handle is open, and both results outlive the call.
        check_number(unsafe {
            GetSecurityInfo(
                file.as_raw_handle(),
                SE_FILE_OBJECT,
                DACL_SECURITY_INFORMATION,
                null_mut(),
                null_mut(),
                &raw mut list,
                null_mut(),
                &raw mut descriptor,
            )
        })?;
        Ok(Self { descriptor: Descriptor(Allocated(descriptor)), list })
    }

    /// Gives a file this list. Entries that it inherits from its folder stay inherited.
    pub(super) fn apply(&self, file: &File) -> io::Result<()> {
        let (mut control, mut revision) = (0, 0);
        // SAFETY: the descriptor is valid, and both results outlive the call.
        check(unsafe {
            GetSecurityDescriptorControl(self.descriptor.pointer(), &raw mut control, &raw mut revision)
        })?;
        let inheritance = if control & SE_DACL_PROTECTED == 0 {
            UNPROTECTED_DACL_SECURITY_INFORMATION
        } else {
            PROTECTED_DACL_SECURITY_INFORMATION
        };
        let what = DACL_SECURITY_INFORMATION | inheritance;
        // SAFETY: the handle is open, and the list is in the descriptor, which is alive.
        check_number(unsafe {
            SetSecurityInfo(
                file.as_raw_handle(),
                SE_FILE_OBJECT,
                what,
                null_mut(),
                null_mut(),
                self.list,
                null(),
            )
        })
    }

    /// Whether Everyone, Users or Authenticated Users have an entry that allows something.
    pub(super) fn names_everybody(&self) -> bool {
        if self.list.is_null() {
            return true;
        }
        // SAFETY: the list is in the descriptor, which is alive.
        let count = unsafe { (*self.list).AceCount };
        (0..u32::from(count)).any(|number| self.is_for_everybody(number))
    }

    fn is_for_everybody(&self, number: u32) -> bool {
        let mut entry = null_mut();
        // SAFETY: the list is in the descriptor, which is alive.
        if unsafe { GetAce(self.list, number, &raw mut entry) } == 0 {
            return true;
        }
        let entry = entry.cast::<ACCESS_ALLOWED_ACE>();
        // SAFETY: the system returned an entry of the list; each begins with this header.
        let header = unsafe { (*entry).Header };
        // An entry that is only passed on to the content of a folder has no effect here.
        let has_effect = u32::from(header.AceFlags) & INHERIT_ONLY_ACE == 0;
        if u32::from(header.AceType) != ACCESS_ALLOWED_ACE_TYPE || !has_effect {
            return false;
        }
        // SAFETY: an entry of this type has this structure, and an identifier begins at its last field.
        let sid = unsafe { (&raw mut (*entry).SidStart).cast() };
        let groups = [WinWorldSid, WinBuiltinUsersSid, WinAuthenticatedUserSid];
        // SAFETY: the identifier is in the list.
        groups.into_iter().any(|group| unsafe { IsWellKnownSid(sid, group) } != 0)
    }
}

/// Sets the attributes of a file.
pub(super) fn set_attributes(path: &Path, attributes: u32) -> io::Result<()> {
    let path = wide_path(path)?;
    // SAFETY: the path ends with a zero.
    check(unsafe { SetFileAttributesW(path.as_ptr(), attributes) })
}

/// Renames a file, and returns after that is on disk.
pub(super) fn rename(new: &Path, target: &Path, can_replace: bool) -> io::Result<()> {
    let (new, target) = (wide_path(new)?, wide_path(target)?);
    let replace = if can_replace { MOVEFILE_REPLACE_EXISTING } else { 0 };
    // SAFETY: both paths end with a zero.
    check(unsafe { MoveFileExW(new.as_ptr(), target.as_ptr(), MOVEFILE_WRITE_THROUGH | replace) })
}

/// A named object of this machine, which exists until it is dropped or the process ends. No thread owns it.
pub(super) struct NamedObject(#[expect(dead_code, reason = "keeps the object")] OwnedHandle);

impl NamedObject {
    /// Creates the object; `None` if it exists. An existing object of another user cannot be opened, so
    /// denied access means the same.
    pub(super) fn create(name: &str) -> io::Result<Option<Self>> {
        let (name, descriptor) = (wide(name), Descriptor::private("")?);
        let attributes = descriptor.attributes();
        // SAFETY: the name ends with a zero, and the descriptor outlives the call.
        let handle = unsafe { CreateMutexW(&raw const attributes, 0, name.as_ptr()) };
        let error = io::Error::last_os_error();
        let is = |number: u32| error.raw_os_error() == Some(number.cast_signed());
        if handle.is_null() {
            return if is(ERROR_ACCESS_DENIED) { Ok(None) } else { Err(error) };
        }
        // SAFETY: the call succeeded, so this is a handle that nothing else owns.
        let object = Self(unsafe { OwnedHandle::from_raw_handle(handle) });
        Ok((!is(ERROR_ALREADY_EXISTS)).then_some(object))
    }
}

/// A job whose processes end when it is dropped or this process ends, even if it is killed.
#[derive(Debug)]
pub(super) struct EndingJob(OwnedHandle);

impl EndingJob {
    pub(super) fn create() -> io::Result<Self> {
        // SAFETY: without a name and a descriptor, nothing must outlive the call.
        let handle = unsafe { CreateJobObjectW(null(), null()) };
        if handle.is_null() {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the call succeeded, so this is a handle that nothing else owns.
        let job = Self(unsafe { OwnedHandle::from_raw_handle(handle) });
        let mut limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
        limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
        // SAFETY: the structure is that of this class, and outlives the call.
        check(unsafe {
            SetInformationJobObject(
                job.0.as_raw_handle(),
                JobObjectExtendedLimitInformation,
                (&raw const limits).cast(),
                std::mem::size_of_val(&limits) as u32,
            )
        })?;
        Ok(job)
    }

    /// Puts a process into the job. What it starts from then on is in it, too.
    pub(super) fn add(&self, process: BorrowedHandle<'_>) -> io::Result<()> {
        // SAFETY: both handles are open.
        check(unsafe { AssignProcessToJobObject(self.0.as_raw_handle(), process.as_raw_handle()) })
    }
}

/// The volume and the number of an open file. No two existing files have the same.
pub(super) fn identity(file: &File) -> io::Result<(u64, u64)> {
    let mut found = BY_HANDLE_FILE_INFORMATION::default();
    // SAFETY: the handle is open, and the result outlives the call.
    check(unsafe { GetFileInformationByHandle(file.as_raw_handle(), &raw mut found) })?;
    let number = u64::from(found.nFileIndexHigh) << 32 | u64::from(found.nFileIndexLow);
    Ok((found.dwVolumeSerialNumber.into(), number))
}

/// Whether an open file is on a disk, and not a console, pipe or other device.
pub(super) fn is_on_disk(file: &File) -> bool {
    // SAFETY: the handle is open.
    unsafe { GetFileType(file.as_raw_handle()) == FILE_TYPE_DISK }
}
