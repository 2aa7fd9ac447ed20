//! `tlog::tile` and `tlog::edge`: paths, which tiles there are, reading hashes from tiles, growing.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::cell::Cell;
use std::collections::BTreeMap;

use onrecord::hash::Digest;
use onrecord::tlog::edge::Edge;
use onrecord::tlog::proof::{check_consistency, check_inclusion, prove_consistency, prove_inclusion};
use onrecord::tlog::tile::{BadPath, Run, Tile, TileError, TileHashReader, TileSource};
use onrecord::tlog::tree::{Frontier, HashReader, MAX_SIZE, MemoryTree, Place, places, root};
use proptest::prelude::*;

use crate::tlog_oracle::{Alike, leaves};

/// Tiles by path, as a folder or a web server has them.
#[derive(Default)]
struct Shelf {
    tiles: BTreeMap<String, Vec<u8>>,
    reads: Cell<usize>,
}

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("no such file")]
struct NoSuchFile;

impl Shelf {
    fn of(tree: &MemoryTree, size: u64) -> Self {
        let tiles = Tile::changed(0, size).map(|tile| (tile.to_string(), tile.read(tree).unwrap()));
        Self { tiles: tiles.collect(), reads: Cell::new(0) }
    }
}

impl TileSource for Shelf {
    type Error = NoSuchFile;

    fn tile(&self, tile: Tile) -> Result<Vec<u8>, NoSuchFile> {
        self.reads.set(self.reads.get() + 1);
        self.tiles.get(&tile.to_string()).cloned().ok_or(NoSuchFile)
    }
}

fn paths(old: u64, new: u64) -> Vec<String> {
    Tile::changed(old, new).map(|tile| tile.to_string()).collect()
}

fn run(n: u64, width: u16) -> Run {
    Run::new(n, width).unwrap()
}

#[test]
fn paths_of_the_standard() {
    for (n, width, path) in [
        (5, 256, "005"),
        (0, 1, "000.p/1"),
        (999, 255, "999.p/255"),
        (1_000, 256, "x001/000"),
        (1_067, 8, "x001/067.p/8"),
        (1_234_067, 256, "x001/x234/067"),
        (1_000_000, 256, "x001/x000/000"),
    ] {
        let run = run(n, width);
        assert_eq!(run.to_string(), path);
        assert_eq!(path.parse(), Ok(run));
        for level in 0..3 {
            let tile = Tile::new(level, run).unwrap();
            assert_eq!(tile.to_string(), format!("tile/{level}/{path}"));
            assert_eq!(tile.to_string().parse(), Ok(tile));
        }
    }
    let largest = Run::holding(MAX_SIZE - 1, MAX_SIZE).unwrap();
    assert_eq!(largest.to_string(), "x036/x028/x797/x018/x963/967.p/255");
    assert_eq!(largest.to_string().parse(), Ok(largest));
}

#[test]
fn no_other_text_is_a_path() {
    for path in [
        "",
        "tile",
        "tile/",
        "tile/0",
        "tile/0/",
        "tile//000",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/1000",
        "tile/0/x000/000",
        "tile/0/x001/0",
        "tile/0/x001/x000",
        "tile/0/x1/000",
        "tile/0/x0001/000",
        "tile/0/001/000",
        "tile/0/x001000",
        "tile/0/x001//000",
        "tile/0/X001/000",
        "tile/0/+00",
        "tile/0/-01",
        "tile/0/ 00",
        "tile/0/000 ",
        "tile/0/000/",
        "tile/0/000\n",
        "tile/0/00a",
        "tile/0/000.p",
        "tile/0/000.p/",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/+1",
        "tile/0/000.p/256",
        "tile/0/000.p/257",
        "tile/0/000.p/65537",
        "tile/0/000.p/1/",
        "tile/0/000.p/1.p/1",
        "tile/00/000",
        "tile/+0/000",
        "tile/-1/000",
        "tile/8/000.p/1",
        "tile/63/000.p/1",
        "tile/64/000",
        "tile/256/000",
        "tile/entries/000",
        "tile/data/000",
        "tile/8/0/000",
        "/tile/0/000",
        "tile/0/../0/000",
        "payload/000",
        "Tile/0/000",
        "tile/7/000",
        "tile/7/000.p/128",
        "tile/0/x036/x028/x797/x018/x963/967",
        "tile/0/x036/x028/x797/x018/x963/968.p/1",
        "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
        "tile/0/xxxxxxxxxxxxxxxxxxxx000",
    ] {
        assert_eq!(path.parse::<Tile>(), Err(BadPath), "{path:?}");
    }
    assert!("tile/7/000.p/127".parse::<Tile>().is_ok(), "the widest of its level");
}

