//! Where sign-in and Graph are, and which keys of a settings file need trust.
//!
//! Source of the hosts: <https://learn.microsoft.com/graph/deployments>.

use std::fmt;

use super::draft::Draft;
use super::resolve::Access;
use super::untrusted::{TrustRequirement, Untrusted};
use super::values::{Choice, Cloud};
use super::{defaults, keys};
#[cfg(feature = "cli")]
use crate::diagnostic::Key;
use crate::endpoint::{Address, Endpoint, server_of_path};
use crate::secret::{SecretSource, Trust};

impl Cloud {
    /// The host for sign-ins of applications and users.
    pub fn login_host(self) -> &'static str {
        match self {
            Self::Global => "login.microsoftonline.com",
            Self::UsGovL4 | Self::UsGovL5 => "login.microsoftonline.us",
            Self::China => "login.chinacloudapi.cn",
        }
    }

    /// The host of Microsoft Graph.
    pub fn graph_host(self) -> &'static str {
        match self {
            Self::Global => "graph.microsoft.com",
            Self::UsGovL4 => "graph.microsoft.us",
            Self::UsGovL5 => "dod-graph.microsoft.us",
            Self::China => "microsoftgraph.chinacloudapi.cn",
        }
    }

    fn all() -> impl Iterator<Item = Self> {
        Self::CHOICES.iter().map(|(_, _, cloud)| *cloud)
    }
}

/// Another name of the Chinese login host.
const CHINA_LOGIN_ALIAS: &str = "login.partner.microsoftonline.cn";

impl Access {
    /// The sign-in address: `https://host[:port][/path]` without a trailing slash.
    pub fn login_address(&self) -> String {
        match &self.authority {
            Some(endpoint) => endpoint.as_str().trim_end_matches('/').to_owned(),
            None => format!("https://{}", self.cloud.login_host()),
        }
    }

    /// The address of Microsoft Graph including its version, without a trailing slash.
    pub fn graph_address(&self) -> String {
        match &self.graph {
            Some(endpoint) => endpoint.as_str().trim_end_matches('/').to_owned(),
            None => format!("https://{}/{}", self.cloud.graph_host(), defaults::GRAPH_VERSION),
        }
    }
}

/// The address at which an administrator consents to the permissions that an application declares.
///
/// `login` is the host that the administrator's browser opens. Only trusted settings may name it
/// ([`Access::login_address`]); otherwise it is Microsoft's own ([`Cloud::login_host`]). Source:
/// <https://learn.microsoft.com/entra/identity-platform/v2-admin-consent>.
pub(crate) fn build_consent_address(
    login: &str,
    tenant: impl fmt::Display,
    client: impl fmt::Display,
) -> String {
    format!("{login}/{tenant}/adminconsent?client_id={client}")
}

