//! The labels and sentences of the sheet, in one table per language.
//!
//! A label that no public page shows in German stays in English.

/// A language of the sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Language {
    /// English.
    English,
    /// German.
    German,
}

impl Language {
    pub(super) fn words(self) -> &'static Words {
        match self {
            Self::English => &ENGLISH,
            Self::German => &GERMAN,
        }
    }
}

/// The headings, and what is said about fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Headings {
    /// Above the warnings.
    pub warnings: &'static str,
    /// Above the steps.
    pub steps: &'static str,
    /// Above the notes.
    pub notes: &'static str,
    /// Before the label of the Entra portal.
    pub portal: &'static str,
    /// How to see a secret.
    pub reveal: &'static str,
}

/// The words of one language. `{…}` is replaced by a value.
pub(super) struct Words {
    pub(super) headings: Headings,
    pub(super) expert_settings: &'static str,
    pub(super) federated_services: &'static str,
    pub(super) name: &'static str,
    pub(super) tenant_id: &'static str,
    pub(super) client_id: &'static str,
    pub(super) login: &'static str,
    pub(super) portal_secret: &'static str,
    pub(super) fingerprint: &'static str,
    pub(super) certificate_end: &'static str,
    pub(super) presence: &'static str,
    pub(super) contacts: &'static str,
    pub(super) calendar: &'static str,
    pub(super) on_identity_removed: &'static str,
    pub(super) display_names: &'static str,
    /// Off, Teams to Swyx, both ways.
    pub(super) directions: [&'static str; 3],
    /// Nothing, removal unless it is an administrator, removal.
    pub(super) removals: [&'static str; 3],
    pub(super) on: &'static str,
    pub(super) off: &'static str,
    pub(super) and: &'static str,
    /// In the file itself, environment variable, file, secret store, command.
    pub(super) places: [&'static str; 5],
    pub(super) check_permissions: &'static str,
    pub(super) create_certificate: &'static str,
    pub(super) activate: &'static str,
    pub(super) check_connection: &'static str,
    pub(super) check_addresses: &'static str,
    pub(super) check_signalling: &'static str,
    pub(super) note_end: &'static str,
    pub(super) secret_end: &'static str,
    pub(super) renew_certificate: &'static str,
    pub(super) windows_logon: &'static str,
    pub(super) removal: &'static str,
    pub(super) guide_of_expert_settings: &'static str,
    pub(super) guide_of_federated_services: &'static str,
    pub(super) unknown_id_names: &'static str,
    pub(super) unknown_labels: &'static str,
    pub(super) permissions_by_hand: &'static str,
    pub(super) inferred_permission: &'static str,
    pub(super) certificate_is_recommended: &'static str,
    pub(super) busy_on_busy: &'static str,
    pub(super) english_labels: Option<&'static str>,
}

const ENGLISH: Words = Words {
    headings: Headings {
        warnings: "Warnings",
        steps: "Manual steps",
        notes: "Notes",
        portal: "in the Entra portal",
        reveal: "--reveal shows it",
    },
    expert_settings: "Control Center, General settings, expert settings",
    federated_services: "Control Center, General settings / Federated Services, an identity provider configuration for Entra ID",
    name: "Name",
    tenant_id: "Directory (tenant) ID",
    client_id: "Application (client) ID",
    login: "Login data type",
    portal_secret: "Value (not Secret ID) of the client secret",
    fingerprint: "Certificate fingerprint",
    certificate_end: "Expiration date of the certificate",
    presence: "Teams Presence Synchronization",
    contacts: "Contact synchronization",
    calendar: "Calendar synchronization",
    on_identity_removed: "Action to be performed when the Entra ID identity is removed",
    display_names: "Activate synchronization for display names",
    directions: ["off", "from Teams to Swyx", "both ways"],
    removals: ["None", "Remove Swyx user if not an admin", "Remove Swyx user"],
    on: "on",
    off: "off",
    and: "and",
    places: [
        "in this file, as plain text",
        "from the environment variable {}",
        "from the file {}",
        "from the secret store entry {}",
        "from the command {}",
    ],
    check_permissions: "In the Entra portal, check that the application has {permissions}, of type Application, with admin consent. `swyx-teams apply` sets this.",
    create_certificate: "Create the certificate in Control Center: \"Change Credentials\", Certificate, choose the expiration date, Save, \"Download certificate\". `swyx-teams apply` uploads the file that `certificate` names. Or upload it in the Entra portal: App registrations, the application, Certificates & secrets, Certificates, Upload certificate. The fingerprints must be equal.",
    activate: "Read the warnings, then set \"Activated\".",
    check_connection: "Check that \"Connection status\" is \"Successfully checked\". English versions show \"Check Installation\" instead.",
    check_addresses: "For every user, check that the e-mail address in SwyxWare is the account name in Teams.",
    check_signalling: "In SwyxWare, check that status signalling is set up between the users or groups that should see each other's status.",
    note_end: "Note the expiry date of the client secret: the synchronisation stops silently on that day.",
    secret_end: "Replace the client secret in time: it ends on {day} (UTC), and the synchronisation stops silently.",
    renew_certificate: "Replace the certificate before its expiration date: the synchronisation stops silently on that day.",
    windows_logon: "Activating the identity provider ends the Windows logon.",
    removal: "\"{action}\" is \"{remove}\" on a new installation, administrators included, and \"{none}\" after an update. Check it before you activate the identity provider.",
    guide_of_expert_settings: "The vendor's guide also asks for the redirect URI https://localhost/ and public client flows. An application that signs in with a secret needs neither (inferred). `swyx-teams apply --as-in-the-guide` sets them.",
    guide_of_federated_services: "The same registration serves the login of the Swyx clients, which needs the redirect URI swyxware://auth, public client flows and a scope under Expose an API. `swyx-teams apply` sets them.",
    unknown_id_names: "Control Center's names for the two id fields are not documented; the labels here are those of the portal.",
    unknown_labels: "Control Center's labels for the direction of the presence synchronisation and for contacts and calendars are not public; the words here are this program's.",
    permissions_by_hand: "The vendor's list of permissions for contacts and calendars is not completely public, so `swyx-teams apply` does not set them: grant them as the vendor's guide says.",
    inferred_permission: "The vendor's list of permissions for 14.20 and later is not completely public: {permission} is inferred.",
    certificate_is_recommended: "The vendor recommends a certificate instead of a client secret.",
    busy_on_busy: "A call in Swyx does not make Teams reject calls: Busy-on-Busy ignores it (according to the vendor, a bug that Microsoft has confirmed).",
    english_labels: None,
};

const GERMAN: Words = Words {
    headings: Headings {
        warnings: "Warnungen",
        steps: "Schritte von Hand",
        notes: "Hinweise",
        portal: "im Entra-Portal",
        reveal: "--reveal zeigt es",
    },
    expert_settings: "Control Center, General settings, Experten-Einstellungen",
    federated_services: "Control Center, General settings / Verbunddienste, eine Konfiguration eines Identitätsanbieters für Entra ID",
    name: "Name",
    tenant_id: "Verzeichnis-ID (Mandant)",
    client_id: "Anwendungs-ID (Client)",
    login: "Anmeldedaten-Typ",
    portal_secret: "der Wert (nicht die ID) des geheimen Clientschlüssels",
    fingerprint: "Certificate fingerprint",
    certificate_end: "Expiration date of the certificate",
    presence: "Teams Präsenz-Synchronisierung",
    contacts: "Contact synchronization",
    calendar: "Calendar synchronization",
    on_identity_removed: "Auszuführende Aktion, wenn die Entra ID Identität entfernt wird",
    display_names: "Synchronisierung für Anzeigenamen aktivieren",
    directions: ["aus", "von Teams zu Swyx", "beide Richtungen"],
    removals: [
        "Keine",
        "SwyxWare Benutzer entfernen, wenn er kein Administrator ist",
        "SwyxWare Benutzer entfernen",
    ],
    on: "ein",
    off: "aus",
    and: "und",
    places: [
        "in dieser Datei, als Klartext",
        "aus der Umgebungsvariablen {}",
        "aus der Datei {}",
        "aus dem Eintrag {} des Geheimnisspeichers",
        "vom Befehl {}",
    ],
    check_permissions: "Prüfen Sie im Entra-Portal, dass die Anwendung {permissions} hat, vom Typ Anwendung und mit Administratorzustimmung. `swyx-teams apply` richtet das ein.",
    create_certificate: "Erstellen Sie das Zertifikat in Control Center: „Change Credentials“, Certificate, Ablaufdatum wählen, speichern, „Download certificate“. `swyx-teams apply` lädt die Datei hoch, die in `certificate` steht. Oder laden Sie sie im Entra-Portal hoch: App-Registrierungen, die Anwendung, Zertifikate & Geheimnisse, Zertifikate, Zertifikat hochladen. Die Fingerabdrücke müssen gleich sein.",
    activate: "Lesen Sie die Warnungen und setzen Sie dann „Aktiviert“.",
    check_connection: "Prüfen Sie, dass der „Verbindungsstatus“ „Erfolgreich überprüft“ ist.",
    check_addresses: "Prüfen Sie für jeden Benutzer, dass die E-Mail-Adresse in SwyxWare der Kontoname in Teams ist.",
    check_signalling: "Prüfen Sie in SwyxWare, dass die Statussignalisierung zwischen den Benutzern oder Gruppen eingerichtet ist, die den Status der anderen sehen sollen.",
    note_end: "Notieren Sie das Ablaufdatum des geheimen Clientschlüssels: An diesem Tag endet die Synchronisierung ohne Meldung.",
    secret_end: "Ersetzen Sie den geheimen Clientschlüssel rechtzeitig: Er endet am {day} (UTC), und die Synchronisierung endet ohne Meldung.",
    renew_certificate: "Ersetzen Sie das Zertifikat vor seinem Ablaufdatum: An diesem Tag endet die Synchronisierung ohne Meldung.",
    windows_logon: "Wenn Sie den Identitätsanbieter aktivieren, endet die Windows-Anmeldung.",
    removal: "„{action}“ ist bei einer Neuinstallation „{remove}“, auch für Administratoren, und nach einem Update „{none}“. Prüfen Sie das, bevor Sie den Identitätsanbieter aktivieren.",
    guide_of_expert_settings: "Die Anleitung des Herstellers verlangt auch den Umleitungs-URI https://localhost/ und öffentliche Clientflows. Eine Anwendung, die sich mit einem Geheimnis anmeldet, braucht beides nicht (abgeleitet). `swyx-teams apply --as-in-the-guide` richtet beides ein.",
    guide_of_federated_services: "Dieselbe Registrierung dient der Anmeldung der Swyx-Clients. Diese braucht den Umleitungs-URI swyxware://auth, öffentliche Clientflows und einen Bereich unter „Eine API verfügbar machen“. `swyx-teams apply` richtet das ein.",
    unknown_id_names: "Wie Control Center die beiden ID-Felder nennt, ist nicht dokumentiert; die Bezeichnungen hier sind die des Portals.",
    unknown_labels: "Wie Control Center die Richtung der Präsenz-Synchronisierung und die Synchronisierung von Kontakten und Kalendern nennt, ist nicht öffentlich; die Wörter hier sind die dieses Programms.",
    permissions_by_hand: "Die Berechtigungen für Kontakte und Kalender sind nicht vollständig öffentlich, daher richtet `swyx-teams apply` sie nicht ein: Erteilen Sie sie nach der Anleitung des Herstellers.",
    inferred_permission: "Die Berechtigungen ab 14.20 sind nicht vollständig öffentlich: {permission} ist abgeleitet.",
    certificate_is_recommended: "Der Hersteller empfiehlt ein Zertifikat statt eines geheimen Clientschlüssels.",
    busy_on_busy: "Ein Gespräch in Swyx führt nicht dazu, dass Teams Anrufe abweist: Busy-on-Busy beachtet es nicht (laut Hersteller ein von Microsoft bestätigter Fehler).",
    english_labels: Some("Wo hier eine englische Bezeichnung steht, ist keine deutsche öffentlich bekannt."),
};
