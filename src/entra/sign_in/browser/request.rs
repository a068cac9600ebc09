//! Reads one HTTP/1.1 request of a browser on this machine (RFC 9112). Everything unusual ends the connection.

use tokio::io::{AsyncRead, AsyncReadExt as _};

/// The maximum size of the request line and the headers. A browser sends the cookies of every program on `localhost`.
const MAX_HEAD: usize = 64 * 1024;
/// The maximum size of a form. A code has about 1,500 characters.
const MAX_BODY: usize = 64 * 1024;

/// A request. It implements no Debug, because the body contains the code.
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) host: String,
    /// Whether the body is a form.
    pub(super) is_form: bool,
    pub(super) body: Vec<u8>,
}

impl Request {
    /// Whether it is for this machine and port, and not for a foreign name that leads here.
    pub(super) fn is_for(&self, port: u16) -> bool {
        let hosts = ["localhost", "127.0.0.1", "[::1]"];
        hosts.iter().any(|host| self.host.eq_ignore_ascii_case(&format!("{host}:{port}")))
    }
}

/// Reads a request. `None` if the connection ends before, or the request is invalid or too large.
pub(super) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Option<Request> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|part| part == b"\r\n\r\n") {
            break end;
        }
        if bytes.len() > MAX_HEAD || stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let mut body = bytes.split_off(end + 4);
    let (mut request, length) = head(std::str::from_utf8(bytes.get(..end)?).ok()?)?;
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    body.truncate(length);
    request.body = body;
    Some(request)
}

/// The request without its body, and the length of that.
fn head(text: &str) -> Option<(Request, usize)> {
    let mut lines = text.split("\r\n");
    let mut words = lines.next()?.split(' ');
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    if words.next().is_some() || !version.starts_with("HTTP/1.") {
        return None;
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let (mut host, mut length, mut is_form) = (String::new(), 0, false);
    for line in lines {
        let (name, value) = line.split_once(':')?;
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "host" => value.clone_into(&mut host),
            "content-length" => length = value.parse::<usize>().ok().filter(|length| *length <= MAX_BODY)?,
            "content-type" => {
                let kind = value.split(';').next().unwrap_or_default().trim();
                is_form = kind.eq_ignore_ascii_case("application/x-www-form-urlencoded");
            }
            // Browsers send forms with their length.
            "transfer-encoding" => return None,
            _ => {}
        }
    }
    let (method, path, query) = (method.to_owned(), path.to_owned(), query.to_owned());
    Some((Request { method, path, query, host, is_form, body: Vec::new() }, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_request_is_read_in_pieces() {
        let text = "POST /?a=b HTTP/1.1\r\nHost: localhost:1\r\nContent-Type: Application/X-WWW-Form-Urlencoded; charset=utf-8\r\n\
                    content-length: 6\r\n\r\ncode=1more";
        let (mut writer, mut reader) = tokio::io::duplex(7);
        let sending = tokio::spawn(async move {
            use tokio::io::AsyncWriteExt as _;
            writer.write_all(text.as_bytes()).await
        });
        let request = read(&mut reader).await.expect("a request");
        assert_eq!(
            (request.method.as_str(), request.path.as_str(), request.query.as_str()),
            ("POST", "/", "a=b")
        );
        assert!(request.is_form && request.is_for(1) && request.body == b"code=1", "{:?}", request.body);
        drop(reader);
        let _ = sending.await;
    }

    #[tokio::test]
    async fn unusual_requests_end_the_connection() {
        let long = format!("GET / HTTP/1.1\r\nCookie: {}", "x".repeat(MAX_HEAD + 1));
        for text in [
            "",
            "GET / HTTP/1.1\r\n",
            "GET /\r\n\r\n",
            "GET / HTTP/2\r\n\r\n",
            "GET / HTTP/1.1 x\r\n\r\n",
            "GET / HTTP/1.1\r\nno header\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nshort",
            "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 65537\r\n\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            &long,
        ] {
            assert!(read(&mut text.as_bytes()).await.is_none(), "{text:.60}");
        }
    }
}
