//! Replicas as a desk and its readers meet them: the real binary, over HTTP and from a folder.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use flate2::Compression;
use flate2::write::GzEncoder;
use onrecord::hash::{Digest, Index};
use onrecord::ledger::Ledger;
use onrecord::ledger::catalog::Term;
use onrecord::store::LocalStore;

use super::cli::{Desk, Ran, supported};

/// How a file is answered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    /// As it lies there, packed.
    Packed,
    /// 256 MiB of zeros, packed into some 256 KiB.
    Bomb,
    /// Bytes without end.
    Endless,
    /// Status 500.
    Broken,
    /// Half of what was announced.
    CutOff,
}

/// A static web server over a folder that packs what it serves, and answers some files otherwise.
struct Server {
    url: String,
    odd: Arc<Mutex<BTreeMap<String, Answer>>>,
    sent: Arc<AtomicU64>,
}

impl Server {
    fn over(folder: PathBuf) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/copies/desk", listener.local_addr().unwrap());
        let odd: Arc<Mutex<BTreeMap<String, Answer>>> = Arc::default();
        let sent = Arc::new(AtomicU64::new(0));
        let server = Self { url, odd: odd.clone(), sent: sent.clone() };
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (folder, odd, sent) = (folder.clone(), odd.clone(), sent.clone());
                // A client that goes away is no failure of the server.
                thread::spawn(move || drop(serve(stream, &folder, &odd, &sent)));
            }
        });
        server
    }

    fn answer(&self, path: &str, answer: Option<Answer>) {
        let mut odd = self.odd.lock().unwrap();
        match answer {
            Some(answer) => odd.insert(path.to_owned(), answer),
            None => odd.remove(path),
        };
    }
}

