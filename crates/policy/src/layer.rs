//! The result of one set of policies for a request.

use crate::decision::{Layer, MatchedPolicy, NearMiss, StatementEffect};
use crate::principal_pattern::Naming;
use crate::statement::{Effect, Query, Statement};
use crate::{Attached, Policy};

/// Near misses of one layer that an explanation lists at most.
const NEAR_MISSES_MAX: usize = 16;

/// The statements of one layer that apply, and those that a condition prevents from applying.
#[derive(Debug, Default)]
pub(crate) struct Findings<'a> {
    matches: Vec<Match<'a>>,
    evaluated: Vec<(Option<&'a str>, &'a str, &'a Policy)>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Match<'a> {
    arn: Option<&'a str>,
    name: &'a str,
    index: usize,
    statement: &'a Statement,
    naming: Naming,
}

impl<'a> Findings<'a> {
    /// Evaluates every statement of every policy.
    pub(crate) fn of_set(set: &[Attached<'a>], query: &Query<'_>) -> Self {
        let mut findings = Self::default();
        for attached in set {
            findings.evaluate(attached.policy, attached.arn, attached.name, query);
        }
        findings
    }

    /// Evaluates every statement of a resource policy.
    pub(crate) fn of_resource(policy: &'a Policy, layer: Layer, query: &Query<'_>) -> Self {
        let mut findings = Self::default();
        findings.evaluate(policy, None, layer.document(), query);
        findings
    }

    /// The first statement that denies.
    pub(crate) fn deny(&self) -> Option<&Match<'a>> {
        self.matches.iter().find(|found| found.statement.effect == Effect::Deny)
    }

    /// Of the statements that allow, the first one that names the caller most directly.
    pub(crate) fn allow(&self) -> Option<&Match<'a>> {
        let allows = self.matches.iter().filter(|found| found.statement.effect == Effect::Allow);
        allows.rev().max_by_key(|found| found.naming)
    }

    /// How directly the caller is allowed.
    pub(crate) fn naming(&self) -> Option<Naming> {
        self.allow().map(|found| found.naming)
    }

    /// All statements that apply, for the explanation.
    pub(crate) fn matched(&self) -> Vec<MatchedPolicy> {
        self.matches.iter().map(Match::describe).collect()
    }

    /// The statements that would allow the request except for their conditions. Evaluates all of
    /// them again, because few requests are denied.
    pub(crate) fn near_misses(&self, layer: Layer, query: &Query<'_>) -> Vec<NearMiss> {
        let mut misses = Vec::new();
        for &(arn, name, policy) in &self.evaluated {
            for (index, statement) in policy.statements.iter().enumerate() {
                let failed = statement.misses_by(query);
                if misses.len() >= NEAR_MISSES_MAX {
                    return misses;
                }
                if !failed.is_empty() {
                    let conditions = failed.into_iter().map(|one| one.failed(query.context));
                    let naming = Naming::Itself;
                    let by = Match { arn, name, index, statement, naming }.describe();
                    misses.push(NearMiss { layer, by, conditions: conditions.collect() });
                }
            }
        }
        misses
    }

    fn evaluate(
        &mut self,
        policy: &'a Policy,
        arn: Option<&'a str>,
        name: &'a str,
        query: &Query<'_>,
    ) {
        self.evaluated.push((arn, name, policy));
        for (index, statement) in policy.statements.iter().enumerate() {
            if let Some(naming) = statement.applies(query) {
                self.matches.push(Match { arn, name, index, statement, naming });
            }
        }
    }
}

impl Match<'_> {
    pub(crate) fn describe(&self) -> MatchedPolicy {
        let sid = self.statement.sid.as_deref().filter(|sid| !sid.is_empty());
        MatchedPolicy {
            name: self.name.to_owned(),
            arn: self.arn.map(str::to_owned),
            statement: sid.map_or_else(|| self.index.to_string(), str::to_owned),
            index: self.index,
            effect: match self.statement.effect {
                Effect::Allow => StatementEffect::Allow,
                Effect::Deny => StatementEffect::Deny,
            },
        }
    }
}
