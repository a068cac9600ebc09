//! Microsoft Entra ID, Microsoft Graph and the gateway in one process, for trying and testing.

pub mod graph;
