//! Relates the registered certificates to the one in the settings. Pure.
//!
//! Nothing shows which certificate SwyxServer uses, so a certificate is only replaced, and later removed, if it is certain which one the
//! new one replaces.

use jiff::Timestamp;
use uuid::Uuid;

use super::day::utc_day;
use super::name::{CertificateName, Installation};
use crate::entra::snapshot::CertificateSeen;
use crate::settings::{CalendarDate, Thumbprint};

/// The certificate with this thumbprint; of several entries with it, the one that ends last.
pub(super) fn find(seen: &[CertificateSeen], thumbprint: Thumbprint) -> Option<&CertificateSeen> {
    seen.iter().filter(|one| one.thumbprint == Some(thumbprint)).max_by_key(|one| one.ends)
}

/// The certificate that a new one replaces: the newest of this installation, otherwise the only one whose end the settings file names.
pub(super) fn select_replaced(
    seen: &[CertificateSeen],
    file_ends: Option<CalendarDate>,
    installation: &Installation,
    now: Timestamp,
) -> Option<Uuid> {
    let is_ours = |one: &&CertificateSeen| name_of(one).is_some_and(|name| name.is_of(installation));
    let live = seen.iter().filter(|one| one.ends > now).collect::<Vec<_>>();
    let ours = live.iter().copied().filter(is_ours).max_by_key(|one| one.begins);
    let in_file = || {
        let day = file_ends?.date();
        let mut same = live.iter().filter(|one| utc_day(one.ends) == day);
        same.next().copied().filter(|_| same.next().is_none())
    };
    ours.or_else(in_file).map(|one| one.key_id)
}

/// The registered certificates that `current` replaced, as far as the descriptions of this installation say it. The oldest comes first.
pub(super) fn list_predecessors<'a>(
    seen: &'a [CertificateSeen],
    current: &'a CertificateSeen,
    installation: &Installation,
) -> Vec<&'a CertificateSeen> {
    let mut found = Vec::<&CertificateSeen>::new();
    let mut last = current;
    while let Some(after) =
        name_of(last).filter(|name| name.is_of(installation)).and_then(|name| name.after())
        && let Some(before) = seen.iter().find(|one| one.key_id == after)
        && before.key_id != current.key_id
        && !found.contains(&before)
    {
        found.insert(0, before);
        last = before;
    }
    found
}

fn name_of(seen: &CertificateSeen) -> Option<CertificateName> {
    seen.name.as_deref().and_then(CertificateName::parse)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn installation() -> Installation {
        Installation::new("SWYX01", Path::new("/a.toml"))
    }

    fn at(day: &str) -> Timestamp {
        format!("{day}T12:00:00Z").parse().expect("a time")
    }

    fn seen(number: u128, ends: &str) -> CertificateSeen {
        let thumbprint = Some(Thumbprint::new([u8::try_from(number).expect("small"); 20]));
        CertificateSeen::new(Uuid::from_u128(number), at(ends), thumbprint)
    }

    fn made(number: u128, ends: &str, begins: &str, after: Option<u128>) -> CertificateSeen {
        let name = CertificateName::new(&installation(), after.map(Uuid::from_u128)).to_string();
        CertificateSeen { name: Some(name), begins: Some(at(begins)), ..seen(number, ends) }
    }

    fn replaced(all: &[CertificateSeen], file_ends: Option<&str>) -> Option<u128> {
        let file_ends = file_ends.map(|day| day.parse().expect("a date"));
        let replaced = select_replaced(all, file_ends, &installation(), at("2026-12-01"));
        replaced.map(|id| id.as_u128())
    }

    #[test]
    fn replaced_certificate_is_ours_or_the_only_one_with_the_end_in_the_file() {
        let (a, b) = (seen(1, "2027-01-01"), seen(2, "2027-02-01"));
        let ours = [made(3, "2027-03-01", "2026-01-01", None), made(4, "2027-03-01", "2026-02-01", Some(3))];
        assert_eq!(replaced(&[a.clone(), b.clone(), ours[0].clone(), ours[1].clone()], None), Some(4));
        assert_eq!(replaced(&[a.clone(), b.clone()], None), None);
        assert_eq!(replaced(std::slice::from_ref(&a), None), None, "it may be another program's");
        assert_eq!(replaced(&[a.clone(), b.clone()], Some("2027-02-01")), Some(2));
        assert_eq!(replaced(&[a.clone(), seen(5, "2027-01-01")], Some("2027-01-01")), None);
        assert_eq!(replaced(&[seen(6, "2026-11-01")], Some("2026-11-01")), None, "expired");
    }

    #[test]
    fn predecessors_are_found_by_name_only() {
        let all = [
            seen(1, "2027-01-01"),
            made(2, "2027-01-01", "2026-01-01", Some(1)),
            made(3, "2027-01-01", "2026-02-01", Some(2)),
            seen(4, "2027-01-01"),
        ];
        let of = |number: usize| {
            let found = list_predecessors(&all, &all[number], &installation());
            found.iter().map(|one| one.key_id.as_u128()).collect::<Vec<_>>()
        };
        assert_eq!((of(2), of(1), of(0), of(3)), (vec![1, 2], vec![1], vec![], vec![]));
        let circle =
            [made(1, "2027-01-01", "2026-01-01", Some(2)), made(2, "2027-01-01", "2026-01-01", Some(1))];
        assert_eq!(list_predecessors(&circle, &circle[0], &installation()), [&circle[1]]);
    }

    #[test]
    fn certificate_is_found_by_its_thumbprint() {
        let all =
            [seen(1, "2027-01-01"), CertificateSeen { ends: at("2028-01-01"), ..seen(1, "2027-01-01") }];
        assert_eq!(find(&all, Thumbprint::new([1; 20])), Some(&all[1]));
        assert_eq!(find(&all, Thumbprint::new([2; 20])), None);
    }
}
