//! Work shared by all cores, with results in the order of the work, and little of it in memory.

use std::collections::VecDeque;
use std::num::NonZero;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

/// Pieces of work that each worker has before it; more would only take memory.
const AHEAD: usize = 2;

/// Most workers: beyond it, whoever takes the results is what everybody waits for.
const MAX_WORKERS: usize = 4;

/// Where a worker takes pieces from, and where its results come.
type Worker<P, T, F> = (Sender<Vec<P>>, Receiver<Result<Vec<T>, F>>);

/// Hands on the results of `work` on what `next` gives, at most `limit` of them, in order. `next` gives an empty piece at
/// the end. No more than a few pieces are in memory, however slow `take` is.
pub(super) fn in_order<P, T, F, E>(
    next: &mut dyn FnMut() -> Result<Vec<P>, E>,
    work: &(dyn Fn(Vec<P>) -> Result<Vec<T>, F> + Sync),
    limit: usize,
    take: &mut dyn FnMut(T) -> Result<(), E>,
) -> Result<(), E>
where
    P: Send,
    T: Send,
    F: Send,
    E: From<F>,
{
    let mut left = limit;
    let workers = thread::available_parallelism().map_or(1, NonZero::get).min(MAX_WORKERS);
    thread::scope(|scope| {
        let crew: Vec<Worker<P, T, F>> = (0..workers)
            .map(|_| {
                let (to, pieces) = channel::<Vec<P>>();
                let (results, from) = channel();
                scope.spawn(move || pieces.into_iter().map(work).try_for_each(|done| results.send(done)));
                (to, from)
            })
            .collect();
        // Whose result comes next; pieces go round.
        let mut waiting = VecDeque::with_capacity(workers * AHEAD);
        let mut turns = (0..workers).cycle();
        let mut more = true;
        while left > 0 {
            while more && waiting.len() < workers * AHEAD {
                let piece = next()?;
                more = !piece.is_empty();
                if let (true, Some((to, from))) = (more, turns.next().and_then(|turn| crew.get(turn))) {
                    // A worker that is gone has panicked, and the scope passes that on.
                    let _ = to.send(piece);
                    waiting.push_back(from);
                }
            }
            let Some(done) = waiting.pop_front().and_then(|from| from.recv().ok()) else { break };
            for item in done?.into_iter().take(left) {
                left -= 1;
                take(item)?;
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use super::in_order;

    /// Pieces of seven numbers, up to `end`.
    fn pieces(end: u64) -> impl FnMut() -> Result<Vec<u64>, String> {
        let mut at = 0;
        move || {
            let from = at;
            at = (at + 7).min(end);
            Ok((from..at).collect())
        }
    }

    /// What fails for one number, and takes longest for the first pieces, so that later ones are done before them.
    fn squares(piece: Vec<u64>) -> Result<Vec<u64>, String> {
        std::thread::sleep(std::time::Duration::from_millis(
            10_u64.saturating_sub(piece.first().copied().unwrap_or(0)),
        ));
        piece.into_iter().map(|n| n.checked_mul(n).filter(|_| n != 150).ok_or("work".to_owned())).collect()
    }

    #[test]
    fn results_come_in_the_order_of_the_work() {
        for (end, limit) in [(0, 5), (1, 5), (100, usize::MAX), (100, 33), (100, 0)] {
            let mut found = Vec::new();
            in_order(&mut pieces(end), &squares, limit, &mut |n| {
                found.push(n);
                Ok::<_, String>(())
            })
            .unwrap();
            let wanted: Vec<u64> = (0..end).map(|n| n * n).take(limit).collect();
            assert_eq!(found, wanted, "{end} {limit}");
        }
    }

    #[test]
    fn an_error_anywhere_ends_it() {
        let mut seen = 0;
        let ended = in_order(&mut pieces(200), &squares, usize::MAX, &mut |_| {
            seen += 1;
            Ok::<_, String>(())
        });
        // 150 is in the piece that begins with 147.
        assert_eq!((ended, seen), (Err("work".to_owned()), 147));
        let ended = in_order(&mut pieces(100), &squares, usize::MAX, &mut |n| {
            if n > 400 { Err("taken".to_owned()) } else { Ok(()) }
        });
        assert_eq!(ended, Err("taken".to_owned()));
        let ended = in_order(&mut || Err("next".to_owned()), &squares, 5, &mut |_| Ok::<_, String>(()));
        assert_eq!(ended, Err("next".to_owned()));
    }
}
