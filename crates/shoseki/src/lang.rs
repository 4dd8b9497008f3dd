/// The language of user-facing text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lang {
    /// English.
    English,
    /// Japanese.
    Japanese,
}

impl Lang {
    /// Parses a requested language: `en`, `ja`, or a locale of one of them.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let is = |language: &str| {
            text == language
                || text.strip_prefix(language).is_some_and(|rest| rest.starts_with('_'))
        };
        if is("ja") {
            return Some(Self::Japanese);
        }
        (is("en") || text == "C" || text.starts_with("C.")).then_some(Self::English)
    }

    /// Returns the language of a locale such as `ja_JP.UTF-8`, or of `ja`.
    pub(crate) fn of(locale: Option<&str>) -> Self {
        locale.and_then(Self::parse).unwrap_or(Self::English)
    }

    /// Selects the text in this language.
    pub(crate) fn pick<'a>(self, english: &'a str, japanese: &'a str) -> &'a str {
        match self {
            Self::English => english,
            Self::Japanese => japanese,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A locale starts with its language; unknown ones select English.
    #[test]
    fn locales_name_languages() {
        for locale in ["ja", "ja_JP.UTF-8", "ja_JP"] {
            assert_eq!(Lang::of(Some(locale)), Lang::Japanese);
        }
        for locale in [None, Some(""), Some("C.UTF-8"), Some("en_US.UTF-8"), Some("jam")] {
            assert_eq!(Lang::of(locale), Lang::English);
        }
        for unknown in ["", "xx", "fr_FR", "jam"] {
            assert_eq!(
                Lang::parse(unknown),
                None,
                "an unknown language is not reported as English"
            );
        }
    }
}
