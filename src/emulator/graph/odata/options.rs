//! Query options, and the responses that they affect: selected members, filtered lists, pages.
//!
//! <https://learn.microsoft.com/en-us/graph/query-parameters>, <https://learn.microsoft.com/en-us/graph/paging>.

use axum::http::StatusCode;
use serde_json::{Map, Value};

use super::filter::Filter;
use super::reader::read;
use super::{bad, unsupported};
use crate::emulator::error::GraphError;
use crate::emulator::message::Request;

/// The largest page, and the one without `$top`: those of <https://learn.microsoft.com/en-us/graph/api/user-list>; that all collections
/// have the same is inferred.
const MAX_PAGE_SIZE: usize = 999;
const USUAL_PAGE: usize = 100;

/// The start of every page token; the number of objects to skip follows in hexadecimal.
const PAGE_TOKEN: &str = "RFNwdAoAAQAAAAAAAAAA";

/// The options of one request.
#[derive(Debug, Default)]
pub(in crate::emulator::graph) struct Options {
    select: Option<Vec<String>>,
    filter: Option<Filter>,
    top: Option<usize>,
    skip: usize,
    count: bool,
    eventual: bool,
    /// All except the page token, as sent, for the address of the next page.
    others: Vec<String>,
}

/// A page of a list.
pub(in crate::emulator::graph) struct Page<T> {
    /// Its objects.
    pub(in crate::emulator::graph) items: Vec<T>,
    /// The number of matches, if it was requested and this is the first page.
    pub(in crate::emulator::graph) count: Option<usize>,
    /// The query of the next page, if there is one.
    pub(in crate::emulator::graph) next: Option<String>,
}

impl Options {
    /// Parses the options of a request.
    ///
    /// # Errors
    /// 400 if one is unknown, repeated, or invalid.
    pub(in crate::emulator::graph) fn parse(request: &Request) -> Result<Self, GraphError> {
        let mut options = Self { eventual: is_eventual(request), ..Self::default() };
        let query = request.query.as_deref().unwrap_or_default();
        let mut seen = Vec::new();
        for text in query.split('&').filter(|text| !text.is_empty()) {
            for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
                if seen.contains(&name) {
                    return Err(bad(format!(
                        "Query option '{name}' was specified more than once, but it must be specified at most once."
                    )));
                }
                options.add(&name, &value)?;
                if name != "$skiptoken" {
                    options.others.push(text.to_owned());
                }
                seen.push(name);
            }
        }
        options.check()?;
        Ok(options)
    }

    fn add(&mut self, name: &str, value: &str) -> Result<(), GraphError> {
        match name {
            "$select" => {
                let names =
                    value.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
                self.select = Some(names.collect());
            }
            "$filter" => self.filter = Some(read(value)?),
            "$top" => self.top = Some(top(value)?),
            "$skiptoken" => self.skip = skip(value)?,
            "$count" => self.count = value.eq_ignore_ascii_case("true"),
            "$search" | "$orderby" | "$expand" | "$skip" => {
                return Err(unsupported(format!("The query option '{name}' is not emulated.")));
            }
            _ if name.starts_with('$') => {
                return Err(bad(format!("The query parameter '{name}' is not supported.")));
            }
            _ => {}
        }
        Ok(())
    }

    /// Some operators only work on the index with a lag.
    /// <https://learn.microsoft.com/en-us/graph/aad-advanced-queries>
    fn check(&self) -> Result<(), GraphError> {
        match self.filter.as_ref().and_then(Filter::advanced) {
            Some(operator) if !(self.eventual && self.count) => Err(unsupported(format!(
                "Operator '{operator}' is not supported because the required parameters might be missing. Try adding $count=true query \
                 parameter and ConsistencyLevel:eventual header. Refer to https://aka.ms/graph-docs/advanced-queries for more information"
            ))),
            _ => Ok(()),
        }
    }

    /// The condition on objects.
    pub(in crate::emulator::graph) fn filter(&self) -> Option<&Filter> {
        self.filter.as_ref()
    }

    /// The selected members, in the requested order.
    pub(in crate::emulator::graph) fn select(&self) -> Option<&[String]> {
        self.select.as_deref()
    }

    /// Rejects members that objects of that type do not have; `resource` is `user`, `application`, ….
    ///
    /// # Errors
    /// 400 that names the member.
    pub(in crate::emulator::graph) fn check_members(
        &self,
        resource: &str,
        is_known: impl Fn(&str) -> bool,
    ) -> Result<(), GraphError> {
        if let Some(name) = self.select.iter().flatten().find(|name| !is_known(name)) {
            return Err(bad(format!(
                "Parsing OData Select and Expand failed: Could not find a property named '{name}' on type 'microsoft.graph.{resource}'."
            )));
        }
        let filtered = self.filter.iter().flat_map(Filter::properties);
        match filtered.into_iter().find(|name| !is_known(name)) {
            Some(name) => Err(bad(format!(
                "Invalid filter clause: Could not find a property named '{name}' on type 'microsoft.graph.{resource}'."
            ))),
            None => Ok(()),
        }
    }

    /// Keeps only the selected members of an object.
    pub(in crate::emulator::graph) fn shape(&self, object: &mut Map<String, Value>) {
        if let Some(select) = &self.select {
            object.retain(|name, _| select.iter().any(|selected| selected == name));
        }
    }

    /// What follows a collection's name in `@odata.context`: the selected members, if there are any.
    pub(in crate::emulator::graph) fn context(&self) -> String {
        self.select.as_ref().map_or_else(String::new, |select| format!("({})", select.join(",")))
    }

    /// Returns one page of the objects that match the filter.
    pub(in crate::emulator::graph) fn page<T>(&self, matching: impl Iterator<Item = T>) -> Page<T> {
        let size = self.top.unwrap_or(USUAL_PAGE);
        let mut matching = matching.skip(self.skip);
        let items = matching.by_ref().take(size).collect::<Vec<_>>();
        let rest = if self.is_counted() { matching.count() } else { usize::from(matching.next().is_some()) };
        let count = (self.is_counted() && self.skip == 0).then_some(items.len() + rest);
        let next = (rest > 0).then(|| self.next(self.skip + items.len()));
        Page { items, count, next }
    }

    fn is_counted(&self) -> bool {
        self.count && self.eventual
    }

    fn next(&self, skip: usize) -> String {
        let token = format!("$skiptoken={PAGE_TOKEN}{skip:x}");
        self.others.iter().cloned().chain([token]).collect::<Vec<_>>().join("&")
    }
}

