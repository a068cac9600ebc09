//! What the random settings are made of: right values, values at a bound, and near misses.

/// Every key whose value has a form, as coverage is asserted of each.
pub const KEYS: [&str; 33] = [
    "swyx.version",
    "swyx.gateway",
    "swyx.gateway_token",
    "control_center.MsTeamsStatusSyncMode",
    "control_center.MsTeamsTenantId",
    "control_center.MsTeamsClientId",
    "control_center.MsTeamsClientSecret",
    "federated_services.name",
    "federated_services.tenant_id",
    "federated_services.client_id",
    "federated_services.login",
    "federated_services.client_secret",
    "federated_services.certificate",
    "federated_services.certificate_thumbprint",
    "federated_services.presence",
    "federated_services.contacts",
    "federated_services.on_identity_removed",
    "federated_services.display_names",
    "entra.credential_ends",
    "entra.cloud",
    "entra.application_name",
    "entra.secret_lifetime_days",
    "entra.renew_before_days",
    "entra.admin_client_id",
    "entra.authority",
    "entra.graph",
    "entra.ca_file",
    "entra.proxy",
    "sync.read_interval_seconds",
    "sync.session_minutes",
    "sync.requests_per_30_seconds",
    "user[0].swyx",
    "user[0].teams",
];

pub const IDS: [&str; 4] = [
    "8f1c2d3e-5a6b-4c7d-8e9f-0a1b2c3d4e5f",
    "8F1C2D3E-5A6B-4C7D-8E9F-0A1B2C3D4E5F",
    "14d82eec-204b-4c2f-b7e8-296a70dab67e",
    "00000000-0000-0000-0000-000000000000",
];
pub const NO_IDS: [&str; 19] = [
    "{8f1c2d3e-5a6b-4c7d-8e9f-0a1b2c3d4e5f}",
    "8f1c2d3e-5a6b-4c7d-8e9f-0a1b2c3d4e5",
    "8f1c2d3e-5a6b-4c7d-8e9f-0a1b2c3d4e5f\n",
    " 8f1c2d3e-5a6b-4c7d-8e9f-0a1b2c3d4e5f",
    "8f1c2d3e-5a6b-4c7d-8e9f-0a1b2c3d4e5\t",
    "8f1c2d3e5a6b4c7d8e9f0a1b2c3d4e5f",
    "urn:uuid:8f1c2d3e-5a6b-4c7d-8e9f-0a1b2c3d4e5f",
    "8f1c2d3e0-5a6-4c7d-8e9f-0a1b2c3d4e5f",
    "8g1c2d3e-5a6b-4c7d-8e9f-0a1b2c3d4e5f",
    "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
    "<tenant-id>",
    "contoso.onmicrosoft.com",
    "organizations",
    "Common",
    "contoso.de",
    "a.b-c.example",
    "changeme",
    " ",
    "",
];
pub const VERSIONS: [&str; 12] = [
    "14.10", "14.1", "0.0", "999.999", "014.1", "13.25", "14.20", "14.19", "14.020", "14.025", "15.0",
    "014.100",
];
pub const NO_VERSIONS: [&str; 12] =
    ["14", "14.10.1", "14.1234", "1414.1", "14.", ".10", "", "v14.10", "14,10", "14.10\n", " 14.10", "١٤.١٠"];
pub const ENDPOINTS: [&str; 16] = [
    "https://swyx.example.com:9180",
    "http://localhost",
    "https://[::1]",
    "https://[::1]:443/a",
    "https://127.0.0.1:1",
    "https://a",
    "https://a_b.c-d/",
    "https://graph.microsoft.com/v1.0",
    "https://host/~a/../b//c",
    "https://host:0",
    "https://host:0000",
    "https://host:9999",
    "https://host:10000",
    "https://host:59999",
    "https://host:65535",
    "https://a..b",
];
pub const NO_ENDPOINTS: [&str; 30] = [
    "",
    "host",
    "https://",
    "https:///path",
    "https://host:",
    "https://host:/path",
    "https://host:65536",
    "https://host:99999",
    "https://host:00001",
    "https://host:100000",
    "https://host:+1",
    "https://host:a",
    "https://[::1",
    "https://[::1]x",
    "https://[::1]:",
    "https://[::2]",
    "https://::1",
    "https://user@host",
    "https://user:word@host/",
    "https://host?query",
    "https://host/a?b=c",
    "https://host/#part",
    "https://host/a b",
    "https://host/%20",
    "HTTPS://host",
    "ftp://host",
    "https://münchen.example",
    "https://-host",
    "https://host-",
    "https://host\n",
];
pub const VARIABLES: [&str; 7] =
    ["SWYX_TOKEN", "_", "a1", "SWYX_TEAMS_CLIENT_SECRET", "SWYX_TEAMS", "SWYX", "A_SWYX_TEAMS_ADMIN_TOKEN"];
