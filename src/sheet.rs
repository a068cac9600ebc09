//! The values for Control Center, and the remaining manual steps.
//!
//! No documented interface writes these fields, so you must enter them by hand. The sheet uses the terms of
//! Control Center and the portal, in English or German.
//!
//! ```
//! use swyx_teams::sheet::{Language, Sheet};
//!
//! let text = r#"
//! [control_center]
//! MsTeamsStatusSyncMode = 2
//! MsTeamsTenantId = "7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34"
//! MsTeamsClientId = "2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16"
//! MsTeamsClientSecret = { env = "SWYX_TEAMS_CLIENT_SECRET" }
//! "#;
//! let settings = swyx_teams::check::check_bytes("a.toml", text.into(), false).settings()?;
//! let sheet = Sheet::new(&settings, Language::English);
//! assert_eq!((sheet.fields[0].label, sheet.fields[0].value.as_deref()), ("MsTeamsStatusSyncMode", Some("2")));
//! assert_eq!(Sheet::new(&settings, Language::German).fields[1].label, "Verzeichnis-ID (Mandant)");
//! # Ok::<(), swyx_teams::settings::Unresolved>(())
//! ```

mod words;

pub use words::{Headings, Language};

use crate::entra::permission::{list_needs, select_presence};
use crate::secret::SecretSource;
use crate::settings::{Certificate, Credential, Generation, IdentityRemoved, Mode, Settings};
use words::Words;

/// The sheet of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sheet {
    /// Where the fields are in Control Center.
    pub place: &'static str,
    /// The fields with their values. A secret is represented by its storage place.
    pub fields: Vec<Field>,
    /// What to know before the values are activated.
    pub warnings: Vec<String>,
    /// The manual steps, in order.
    pub steps: Vec<String>,
    /// Notes.
    pub notes: Vec<String>,
    /// The headings of these lists.
    pub headings: Headings,
}

/// One field of Control Center.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field {
    /// Control Center's label, or a description if the label is not documented.
    pub label: &'static str,
    /// The Entra portal's label, if the value comes from there.
    pub portal: Option<&'static str>,
    /// The value to enter; `None` for a secret.
    pub value: Option<String>,
    /// Where the secret is stored.
    pub kept: Option<String>,
}

impl Field {
    fn new(label: &'static str, value: impl Into<String>) -> Self {
        Self { label, portal: None, value: Some(value.into()), kept: None }
    }

    fn from_portal(label: &'static str, value: impl Into<String>) -> Self {
        Self { portal: Some(label), ..Self::new(label, value) }
    }

    fn secret(label: &'static str, source: &SecretSource, words: &Words) -> Self {
        let kept = Some(describe_place(source, words));
        Self { label, portal: Some(words.portal_secret), value: None, kept }
    }
}

impl Sheet {
    /// Creates the sheet for the settings.
    pub fn new(settings: &Settings, language: Language) -> Self {
        let words = language.words();
        let (place, fields, warnings) = match settings.generation {
            Generation::ExpertSettings => {
                (words.expert_settings, fields_of_expert_settings(settings, words), Vec::new())
            }
            Generation::FederatedServices => {
                let fields = fields_of_federated_services(settings, words);
                (words.federated_services, fields, list_warnings(words))
            }
        };
        let (steps, notes) = (list_steps(settings, words), list_notes(settings, words));
        Self { place, fields, warnings, steps, notes, headings: words.headings }
    }
}

fn fields_of_expert_settings(settings: &Settings, words: &Words) -> Vec<Field> {
    let mut fields = vec![Field::new("MsTeamsStatusSyncMode", settings.mode.number().to_string())];
    fields.extend(ids(settings, words));
    let secret = settings.client_secret();
    fields.extend(secret.map(|source| Field::secret("MsTeamsClientSecret", source, words)));
    fields
}

fn fields_of_federated_services(settings: &Settings, words: &Words) -> Vec<Field> {
    let provider = &settings.provider;
    let switch = |is_on| if is_on { words.on } else { words.off };
    let mut fields = vec![Field::new(words.name, provider.name.as_str())];
    fields.extend(ids(settings, words));
    match &settings.credential {
        Credential::Secret(source) => {
            fields.push(Field::new(words.login, "Client Secret"));
            fields.extend(source.as_ref().map(|source| Field::secret("Client Secret", source, words)));
        }
        Credential::Certificate(certificate) => {
            fields.push(Field::new(words.login, "Certificate"));
            if let Some(Certificate::Thumbprint(thumbprint)) = certificate {
                fields.push(Field::new(words.fingerprint, thumbprint.to_string()));
            }
            let end = settings.credential_ends.map(|day| day.to_string());
            fields.extend(end.map(|day| Field::new(words.certificate_end, day)));
        }
    }
    let [off, from_teams, both] = words.directions;
    let direction = match settings.mode {
        Mode::BothWays => both,
        Mode::FromTeams => from_teams,
        Mode::Undocumented | Mode::Off => off,
    };
    fields.extend([
        Field::new(words.presence, direction),
        Field::new(words.contacts, switch(provider.contacts)),
        Field::new(words.calendar, switch(provider.calendar)),
    ]);
    let [none, remove_unless_admin, remove] = words.removals;
    let removal = provider.on_identity_removed.map(|action| match action {
        IdentityRemoved::None => none,
        IdentityRemoved::RemoveUnlessAdmin => remove_unless_admin,
        IdentityRemoved::Remove => remove,
    });
    fields.extend(removal.map(|action| Field::new(words.on_identity_removed, action)));
    fields.extend(provider.display_names.map(|is_on| Field::new(words.display_names, switch(is_on))));
    fields
}

