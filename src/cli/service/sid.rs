//! The security identifier of the account `NT SERVICE\NAME`, which Windows derives from the name of the service.

use aws_lc_rs::digest;

/// The identifier as text. It is known before the service is installed.
pub(super) fn service_sid(name: &str) -> String {
    let name = name.to_uppercase().encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    let hash = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &name);
    let numbers = hash.as_ref().chunks_exact(4).map(|bytes| {
        let number = bytes.iter().rev().fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
        format!("-{number}")
    });
    format!("S-1-5-80{}", numbers.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The identifier of the service that owns the files of Windows is well known.
    #[test]
    fn identifier_is_that_of_windows() {
        let known = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464";
        assert_eq!(service_sid("TrustedInstaller"), known);
        assert_eq!(service_sid("trustedinstaller"), known);
    }
}
