//! Limits the number of connections, closes one if there are too many, and limits the time that a client may
//! take to read an answer.

use std::collections::BTreeMap;
use std::future::{Ready, ready};
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Extension;
use axum::middleware::AddExtension;
use axum_server::accept::Accept;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::time::{Instant, Sleep, sleep_until};
use tower::Layer;

/// Whether a connection has carried a request with a session. Each request has it as an extension.
#[derive(Clone, Default)]
pub(super) struct ConnectionMark(Arc<AtomicBool>);

impl ConnectionMark {
    /// Marks the connection so that it keeps its place.
    pub(super) fn set_session(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn has_session(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Accepts a limited number of connections. When all places are taken, the oldest connection without a
/// session is closed in favour of the new one, so that idle connections of another program do not lock an
/// administrator out. If every connection has a session, the new one is closed immediately.
#[derive(Clone)]
pub(super) struct Gate {
    places: Option<Places>,
    patience: Option<Duration>,
}

impl Gate {
    /// At most `max` connections; with `evicts`, idle ones are closed for new ones. A client must continue
    /// reading within `patience`. `None` means no limit.
    pub(super) fn new(max: Option<usize>, evicts: bool, patience: Option<Duration>) -> Self {
        let places = max.map(|max| Places { max, evicts, taken: Arc::default() });
        Self { places, patience }
    }
}

impl<S> Accept<TcpStream, S> for Gate {
    type Stream = Counted;
    type Service = AddExtension<S, ConnectionMark>;
    type Future = Ready<io::Result<(Counted, Self::Service)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let mark = ConnectionMark::default();
        let place = match self.places.as_ref().map(|places| places.take(&mark)) {
            Some(None) => return ready(Err(io::Error::other("too many connections"))),
            place => place.flatten(),
        };
        let stream = Counted { stream, stuck: None, patience: self.patience, place };
        ready(Ok((stream, Extension(mark).layer(service))))
    }
}

/// The places for connections.
#[derive(Clone)]
struct Places {
    max: usize,
    evicts: bool,
    taken: Arc<Mutex<Taken>>,
}

/// The taken places by connection number; the lowest is the oldest.
#[derive(Default)]
struct Taken {
    next: u64,
    connections: BTreeMap<u64, Connection>,
}

struct Connection {
    mark: ConnectionMark,
    /// The connection closes when this is dropped.
    _open: oneshot::Sender<()>,
}

impl Places {
    /// Returns a place for a new connection if one is free or can be freed.
    fn take(&self, mark: &ConnectionMark) -> Option<Place> {
        let mut taken = lock(&self.taken);
        if taken.connections.len() >= self.max {
            let mut evictable =
                taken.connections.iter().filter(|(_, connection)| !connection.mark.has_session());
            let oldest = evictable.next().map(|(number, _)| *number).filter(|_| self.evicts)?;
            taken.connections.remove(&oldest);
        }
        let number = taken.next;
        taken.next += 1;
        let (open, evicted) = oneshot::channel();
        taken.connections.insert(number, Connection { mark: mark.clone(), _open: open });
        Some(Place { number, taken: self.taken.clone(), evicted, is_evicted: false })
    }
}

fn lock(taken: &Mutex<Taken>) -> MutexGuard<'_, Taken> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The place of a connection until it is dropped or evicted.
struct Place {
    number: u64,
    taken: Arc<Mutex<Taken>>,
    evicted: oneshot::Receiver<()>,
    is_evicted: bool,
}

impl Place {
    fn is_evicted(&mut self, context: &mut Context<'_>) -> bool {
        self.is_evicted = self.is_evicted || Pin::new(&mut self.evicted).poll(context).is_ready();
        self.is_evicted
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        lock(&self.taken).connections.remove(&self.number);
    }
}

/// A connection that occupies a place.
pub(super) struct Counted {
    stream: TcpStream,
    /// When a write without progress times out.
    stuck: Option<Pin<Box<Sleep>>>,
    patience: Option<Duration>,
    place: Option<Place>,
}

impl Counted {
    /// Fails if the connection has lost its place. Otherwise the task is woken when that happens.
    fn check_place(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        if self.place.as_mut().is_some_and(|place| place.is_evicted(context)) {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        Ok(())
    }

    /// Returns the result of a write, or a timeout error.
    fn in_time<T>(&mut self, context: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        let Some(patience) = self.patience.filter(|_| written.is_pending()) else {
            self.stuck = None;
            return written;
        };
        let stuck = self.stuck.get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + patience)));
        stuck.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check_place(context)?;
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl AsyncWrite for Counted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check_place(context)?;
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.in_time(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check_place(context)?;
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, pieces);
        self.in_time(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
