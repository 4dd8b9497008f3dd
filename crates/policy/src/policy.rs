use std::collections::BTreeSet;

use crate::PolicyError;
use crate::document::{Document, Fault};
use crate::grammar::Grammar;
use crate::size;
use crate::statement::Statement;

/// A policy, compiled: it can be evaluated against any request without an error.
///
/// Two policies are equal if they decide identically by construction: the JSON formatting, and a
/// string instead of a list of one, do not matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    pub(crate) statements: Vec<Statement>,
    principals: Vec<String>,
}

impl Policy {
    /// Compiles a text; errors with the message of this grammar's service.
    pub fn parse(text: &str, grammar: &Grammar) -> Result<Self, PolicyError> {
        grammar.parse(text)
    }

    /// Compiles a text that was accepted before, and in which unique IDs may have replaced ARNs:
    /// checks what is required to parse a policy, but not the service's additional requirements.
    pub fn stored(text: &str, grammar: &Grammar) -> Result<Self, PolicyError> {
        grammar.stored(text)
    }

    /// Denies everything to everyone: the replacement for a policy that cannot be compiled.
    pub fn deny_all() -> Self {
        Self { statements: vec![Statement::deny_all()], principals: Vec::new() }
    }

    /// The principals of the type `AWS` that the policy names, as written and each once: accounts,
    /// ARNs, and unique ids. `*` is not among them.
    pub fn principals(&self) -> impl Iterator<Item = &str> {
        self.principals.iter().map(String::as_str)
    }

    /// The memory of this value, approximately, in bytes.
    pub fn bytes(&self) -> usize {
        let named = self.principals.iter().map(|name| size::of_text(name));
        let statements = self.statements.iter().map(Statement::bytes);
        named.chain(statements).fold(size_of::<Self>(), usize::saturating_add)
    }

    pub(crate) fn compile(document: &Document<'_>, own_resource: bool) -> Result<Self, Fault> {
        let variables = document.has_variables();
        let mut seen = BTreeSet::new();
        let mut principals = Vec::new();
        let named = document.statements.iter().filter_map(|s| s.principal.as_ref());
        for (kind, name) in named.flat_map(|principal| principal.entries.iter().copied()) {
            if kind == "AWS" && name != "*" && seen.insert(name) {
                principals.push(name.to_owned());
            }
        }
        let statements = document
            .statements
            .iter()
            .map(|raw| Statement::compile(raw, variables, own_resource))
            .collect::<Result<_, _>>()?;
        Ok(Self { statements, principals })
    }
}