fn pack(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn serve(
    stream: TcpStream,
    folder: &Path,
    odd: &Mutex<BTreeMap<String, Answer>>,
    sent: &AtomicU64,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut out = stream;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let path = line.split(' ').nth(1).unwrap_or_default().trim_start_matches("/copies/desk/").to_owned();
        let mut packs = false;
        loop {
            let mut header = String::new();
            reader.read_line(&mut header)?;
            let header = header.to_ascii_lowercase();
            packs |= header.starts_with("accept-encoding:") && header.contains("gzip");
            if header.trim().is_empty() {
                break;
            }
        }
        let head = |status: &str, length: usize, gzip: bool| {
            let gzip = if gzip { "Content-Encoding: gzip\r\n" } else { "" };
            format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{gzip}\r\n")
        };
        let answer = odd.lock().unwrap().get(&path).copied().unwrap_or(Answer::Packed);
        let body = fs::read(folder.join(&path));
        match (answer, body) {
            (Answer::Broken, _) => out.write_all(head("500 Internal Server Error", 0, false).as_bytes())?,
            (Answer::Bomb, _) => {
                let bomb = pack(&vec![0; 256 << 20]);
                out.write_all(head("200 OK", bomb.len(), true).as_bytes())?;
                out.write_all(&bomb)?;
            }
            (Answer::Endless, _) => {
                out.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")?;
                loop {
                    out.write_all(&vec![7; 65_536])?;
                    sent.fetch_add(65_536, Ordering::Relaxed);
                }
            }
            (_, Err(_)) => out.write_all(head("404 Not Found", 0, false).as_bytes())?,
            (Answer::CutOff, Ok(body)) => {
                out.write_all(head("200 OK", body.len(), false).as_bytes())?;
                out.write_all(&body[..body.len() / 2])?;
                return Ok(());
            }
            (Answer::Packed, Ok(body)) => {
                let body = if packs { pack(&body) } else { body };
                out.write_all(head("200 OK", body.len(), packs).as_bytes())?;
                out.write_all(&body)?;
                sent.fetch_add(body.len() as u64, Ordering::Relaxed);
            }
        }
    }
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

fn having(folder: &Path, words: &str) -> Vec<PathBuf> {
    let has =
        |path: &PathBuf| fs::read(path).unwrap().windows(words.len()).any(|w| w.eq_ignore_ascii_case(words.as_bytes()));
    files(folder).into_iter().filter(has).collect()
}

/// Whoever reads: another user, with folders of their own.
fn reader(desk: &Desk, args: &[&str]) -> Ran {
    let home = desk.path("reader");
    fs::create_dir_all(&home).unwrap();
    super::cli::ran(desk.command_of(&home).env_remove("ONRECORD_LEDGER").args(args))
}

fn vkey(desk: &Desk) -> String {
    desk.ok(&["stats", "--json"]).json()["vkey"].as_str().unwrap().to_owned()
}

/// A desk with two published claims and one of its own, published to `public`.
fn published() -> (Desk, u64, Server) {
    let desk = Desk::new();
    let (bridge, _) = supported(&desk, "bridge");
    let (tunnel, _) = supported(&desk, "tunnel");
    desk.claim("road", "The mayor owns the quarry beside the road.");
    desk.ok(&["publish", &bridge.to_string(), &tunnel.to_string()]);
    desk.ok(&["publish-log", "public"]);
    let server = Server::over(desk.path("public"));
    (desk, bridge, server)
}

#[test]
fn a_reader_keeps_a_replica_over_http_and_reads_it_as_a_ledger() {
    let (desk, bridge, server) = published();
    let (url, key) = (server.url.as_str(), vkey(&desk));
    let ran = reader(&desk, &["follow", url, "replica"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    ran.says(&["replica of example.org/desk in replica: ", "holds", "withheld, which cannot be checked"]);
    ran.tells(&["nobody has confirmed it", &key, "--trust VKEY", "audit --copy"]);
    let size = desk.ledger().size();
    for folder in ["log", "payload"] {
        for file in files(&desk.path("public").join(folder)) {
            let name = file.strip_prefix(desk.path("public")).unwrap();
            assert_eq!(fs::read(&file).unwrap(), fs::read(desk.path("replica").join(name)).unwrap());
        }
    }
    assert!(having(&desk.path("replica"), "quarry").is_empty());
    // It is read like any ledger.
    let at = ["--ledger", "replica"];
    let on = |more: &[&str]| reader(&desk, &[&at[..], more].concat());
    on(&["list"]).says(&["The city closed the bridge"]);
    on(&["show", &bridge.to_string()]).says(&["supported"]);
    on(&["search", "tunnel"]).says(&["The city closed the tunnel"]);
    let audit = on(&["audit", "--copy"]);
    assert_eq!(audit.code, 4, "{}", audit.out);
    audit.says(&["0 errors"]);
    assert_eq!(on(&["prove", &bridge.to_string(), "--out", "from-replica.tlog-proof"]).code, 0);
    assert_eq!(reader(&desk, &["check", "from-replica.tlog-proof", "--trust", &key]).code, 0);
    // A key that nobody confirmed is not trusted for anything else.
    assert_eq!(reader(&desk, &["check", "from-replica.tlog-proof"]).code, 4);
    let note = on(&["note", &bridge.to_string(), "Mine."]);
    assert_eq!(note.code, 3);
    note.tells(&["is a public copy or a replica", "nothing is recorded there"]);
    // Confirmed once, it is remembered, and the replica grows.
    let again = reader(&desk, &["follow", url, "replica", "--trust", &key]);
    assert_eq!(again.code, 0, "{}", again.err);
    again.says(&["none new"]).never_says(&["nobody has confirmed"]);
    assert_eq!(reader(&desk, &["check", "from-replica.tlog-proof"]).code, 0);
    desk.claim("park", "The city opened the park.");
    desk.ok(&["publish-log", "public"]);
    let json = reader(&desk, &["--json", "follow", url, "replica"]).json();
    assert_eq!((json["before"].as_u64(), json["size"].as_u64()), (Some(size), Some(desk.ledger().size())), "{json}");
    assert_eq!((json["key_is"].as_str(), json["outcome"].as_str()), (Some("remembered"), Some("holds")));
}

#[test]
fn a_server_that_lies_or_fails_is_refused_by_name() {
    let (desk, _, server) = published();
    let url = server.url.as_str();
    let size = desk.ledger().size();
    let bundle = format!("payload/000.p/{size}");
    let tile = format!("log/tile/0/000.p/{size}");
    assert_eq!(reader(&desk, &["follow", url, "other"]).code, 0);
    for (path, answer, code, words) in [
        (tile.as_str(), Answer::Bomb, 1, "too-long"),
        (bundle.as_str(), Answer::Endless, 1, "too-long"),
        ("log/checkpoint", Answer::Endless, 1, "too-long"),
        ("log/checkpoint", Answer::Bomb, 1, "too-long"),
        (bundle.as_str(), Answer::Broken, 3, "status 500"),
        (bundle.as_str(), Answer::CutOff, 3, "no answer"),
    ] {
        server.answer(path, Some(answer));
        let (sent, begun) = (server.sent.load(Ordering::Relaxed), Instant::now());
        let ran = reader(&desk, &["follow", url, "replica"]);
        assert_eq!(ran.code, code, "{path}: {}{}", ran.out, ran.err);
        assert!(ran.out.contains(words) || ran.err.contains(words), "{path}: {}{}", ran.out, ran.err);
        assert!(begun.elapsed() < Duration::from_secs(60));
        // Sockets hold some; what is taken in is bounded.
        assert!(server.sent.load(Ordering::Relaxed) - sent < 64 << 20, "{path}");
        server.answer(path, None);
        assert!(!desk.path("replica/log/checkpoint").exists());
        reader(&desk, &["--ledger", "other", "list"]).says(&["The city closed the bridge"]);
    }
    let wrong = reader(&desk, &["follow", &format!("{url}/log"), "replica"]);
    assert_eq!(wrong.code, 3);
    wrong.tells(&["no log/checkpoint", "the folder that holds `log/`"]);
    let dead = reader(&desk, &["follow", "http://127.0.0.1:9/x", "replica"]);
    assert_eq!(dead.code, 3, "{}", dead.err);
    assert_eq!(reader(&desk, &["follow", "http://127.0.0.1:9/x", "never"]).code, 3);
    assert!(!desk.path("never").exists(), "no empty folder is left behind");
    reader(&desk, &["follow", "s3://bucket/x", "replica"]).tells(&["`s3://` addresses cannot be followed", "https://"]);
    reader(&desk, &["--ledger", url, "list"]).tells(&["opened from a folder", &format!("onrecord follow {url} DIR")]);
    reader(&desk, &["follow", "desk", "replica"]).tells(&["is a desk's own ledger", "publish-log"]);
    reader(&desk, &["follow", url, "desk"]).tells(&["is a desk's own ledger"]);
    reader(&desk, &["follow", "public", "public/replica"]).tells(&["would lie in the copy"]);
    reader(&desk, &["follow", url, "replica", "--trust", "nonsense"]).tells(&["no verifier key, and no file"]);
    desk.fails(2, &["publish-log", "s3://bucket/x"]).tells(&["not yet to a `s3://` address", "`log/checkpoint` last"]);
    // A folder is followed too, and named after it where nothing else is said.
    let ran = reader(&desk, &["follow", "public"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.says(&["in public-replica"]);
    let address = format!("file://{}", desk.path("public").display());
    assert_eq!(reader(&desk, &["follow", &address, "replica"]).code, 0);
}

#[test]
fn a_fork_is_shown_side_by_side() {
    let (desk, _, server) = published();
    let url = server.url.as_str();
    assert_eq!(reader(&desk, &["follow", url, "replica"]).code, 0);
    // The desk is set back, goes on otherwise, and publishes that.
    let rival = desk.copy();
    let home = desk.home();
    desk.claim("park", "The city opened the park.");
    desk.ok(&["publish-log", "public"]);
    assert_eq!(reader(&desk, &["follow", url, "replica"]).code, 0);
    fs::copy(home.join("state"), rival.path("unused")).ok();
    let ran = super::cli::ran(rival.command_of(&rival.home()).args(["note", "0", "Another history."]));
    assert_eq!(ran.code, 0, "{}", ran.err);
    rival.claim("mill", "The city sold the mill.");
    rival.claim("weir", "The city sold the weir.");
    rival.ok(&["publish-log", "rival"]);
    let before = files(&desk.path("replica"));
    let forked = rival.path("rival");
    let forked = forked.to_str().unwrap();
    let ran = reader(&desk, &["follow", forked, "replica"]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    ran.says(&["does not hold [fork]", "another history", "  seen ", "  offered ", "/forks/", "is as it was"]);
    ran.tells(&["Keep both"]);
    let json = reader(&desk, &["--json", "follow", forked, "replica"]).json();
    assert_eq!((json["code"].as_str(), json["outcome"].as_str()), (Some("fork"), Some("does-not-hold")));
    assert!(json["seen"]["note"].as_str().unwrap().starts_with("example.org/desk\n"));
    assert!(json["offered"]["note"].as_str().unwrap().starts_with("example.org/desk\n"));
    let after = files(&desk.path("replica"));
    assert_eq!(after.len(), before.len() + 1, "the other checkpoint is kept, and nothing else has come");
    assert_eq!(reader(&desk, &["follow", url, "replica"]).code, 0);
    // An older state of the same history is no fork.
    let old = desk.copy();
    desk.claim("weir", "The city sold the weir.");
    desk.ok(&["publish-log", "public"]);
    assert_eq!(reader(&desk, &["follow", url, "replica"]).code, 0);
    let ran = reader(&desk, &["follow", old.path("public").to_str().unwrap(), "replica"]);
    assert_eq!(ran.code, 4);
    ran.says(&["cannot be determined [older]"]).tells(&["an old copy or cache looks like this"]);
}

#[test]
fn what_is_erased_leaves_no_word_in_a_replica() {
    let (desk, bridge, server) = published();
    let url = server.url.as_str();
    assert_eq!(reader(&desk, &["follow", url, "replica"]).code, 0);
    let replica = desk.path("replica");
    let on = |more: &[&str]| reader(&desk, &[&["--ledger", "replica"][..], more].concat());
    on(&["search", "bridge"]).says(&["The city closed the bridge"]);
    assert!(!having(&replica.join("payload"), "closed the bridge").is_empty(), "the positive control");
    let open = || {
        let store = Arc::new(LocalStore::open(&replica).unwrap());
        Ledger::open(store, Some(&replica.join("catalog")), Arc::new(|_: &str| {})).unwrap()
    };
    let claims = |ledger: &Ledger| ledger.find(Term::Actor("City of Example")).unwrap().contains(&Index(bridge));
    assert!(claims(&open()), "the catalog knows who it is about");

    let number = bridge.to_string();
    desk.ok(&["erase", &number, "--also", "all", "--yes", "--ground", "privacy", "--authority", "editor"]);
    desk.ok(&["publish-log", "public"]);
    let begun = SystemTime::now() - Duration::from_millis(20);
    let ran = reader(&desk, &["follow", url, "replica"]);
    // The claim's document is shown no longer either, since no published claim is known to use it. No entry says so of it.
    assert_eq!(ran.code, 4, "{}{}", ran.out, ran.err);
    ran.says(&["1 payload emptied here, as the log demands"]).never_says(&["shown now for the first time"]);
    ran.tells(&["1 payload is no longer shown by the source", "kept here (#1)"]);
    assert_eq!(having(&replica, "closed the bridge"), Vec::<PathBuf>::new());
    let mut seen = 0;
    for folder in ["catalog", "search"] {
        for file in files(&replica.join(folder)) {
            seen += 1;
            let written = fs::metadata(&file).unwrap().modified().unwrap();
            assert!(written >= begun, "{} is older than the erasure", file.display());
        }
    }
    assert!(seen > 2, "{seen}");
    assert!(!claims(&open()));
    on(&["search", "bridge"]).never_says(&["closed the bridge"]);
    on(&["show", &number]).says(&["withheld"]).never_says(&["closed the bridge"]);
    for file in files(&desk.path("reader")) {
        let bytes = fs::read(&file).unwrap();
        assert!(!bytes.windows(17).any(|w| w.eq_ignore_ascii_case(b"closed the bridge")), "{}", file.display());
    }
    assert_eq!(on(&["audit", "--copy"]).code, 4);
}

fn spawn(desk: &Desk, args: &[&str]) -> Child {
    let home = desk.path("reader");
    fs::create_dir_all(&home).unwrap();
    let mut command = desk.command_of(&home);
    command.env_remove("ONRECORD_LEDGER").args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(60), "{what}");
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn every_keeps_following_until_stopped() {
    let (desk, _, server) = published();
    let mut child = spawn(&desk, &["follow", &server.url, "replica", "--every", "1"]);
    let same = || {
        let name = "log/checkpoint";
        let there = fs::read(desk.path("public").join(name)).unwrap();
        fs::read(desk.path("replica").join(name)).is_ok_and(|here| here == there)
    };
    until("the first round", same);
    desk.claim("park", "The city opened the park.");
    desk.ok(&["publish-log", "public"]);
    until("the second round", same);
    // An answer that fails is no end.
    server.answer("log/checkpoint", Some(Answer::Broken));
    desk.claim("mill", "The city sold the mill.");
    desk.ok(&["publish-log", "public"]);
    thread::sleep(Duration::from_millis(1_500));
    assert!(!same());
    server.answer("log/checkpoint", None);
    until("the round after", same);
    assert!(child.try_wait().unwrap().is_none());
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn killed_at_any_moment_it_goes_on() {
    let (desk, _, server) = published();
    // How long one takes, so that kills fall over the whole of it.
    let begun = Instant::now();
    assert_eq!(reader(&desk, &["follow", &server.url, "timed"]).code, 0);
    let whole = begun.elapsed();
    let (mut killed, mut left) = (0, 0);
    for k in 0..12_u32 {
        let mut child = spawn(&desk, &["follow", &server.url, "replica"]);
        thread::sleep(whole * (k + 1) / 12);
        killed += u32::from(child.try_wait().unwrap().is_none());
        child.kill().ok();
        child.wait().unwrap();
        if desk.path("replica/log/checkpoint").exists() {
            let ran = reader(&desk, &["--ledger", "replica", "list"]);
            assert_eq!(ran.code, 0, "{}", ran.err);
            fs::remove_dir_all(desk.path("replica")).unwrap();
        } else {
            left += 1;
        }
    }
    assert!(killed > 0);
    let ran = reader(&desk, &["follow", &server.url, "replica"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let names = |of: &str| -> Vec<PathBuf> {
        let all = files(&desk.path(of)).into_iter().map(|f| f.strip_prefix(desk.path(of)).unwrap().to_owned());
        all.filter(|f| f.starts_with("log") || f.starts_with("payload")).collect()
    };
    assert_eq!(names("replica"), names("public"), "no leftovers ({killed} killed, {left} before the checkpoint)");
}

/// A log of 70,000 entries over loopback, beside copying the same files with the same client, the same threads and the
/// same durability, and no check. Run by hand: `cargo test --release --test it -- --ignored follow_http::measured --nocapture`.
#[test]
#[ignore = "a measurement, not a test"]
fn measured_beside_plain_copying() {
    use onrecord::entry::{Event, Proposal};
    use onrecord::ledger::replica::{Terms, fetch};
    use onrecord::store::{Cell, Store as _, StorePath};

    let folder = tempfile::tempdir().unwrap();
    let mut ledger = super::ledgers::Ledger::open();
    while ledger.size() < 70_000 {
        let from = ledger.size();
        let of =
            |k: u64| Proposal::new(Event::DocumentRegistered(super::ledgers::document(&format!("Article {from}.{k}"))));
        let many = (70_000 - from).min(10_000);
        ledger.commit(&(0..many.max(2) - 1).map(of).collect::<Vec<_>>());
    }
    let served = super::follow::Served::of(&ledger.files());
    for (path, bytes) in &served.files {
        let file = folder.path().join("public").join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, bytes).unwrap();
    }
    let server = Server::over(folder.path().join("public"));
    let source = onrecord::cli::source::open(&server.url).unwrap();
    let names: Vec<&String> = served.files.keys().filter(|name| *name != "log/checkpoint").collect();
    let plain = |round: u32| {
        let store = LocalStore::create(folder.path().join(format!("plain-{round}"))).unwrap();
        let begun = Instant::now();
        for window in names.chunks(96) {
            let next = AtomicU64::new(0);
            let got: Mutex<Vec<(StorePath, Vec<u8>)>> = Mutex::default();
            thread::scope(|scope| {
                for _ in 0..source.at_once() {
                    scope.spawn(|| {
                        while let Some(name) = window.get(next.fetch_add(1, Ordering::Relaxed) as usize) {
                            let bytes = source.fetch(name, 1 << 25).unwrap().unwrap();
                            got.lock().unwrap().push((StorePath::new(name.as_str()).unwrap(), bytes));
                        }
                    });
                }
            });
            let got = got.into_inner().unwrap();
            let all: Vec<(StorePath, &[u8])> =
                got.iter().map(|(path, bytes)| (path.clone(), bytes.as_slice())).collect();
            store.put_many(&all).unwrap();
        }
        let note = source.fetch("log/checkpoint", 1 << 16).unwrap().unwrap();
        store.swap(Cell::Checkpoint, None, &note).unwrap();
        begun.elapsed()
    };
    let followed = |round: u32| {
        let store = LocalStore::create(folder.path().join(format!("replica-{round}"))).unwrap();
        let begun = Instant::now();
        let (remembered, progress) = (|_: &Digest| Ok(None), |_: u64, _: u64| {});
        let today = "2026-06-01".parse().unwrap();
        let terms = Terms { policy: None, remembered: &remembered, today, sweep: true, progress: &progress };
        let report = fetch(&*source, &store, None, &terms).unwrap().finish(None).unwrap();
        assert_eq!(report.size, ledger.size());
        (begun.elapsed(), report.files, report.bytes)
    };
    for round in 0..3 {
        let (copy, (follow, files, bytes)) = (plain(round), followed(round));
        let ratio = follow.as_secs_f64() / copy.as_secs_f64();
        println!(
            "{} entries, {files} files, {bytes} bytes: copy {copy:?}, follow {follow:?}, ratio {ratio:.2}",
            ledger.size()
        );
    }
}
