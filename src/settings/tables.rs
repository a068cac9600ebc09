//! Reads the tables and the arrays of tables inside a table.

use super::section::Section;
use crate::diagnostic::{Diagnostic, Key, Place, id};
use crate::source::tree::{NodeId, Value};

impl Section<'_> {
    fn section(&mut self, key: Key, at: Option<NodeId>) -> Section<'_> {
        Section {
            tree: self.tree,
            key,
            at,
            asked: Vec::new(),
            required: Vec::new(),
            found: self.found,
            masks: self.masks,
        }
    }

    pub(super) fn table<T: Default>(&mut self, name: &'static str, read: fn(&mut Section<'_>) -> T) -> T {
        self.asked.push(name);
        let Some(at) = self.at.and_then(|at| self.tree.child(at, name)) else { return T::default() };
        self.table_at(self.key.child(name), at, read)
    }

    /// Reads a table that may be missing. A value of another type counts as an empty table.
    pub(super) fn optional_table<T: Default>(
        &mut self,
        name: &'static str,
        read: fn(&mut Section<'_>) -> T,
    ) -> Option<T> {
        let is_there = self.has(name);
        let table = self.table(name, read);
        is_there.then_some(table)
    }

    /// Reports that a table is missing.
    pub(super) fn require_table(&mut self, name: &'static str) {
        let help = match name {
            "federated_services" => "add it with tenant_id, client_id and login",
            _ => "add it with MsTeamsStatusSyncMode, MsTeamsTenantId and MsTeamsClientId",
        };
        let place = Place::Missing(self.key.child(name));
        self.add(
            Diagnostic::error(id::MISSING_KEY, place, format!("the table `[{name}]` is missing")).help(help),
        );
        self.required.push(name);
    }

    fn table_at<T: Default>(&mut self, key: Key, at: NodeId, read: fn(&mut Section<'_>) -> T) -> T {
        let node = self.tree.node(at);
        if self.tree.table(at).is_some() {
            return read(&mut self.section(key, Some(at)));
        }
        self.mask_all(node);
        let message = format!("expected a table, found {}", node.value.type_name());
        self.add(Diagnostic::error(id::WRONG_TYPE, Place::Value(key), message));
        T::default()
    }

    pub(super) fn tables<T: Default>(
        &mut self,
        name: &'static str,
        read: fn(&mut Section<'_>) -> T,
    ) -> Vec<T> {
        self.asked.push(name);
        let Some(node) = self.node(name) else { return Vec::new() };
        let key = self.key.child(name);
        if let Value::Array(array) = &node.value {
            let elements = array.elements.iter().enumerate();
            return elements.map(|(index, at)| self.table_at(key.index(index), *at, read)).collect();
        }
        self.mask_all(node);
        let found = self.wrong_type(name, "an array of tables", &node.value);
        if matches!(node.value, Value::Table(_)) {
            found.help = Some(format!("write `[[{name}]]` with double brackets"));
        }
        Vec::new()
    }
}
