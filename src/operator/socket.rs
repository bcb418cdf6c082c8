//! The operator's socket: one question and one answer, each a line of JSON, over a Unix socket.
//!
//! Only the daemon's own user and root are answered. The socket lies in a directory of its own that nobody else
//! may enter, so that there is no moment in which it is open to all.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::operator::service::{Ask, Desk, Question, Refusal};
use crate::rules::domain::act::Who;

/// What goes back: an answer in JSON, a refusal of the deed, or a refusal to listen.
type Said = Result<Result<serde_json::Value, Refusal>, String>;

/// No question is longer, in bytes.
const QUESTION: u64 = 64 << 10;
/// A question must be asked within this time.
const PATIENCE: Duration = Duration::from_secs(10);
/// An answer comes within this time, an audit of a large file included.
const ANSWER: Duration = Duration::from_secs(300);
/// Who asked takes the answer within this time, or goes without: whoever never reads would keep a place of the few
/// there are for ever. `neurocards` reads as fast as it can, and an answer is some MB at most.
const TAKING: Duration = Duration::from_secs(30);
/// Questions answered at once.
const AT_ONCE: usize = 8;
/// The pause after the system refused to accept.
const BREATH: Duration = Duration::from_millis(100);

/// Why an operator got no answer.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// No daemon listens there.
    #[error("no daemon runs on this data directory")]
    NoDaemon,
    /// The daemon refused, and says why.
    #[error("the daemon refuses: {0}")]
    Refused(String),
    /// What came back is no answer; the program and the daemon may be of different versions.
    #[error("the daemon's answer cannot be read: is it of another version?")]
    Senseless,
    /// The socket failed.
    #[error("the control socket: {0}")]
    Io(#[from] io::Error),
}

/// Where the socket of a data directory is.
pub fn socket(data: &Path) -> PathBuf {
    data.join("control").join("socket")
}

/// Opens the socket. Whoever calls has opened the store, so a socket that is there already is a dead one's.
pub fn open(data: &Path) -> io::Result<UnixListener> {
    use std::os::unix::fs::DirBuilderExt;
    let path = socket(data);
    if let Some(dir) = path.parent() {
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir)?;
    }
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let listener = UnixListener::bind(&path)?;
    // Nobody else gets through the directory; this is for whoever moves the socket, or looks at it.
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(listener)
}

/// Answers operators until told to stop.
pub async fn serve(listener: Arc<UnixListener>, desk: Desk, stop: CancellationToken) {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "an operator's connection could not be accepted");
                tokio::time::sleep(BREATH).await;
                continue;
            }
        };
        let (desk, stop) = (desk.clone(), stop.clone());
        tokio::spawn(async move {
            let _place = place;
            tokio::select! {
                () = stop.cancelled() => {}
                answered = talk(stream, &desk) => if let Err(error) = answered {
                    tracing::debug!(%error, "an operator could not be answered");
                }
            }
        });
    }
}

async fn talk(stream: UnixStream, desk: &Desk) -> io::Result<()> {
    let (stream, answer) = ask_of(stream, desk).await?;
    say(stream, &answer, TAKING).await
}

/// Says an answer to somebody who takes it within this time.
async fn say(mut stream: UnixStream, answer: &Said, within: Duration) -> io::Result<()> {
    let mut line = serde_json::to_vec(answer)?;
    line.push(b'\n');
    tokio::time::timeout(within, stream.write_all(&line)).await?
}

async fn ask_of(stream: UnixStream, desk: &Desk) -> io::Result<(UnixStream, Said)> {
    let uid = stream.peer_cred()?.uid();
    if uid != 0 && uid != rustix::process::getuid().as_raw() {
        tracing::warn!(
            uid,
            "somebody else's user asks at the control socket and is refused"
        );
        return Ok((
            stream,
            Err("only the daemon's own user and root are answered".into()),
        ));
    }
    let mut reader = BufReader::new(stream).take(QUESTION);
    let mut line = String::new();
    tokio::time::timeout(PATIENCE, reader.read_line(&mut line)).await??;
    let stream = reader.into_inner().into_inner();
    let Ok(ask) = serde_json::from_str::<Ask>(&line) else {
        return Ok((
            stream,
            Err("the question cannot be read: is it of another version?".into()),
        ));
    };
    let answer = desk.answer(Who::Shell { uid }, ask).await;
    Ok((stream, answer.map_err(|error| error.to_string())))
}

/// Asks the daemon that runs on a data directory.
pub async fn ask<Q: Question>(
    data: &Path,
    question: Q,
) -> Result<Result<Q::Answer, Refusal>, ControlError> {
    let mut stream = match UnixStream::connect(socket(data)).await {
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused
            ) =>
        {
            return Err(ControlError::NoDaemon);
        }
        connected => connected?,
    };
    let mut line =
        serde_json::to_vec(&Into::<Ask>::into(question)).map_err(|_| ControlError::Senseless)?;
    line.push(b'\n');
    // Who is refused unheard is told why all the same: that lies there to be read.
    let asked = tokio::time::timeout(PATIENCE, stream.write_all(&line)).await;
    let asked = asked.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
    let mut answer = String::new();
    let answered =
        tokio::time::timeout(ANSWER, BufReader::new(stream).read_line(&mut answer)).await;
    let read = answered.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
    if answer.is_empty() {
        asked?;
    }
    read?;
    let answer: Result<Result<Q::Answer, Refusal>, String> =
        serde_json::from_str(&answer).map_err(|_| ControlError::Senseless)?;
    answer.map_err(ControlError::Refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// More than any socket holds for somebody who does not read.
    const LONG: usize = 8 << 20;

    async fn connected() -> (tempfile::TempDir, UnixStream, UnixStream) {
        let dir = tempfile::tempdir().unwrap();
        let listener = open(dir.path()).unwrap();
        let asker = UnixStream::connect(socket(dir.path())).await.unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        (dir, asker, stream)
    }

    #[tokio::test]
    async fn who_never_reads_is_left() {
        let (_dir, asker, stream) = connected().await;
        let answer = Err("x".repeat(LONG));
        let said = say(stream, &answer, Duration::from_millis(200)).await;
        assert_eq!(said.unwrap_err().kind(), io::ErrorKind::TimedOut);
        // The connection is closed: what lies there ends.
        let mut rest = Vec::new();
        let mut asker = asker;
        let read = asker.read_to_end(&mut rest);
        let read = tokio::time::timeout(TAKING, read).await.unwrap().unwrap();
        assert!(read < LONG, "{read}");
    }

    #[tokio::test]
    async fn who_reads_gets_a_long_answer_whole() {
        let (_dir, asker, stream) = connected().await;
        let answer = Err("x".repeat(LONG));
        let mut line = String::new();
        let mut reader = BufReader::new(asker);
        let (said, read) = tokio::join!(say(stream, &answer, TAKING), reader.read_line(&mut line));
        said.unwrap();
        assert_eq!(read.unwrap(), LONG + "{\"Err\":\"\"}\n".len());
    }
}