impl Draft {
    /// The keys that are used only with trust: they can send a secret or a token to a host that is not
    /// Microsoft's, or run a program.
    ///
    /// A settings file may come from anyone, and a port of this machine may belong to any of its users. A
    /// certificate authority that the file names could impersonate every host in use, so it needs trust for
    /// each of them, including Microsoft's.
    pub fn needing_trust(&self) -> Vec<TrustRequirement> {
        let mut found = Vec::new();
        let is_command = |source: &SecretSource| matches!(source, SecretSource::Command(_));
        let client_secrets = self.secrets().filter(|(key, _)| keys::CLIENT_SECRETS.contains(key));
        let commands = client_secrets.filter(|(_, source)| is_command(source));
        found.extend(commands.map(|(key, _)| TrustRequirement::command(key)));
        let gateway = self.swyx.gateway.as_ref();
        found.extend(gateway.map(|gateway| TrustRequirement::address(keys::GATEWAY, "leads to", gateway)));
        if self.swyx.gateway_token.as_ref().is_some_and(is_command) {
            found.push(TrustRequirement::command(keys::GATEWAY_TOKEN));
        }
        let entra = &self.entra;
        if entra.automation.key_password.as_ref().is_some_and(is_command) {
            found.push(TrustRequirement::command(keys::AUTOMATION_KEY_PASSWORD));
        }
        let is_login = |host: &str| {
            Cloud::all().map(Cloud::login_host).chain([CHINA_LOGIN_ALIAS]).any(|ours| is_host(host, ours))
        };
        let is_graph = |host: &str| Cloud::all().map(Cloud::graph_host).any(|ours| is_host(host, ours));
        let authority = entra.authority.as_ref().filter(|authority| !is_login(authority.host()));
        found.extend(authority.map(|authority| TrustRequirement::not_microsofts(keys::AUTHORITY, authority)));
        let graph = entra.graph.as_ref().filter(|graph| !is_graph(graph.host()));
        found.extend(graph.map(|graph| TrustRequirement::not_microsofts(keys::GRAPH, graph)));
        let proxy = entra.proxy.as_ref();
        found.extend(proxy.map(|proxy| TrustRequirement::address(keys::PROXY, "leads through", proxy)));
        if entra.ca_file.is_some() {
            let cloud = entra.cloud.unwrap_or_default();
            let address = |endpoint: &Option<Endpoint>, default: &str| {
                endpoint.as_ref().map_or_else(|| Address::https(default), Endpoint::address)
            };
            let microsofts =
                [address(&entra.authority, cloud.login_host()), address(&entra.graph, cloud.graph_host())];
            let addresses = microsofts.into_iter().chain(gateway.map(Endpoint::address));
            found.push(TrustRequirement::ca_file(keys::CA_FILE, addresses));
        }
        // Elsewhere, such a path is a local one.
        if cfg!(windows) {
            found.extend(self.remote_files());
        }
        found
    }

    /// The files on servers. On Windows, opening one signs the user in at its server.
    fn remote_files(&self) -> Vec<TrustRequirement> {
        let file = |source: &SecretSource| match source {
            SecretSource::File(path) => Some(path.to_string_lossy().into_owned()),
            SecretSource::Inline(_)
            | SecretSource::Env(_)
            | SecretSource::Keyring(_)
            | SecretSource::Command(_) => None,
        };
        let certificate = self.federated_services.as_ref().and_then(|fields| fields.certificate.clone());
        let others = [(keys::CERTIFICATE, certificate), (keys::CA_FILE, self.entra.ca_file.clone())];
        let files = self.secrets().map(|(key, source)| (key, file(source))).chain(others);
        let servers = files.filter_map(|(key, path)| Some((key, server_of_path(&path?)?)));
        servers.map(|(key, server)| TrustRequirement::remote_file(key, server)).collect()
    }

    /// Returns the reason why one key is not used with this trust, if any.
    #[cfg(feature = "cli")]
    pub(crate) fn untrusted_key(&self, key: &Key, trust: &Trust) -> Option<Untrusted> {
        let requirements = self.needing_trust().into_iter().filter(|requirement| requirement.key() == key);
        Untrusted::new(requirements.collect(), trust)
    }

    /// Returns the reason why this file is not used with this trust, if any.
    pub fn untrusted(&self, trust: &Trust) -> Option<Untrusted> {
        Untrusted::new(self.needing_trust(), trust)
    }
}

