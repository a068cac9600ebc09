//! Retries while another program, such as a virus scanner or an editor, has a file open on Windows.

use std::io;
use std::time::Duration;

/// The pauses between the attempts, 5.4 s in all. A scanner needs less than a second; an editor that holds a file longer keeps it.
#[cfg(windows)]
pub(super) fn pauses() -> impl Iterator<Item = Duration> {
    [50, 100, 250, 500, 500, 500, 500, 1000, 1000, 1000].into_iter().map(Duration::from_millis)
}

/// Tries until an attempt succeeds, fails for another reason, or the pauses are used up.
pub(super) fn retry<T>(
    pauses: impl IntoIterator<Item = Duration>,
    mut pause: impl FnMut(Duration),
    mut attempt: impl FnMut() -> io::Result<T>,
) -> io::Result<T> {
    for length in pauses {
        match attempt() {
            Err(error) if is_held(&error) => pause(length),
            result => return result,
        }
    }
    attempt()
}

/// Access denied, sharing violation, lock violation: what Windows answers for a file that is open elsewhere.
fn is_held(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(5 | 32 | 33))
}

/// Sharing violation, lock violation. Access denied is not among them: it also says that the file may not be read at all.
#[cfg(windows)]
pub(super) fn is_not_shared(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(32 | 33))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs attempts that fail with these numbers, and then succeed; the number of attempts, and the pauses.
    fn run(errors: &[i32], pauses: &[u64]) -> (io::Result<()>, usize, Vec<u64>) {
        let (mut attempts, mut waited) = (0, Vec::new());
        let result = retry(
            pauses.iter().copied().map(Duration::from_millis),
            |length| waited.push(u64::try_from(length.as_millis()).expect("short")),
            || {
                attempts += 1;
                errors.get(attempts - 1).map_or(Ok(()), |number| Err(io::Error::from_raw_os_error(*number)))
            },
        );
        (result, attempts, waited)
    }

    #[test]
    fn held_file_is_tried_again_after_growing_pauses() {
        let (result, attempts, waited) = run(&[5, 32, 33], &[1, 2, 3, 4]);
        assert!(result.is_ok());
        assert_eq!((attempts, waited), (4, vec![1, 2, 3]));
    }

    #[test]
    fn file_that_stays_held_is_an_error() {
        let (result, attempts, waited) = run(&[32; 9], &[1, 2]);
        assert_eq!(result.expect_err("held").raw_os_error(), Some(32));
        assert_eq!((attempts, waited), (3, vec![1, 2]));
    }

    #[test]
    fn other_errors_are_reported_at_once() {
        let (result, attempts, waited) = run(&[112, 112], &[1, 2]);
        assert_eq!(result.expect_err("full").raw_os_error(), Some(112));
        assert_eq!((attempts, waited), (1, Vec::new()));
    }
}
