//! Threads that wait for the disk, kept as long as the store is open: to start some for each commit takes about as long as
//! the disk does. Syncs that overlap share one journal commit of the file system, so more of them take hardly longer.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;

use super::files::sync_folder_now;

/// Threads at most.
const MOST: usize = 24;

/// What is to be made durable.
#[derive(Debug)]
pub(super) enum Target {
    /// The bytes of a file.
    File(File),
    /// The names in a folder. One that is gone has none.
    Folder(PathBuf),
}

impl Target {
    fn sync(self) -> io::Result<()> {
        match self {
            Self::File(file) => file.sync_all(),
            Self::Folder(path) => sync_folder_now(&path),
        }
    }
}

/// Something to make durable, its place in the list, and whom to tell.
type Job = (usize, Target, mpsc::Sender<(usize, io::Result<()>)>);

/// Threads that take work from one queue; they are started when they are first needed, and end with the pool.
#[derive(Debug)]
pub(super) struct Pool {
    queue: Mutex<Queue>,
    work: Arc<Mutex<mpsc::Receiver<Job>>>,
}

#[derive(Debug)]
struct Queue {
    send: mpsc::Sender<Job>,
    threads: usize,
}

impl Default for Pool {
    fn default() -> Self {
        let (send, work) = mpsc::channel();
        Self { queue: Mutex::new(Queue { send, threads: 0 }), work: Arc::new(Mutex::new(work)) }
    }
}

impl Pool {
    /// Makes all of them durable at once; the outcomes are in the order of the targets.
    pub(super) fn sync(&self, targets: Vec<Target>) -> Vec<io::Result<()>> {
        let mut outcomes: Vec<io::Result<()>> = Vec::new();
        outcomes.resize_with(targets.len(), || Err(io::Error::other("the thread that was to sync it ended")));
        let send = self.queue_for(targets.len());
        let (tell, told) = mpsc::channel();
        let mut targets = targets.into_iter().enumerate();
        // The first one is for this thread, which has nothing else to do.
        let own = targets.next();
        let mut refused = Vec::new();
        for (at, target) in targets {
            match &send {
                Some(send) => {
                    if let Err(mpsc::SendError((at, target, _))) = send.send((at, target, tell.clone())) {
                        refused.push((at, target));
                    }
                }
                None => refused.push((at, target)),
            }
        }
        drop(tell);
        for (at, target) in own.into_iter().chain(refused) {
            outcomes[at] = target.sync();
        }
        for (at, outcome) in told {
            outcomes[at] = outcome;
        }
        outcomes
    }

    /// The queue, with threads enough behind it for `jobs` of which the caller does one; `None` where there is none.
    fn queue_for(&self, jobs: usize) -> Option<mpsc::Sender<Job>> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        while queue.threads + 1 < jobs.min(MOST) {
            let work = Arc::clone(&self.work);
            // Fewer threads than wished for only take longer.
            if thread::Builder::new().name("onrecord-sync".to_owned()).spawn(move || serve(&work)).is_err() {
                break;
            }
            queue.threads += 1;
        }
        (queue.threads > 0).then(|| queue.send.clone())
    }
}

fn serve(work: &Mutex<mpsc::Receiver<Job>>) {
    loop {
        // Whoever holds the lock waits for work, the others for the lock; it is free again before the work begins.
        let next = work.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((at, target, tell)) = next else { return };
        // Nobody listens any more where the caller is gone.
        let _ = tell.send((at, target.sync()));
    }
}