#[test]
fn a_run_holds_between_1_and_256_elements_of_a_possible_row() {
    assert_eq!(Run::new(0, 0), None);
    assert_eq!(Run::new(0, 257), None);
    assert_eq!(Run::new(u64::MAX, 1), None);
    assert_eq!(Run::new(MAX_SIZE / 256, 256), None);
    assert_eq!(Run::holding(0, 0), None);
    assert_eq!(Run::holding(300, 300), None);
    assert_eq!(Run::holding(299, 300), Some(run(1, 44)));
    assert_eq!(Run::holding(255, 300), Some(run(0, 256)));
    assert_eq!(Run::holding(255, 256), Some(run(0, 256)));
    assert_eq!(Run::holding(u64::MAX, u64::MAX), None);
    assert_eq!(run(1, 44).elements(), 256..300);
}

#[test]
fn tiles_of_the_sizes_in_the_standard() {
    let of_70_000 = paths(0, 70_000);
    assert_eq!(of_70_000.len(), 273 + 1 + 1 + 1 + 1);
    assert_eq!(of_70_000[272], "tile/0/272");
    assert_eq!(of_70_000[273..], ["tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"]);
    let partial: Vec<String> = Tile::partial(70_000).map(|tile| tile.to_string()).collect();
    assert_eq!(partial, ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]);
    assert_eq!(paths(0, 256), ["tile/0/000", "tile/1/000.p/1"]);
    assert_eq!(paths(0, 0), [""; 0]);
    assert_eq!(paths(0, 3), ["tile/0/000.p/3"]);
    assert_eq!(paths(3, 3), [""; 0]);
    assert_eq!(paths(4, 3), [""; 0]);
    assert_eq!(paths(3, 5), ["tile/0/000.p/5"]);
    assert_eq!(paths(255, 256), ["tile/0/000", "tile/1/000.p/1"]);
    assert_eq!(paths(256, 257), ["tile/0/001.p/1"]);
    assert_eq!(paths(65_535, 65_536), ["tile/0/255", "tile/1/000", "tile/2/000.p/1"]);
    assert_eq!(Tile::partial(MAX_SIZE).count(), 8);
    assert_eq!(Tile::partial(0).count(), 0);
    let partial: Vec<String> = Tile::partial(256).map(|tile| tile.to_string()).collect();
    assert_eq!(partial, ["tile/1/000.p/1"], "a full tile is not partial");
}

/// `tlog_tiles` writes Go's paths, with the height before the level.
fn in_go(tile: Tile) -> String {
    tile.to_string().replacen("tile/", "tile/8/", 1)
}

#[test]
fn changed_tiles_are_those_of_tlog_tiles_for_every_pair_up_to_600() {
    let all =
        |old, new| tlog_tiles::Tile::new_tiles(8, old, new).iter().map(tlog_tiles::Tile::path).collect::<Vec<_>>();
    for new in 0..=600 {
        for old in 0..=new {
            let ours: Vec<String> = Tile::changed(old, new).map(in_go).collect();
            assert_eq!(ours, all(old, new), "{old} to {new}");
        }
    }
}

