//! Paths: segments, and the keys in them.
//!
//! `/users/{id}`, `/users('{id}')`, `/applications(appId='{id}')`: <https://learn.microsoft.com/en-us/graph/traverse-the-graph>.

use percent_encoding::percent_decode_str;

use super::bad;
use crate::emulator::error::GraphError;

/// A path without the version, decoded and split at its slashes.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::emulator::graph) struct Path {
    segments: Vec<String>,
    alternate: Option<(String, String)>,
}

/// The key of one object of a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::emulator::graph) enum Key<'a> {
    /// The object's id, or its substitute.
    Id(&'a str),
    /// Another unique member, with its value.
    Alternate(&'a str, &'a str),
}

impl Path {
    /// Parses a path as it was sent.
    ///
    /// # Errors
    /// 400 if the decoded text is not UTF-8, or a key is invalid.
    pub(in crate::emulator::graph) fn parse(text: &str) -> Result<Self, GraphError> {
        let mut path = Self { segments: Vec::new(), alternate: None };
        for (place, segment) in text.trim_matches('/').split('/').enumerate() {
            let segment = percent_decode_str(segment).decode_utf8();
            let segment = segment.map_err(|_| bad("The path is not UTF-8."))?;
            match segment.strip_suffix(')').and_then(|segment| segment.split_once('(')) {
                None => path.segments.push(segment.into_owned()),
                Some((name, key)) => {
                    path.segments.push(name.to_owned());
                    path.add_key(place, key)?;
                }
            }
        }
        Ok(path)
    }

    fn add_key(&mut self, place: usize, key: &str) -> Result<(), GraphError> {
        let (property, value) = key.split_once('=').map_or((None, key), |(name, value)| (Some(name), value));
        let quoted = value.strip_prefix('\'').and_then(|value| value.strip_suffix('\''));
        let value = quoted.ok_or_else(|| bad("The key in the path has no quotes."))?.replace("''", "'");
        match property {
            None => self.segments.push(value),
            Some(property) if place == 0 => self.alternate = Some((property.to_owned(), value)),
            Some(_) => return Err(bad("Only the first segment of a path can have a named key.")),
        }
        Ok(())
    }

    /// All segments, for a path without a key in its first one.
    pub(in crate::emulator::graph) fn names(&self) -> Vec<&str> {
        self.segments.iter().map(String::as_str).collect()
    }

    /// The key of the collection at the start of the path, and the segments after it. The first of these is an action or a member; the
    /// namespace before an action's name is optional.
    pub(in crate::emulator::graph) fn keyed(&self) -> (Option<Key<'_>>, Vec<&str>) {
        let mut rest = self.segments.iter().skip(1).map(String::as_str);
        let key = match &self.alternate {
            Some((property, value)) => Some(Key::Alternate(property, value)),
            None => rest.next().map(Key::Id),
        };
        (key, rest.map(|name| name.strip_prefix("microsoft.graph.").unwrap_or(name)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_parsed_in_every_notation() {
        let cases: &[(&str, Option<Key<'_>>, &[&str])] = &[
            ("/users", None, &[]),
            ("/users/", None, &[]),
            ("/users/a%40b.example", Some(Key::Id("a@b.example")), &[]),
            ("/users('a')/presence", Some(Key::Id("a")), &["presence"]),
            (
                "/users/a/presence/microsoft.graph.setPresence",
                Some(Key::Id("a")),
                &["presence", "setPresence"],
            ),
            ("/applications(appId='x')/addPassword", Some(Key::Alternate("appId", "x")), &["addPassword"]),
            ("/applications(uniqueName='it''s')", Some(Key::Alternate("uniqueName", "it's")), &[]),
            ("/applications%28uniqueName%3D%27a%2Fb%27%29", Some(Key::Alternate("uniqueName", "a/b")), &[]),
            ("/users/x%23EXT%23@y", Some(Key::Id("x#EXT#@y")), &[]),
            ("/users/a+b@y", Some(Key::Id("a+b@y")), &[]),
            ("/servicePrincipals/a/appRoleAssignedTo/b", Some(Key::Id("a")), &["appRoleAssignedTo", "b"]),
        ];
        for (text, key, rest) in cases {
            let path = Path::parse(text).expect("a path");
            assert_eq!(path.keyed(), (*key, rest.to_vec()), "{text}");
        }
    }

    #[test]
    fn malformed_keys_are_rejected() {
        for text in
            ["/users(a)", "/applications(appId=x)", "/applications(appId='x)", "/users/%ff", "/a/b(c='d')"]
        {
            assert!(Path::parse(text).is_err(), "{text}");
        }
    }
}
