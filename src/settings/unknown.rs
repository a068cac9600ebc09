//! The unknown members of a table, with the names that they probably mean.

use super::known::did_you_mean;
use super::section::Section;
use super::suggest::nearest;
use crate::diagnostic::{Diagnostic, Edit, Place, Severity, id};
use crate::secret::shape::without_secret;
use crate::text::shown;

impl Section<'_> {
    /// Reports the unknown members, and returns the missing names that they probably mean.
    pub(super) fn finish(&mut self, severity: Severity) -> Vec<&'static str> {
        let asked = std::mem::take(&mut self.asked);
        if self.entries().all(|(_, node)| asked.contains(&&*node.name)) {
            return Vec::new();
        }
        let (present, missing) = asked.iter().copied().partition::<Vec<_>, _>(|name| self.has(name));
        let mut meant = Vec::new();
        for (_, node) in self.entries() {
            if asked.contains(&&*node.name) {
                continue;
            }
            self.mask_all(node);
            let name = shown(without_secret(&node.name));
            let key = self.key.child(&name);
            let place = Place::Bytes(node.name_span.clone(), Some(key));
            let mut found =
                Diagnostic::new(id::UNKNOWN_KEY, severity, place, format!("unknown key `{name}`"));
            if let Some(known) = nearest(&node.name, missing.iter().copied()) {
                let edit = Edit::Rename(node.name_span.clone(), known.to_owned());
                found = found
                    .help(format!("did you mean `{known}`?"))
                    .unsafe_fix(format!("rename it to `{known}`"), edit);
                meant.push(known);
                if self.forget_missing(known) {
                    found.severity = Severity::Error;
                }
            } else {
                let twin = || nearest(&node.name, present.iter().copied());
                let twin = || twin().map(|known| format!("did you mean `{known}`? It is already set"));
                found.help = did_you_mean(&self.key, &node.name).or_else(twin);
            }
            self.add(found);
        }
        meant
    }

    /// Makes the finding about a misspelt `name` an error.
    pub(super) fn raise_unknown(&mut self, name: &str) {
        let renames = |edit: &Edit| matches!(edit, Edit::Rename(_, known) if known == name);
        let is_about = |found: &&mut Diagnostic| {
            let edits = found.fix.as_ref().map(|fix| fix.edits.as_slice());
            edits.unwrap_or_default().iter().any(renames)
        };
        if let Some(found) = self.found.iter_mut().rev().find(is_about) {
            found.severity = Severity::Error;
        }
    }

    /// Removes the finding that a required key is missing, because it is only misspelt.
    fn forget_missing(&mut self, name: &str) -> bool {
        let Some(at) = self.required.iter().position(|required| *required == name) else { return false };
        self.required.swap_remove(at);
        let place = Place::Missing(self.key.child(name));
        let reported = self.found.iter().rposition(|found| found.place == place);
        reported.map(|at| self.found.remove(at)).is_some()
    }
}