fn is_host(host: &str, ours: &str) -> bool {
    host.eq_ignore_ascii_case(ours)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(more: &str) -> crate::check::Checked {
        let text = format!(
            "{more}\n[control_center]\nMsTeamsStatusSyncMode = 2\nMsTeamsTenantId = \"8f1c2d3e-5a6b-4c7d-8e9f-0a1b2c3d4e5f\"\n\
             MsTeamsClientId = \"2f9d8b47-6c3e-4a5f-b1d0-9e7c4a2b8f16\"\n{}",
            if more.contains("MsTeamsClientSecret") { "" } else { "MsTeamsClientSecret = { env = \"X\" }\n" }
        );
        crate::check::check_bytes("a.toml", text.into_bytes(), false)
    }

    fn access(more: &str) -> Access {
        checked(more).settings().expect("complete").access
    }

    fn untrusted(more: &str, trust: &str) -> Option<String> {
        let trust = trust.parse().unwrap_or_else(|_| Trust::nothing());
        checked(more).draft().expect("TOML").untrusted(&trust).map(|untrusted| untrusted.to_string())
    }

    #[test]
    fn microsoft_hosts_need_no_trust() {
        for more in [
            "",
            "[entra]\nauthority = \"https://login.microsoftonline.com\"\ngraph = \"https://GRAPH.microsoft.com/v1.0\"",
            "[entra]\nauthority = \"https://login.partner.microsoftonline.cn/\"",
        ] {
            assert_eq!(untrusted(more, ""), None, "{more}");
        }
    }

    #[test]
    fn foreign_address_or_command_needs_its_own_trust() {
        for (more, message, items) in [
            (
                "[entra]\nauthority = \"https://login.microsoftonline.com.example.com\"",
                "`entra.authority` leads to login.microsoftonline.com.example.com:443, which is not Microsoft's",
                "login.microsoftonline.com.example.com:443",
            ),
            (
                "[entra]\nauthority = \"https://graph.microsoft.com\"",
                "`entra.authority` leads to graph.microsoft.com:443, which is not Microsoft's",
                "graph.microsoft.com:443",
            ),
            (
                "[entra]\nauthority = \"https://169.254.169.254\"",
                "`entra.authority` leads to 169.254.169.254:443, which is not Microsoft's",
                "169.254.169.254:443",
            ),
            (
                "[entra]\nauthority = \"https://LOCALHOST:8443\"",
                "`entra.authority` leads to localhost:8443, which is not Microsoft's",
                "localhost:8443",
            ),
            // Another notation of 127.0.0.1.
            (
                "[entra]\nauthority = \"https://127.1\"",
                "`entra.authority` leads to 127.1:443, which is not Microsoft's",
                "127.1:443",
            ),
            (
                "[entra]\ngraph = \"https://[::1]:8443/v1.0\"",
                "`entra.graph` leads to [::1]:8443, which is not Microsoft's",
                "[::1]:8443",
            ),
            (
                "[entra]\ngraph = \"https://login.microsoftonline.com/v1.0\"",
                "`entra.graph` leads to login.microsoftonline.com:443, which is not Microsoft's",
                "login.microsoftonline.com:443",
            ),
            (
                "[entra]\nproxy = \"http://127.0.0.1:3128\"",
                "`entra.proxy` leads through 127.0.0.1:3128",
                "127.0.0.1:3128",
            ),
            (
                "[entra]\nproxy = \"https://graph.microsoft.com\"",
                "`entra.proxy` leads through graph.microsoft.com:443",
                "graph.microsoft.com:443",
            ),
            // Plain HTTP leads to port 80.
            (
                "[swyx]\ngateway = \"http://localhost/swyx\"\ngateway_token = { env = \"Y\" }",
                "`swyx.gateway` leads to localhost:80",
                "localhost:80",
            ),
            (
                "[swyx]\ngateway = \"https://swyx.example.com\"\ngateway_token = { command = [\"pass\"] }",
                "`swyx.gateway` leads to swyx.example.com:443; `swyx.gateway_token` runs a command",
                "swyx.example.com:443,command",
            ),
            (
                "[entra]\nauthority = \"https://localhost:1\"\ngraph = \"https://localhost:1/v1.0\"",
                "`entra.authority` leads to localhost:1, which is not Microsoft's; `entra.graph` leads to localhost:1, which is not Microsoft's",
                "localhost:1",
            ),
        ] {
            let expected = format!("{message}; if this is intended, add --trust={items}");
            assert_eq!(untrusted(more, "").as_deref(), Some(&*expected), "{more}");
            assert_eq!(untrusted(more, items), None, "{more}");
            assert_eq!(untrusted(more, "1"), None, "{more}");
            for other in ["localhost:2", "localhost.example.com", "127.0.0.1:3129", "[::1]:1"] {
                assert_eq!(untrusted(more, other).as_deref(), Some(&*expected), "{more} {other}");
            }
        }
    }

    #[test]
    fn client_secret_command_needs_trust() {
        let text = "[control_center]\nMsTeamsClientSecret = { command = [\"pass\"] }\n";
        let checked = crate::check::check_bytes("a.toml", text.into(), false);
        let draft = checked.draft().expect("TOML");
        assert_eq!(
            draft.untrusted(&Trust::nothing()).expect("a command").to_string(),
            "`control_center.MsTeamsClientSecret` runs a command; if this is intended, add --trust=command"
        );
        assert_eq!(draft.untrusted(&"command".parse().expect("valid")), None);
    }

    #[test]
    fn files_on_servers_are_found() {
        let more = "[swyx]\ngateway = \"https://swyx.example.com\"\ngateway_token = { file = '\\\\files\\keys\\a' }\n\
                    [entra]\nca_file = '\\\\files@SSL\\ca.pem'";
        let checked = checked(more);
        let draft = checked.draft().expect("TOML");
        let found = draft.remote_files().iter().map(TrustRequirement::to_string).collect::<Vec<_>>();
        assert_eq!(
            found,
            [
                "`swyx.gateway_token` reads a file from files:445",
                "`entra.ca_file` reads a file from files:443"
            ]
        );
        let message = draft.untrusted(&Trust::nothing()).expect("an address").to_string();
        assert_eq!(message.contains("reads a file from files:445"), cfg!(windows), "{message}");
        assert_eq!(message.ends_with(",files:445,files:443"), cfg!(windows), "{message}");
        assert_eq!(draft.untrusted(&Trust::everything()), None);
    }

    #[test]
    fn only_missing_trust_is_requested() {
        let more = "[swyx]\ngateway = \"https://swyx.example.com\"\ngateway_token = { command = [\"pass\"] }";
        assert_eq!(
            untrusted(more, "swyx.example.com").expect("a command is left"),
            "`swyx.gateway_token` runs a command; if this is intended, add --trust=command"
        );
    }

    #[test]
    fn ca_file_needs_trust_in_every_used_address() {
        let can = "`entra.ca_file` names a certificate authority that can impersonate";
        for (more, addresses) in [
            ("[entra]\nca_file = \"ca.pem\"", "login.microsoftonline.com:443, graph.microsoft.com:443"),
            (
                "[entra]\ncloud = \"us_gov_l5\"\nca_file = \"ca.pem\"",
                "login.microsoftonline.us:443, dod-graph.microsoft.us:443",
            ),
            (
                "[entra]\nauthority = \"https://login.microsoftonline.com\"\nca_file = \"ca.pem\"",
                "login.microsoftonline.com:443, graph.microsoft.com:443",
            ),
        ] {
            let items = addresses.replace(' ', "");
            let expected = format!("{can} {addresses}; if this is intended, add --trust={items}");
            assert_eq!(untrusted(more, ""), Some(expected), "{more}");
            assert_eq!(untrusted(more, &items), None, "{more}");
        }
        let more = "[swyx]\ngateway = \"https://swyx.example.com:9180\"\ngateway_token = { env = \"Y\" }\n\
                    [entra]\nauthority = \"https://localhost:1\"\nca_file = \"ca.pem\"";
        assert_eq!(
            untrusted(more, "swyx.example.com,localhost").expect("Graph is left"),
            format!(
                "{can} graph.microsoft.com:443; if this is intended, add --trust=graph.microsoft.com:443"
            )
        );
        assert_eq!(
            untrusted(more, "graph.microsoft.com,localhost").expect("the gateway is left"),
            format!(
                "`swyx.gateway` leads to swyx.example.com:9180; {can} swyx.example.com:9180; \
                 if this is intended, add --trust=swyx.example.com:9180"
            )
        );
        assert_eq!(untrusted(more, "graph.microsoft.com,localhost:1,swyx.example.com"), None);
    }

    #[test]
    fn addresses_default_to_those_of_the_cloud() {
        let cloud = |name: &str| access(&format!("[entra]\ncloud = \"{name}\""));
        assert_eq!(cloud("us_gov_l5").login_address(), "https://login.microsoftonline.us");
        assert_eq!(cloud("us_gov_l5").graph_address(), "https://dod-graph.microsoft.us/v1.0");
        let own =
            access("[entra]\nauthority = \"https://localhost:1/\"\ngraph = \"https://localhost:1/v1.0/\"");
        assert_eq!(
            (own.login_address(), own.graph_address()),
            ("https://localhost:1".to_owned(), "https://localhost:1/v1.0".to_owned())
        );
    }
}
