//! `tlog::bundle`: framing, limits, paths.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use onrecord::tlog::bundle::{BadBundle, Bundle, Items, MAX_ENTRY, MAX_ITEM, Series, append};
use onrecord::tlog::tile::{BadPath, Run};
use proptest::prelude::*;

fn bundle(path: &str) -> Bundle {
    path.parse().unwrap()
}

#[test]
fn the_bundle_of_the_fixed_vector() {
    let mut bytes = Vec::new();
    for item in [b"a", b"b", b"c"] {
        append(&mut bytes, item, MAX_ENTRY).unwrap();
    }
    assert_eq!(onrecord::hash::to_hex(&bytes), "000161000162000163");
    let items = bundle("tile/entries/000.p/3").decode(&bytes).unwrap();
    assert_eq!(items.len(), 3);
    assert_eq!(items.collect::<Vec<_>>(), [b"a", b"b", b"c"]);
}

#[test]
fn what_is_not_exactly_the_items_is_refused() {
    let at = bundle("payload/000.p/3");
    let good = b"\0\x01a\0\0\0\x02bc";
    assert_eq!(at.decode(good).unwrap().collect::<Vec<_>>(), [&b"a"[..], b"", b"bc"]);
    for cut in 0..good.len() {
        let position = match cut {
            0..=2 => 0,
            3..=4 => 1,
            _ => 2,
        };
        assert_eq!(at.decode(&good[..cut]).err(), Some(BadBundle::Short { position }), "cut at {cut}");
    }
    for surplus in [&b"\0"[..], b"\0\0", b"\0\x01d"] {
        let long = [good, surplus].concat();
        assert_eq!(at.decode(&long).err(), Some(BadBundle::Surplus { surplus: surplus.len() }));
    }
    assert_eq!(bundle("payload/000.p/2").decode(good).err(), Some(BadBundle::Surplus { surplus: 4 }));
    assert_eq!(bundle("payload/000.p/4").decode(good).err(), Some(BadBundle::Short { position: 3 }));
    assert_eq!(bundle("payload/000").decode(good).err(), Some(BadBundle::Short { position: 3 }));
    assert_eq!(at.decode(b"\xff\xffa").err(), Some(BadBundle::Short { position: 0 }));
}

#[test]
fn limits_are_those_of_the_series() {
    let mut bytes = Vec::new();
    append(&mut bytes, &vec![7; MAX_ENTRY], MAX_ENTRY).unwrap();
    assert!(bundle("tile/entries/000.p/1").decode(&bytes).is_ok());
    let (length, limit) = (MAX_ENTRY + 1, MAX_ENTRY);
    let before = bytes.clone();
    let error = BadBundle::TooLong { position: 0, length, limit };
    assert_eq!(append(&mut bytes, &vec![7; length], limit), Err(error));
    assert_eq!(bytes, before, "nothing was appended");

    append(&mut bytes, &vec![7; length], MAX_ITEM).unwrap();
    let error = BadBundle::TooLong { position: 1, length, limit };
    assert_eq!(bundle("tile/entries/000.p/2").decode(&bytes).err(), Some(error));
    assert!(bundle("payload/000.p/2").decode(&bytes).is_ok());

    let mut bytes = Vec::new();
    append(&mut bytes, &vec![7; MAX_ITEM], usize::MAX).unwrap();
    assert_eq!(bundle("payload/000.p/1").decode(&bytes).unwrap().next().unwrap().len(), 65_535);
    let error = BadBundle::TooLong { position: 0, length: 65_536, limit: 65_535 };
    assert_eq!(append(&mut bytes, &vec![7; 65_536], usize::MAX), Err(error));
}

#[test]
fn paths_of_bundles() {
    let run = Run::new(1_067, 8).unwrap();
    for (series, path) in [(Series::Entries, "tile/entries/x001/067.p/8"), (Series::Payloads, "payload/x001/067.p/8")] {
        let bundle = Bundle { series, run };
        assert_eq!(bundle.to_string(), path);
        assert_eq!(path.parse(), Ok(bundle));
    }
    for path in [
        "",
        "payload",
        "payload/",
        "payload/0",
        "payload//000",
        "payload/000.p/0",
        "payload/000.p/256",
        "payload/entries/000",
        "tile/entries",
        "tile/entries/",
        "tile/entries/x000/000",
        "tile/0/000",
        "tile/payload/000",
        "entries/000",
        " payload/000",
    ] {
        assert_eq!(path.parse::<Bundle>(), Err(BadPath), "{path:?}");
    }
}

#[test]
fn bundles_that_change() {
    let paths = |old, new| Bundle::changed(Series::Payloads, old, new).map(|b| b.to_string()).collect::<Vec<_>>();
    assert_eq!(paths(0, 0), [""; 0]);
    assert_eq!(paths(0, 3), ["payload/000.p/3"]);
    assert_eq!(paths(3, 256), ["payload/000"]);
    assert_eq!(paths(256, 257), ["payload/001.p/1"]);
    assert_eq!(paths(255, 513), ["payload/000", "payload/001", "payload/002.p/1"]);
    assert_eq!(Bundle::holding(Series::Entries, 300, 300), None);
    let holding = Bundle::holding(Series::Entries, 299, 300).unwrap();
    assert_eq!(holding.to_string(), "tile/entries/001.p/44");
}

proptest! {
    #[test]
    fn items_come_back(items in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..20)) {
        let mut bytes = Vec::new();
        for item in &items {
            append(&mut bytes, item, MAX_ITEM).unwrap();
        }
        let found = Items::decode(&bytes, items.len() as u16, MAX_ITEM).unwrap();
        prop_assert_eq!(found.len(), items.len());
        prop_assert!(found.eq(items.iter().map(Vec::as_slice)));
    }

    #[test]
    fn any_bytes_decode_to_what_encodes_to_them(bytes in prop::collection::vec(0..4u8, 0..60), width in 0..30u16) {
        if let Ok(items) = Items::decode(&bytes, width, MAX_ITEM) {
            prop_assert_eq!(items.len(), usize::from(width));
            let mut again = Vec::new();
            for item in items {
                append(&mut again, item, MAX_ITEM).unwrap();
            }
            prop_assert_eq!(again, bytes);
        }
    }
}
