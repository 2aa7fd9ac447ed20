//! Hash tiles and the root: what the entries come to, byte for byte, and which of two files is wrong where they differ.

use super::checkpoint::{PATH, Unverified, root_at};
use super::explain::Code;
use super::files::{File, Inventory, LEVELS, Row};
use super::merkle::{Tree, WIDTH};
use super::read::read_file;
use super::replay::Replay;
use super::report::{Problem, Problems};
use crate::hash::Index;
use crate::store::StoreRead;

/// Judges the root, and with it whether entries or tiles are right where they differ.
pub(super) fn judge_root(seen: Option<&Unverified>, replay: &mut Replay<'_>) {
    let Some(checkpoint) = seen.map(|seen| &seen.checkpoint) else { return };
    let (size, says) = (checkpoint.size(), checkpoint.root());
    let Some(derived) = root_at(replay, size) else {
        replay.problems.file(Code::L21, PATH, format!("entries below {size} are missing"));
        return;
    };
    if derived == says {
        return;
    }
    let other: Tree = replay.tree.with(replay.tile_says.iter().map(|(index, hash)| (*index, *hash)));
    if other.root(size) != Some(says) {
        replay.problems.file(Code::L05, PATH, format!("it says {says}, the entries give {derived}"));
        return;
    }
    // The tiles and the checkpoint agree: the entries are not those that were logged.
    let mut altered: Vec<u64> = replay.tile_says.keys().copied().collect();
    altered.sort_unstable();
    for index in altered {
        let hash = replay.tile_says[&index];
        let file = File { row: Row::Entries, n: index / WIDTH, width: (size - index / WIDTH * WIDTH).min(WIDTH) };
        let (number, path) = (Some(Index(index)), Some(file.to_string()));
        let detail = format!("its leaf hash was {hash}");
        replay.problems.add(Problem { code: Code::L20, number, path, detail });
    }
    replay.tree = other;
}

/// Compares every hash tile within the log with what the entries give.
pub(super) fn judge_tiles(store: &dyn StoreRead, inventory: &Inventory, replay: &mut Replay<'_>) {
    for (file, bytes) in std::mem::take(&mut replay.suspects) {
        judge_tile(file, &bytes, &replay.tree, &replay.holes, &mut replay.problems);
    }
    for row in (1..LEVELS).map(Row::Tiles) {
        for file in inventory.files(row).filter(|file| file.start() + file.width <= row.count(replay.tree.size())) {
            if let Some(bytes) = read_file(store, file, &mut replay.problems) {
                judge_tile(file, &bytes, &replay.tree, &replay.holes, &mut replay.problems);
            }
        }
    }
}

fn judge_tile(file: File, bytes: &[u8], tree: &Tree, holes: &[u64], problems: &mut Problems) {
    let Row::Tiles(level) = file.row else { return };
    let (start, end) = (file.start(), file.start() + file.width);
    // What stands above a missing entry cannot be told; that it is missing is reported.
    let shift = 8 * u32::from(level);
    let below = holes.partition_point(|hole| *hole < start << shift);
    if holes.get(below).is_some_and(|hole| *hole < end << shift) {
        return;
    }
    let Some(right) = tree.level(level).get(start as usize..end as usize) else { return };
    if bytes.len() != right.len() * 32 {
        let detail = format!("{} bytes, and {} hashes are {}", bytes.len(), right.len(), right.len() * 32);
        return problems.file(Code::L06, &file.to_string(), detail);
    }
    let (found, _) = bytes.as_chunks::<32>();
    let wrong: Vec<usize> = (0..right.len()).filter(|k| found[*k] != right[*k].0).collect();
    if let Some(first) = wrong.first() {
        let detail = format!("{} of {} hashes differ, the first is hash {first}", wrong.len(), right.len());
        problems.file(Code::L06, &file.to_string(), detail);
    }
}

/// Reports files that reach past the log, and files that no log has.
pub(super) fn judge_extent(inventory: &Inventory, size: u64, replica: bool, problems: &mut Problems) {
    for path in &inventory.strays {
        problems.file(Code::L10, path.as_str(), "not the name of a tile or bundle");
    }
    for row in inventory.rows() {
        for file in inventory.files(row).filter(|file| file.start() + file.width > row.count(size)) {
            let code = if replica { Code::L19 } else { Code::L11 };
            problems.file(code, &file.to_string(), format!("the log has {} {}", row.count(size), row.what()));
        }
    }
}
