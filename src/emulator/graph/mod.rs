//! Microsoft Graph, as far as the synchronisation and its administration need it.

pub mod presence;
