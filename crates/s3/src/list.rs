//! Pages of sorted names with rolled-up prefixes: the one mechanism of all listings.

use std::ops::ControlFlow;

use gateway::Fault;

/// The kind of a listing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Query {
    pub(crate) prefix: String,
    /// Names are rolled up to this text's first occurrence after the prefix.
    pub(crate) delimiter: Option<String>,
    /// Prefixes up to this name were shown already.
    pub(crate) after: String,
    /// Entries that a page has at most.
    pub(crate) max: usize,
}

/// Where a scan begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Start {
    /// Where the page begins.
    Begin,
    /// Behind all names that begin with this.
    BehindPrefix(String),
}

/// One line of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Entry<T> {
    Item(String, T),
    Prefix(String),
}

impl<T> Entry<T> {
    /// The name after which the next page continues.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Item(name, _) | Self::Prefix(name) => name,
        }
    }
}

/// A page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page<T> {
    pub(crate) entries: Vec<Entry<T>>,
    /// Whether more would follow.
    pub(crate) truncated: bool,
}

impl<T> Page<T> {
    pub(crate) fn items(&self) -> impl Iterator<Item = (&str, &T)> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Item(name, item) => Some((name.as_str(), item)),
            Entry::Prefix(_) => None,
        })
    }

    pub(crate) fn prefixes(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Prefix(prefix) => Some(prefix.as_str()),
            Entry::Item(..) => None,
        })
    }

    /// The name behind which the next page begins.
    pub(crate) fn last(&self) -> Option<&str> {
        self.entries.last().map(Entry::name)
    }
}

/// Shows names in ascending order from a start on, all of them beginning with the query's prefix,
/// until the visitor breaks.
pub(crate) type Scan<'s, T> =
    dyn FnMut(&Start, &mut dyn FnMut(String, T) -> ControlFlow<()>) -> Result<(), Fault> + 's;

/// Fills a page. A rolled-up prefix costs one seek, however many names it hides.
pub(crate) fn page<T>(query: &Query, scan: &mut Scan<'_, T>) -> Result<Page<T>, Fault> {
    let mut page = Page { entries: Vec::new(), truncated: false };
    if query.max == 0 {
        return Ok(page);
    }
    let mut start = Start::Begin;
    loop {
        let mut jump = None;
        scan(&start, &mut |name, item| {
            let rolled = rolled_up(&name, query);
            if let Some(prefix) = rolled.filter(|prefix| *prefix <= query.after.as_str()) {
                jump = Some(prefix.to_owned());
                return ControlFlow::Break(());
            }
            if page.entries.len() >= query.max {
                page.truncated = true;
                return ControlFlow::Break(());
            }
            let Some(prefix) = rolled.map(str::to_owned) else {
                page.entries.push(Entry::Item(name, item));
                return ControlFlow::Continue(());
            };
            page.entries.push(Entry::Prefix(prefix.clone()));
            jump = Some(prefix);
            ControlFlow::Break(())
        })?;
        match jump {
            Some(prefix) => start = Start::BehindPrefix(prefix),
            None => return Ok(page),
        }
    }
}

/// The part of a name up to and with the delimiter, if it has one behind the prefix.
fn rolled_up<'n>(name: &'n str, query: &Query) -> Option<&'n str> {
    let delimiter = query.delimiter.as_deref().filter(|delimiter| !delimiter.is_empty())?;
    let rest = name.strip_prefix(query.prefix.as_str())?;
    let end = rest.find(delimiter)?.checked_add(delimiter.len())?;
    name.get(..query.prefix.len().checked_add(end)?)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn scan_of<'s>(names: &'s BTreeSet<String>, query: &'s Query) -> Box<Scan<'s, ()>> {
        Box::new(move |start, visitor| {
            let fits = |name: &&String| {
                name.starts_with(&query.prefix)
                    && match start {
                        Start::Begin => name.as_str() > query.after.as_str(),
                        Start::BehindPrefix(p) => {
                            name.as_str() > p.as_str() && !name.starts_with(p)
                        }
                    }
            };
            for name in names.iter().filter(fits) {
                if visitor(name.clone(), ()).is_break() {
                    break;
                }
            }
            Ok(())
        })
    }

    /// The page as one would define it: roll everything up, drop what was shown, cut.
    fn naive(names: &BTreeSet<String>, query: &Query) -> (Vec<String>, bool) {
        let shown: BTreeSet<String> = names
            .iter()
            .filter(|name| name.starts_with(&query.prefix))
            .map(|name| rolled_up(name, query).unwrap_or(name).to_owned())
            .filter(|name| name.as_str() > query.after.as_str())
            .collect();
        let truncated = query.max > 0 && shown.len() > query.max;
        (shown.into_iter().take(query.max).collect(), truncated)
    }

    proptest! {
        /// Pages equal those of the definition.
        #[test]
        fn pages_follow_the_definition(
            names in proptest::collection::btree_set("[ab/]{1,5}", 0..30),
            prefix in "[ab/]{0,2}",
            delimiter in proptest::option::of("/|a/"),
            after in "[ab/]{0,3}",
            max in 0_usize..6,
        ) {
            let query = Query { prefix, delimiter, after, max };
            let got = page(&query, &mut *scan_of(&names, &query)).unwrap();
            let lines: Vec<String> = got.entries.iter().map(|e| e.name().to_owned()).collect();
            prop_assert_eq!((lines, got.truncated), naive(&names, &query));
        }

        /// Page after page, everything is shown once and in order.
        #[test]
        fn pages_together_show_everything_once(
            names in proptest::collection::btree_set("[ab/]{1,4}", 0..30),
            max in 1_usize..4,
        ) {
            let mut query = Query { delimiter: Some("/".into()), max, ..Query::default() };
            let whole = naive(&names, &Query { max: 1_000, ..query.clone() }).0;
            let mut seen = Vec::new();
            loop {
                let got = page(&query, &mut *scan_of(&names, &query)).unwrap();
                seen.extend(got.entries.iter().map(|entry| entry.name().to_owned()));
                if !got.truncated {
                    break;
                }
                query.after = got.last().unwrap().to_owned();
            }
            prop_assert_eq!(seen, whole);
        }
    }

    #[test]
    fn a_page_of_nothing_is_never_truncated() {
        let names = BTreeSet::from(["a".to_owned()]);
        let query = Query::default();
        assert!(!page(&query, &mut *scan_of(&names, &query)).unwrap().truncated);
    }
}