fn ids(settings: &Settings, words: &Words) -> [Field; 2] {
    let (tenant, client) = (settings.access.tenant_id.to_string(), settings.client_id.to_string());
    [Field::from_portal(words.tenant_id, tenant), Field::from_portal(words.client_id, client)]
}

fn describe_place(source: &SecretSource, words: &Words) -> String {
    let [inline, variable, file, entry, command] = words.places;
    let template = match source {
        SecretSource::Inline(_) => inline,
        SecretSource::Env(_) => variable,
        SecretSource::File(_) => file,
        SecretSource::Keyring(_) => entry,
        SecretSource::Command(_) => command,
    };
    template.replace("{}", &source.place_name())
}

fn list_warnings(words: &Words) -> Vec<String> {
    let [none, _, remove] = words.removals;
    let removal = words.removal.replace("{action}", words.on_identity_removed);
    vec![words.windows_logon.to_owned(), removal.replace("{remove}", remove).replace("{none}", none)]
}

fn list_steps(settings: &Settings, words: &Words) -> Vec<String> {
    let needs = list_needs(settings.generation, settings.mode);
    let names = needs.iter().map(|need| need.name).collect::<Vec<_>>();
    let permissions = names.join(&format!(" {} ", words.and));
    let mut steps = vec![words.check_permissions.replace("{permissions}", &permissions)];
    if settings.credential.is_certificate() {
        steps.push(words.create_certificate.to_owned());
    }
    if settings.generation == Generation::FederatedServices {
        steps.extend([words.activate.to_owned(), words.check_connection.to_owned()]);
    }
    steps.extend([words.check_addresses.to_owned(), words.check_signalling.to_owned()]);
    match (&settings.credential, settings.credential_ends) {
        (Credential::Secret(_), Some(day)) => {
            steps.push(words.secret_end.replace("{day}", &day.to_string()));
        }
        (Credential::Secret(Some(_)), None) => steps.push(words.note_end.to_owned()),
        (Credential::Secret(None), None) => {}
        (Credential::Certificate(_), _) => steps.push(words.renew_certificate.to_owned()),
    }
    steps
}

