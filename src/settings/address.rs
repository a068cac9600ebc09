//! Where sign-in and Graph are, and which addresses of a settings file need someone's trust.
//!
//! Source of the hosts: <https://learn.microsoft.com/graph/deployments>.

use super::draft::Draft;
use super::resolve::Access;
use super::secret::SecretSource;
use super::values::{Choice, Cloud, Endpoint};
use super::{defaults, keys};
use crate::diagnostic::Key;

impl Cloud {
    /// The host at which applications and people sign in.
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
    /// Where to sign in: `https://host[:port][/path]` without a slash at its end.
    pub fn login_address(&self) -> String {
        match &self.authority {
            Some(endpoint) => endpoint.as_str().trim_end_matches('/').to_owned(),
            None => format!("https://{}", self.cloud.login_host()),
        }
    }

    /// Where Microsoft Graph is, version included, without a slash at its end.
    pub fn graph_address(&self) -> String {
        match &self.graph {
            Some(endpoint) => endpoint.as_str().trim_end_matches('/').to_owned(),
            None => format!("https://{}/{}", self.cloud.graph_host(), defaults::GRAPH_VERSION),
        }
    }
}

impl Draft {
    /// The keys that could carry a secret or a token to somebody else, or run a program: with a reason, as a person reads it.
    ///
    /// A settings file may come from anyone. What signs in for it, or fetches a secret, does so only when this is empty or someone
    /// said that the file is to be trusted. Hosts of Microsoft's clouds and this machine itself are no danger, and a certificate
    /// authority of its own is none where both addresses lead to this machine.
    pub fn needing_trust(&self) -> Vec<(Key, &'static str)> {
        const ELSEWHERE: &str = "leads to a host that is not Microsoft's";
        const COMMAND: &str = "is a command, which would be run";
        let mut found = Vec::new();
        let is_command = |source: &SecretSource| matches!(source, SecretSource::Command(_));
        if self.control_center.client_secret.as_ref().is_some_and(is_command) {
            found.push((keys::CLIENT_SECRET, COMMAND));
        }
        if leads_elsewhere(self.swyx.gateway.as_ref(), |_| false) {
            found.push((keys::GATEWAY, "leads to another host"));
        }
        if self.swyx.gateway_token.as_ref().is_some_and(is_command) {
            found.push((keys::GATEWAY_TOKEN, COMMAND));
        }
        let entra = &self.entra;
        let is_login = |host: &str| {
            Cloud::all().map(Cloud::login_host).chain([CHINA_LOGIN_ALIAS]).any(|ours| is_host(host, ours))
        };
        let is_graph = |host: &str| Cloud::all().map(Cloud::graph_host).any(|ours| is_host(host, ours));
        if leads_elsewhere(entra.authority.as_ref(), is_login) {
            found.push((keys::AUTHORITY, ELSEWHERE));
        }
        if leads_elsewhere(entra.graph.as_ref(), is_graph) {
            found.push((keys::GRAPH, ELSEWHERE));
        }
        if leads_elsewhere(entra.proxy.as_ref(), |_| false) {
            found.push((keys::PROXY, "leads through another host"));
        }
        let stays_here = |endpoint: &Option<Endpoint>| endpoint.as_ref().is_some_and(Endpoint::is_loopback);
        if entra.ca_file.is_some() && !(stays_here(&entra.authority) && stays_here(&entra.graph)) {
            found.push((keys::CA_FILE, "names an authority that could vouch for anyone"));
        }
        found
    }
}

fn leads_elsewhere(endpoint: Option<&Endpoint>, is_microsofts: impl Fn(&str) -> bool) -> bool {
    endpoint.is_some_and(|endpoint| !endpoint.is_loopback() && !is_microsofts(endpoint.host()))
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
        crate::check::bytes("a.toml", text.into_bytes(), false)
    }

    fn access(more: &str) -> Access {
        checked(more).settings().expect("complete").access
    }

    fn keys(more: &str) -> Vec<String> {
        checked(more)
            .draft()
            .expect("TOML")
            .needing_trust()
            .into_iter()
            .map(|(key, _)| key.to_string())
            .collect()
    }

    #[test]
    fn microsofts_hosts_and_this_machine_need_no_trust() {
        for more in [
            "",
            "[entra]\nauthority = \"https://login.microsoftonline.com\"\ngraph = \"https://GRAPH.microsoft.com/v1.0\"",
            "[entra]\nauthority = \"https://login.partner.microsoftonline.cn/\"",
            "[entra]\nauthority = \"https://localhost:8443\"\ngraph = \"https://[::1]:8443/v1.0\"\nca_file = \"ca.pem\"\nproxy = \"http://127.0.0.1:3128\"",
            "[swyx]\ngateway = \"https://127.0.0.1:9180\"\ngateway_token = { env = \"Y\" }",
        ] {
            assert_eq!(keys(more), Vec::<String>::new(), "{more}");
        }
    }

    #[test]
    fn whatever_leads_elsewhere_needs_trust() {
        for (more, key) in [
            ("[entra]\nauthority = \"https://login.microsoftonline.com.example.com\"", "entra.authority"),
            ("[entra]\nauthority = \"https://graph.microsoft.com\"", "entra.authority"),
            ("[entra]\nauthority = \"https://169.254.169.254\"", "entra.authority"),
            // Other ways to write 127.0.0.1; whoever resolves them may see it otherwise.
            ("[entra]\nauthority = \"https://127.1\"", "entra.authority"),
            ("[entra]\ngraph = \"https://2130706433/v1.0\"", "entra.graph"),
            ("[entra]\ngraph = \"https://login.microsoftonline.com/v1.0\"", "entra.graph"),
            ("[entra]\nproxy = \"http://proxy.example.com:3128\"", "entra.proxy"),
            ("[entra]\nproxy = \"https://graph.microsoft.com\"", "entra.proxy"),
            ("[entra]\nca_file = \"ca.pem\"", "entra.ca_file"),
            ("[entra]\nauthority = \"https://localhost\"\nca_file = \"ca.pem\"", "entra.ca_file"),
            (
                "[swyx]\ngateway = \"https://swyx.example.com\"\ngateway_token = { env = \"Y\" }",
                "swyx.gateway",
            ),
            (
                "[swyx]\ngateway = \"https://localhost\"\ngateway_token = { command = [\"pass\"] }",
                "swyx.gateway_token",
            ),
        ] {
            assert_eq!(keys(more), [key], "{more}");
        }
    }

    #[test]
    fn addresses_come_from_the_cloud_unless_the_file_names_others() {
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
