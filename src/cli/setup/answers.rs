//! The answers file: TOML whose keys are the names of the flags.
//!
//! It says where a secret is stored and never contains one. Errors show a line and a column, never the value.

use std::path::Path;

use clap::ValueEnum;

use super::given::{
    Answer, AnswerError, GivenAnswers, INVALID_REFERENCE, INVALID_USER, Origin, USER_FORM, parse,
};
use super::question::{Question, SignIn};
use crate::cli::names::{display, named};
use crate::cli::value;
use crate::diagnostic::Place;
use crate::edit::NewValue;
use crate::os;
use crate::settings::suggest::nearest;
use crate::source::tree::{Node, Origin as Written, Table, Tree, Value};
use crate::source::{MAX_BYTES, Source};
use crate::text::printable;

/// The answers of the file at `path`; `None` if it cannot be read, so that nothing is known about its answers.
pub(super) fn read(path: &Path, errors: &mut Vec<AnswerError>) -> Option<GivenAnswers> {
    let name = printable(&display(path));
    let content = match os::read_regular(path, MAX_BYTES) {
        Ok((content, _)) => content,
        Err(error) => {
            errors.push(AnswerError { question: None, at: name, message: error.to_string(), help: None });
            return None;
        }
    };
    let (source, problems) = Source::new(name, content, false);
    let mut reader = Reader { source: &source, errors, given: GivenAnswers::default() };
    for problem in problems {
        let at = reader.place(&problem.place);
        reader.errors.push(AnswerError { question: None, at, message: problem.message, help: problem.help });
    }
    if !source.is_sound() {
        return None;
    }
    if let Some(root) = source.tree().table(Tree::ROOT) {
        root.entries.iter().for_each(|id| reader.entry(source.tree().node(*id)));
    }
    Some(reader.given)
}

struct Reader<'a> {
    source: &'a Source,
    errors: &'a mut Vec<AnswerError>,
    given: GivenAnswers,
}

