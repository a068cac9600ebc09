//! How many connections there may be, and how long one may take what it is sent.

use std::future::{Ready, ready};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum_server::accept::Accept;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep, sleep_until};

/// Lets so many connections in. Any more are closed at once, and not kept waiting, where each would hold a file of the process.
#[derive(Clone)]
pub(super) struct Gate {
    places: Option<Arc<Semaphore>>,
    patience: Option<Duration>,
}

impl Gate {
    /// `most` connections, each of which takes what it is sent within `patience`; nothing is no limit.
    pub(super) fn new(most: Option<usize>, patience: Option<Duration>) -> Self {
        Self { places: most.map(|most| Arc::new(Semaphore::new(most))), patience }
    }
}

impl<S> Accept<TcpStream, S> for Gate {
    type Stream = Counted;
    type Service = S;
    type Future = Ready<io::Result<(Counted, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let place = match self.places.clone().map(Semaphore::try_acquire_owned).transpose() {
            Ok(place) => place,
            Err(_) => return ready(Err(io::Error::other("there are too many connections"))),
        };
        let stream = Counted { stream, stuck: None, patience: self.patience, _place: place };
        ready(Ok((stream, service)))
    }
}

/// A connection that has one of the places until it is dropped.
pub(super) struct Counted {
    stream: TcpStream,
    /// When a write that does not go on is given up.
    stuck: Option<Pin<Box<Sleep>>>,
    patience: Option<Duration>,
    _place: Option<OwnedSemaphorePermit>,
}

impl Counted {
    /// The outcome of a write, or that it took too long.
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
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl AsyncWrite for Counted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.in_time(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
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