proptest! {
    #[test]
    fn changed_tiles_are_those_of_tlog_tiles(old in 0..1u64 << 55, shift in 0..55u32, more in 0..100_000u64) {
        let old = old >> shift;
        let theirs: Vec<_> = tlog_tiles::Tile::new_tiles(8, old, old + more).iter().map(tlog_tiles::Tile::path).collect();
        let ours: Vec<String> = Tile::changed(old, old + more).map(in_go).collect();
        prop_assert_eq!(ours, theirs);
    }

    #[test]
    fn paths_round_trip(n in 0..=MAX_SIZE / 256, shift in 0..63u32, width in 1..=256u16, level in 0..9u8) {
        let run = Run::new(n >> shift, width);
        prop_assume!(run.is_some());
        let run = run.unwrap();
        prop_assert_eq!(run.to_string().parse(), Ok(run));
        if let Some(tile) = Tile::new(level, run) {
            prop_assert_eq!(tile.to_string().parse(), Ok(tile));
            let theirs = tlog_tiles::Tile::new(8, level, run.n(), width.into(), false);
            prop_assert_eq!(in_go(tile), theirs.path());
            prop_assert!(tile.places().all(|place| place.end().is_some()));
        }
    }

    #[test]
    fn whatever_parses_is_printed_back(path in "(tile/)?[0-9]{0,2}/?(x[0-9]{3}/){0,3}[0-9x]{3,4}(\\.p/[0-9]{1,3})?") {
        if let Ok(tile) = path.parse::<Tile>() {
            prop_assert_eq!(tile.to_string(), path.clone());
        }
        if let Ok(run) = path.parse::<Run>() {
            prop_assert_eq!(run.to_string(), path);
        }
    }
}

#[test]
fn every_hash_read_from_tiles_is_that_of_the_tree() {
    let all = leaves(70_000);
    let tree: MemoryTree = all.iter().copied().collect();
    for size in [1, 2, 255, 256, 257, 511, 513, 65_535, 65_536, 65_537, 70_000u64] {
        let shelf = Shelf::of(&tree, size);
        let reader = TileHashReader::new(&shelf, size);
        assert_eq!(root(&reader, size).unwrap(), root(&tree, size).unwrap(), "size {size}");
        for level in 0..=20u8 {
            let count = size >> level;
            let wanted: Vec<Place> = [0, 1, 2, 127, 128, count / 2, count.wrapping_sub(1)]
                .into_iter()
                .filter(|n| *n < count)
                .map(|n| Place { level, n })
                .collect();
            assert_eq!(reader.read(&wanted).unwrap(), tree.read(&wanted).unwrap(), "level {level} of {size}");
            let outside = Place { level, n: count };
            assert!(matches!(reader.read(&[outside]), Err(TileError::Outside(_))), "level {level} of {size}");
        }
    }
}

#[test]
fn proofs_from_tiles_hold_and_need_few_of_them() {
    let size = 70_000;
    let all = leaves(size);
    let tree: MemoryTree = all.iter().copied().collect();
    let shelf = Shelf::of(&tree, size);
    let reader = TileHashReader::new(&shelf, size);
    for index in [0, 1, 255, 256, 65_535, 65_536, 69_999] {
        shelf.reads.set(0);
        let proof = prove_inclusion(&reader, index, size).unwrap();
        assert!(shelf.reads.get() <= 6, "{} tiles for a proof", shelf.reads.get());
        assert_eq!(check_inclusion(&proof, index, size, &all[index as usize], &tree.root()), Ok(()));
    }
    for old in [1, 255, 256, 300, 65_536, 69_999, 70_000] {
        let proof = prove_consistency(&reader, old, size).unwrap();
        let old_root = root(&tree, old).unwrap();
        assert_eq!(check_consistency(&proof, old, size, &old_root, &tree.root()), Ok(()));
    }
}

#[test]
fn a_damaged_shelf_is_noticed() {
    let tree: MemoryTree = leaves(600).into_iter().collect();
    let tile: Tile = "tile/0/002.p/88".parse().unwrap();
    let leaf = [Place { level: 0, n: 599 }];
    let read = |change: fn(&mut Vec<u8>)| {
        let mut shelf = Shelf::of(&tree, 600);
        change(shelf.tiles.get_mut(&tile.to_string()).unwrap());
        TileHashReader::new(&shelf, 600).read(&leaf)
    };
    assert!(read(|_| {}).is_ok());
    assert_eq!(read(Vec::clear), Err(TileError::Length { tile, found: 0 }));
    assert_eq!(read(|bytes| bytes.truncate(88 * 32 - 1)), Err(TileError::Length { tile, found: 88 * 32 - 1 }));
    assert_eq!(read(|bytes| bytes.push(0)), Err(TileError::Length { tile, found: 88 * 32 + 1 }));
    assert_eq!(read(|bytes| bytes.resize(8_192, 0)), Err(TileError::Length { tile, found: 8_192 }));

    let mut shelf = Shelf::of(&tree, 600);
    shelf.tiles.remove(&tile.to_string());
    let missing = TileError::Source { tile, error: NoSuchFile };
    assert_eq!(TileHashReader::new(&shelf, 600).read(&leaf), Err(missing.clone()));
    assert_eq!(Edge::load(&shelf, 600).err(), Some(missing));

    let mut shelf = Shelf::of(&tree, 600);
    shelf.tiles.get_mut("tile/0/002.p/88").unwrap()[17] ^= 1;
    assert_ne!(Edge::load(&shelf, 600).unwrap().root(), tree.root(), "the caller compares the root");
    assert!(matches!(Edge::load(&shelf, u64::MAX), Err(TileError::Source { .. } | TileError::Outside(_))));
}