/// Whether the request accepts the index with a lag.
pub(in crate::emulator::graph) fn is_eventual(request: &Request) -> bool {
    request
        .headers
        .get("consistencylevel")
        .is_some_and(|level| level.as_bytes().eq_ignore_ascii_case(b"eventual"))
}

fn top(value: &str) -> Result<usize, GraphError> {
    let number =
        value.parse::<usize>().map_err(|_| bad(format!("Invalid value '{value}' for $top query option.")))?;
    if (1..=MAX_PAGE_SIZE).contains(&number) {
        Ok(number)
    } else {
        Err(unsupported(format!(
            "Invalid page size specified: '{number}'. Must be between 1 and {MAX_PAGE_SIZE} inclusive."
        )))
    }
}

fn skip(token: &str) -> Result<usize, GraphError> {
    let number = token.strip_prefix(PAGE_TOKEN).and_then(|number| usize::from_str_radix(number, 16).ok());
    number.ok_or_else(|| {
        let message =
            "The specified page token value has expired and can no longer be included in your request.";
        GraphError::new(StatusCode::BAD_REQUEST, "Directory_ExpiredPageToken", message)
    })
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;
    use axum::http::{HeaderMap, HeaderValue, Method};
    use uuid::Uuid;

    use super::*;
    use crate::emulator::message::RequestIds;

    fn options(query: &str, eventual: bool) -> Result<Options, GraphError> {
        let mut headers = HeaderMap::new();
        if eventual {
            headers.insert("ConsistencyLevel", HeaderValue::from_static("eventual"));
        }
        let ids = RequestIds { request: Uuid::nil(), client: String::new() };
        let (path, query) = ("/users".to_owned(), Some(query.to_owned()));
        Options::parse(&Request {
            method: Method::GET,
            path,
            is_beta: false,
            query,
            headers,
            body: Bytes::new(),
            ids,
        })
    }

    #[test]
    fn invalid_query_options_are_rejected() {
        let cases = [
            ("$top=0", "Request_UnsupportedQuery"),
            ("$top=1000", "Request_UnsupportedQuery"),
            ("$top=-1", "BadRequest"),
            ("$top=x", "BadRequest"),
            ("$top=1&%24top=2", "BadRequest"),
            ("$what=1", "BadRequest"),
            ("$orderby=a", "Request_UnsupportedQuery"),
            ("$skiptoken=abc", "Directory_ExpiredPageToken"),
            ("$filter=a%20ne%20'b'", "Request_UnsupportedQuery"),
            ("$filter=a%20ne%20'b'&$count=true", "Request_UnsupportedQuery"),
        ];
        for (query, code) in cases {
            assert_eq!(options(query, false).err().map(|error| error.code), Some(code), "{query}");
        }
        assert!(options("$filter=a+ne+'b'&$count=true", true).is_ok());
        assert!(options("$top=999&other=1&$count=false", false).is_ok());
    }

    #[test]
    fn unknown_members_are_rejected() {
        let is_known = |name: &str| ["id", "mail"].contains(&name);
        let cases = [
            ("$select=id,mail", true),
            ("$select=id,x", false),
            ("$filter=x eq '1'", false),
            ("$filter=mail eq '1'", true),
        ];
        for (query, expected) in cases {
            let options = options(query, false).expect("options");
            assert_eq!(options.check_members("user", is_known).is_ok(), expected, "{query}");
        }
    }

    #[test]
    fn next_links_lead_to_the_last_page() {
        let mut query = "$top=4&$select=id".to_owned();
        let mut seen = Vec::new();
        loop {
            let page = options(&query, false).expect("options").page(0..10);
            assert!(page.items.len() <= 4 && page.count.is_none());
            seen.extend(page.items);
            match page.next {
                Some(next) => query = next,
                None => break,
            }
            assert!(query.starts_with("$top=4&$select=id&$skiptoken="), "{query}");
        }
        assert_eq!(seen, (0..10).collect::<Vec<_>>());
    }

    #[test]
    fn only_the_first_page_has_a_count() {
        let first = options("$count=true&$top=3", true).expect("options").page(0..10);
        assert_eq!((first.count, first.items.len()), (Some(10), 3));
        let second = options(&first.next.expect("a next page"), true).expect("options").page(0..10);
        assert_eq!((second.count, second.items), (None, vec![3, 4, 5]));
        assert_eq!(options("$count=true", false).expect("options").page(0..10).count, None);
    }
}