pub const ENTRIES: [&str; 6] = [
    "swyx-teams/north",
    "swyx-teams/x",
    "swyx-teams/é/Über uns",
    "swyx-teams/\u{1f600}",
    "swyx-teams//",
    "swyx-teams/0123456789012345678901234567890123456789012345678901234567890123",
];
pub const NO_ENTRIES: [&str; 13] = [
    "",
    "north",
    "swyx-teams/",
    "swyx-teams",
    "Swyx-teams/north",
    "github.com/north",
    "a/swyx-teams/north",
    "swyx-teams/ north",
    "swyx-teams/north\u{a0}",
    "swyx-teams/north\n",
    "swyx-teams/\u{200b}",
    "swyx-teams/no\trth",
    "swyx-teams/0123456789012345678901234567890123456789012345678901234567890123x",
];
pub const NO_VARIABLES: [&str; 13] = [
    "",
    "1A",
    "A B",
    "A-B",
    "É",
    "A\n",
    "SWYX_TEAMS_ADMIN_TOKEN",
    "swyx_teams_admin_token",
    "Swyx_Teams_Trust",
    "SWYX_TEAMS_",
    "swyx_teams_client_secret",
    "SWYX_TEAMS_CLIENT_SECRET_",
    "SWYX_TEAMS_CLIENT_SECRE",
];
pub const CLOUDS: [&str; 4] = ["global", "us_gov_l4", "us_gov_l5", "china"];
pub const NO_CLOUDS: [&str; 7] = ["Global", "germany", "", "global ", "us-gov-l4", "none", "glob\u{e4}l"];
pub const ACCOUNTS: [&str; 3] = ["jane.roe@example.com", "a@b.example", "Jane_Roe-2@north.example.com"];
pub const NO_ACCOUNTS: [&str; 6] =
    ["jane", "jane@", "@example.com", "jane roe@example.com", "", "a@b@c.example"];
pub const LOGINS: [&str; 2] = ["secret", "certificate"];
pub const PRESENCES: [&str; 3] = ["off", "from_teams", "both"];
pub const REMOVALS: [&str; 3] = ["none", "remove_unless_admin", "remove"];
pub const NO_CHOICES: [&str; 6] = ["", "Both", "none ", "certificat", "remove_all", "2"];
pub const THUMBPRINTS: [&str; 4] = [
    "6F1C5A0E2B93D47781AC3E59C048B2169DE70AF3",
    "6f1c5a0e2b93d47781ac3e59c048b2169de70af3",
    "6F:1C:5A:0E:2B:93:D4:77:81:AC:3E:59:C0:48:B2:16:9D:E7:0A:F3",
    " 6F 1C5A0E2B93D47781AC3E59C048B2169DE70AF3 ",
];
pub const NO_THUMBPRINTS: [&str; 7] = [
    "",
    ":",
    "6F1C5A0E2B93D47781AC3E59C048B2169DE70AF",
    "6F1C5A0E2B93D47781AC3E59C048B2169DE70AF3A",
    "6F1C5A0E2B93D47781AC3E59C048B2169DE70AFG",
    "6F-1C-5A-0E-2B-93-D4-77-81-AC-3E-59-C0-48-B2-16-9D-E7-0A-F3",
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
];
/// Dates, written without or with quotes.
pub const DATES: [&str; 4] = ["2027-05-29", "2028-02-29", "1979-05-27", "9999-12-31"];
pub const NO_DATES: [&str; 9] = [
    "",
    "2027-5-29",
    "29.05.2027",
    "2027-02-30",
    "2027-13-01",
    "20270529",
    "2027-05-29T00:00:00Z",
    "2027-05-29 ",
    "07:32:00",
];
pub const STATUSES: [&str; 5] = ["Available", "Away", "DoNotDisturb", "Speaking", "none"];
pub const NO_STATUSES: [&str; 6] = ["available", "None", "", "Away\n", "Busy", "Do not disturb"];
pub const PAIRS: [&str; 6] =
    ["Busy/InACall", "Available/Available", "busy/inacall", "Away/Nonsense", "a/b", "Offline/OffWork"];
pub const NO_PAIRS: [&str; 9] = [
    "Busy",
    "Busy/",
    "/InACall",
    "Busy/In/ACall",
    "Busy/In A Call",
    "",
    "Büsy/Away",
    "Busy/Away\n",
    "Busy/0",
];
/// Names with and without a visible character.
pub const UNSEEN: [&str; 7] =
    [" ", "\u{200b}", "\u{ad}\u{3000}", "\u{fe0f}\u{feff}", "\u{e0041}", "\u{200c}a", "م\u{200c}ی"];
pub const SECRETS: [&str; 6] = [
    "aBc8Q~0123456789012345678901234567890",
    "[old]Secret=of+32/letters?and.sig",
    "x",
    " ",
    "changeme",
    "8f1c2d3e-5a6b-4c7d-8e9f-0a1b2c3d4e5f",
];
pub const NUMBERS: [i64; 26] = [
    0,
    1,
    -1,
    2,
    3,
    4,
    5,
    10,
    239,
    240,
    241,
    364,
    365,
    366,
    729,
    730,
    731,
    3599,
    3600,
    3601,
    9999,
    10_000,
    10_001,
    i64::MAX,
    i64::MIN,
    256,
];
pub const STRANGERS: [&str; 12] = [
    "verison",
    "Version",
    "colour",
    "",
    "a.b",
    "with blank",
    "quo\"te",
    "b\\s",
    "ümlaut",
    "$schema",
    "mode",
    "gateway",
];
