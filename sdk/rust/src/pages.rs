//! Lists that come page by page: by `Link: <…>; rel="next"` (RFC 8288), as Greenhouse, GitHub and many others do, or by a cursor
//! in the body.

use crate::{Error, Request, Response};

/// Pages of a list, in order. Ends after the page without a next one, or after an error.
///
/// Only the query of a link is followed: base, path and credential stay those of the first request, so that a link cannot
/// lead elsewhere.
#[derive(Debug)]
pub struct Pages {
    next: Option<Request>,
}

impl Pages {
    pub(crate) fn new(first: Request) -> Self {
        Self { next: Some(first) }
    }
}

impl Iterator for Pages {
    type Item = Result<Response, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let request = self.next.take()?;
        let response = match request.clone().send() {
            Ok(response) => response,
            Err(error) => return Some(Err(error)),
        };
        self.next = response.header("link").and_then(next_query).map(|query| request.with_query(query));
        Some(Ok(response))
    }
}

/// The items of a list that comes by cursor, page after page as they are needed. `page` gets the cursor of the page to ask for, at
/// first none, and gives its items with the cursor of the next one.
pub fn by_cursor<T>(
    page: impl FnMut(Option<&str>) -> Result<(Vec<T>, Option<String>), Error>,
) -> impl Iterator<Item = Result<T, Error>> {
    ByCursor { page, items: Vec::new().into_iter(), next: Next::First }
}

struct ByCursor<T, P> {
    page: P,
    items: std::vec::IntoIter<T>,
    next: Next,
}

enum Next {
    First,
    Cursor(String),
    Ended,
}

impl<T, P: FnMut(Option<&str>) -> Result<(Vec<T>, Option<String>), Error>> Iterator for ByCursor<T, P> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(item) = self.items.next() {
                return Some(Ok(item));
            }
            let cursor = match std::mem::replace(&mut self.next, Next::Ended) {
                Next::Ended => return None,
                Next::First => None,
                Next::Cursor(cursor) => Some(cursor),
            };
            let (items, next) = match (self.page)(cursor.as_deref()) {
                Ok(page) => page,
                Err(error) => return Some(Err(error)),
            };
            if next.is_some() && next == cursor {
                return Some(Err(Error::upstream("the list's cursor leads to where it came from")));
            }
            self.items = items.into_iter();
            self.next = next.map_or(Next::Ended, Next::Cursor);
        }
    }
}

/// The query of the link whose relation is `next`.
fn next_query(link: &str) -> Option<Vec<(String, String)>> {
    let mut rest = link;
    while let Some((_, tail)) = rest.split_once('<') {
        let (target, tail) = tail.split_once('>')?;
        let parameters = tail.split_once(",").map_or(tail, |(mine, _)| mine);
        let is_next = parameters.split(';').any(|parameter| {
            let (name, value) = parameter.split_once('=').unwrap_or_default();
            name.trim().eq_ignore_ascii_case("rel") && value.trim().trim_matches('"') == "next"
        });
        if is_next {
            let query = target.split_once('?')?.1;
            let query = query.split_once('#').map_or(query, |(query, _)| query);
            return Some(query.split('&').filter(|pair| !pair.is_empty()).map(pair).collect());
        }
        rest = tail;
    }
    None
}

fn pair(text: &str) -> (String, String) {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    (decode(name), decode(value))
}

/// Percent-decoding of a query: the host encodes again.
fn decode(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    loop {
        match rest {
            [] => return String::from_utf8_lossy(&out).into_owned(),
            [b'%', high, low, tail @ ..] if let Some(byte) = hex(*high, *low) => {
                out.push(byte);
                rest = tail;
            }
            [byte, tail @ ..] => {
                out.push(if *byte == b'+' { b' ' } else { *byte });
                rest = tail;
            }
        }
    }
}

fn hex(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_by_cursor_is_asked_for_as_far_as_it_is_read() {
        let mut asked = Vec::new();
        let page = |cursor: Option<&str>| {
            asked.push(cursor.map(str::to_owned));
            Ok(match cursor {
                None => (vec![1, 2], Some("a".to_owned())),
                Some("a") => (Vec::new(), Some("b".to_owned())),
                _ => (vec![3], None),
            })
        };
        let all: Result<Vec<_>, Error> = by_cursor(page).collect();
        assert_eq!(all, Ok(vec![1, 2, 3]));
        assert_eq!(asked, [None, Some("a".to_owned()), Some("b".to_owned())]);
        assert_eq!(by_cursor(|_| Ok((vec![1], Some("a".to_owned())))).next(), Some(Ok(1)));
    }

    #[test]
    fn a_cursor_that_leads_nowhere_ends_the_list_with_an_error() {
        let mut items = by_cursor(|_| Ok((vec![1], Some("a".to_owned()))));
        let all: Vec<_> = items.by_ref().take(9).collect();
        assert_eq!(all.len(), 2, "{all:?}");
        assert!(all[1].is_err());
    }

    #[test]
    fn only_the_query_of_the_next_link_is_followed() {
        let link = r#"<https://elsewhere.example/x?cursor=a%2Bb+c%3D%3D&n=%zz>; rel="next""#;
        let query = next_query(link).expect("a next page");
        assert_eq!(query, [("cursor".to_owned(), "a+b c==".to_owned()), ("n".to_owned(), "%zz".to_owned())]);
    }

    #[test]
    fn other_relations_are_passed_over() {
        let link = r#"<https://a.example/?page=1>; rel="prev", <https://a.example/?page=3>; title="x"; rel=next"#;
        assert_eq!(next_query(link), Some(vec![("page".to_owned(), "3".to_owned())]));
        assert_eq!(next_query(r#"<https://a.example/?page=9>; rel="last""#), None);
        assert_eq!(next_query(""), None);
    }
}