/// Reads the tiles of a log too large to have, to try the arithmetic.
struct AlikeTiles(Alike);

impl TileSource for AlikeTiles {
    type Error = NoSuchFile;

    fn tile(&self, tile: Tile) -> Result<Vec<u8>, NoSuchFile> {
        tile.read(&self.0).map_err(|_| NoSuchFile)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn huge_logs_are_read_from_tiles(size in 1..MAX_SIZE, shift in 0..63u32, index: u64) {
        let source = AlikeTiles(Alike::new());
        let size = (size >> shift).max(1);
        let root = source.0.mth(size);
        let reader = TileHashReader::new(&source, size);
        prop_assert_eq!(onrecord::tlog::tree::root(&reader, size).unwrap(), root);
        let index = index % size;
        let proof = prove_inclusion(&reader, index, size).unwrap();
        prop_assert_eq!(check_inclusion(&proof, index, size, &source.0.leaf(), &root), Ok(()));

        let mut edge = Edge::load(&source, size).unwrap();
        prop_assert_eq!(edge.root(), root);
        prop_assert_eq!(edge.frontier().hashes().len(), places(0..size).count());
        edge.push(source.0.leaf());
        prop_assert_eq!(edge.root(), source.0.mth(size + 1));
        for (tile, bytes) in edge.take_tiles() {
            prop_assert_eq!(bytes, source.tile(tile).unwrap());
        }
    }

    #[test]
    fn however_a_log_grows_its_tiles_are_those_of_the_whole_tree(steps in prop::collection::vec(0..700u64, 1..12)) {
        let total: u64 = steps.iter().sum();
        let all = leaves(total);
        let tree: MemoryTree = all.iter().copied().collect();
        let mut shelf = Shelf::default();
        let mut kept = Edge::new();
        let mut size = 0;
        for step in steps {
            // One writer keeps its edge, the other loads it anew for every batch.
            let mut loaded = Edge::load(&shelf, size).unwrap();
            prop_assert_eq!(loaded.size(), size);
            prop_assert_eq!(loaded.root(), root(&tree, size).unwrap());
            for leaf in &all[size as usize..(size + step) as usize] {
                kept.push(*leaf);
                loaded.push(*leaf);
            }
            let tiles = kept.take_tiles();
            prop_assert_eq!(&tiles, &loaded.take_tiles());
            prop_assert!(kept.take_tiles().is_empty());
            let mut names: Vec<Tile> = tiles.iter().map(|(tile, _)| *tile).collect();
            names.sort();
            prop_assert_eq!(names, Tile::changed(size, size + step).collect::<Vec<_>>());
            for (tile, bytes) in tiles {
                prop_assert_eq!(bytes.len(), tile.byte_len());
                prop_assert_eq!(&bytes, &tile.read(&tree).unwrap());
                shelf.tiles.insert(tile.to_string(), bytes);
            }
            size += step;
            prop_assert_eq!(kept.frontier(), &Frontier::read(&tree, size).unwrap());
        }
    }
}

#[test]
fn an_edge_can_be_loaded_at_every_size() {
    let all = leaves(600);
    let tree: MemoryTree = all.iter().copied().collect();
    for size in 0..=600 {
        let mut edge = Edge::load(&Shelf::of(&tree, size), size).unwrap();
        assert_eq!(edge.root(), root(&tree, size).unwrap(), "size {size}");
        assert!(edge.take_tiles().is_empty(), "nothing is new at size {size}");
        all[size as usize..].iter().for_each(|leaf| edge.push(*leaf));
        assert_eq!(edge.root(), tree.root(), "from {size} to 600");
    }
    assert_eq!(Edge::new().root(), Digest::of(b""));
}
