//! The addresses of Microsoft Graph.

/// The Graph hosts that are accepted as audience and as resource, in addition to the emulator's own address.
///
/// <https://learn.microsoft.com/en-us/graph/deployments>
pub(super) const GRAPH_HOSTS: [&str; 4] = [
    "https://graph.microsoft.com",
    "https://graph.microsoft.us",
    "https://dod-graph.microsoft.us",
    "https://microsoftgraph.chinacloudapi.cn",
];