fn list_notes(settings: &Settings, words: &Words) -> Vec<String> {
    let mut notes = Vec::new();
    match settings.generation {
        Generation::ExpertSettings => {
            notes.extend([words.guide_of_expert_settings, words.unknown_id_names].map(str::to_owned));
        }
        Generation::FederatedServices => {
            notes.extend([words.guide_of_federated_services, words.unknown_labels].map(str::to_owned));
            let presence = select_presence(settings.mode);
            notes.extend(presence.map(|need| words.inferred_permission.replace("{permission}", need.name)));
            if settings.provider.contacts || settings.provider.calendar {
                notes.push(words.permissions_by_hand.to_owned());
            }
            if !settings.credential.is_certificate() {
                notes.push(words.certificate_is_recommended.to_owned());
            }
        }
    }
    notes.push(words.busy_on_busy.to_owned());
    notes.extend(words.english_labels.map(str::to_owned));
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDS: &str =
        "\"7a3c5e10-4b1d-4f6a-9c2e-8d0b6f1a2c34\"\nCLIENT = \"2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16\"\n";

    fn sheet(text: &str, language: Language) -> Sheet {
        let checked = crate::check::check_bytes("a.toml", text.as_bytes().to_vec(), false);
        let settings = checked.settings().unwrap_or_else(|_| panic!("{:?}", checked.diagnostics()));
        Sheet::new(&settings, language)
    }

    fn expert_settings() -> String {
        let ids = IDS.replace("CLIENT", "MsTeamsClientId");
        format!(
            "[control_center]\nMsTeamsStatusSyncMode = 2\nMsTeamsClientSecret = {{ env = \"A\" }}\nMsTeamsTenantId = {ids}"
        )
    }

    fn federated_services(rest: &str) -> String {
        let ids = IDS.replace("CLIENT", "client_id");
        format!("[swyx]\nversion = \"14.25\"\n[federated_services]\ntenant_id = {ids}{rest}")
    }

    const SECRET: &str = "login = \"secret\"\nclient_secret = { file = \"a\" }\non_identity_removed = \"remove\"\ndisplay_names = true\ncontacts = true\n";
    const CERTIFICATE: &str = "login = \"certificate\"\npresence = \"from_teams\"\ncertificate_thumbprint = \"6F1C5A0E2B93D47781AC3E59C048B2169DE70AF3\"\n[entra]\ncredential_ends = 2027-05-29\n";

    fn shown(sheet: &Sheet) -> Vec<(&str, &str)> {
        // The ids are the same everywhere.
        let others = sheet.fields.iter().filter(|field| field.portal != Some(field.label));
        others
            .map(|field| (field.label, field.value.as_deref().or(field.kept.as_deref()).expect("a value")))
            .collect()
    }

    #[test]
    fn fields_of_federated_services_have_the_labels_of_control_center() {
        assert_eq!(
            shown(&sheet(&federated_services(SECRET), Language::English)),
            [
                ("Name", "Entra ID"),
                ("Login data type", "Client Secret"),
                ("Client Secret", "from the file a"),
                ("Teams Presence Synchronization", "both ways"),
                ("Contact synchronization", "on"),
                ("Calendar synchronization", "off"),
                ("Action to be performed when the Entra ID identity is removed", "Remove Swyx user"),
                ("Activate synchronization for display names", "on"),
            ]
        );
        assert_eq!(
            shown(&sheet(&federated_services(CERTIFICATE), Language::German)),
            [
                ("Name", "Entra ID"),
                ("Anmeldedaten-Typ", "Certificate"),
                ("Certificate fingerprint", "6F1C5A0E2B93D47781AC3E59C048B2169DE70AF3"),
                ("Expiration date of the certificate", "2027-05-29"),
                ("Teams Präsenz-Synchronisierung", "von Teams zu Swyx"),
                ("Contact synchronization", "aus"),
                ("Calendar synchronization", "aus"),
            ]
        );
        let german = sheet(&federated_services(SECRET), Language::German);
        assert!(shown(&german).contains(&("Client Secret", "aus der Datei a")));
        assert!(shown(&german).contains(&(
            "Auszuführende Aktion, wenn die Entra ID Identität entfernt wird",
            "SwyxWare Benutzer entfernen"
        )));
        let ids = german.fields.iter().filter_map(|field| field.portal).collect::<Vec<_>>();
        assert_eq!(ids[..2], ["Verzeichnis-ID (Mandant)", "Anwendungs-ID (Client)"]);
    }

    #[test]
    fn german_sheet_has_no_english_sentence_and_no_placeholder() {
        let files = [expert_settings(), federated_services(SECRET), federated_services(CERTIFICATE)];
        let of = |language| {
            let sentences = |sheet: Sheet| [sheet.warnings, sheet.steps, sheet.notes].concat();
            files.each_ref().map(|file| sentences(sheet(file, language)))
        };
        let (english, german) = (of(Language::English), of(Language::German));
        for (english, german) in english.iter().zip(&german) {
            // The last German note is about the English labels.
            assert_eq!(english.len() + 1, german.len());
            for sentence in english.iter().chain(german) {
                assert!(!sentence.contains(['{', '}']), "{sentence}");
                assert_eq!(english.contains(sentence), !german.contains(sentence), "{sentence}");
            }
        }
    }

    #[test]
    fn warnings_and_permissions_depend_on_the_generation() {
        let old = sheet(&expert_settings(), Language::English);
        assert!(old.warnings.is_empty() && old.place.contains("expert settings"), "{old:?}");
        assert!(old.steps[0].contains("Presence.ReadWrite.All and User.ReadBasic.All"), "{}", old.steps[0]);
        let new = sheet(&federated_services(SECRET), Language::English);
        assert!(new.place.contains("Federated Services"));
        assert!(new.steps[0].contains("Presence.ReadWrite.All and User.Read.All"), "{}", new.steps[0]);
        let warnings = new.warnings.join("\n");
        assert!(warnings.contains("ends the Windows logon") && warnings.contains("administrators included"));
        assert!(new.notes.iter().any(|note| note.contains("Presence.ReadWrite.All is inferred")));
        let by_hand = |sheet: &Sheet| sheet.notes.iter().any(|note| note.contains("grant them as"));
        assert!(by_hand(&new) && !by_hand(&sheet(&federated_services(CERTIFICATE), Language::English)));
        let off = federated_services(&format!("presence = \"off\"\n{SECRET}"));
        let off = sheet(&off, Language::English);
        assert!(
            off.notes.iter().all(|note| !note.contains("inferred"))
                && off.steps[0].contains("has User.Read.All,")
        );
    }

    #[test]
    fn end_of_the_credential_is_shown() {
        let dated = |text: String| format!("{text}[entra]\ncredential_ends = 2027-05-29\n");
        for (text, is_shown) in [
            (expert_settings(), false),
            (dated(expert_settings()), true),
            (federated_services(SECRET), false),
            (dated(federated_services(SECRET)), true),
        ] {
            for language in [Language::English, Language::German] {
                let sheet = sheet(&text, language);
                let last = sheet.steps.last().expect("a step");
                assert_eq!(last.contains("2027-05-29"), is_shown, "{last}");
            }
        }
    }
}