impl Reader<'_> {
    fn entry(&mut self, node: &Node) {
        let Some(question) = Question::of_name(&node.name) else { return self.unknown(node) };
        match question {
            Question::User => self.users(node),
            Question::SignIn => self.sign_in(node),
            Question::SecretOut => {
                let path = self.text(question, node);
                self.given.secret_out = path.map(|path| (path.into(), self.origin(node)));
            }
            Question::AsInTheGuide => self.given.as_in_the_guide = self.boolean(question, node),
            Question::NewSecret => self.given.new_secret = self.boolean(question, node),
            Question::Prune => self.given.prune = self.boolean(question, node),
            Question::Yes => self.given.yes = self.boolean(question, node),
            Question::SwyxVersion
            | Question::Mode
            | Question::Tenant
            | Question::Cloud
            | Question::ApplicationName
            | Question::Secret => {
                if let Some(value) = self.setting(question, node) {
                    let origin = self.origin(node);
                    self.given.settings.push(Answer { question, value, origin });
                }
            }
        }
    }

    /// An answer for the settings file. Only its type is checked here; the rules check the value.
    fn setting(&mut self, question: Question, node: &Node) -> Option<NewValue> {
        match (&node.value, question) {
            (_, Question::Secret) => self.secret(node),
            (Value::Integer(number), Question::Mode) => Some(NewValue::Integer(*number)),
            (_, Question::Mode) => self.wrong_type(question, node, "an integer"),
            _ => self.text(question, node).map(NewValue::Text),
        }
    }

    fn secret(&mut self, node: &Node) -> Option<NewValue> {
        // A reference, in the form of the flags or of the settings file.
        let written = match &node.value {
            Value::Text(text) => Some(&**text),
            Value::Table(Table { origin: Written::Inline, .. }) => self.source.text().get(node.span.clone()),
            _ => None,
        };
        let reference = written.and_then(value::reference);
        if reference.is_none() {
            let message = "invalid reference to a secret".to_owned();
            self.error(Question::Secret, node, message, Some(INVALID_REFERENCE.to_owned()));
        }
        reference.map(NewValue::Secret)
    }

    fn sign_in(&mut self, node: &Node) {
        let Some(text) = self.text(Question::SignIn, node) else { return };
        match SignIn::from_str(&text, false) {
            Ok(method) => self.given.sign_in = Some((method, self.origin(node))),
            Err(_) => {
                let methods = SignIn::value_variants().iter().filter_map(SignIn::to_possible_value);
                let methods =
                    methods.map(|method| format!("`{}`", method.get_name())).collect::<Vec<_>>().join(", ");
                let message = "not an allowed value".to_owned();
                self.error(Question::SignIn, node, message, Some(format!("use one of {methods}")));
            }
        }
    }

    fn users(&mut self, node: &Node) {
        let question = Question::User;
        let Value::Array(array) = &node.value else {
            self.wrong_type::<()>(question, node, "an array");
            return;
        };
        if array.elements.is_empty() {
            self.given.no_users = Some(self.origin(node));
        }
        for element in array.elements.iter().map(|id| self.source.tree().node(*id)) {
            match self.user(element) {
                Some(value) => {
                    let origin = self.origin(element);
                    self.given.settings.push(Answer { question, value, origin });
                }
                None => self.error(
                    question,
                    element,
                    INVALID_USER.to_owned(),
                    Some(format!("expected {USER_FORM}, or {{ swyx = \"NAME\", teams = \"ACCOUNT\" }}")),
                ),
            }
        }
    }

    /// A user, in the form of the flags or of the settings file.
    fn user(&self, node: &Node) -> Option<NewValue> {
        let table = match &node.value {
            Value::Text(text) => return parse(Question::User, text).ok(),
            Value::Table(table) if table.entries.len() == 2 => table,
            _ => return None,
        };
        let member = |name: &str| {
            let members = table.entries.iter().map(|id| self.source.tree().node(*id));
            members.filter(|member| &*member.name == name).find_map(|member| match &member.value {
                Value::Text(text) => Some(text.to_string()),
                _ => None,
            })
        };
        Some(NewValue::User(member("swyx")?, member("teams")?))
    }

    fn text(&mut self, question: Question, node: &Node) -> Option<String> {
        match &node.value {
            Value::Text(text) => Some(text.to_string()),
            _ => self.wrong_type(question, node, "a string"),
        }
    }

    /// The source of a `true`.
    fn boolean(&mut self, question: Question, node: &Node) -> Option<Origin> {
        if !matches!(node.value, Value::Boolean(_)) {
            return self.wrong_type(question, node, "a boolean");
        }
        (self.source.text().get(node.span.clone()) == Some("true")).then(|| self.origin(node))
    }

    fn unknown(&mut self, node: &Node) {
        let at = self.place(&Place::Bytes(node.name_span.clone(), None));
        let names = Question::ALL.map(Question::name);
        let help = match nearest(&node.name, names) {
            _ if node.name.contains("secret") => {
                "an answers file must not contain a secret; `secret` says where it is stored".to_owned()
            }
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("use the names of the flags: {}", names.join(", ")),
        };
        let message = format!("unknown name `{}`", named(&node.name));
        self.errors.push(AnswerError { question: None, at, message, help: Some(help) });
    }

    fn wrong_type<T>(&mut self, question: Question, node: &Node, wanted: &str) -> Option<T> {
        let message = format!("expected {wanted}, found {}", node.value.type_name());
        // 14.10 without quotes is a number, equal to 14.1.
        let is_bare = wanted == "a string" && matches!(node.value, Value::Float(_) | Value::Integer(_));
        self.error(question, node, message, is_bare.then(|| "put it in quotes".to_owned()));
        None
    }

    fn error(&mut self, question: Question, node: &Node, message: String, help: Option<String>) {
        let at = self.origin(node).place(question);
        self.errors.push(AnswerError { question: Some(question), at, message, help });
    }

    fn origin(&self, node: &Node) -> Origin {
        let at = self.source.position(node.span.start);
        Origin::Answers { file: self.source.name().to_owned(), line: at.line, column: at.column }
    }

    /// A place as `FILE:LINE:COLUMN`.
    fn place(&self, place: &Place) -> String {
        let start = self.source.span(place).start;
        format!("{}:{}:{}", self.source.name(), start.line, start.column)
    }
}
