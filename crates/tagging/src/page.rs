//! Pages of sorted names: the token of the next one is the last name of this one.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;

use crate::TaggingError;

/// The name after which a page begins; `None` for the first one.
pub(crate) fn after(token: Option<&str>) -> Result<Option<String>, TaggingError> {
    let Some(token) = token.filter(|token| !token.is_empty()) else { return Ok(None) };
    let bytes = URL_SAFE.decode(token).map_err(|_| TaggingError::PaginationTokenExpired)?;
    String::from_utf8(bytes).map(Some).map_err(|_| TaggingError::PaginationTokenExpired)
}

/// The token of the page that begins after `last`.
pub(crate) fn token(last: &str) -> String {
    URL_SAFE.encode(last)
}

/// A page of at most `limit` names, and the next one's token, which is empty at the end.
///
/// Observed: the AWS CLI's examples show an empty token.
pub(crate) fn cut(names: impl Iterator<Item = String>, limit: usize) -> (Vec<String>, String) {
    let mut page: Vec<_> = names.take(limit.saturating_add(1)).collect();
    let more = page.len() > limit;
    page.truncate(limit);
    let next = page.last().filter(|_| more).map(|last| token(last));
    (page, next.unwrap_or_default())
}
