//! Witnesses over HTTP: the real program serves and asks; raw sockets send what no client would.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use onrecord::hash::{Digest, leaf_hash};
use onrecord::tlog::checkpoint::Checkpoint;
use onrecord::tlog::note::Note;
use onrecord::tlog::tree::MemoryTree;
use onrecord::tlog::witness::monitoring_path;
use onrecord::witness::Witness;

use crate::cli::{Desk, Ran};
use crate::witness::{body, log_key, on_disk, tree};

const ORIGIN: &str = "example.org/desk";

/// A witness that runs as a process of its own.
struct Server {
    child: Child,
    port: u16,
}

impl Server {
    fn start(desk: &Desk, dir: &str) -> Self {
        let mut command = desk.command();
        command.args(["witness", "serve", "--dir", dir, "--listen", "127.0.0.1:0", "--json"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut text = String::new();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        while lines.read_line(&mut text).unwrap() > 0 && !text.ends_with("}\n") {}
        let said: serde_json::Value = serde_json::from_str(&text).unwrap();
        let url = said["url"].as_str().unwrap();
        Self { child, port: url.rsplit(':').next().unwrap().parse().unwrap() }
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Sends bytes as they are, with nothing to follow, and gives what came back.
    fn garbage(&self, bytes: &[u8]) -> String {
        self.raw(bytes, true)
    }

    fn raw(&self, bytes: &[u8], end: bool) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        // A server that has seen enough may close before all is sent.
        let _ = stream.write_all(bytes);
        if end {
            let _ = stream.shutdown(Shutdown::Write);
        }
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn post(&self, path: &str, body: &[u8]) -> (u16, String) {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        split(&self.raw(&[head.as_bytes(), body].concat(), false))
    }

    fn get(&self, path: &str) -> (u16, String) {
        split(
            &self.raw(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").as_bytes(), false),
        )
    }

    fn signal(&self, name: &str) {
        assert!(
            Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status().unwrap().success()
        );
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Status and body.
fn split(answer: &str) -> (u16, String) {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer:?}"));
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

/// Runs the program and asserts how it ends; it may have said something on stdout before.
#[track_caller]
fn ends(desk: &Desk, code: i32, args: &[&str]) -> Ran {
    let ran = desk.run(args);
    assert_eq!(ran.code, code, "{}{}", ran.out, ran.err);
    ran
}

fn vkey(desk: &Desk) -> String {
    desk.ok(&["stats", "--json"]).json()["vkey"].as_str().unwrap().to_owned()
}

/// A witness of this name that knows the desk's ledger, added to it under the last part of its name.
fn witness(desk: &Desk, name: &str) -> (Server, String) {
    let dir = desk.path(name);
    let dir = dir.to_str().unwrap();
    let key = desk.ok(&["witness", "init", dir, "--name", &format!("example.org/{name}")]).out.trim().to_owned();
    desk.ok(&["witness", "add-log", dir, &vkey(desk)]);
    let server = Server::start(desk, dir);
    desk.ok(&["witness", "add", name, &key, &server.url()]);
    (server, key)
}

fn outcomes(ran: &Ran) -> Vec<String> {
    let all = ran.json();
    all["witnesses"].as_array().unwrap().iter().map(|w| w["outcome"].as_str().unwrap().to_owned()).collect()
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

#[test]
fn two_witnesses_a_quorum_and_a_proof_that_lasts() {
    let desk = Desk::new();
    let first = desk.claim("bridge", "The city closed the bridge on 2 March 2025.");
    desk.fails(2, &["witness", "request"]).tells(&["no witness was added", "onrecord witness add"]);
    let ((one, key_one), (two, key_two)) = (witness(&desk, "w1"), witness(&desk, "w2"));
    let asked = desk.ok(&["witness", "request", "--json"]);
    assert_eq!(outcomes(&asked), ["cosigned", "cosigned"]);
    let size = asked.json()["size"].as_u64().unwrap();

    // On the checkpoint itself, and for good.
    let note = Note::parse(&fs::read(desk.path("desk/log/checkpoint")).unwrap()).unwrap();
    let names: Vec<&str> = note.signatures().iter().map(onrecord::tlog::note::Signature::name).collect();
    assert_eq!(names, [ORIGIN, "example.org/w1", "example.org/w2"]);
    assert_eq!(fs::read_dir(desk.path(&format!("desk/log/cosigned/{size}"))).unwrap().count(), 2);
    desk.ok(&["stats"]).says(&["example.org/w1 on 20", "example.org/w2 on 20"]);
    desk.ok(&["audit", "--no-lint"]).says(&["cosigned at", "by example.org/w1 on 20", ": holds"]);

    // A stranger asks for both; the next commit leaves a checkpoint that nobody has cosigned.
    let policy = desk.path("policy");
    let both = format!("log {}\nwitness W1 {key_one} {}\nwitness W2 {key_two} {}\n", vkey(&desk), one.url(), two.url());
    fs::write(&policy, format!("{both}group both all W1 W2\nquorum both\n")).unwrap();
    let later = desk.claim("tower", "The city closed the tower on 3 March 2025.");
    let (first, later) = (first.to_string(), later.to_string());
    let policy = policy.to_str().unwrap();
    let made = desk.ok(&["prove", &first, "--policy", policy, "--out", "first.proof", "--json"]).json();
    assert_eq!((made["size"].as_u64(), made["cosigned"].as_array().unwrap().len()), (Some(size), 2));
    desk.ok(&["check", "first.proof", "--trust", policy]).says(&[
        "included",
        "holds",
        "cosigned   by example.org/w1 on 20",
    ]);
    desk.fails(3, &["prove", &later, "--policy", policy]).tells(&["no checkpoint that holds", "witness request"]);
    desk.ok(&["prove", &later, "--out", "later.proof"]).says(&["cosigned by no witness"]);
    ends(&desk, 1, &["check", "later.proof", "--trust", policy]).says(&["not cosigned by a quorum"]);

    // One of two is enough for one policy and not for the other.
    desk.ok(&["witness", "request", "--witness", "w1"]);
    let any = desk.path("any");
    fs::write(&any, format!("{both}group any any W1 W2\nquorum any\n")).unwrap();
    desk.ok(&["prove", &later, "--policy", any.to_str().unwrap(), "--out", "any.proof"])
        .says(&["cosigned by example.org/w1"]);
    desk.ok(&["check", "any.proof", "--trust", any.to_str().unwrap()]);
    ends(&desk, 1, &["check", "any.proof", "--trust", policy]).says(&["not cosigned by a quorum", "holds: 1"]);
    let asked = desk.ok(&["witness", "request", "--policy", policy, "--json"]);
    assert_eq!((outcomes(&asked), asked.json()["quorum"].as_bool()), (vec!["cosigned".into(); 2], Some(true)));
    desk.ok(&["prove", &later, "--policy", policy, "--out", "both.proof"]);
    desk.ok(&["check", "both.proof", "--trust", policy]);
    desk.ok(&["audit", "--no-lint"]);
    // The public copy has them all, and is whole.
    desk.ok(&["publish-log", "copy"]);
    let listed = |folder: &str| fs::read_dir(desk.path(folder)).unwrap().count();
    assert_eq!(listed("copy/log/cosigned"), listed("desk/log/cosigned"));
    ends(&desk, 4, &["--ledger", "copy", "audit", "--copy", "--no-lint"]).says(&["by example.org/w2 on 20"]);
    let list = desk.ok(&["witness", "list", "--json"]).json();
    assert_eq!(list["witnesses"][0]["size"], list["witnesses"][1]["size"]);
}

#[test]
fn a_fork_is_told_and_kept_and_not_asked_again() {
    let desk = Desk::new();
    desk.claim("bridge", "The city closed the bridge on 2 March 2025.");
    let (server, _) = witness(&desk, "w1");
    desk.ok(&["witness", "request"]);
    copy(&desk.path("desk"), &desk.path("kept"));
    desk.claim("tower", "The city closed the tower on 3 March 2025.");
    desk.ok(&["witness", "request"]);
    let cosigned = server.get(&format!("/{}", monitoring_path(ORIGIN)));
    assert_eq!(cosigned.0, 200);

    // The folder put back, and another history written on top of it.
    fs::remove_dir_all(desk.path("desk")).unwrap();
    copy(&desk.path("kept"), &desk.path("desk"));
    let behind = desk.run(&["witness", "request", "--accept-rollback", "--json"]);
    assert_eq!(behind.code, 3, "{}", behind.out);
    behind.says(&["more than the"]).tells(&["put back to an earlier state"]);
    let number = desk.ok(&["search", "bridge", "--json"]).json()["claims"][0]["number"].to_string();
    for text in ["one", "two", "three", "four"] {
        desk.ok(&["note", &number, text, "--accept-rollback"]);
    }
    let forked = desk.run(&["witness", "request", "--json"]);
    assert_eq!((forked.code, outcomes(&forked)), (1, vec!["fork".into()]), "{}", forked.err);
    let kept = PathBuf::from(forked.json()["witnesses"][0]["kept_in"].as_str().unwrap());
    assert!(kept.starts_with(desk.home()));
    let (ours, theirs) = (kept.join("ours.checkpoint"), kept.join("theirs.checkpoint"));
    assert_eq!(fs::read_to_string(&theirs).unwrap(), cosigned.1);
    // The audit holds against ours and not against theirs.
    desk.ok(&["audit", "--no-lint", "--against", ours.to_str().unwrap()]);
    ends(&desk, 1, &["audit", "--no-lint", "--against", theirs.to_str().unwrap()]).says(&["K02"]);
    desk.run(&["witness", "request"]).says(&["two histories", "both checkpoints are kept in"]);
    // Nothing that the witness says takes back what it has cosigned.
    assert_eq!(server.get(&format!("/{}", monitoring_path(ORIGIN))), cosigned);
}

#[test]
fn what_a_user_may_get_wrong() {
    let desk = Desk::new();
    let dir = desk.path("w1");
    let dir = dir.to_str().unwrap();
    desk.fails(2, &["witness", "init", "desk/w", "--name", "example.org/w1"]).tells(&["lies in the ledger"]);
    desk.fails(2, &["witness", "init", dir, "--name", "a b"]).tells(&["cannot be a witness's name"]);
    desk.fails(2, &["witness", "serve", "--dir", dir]).tells(&["is no witness's folder", "witness init"]);
    let key = desk.ok(&["witness", "init", dir, "--name", "example.org/w1"]).out.trim().to_owned();
    desk.fails(2, &["witness", "init", dir, "--name", "example.org/w1"]).tells(&["holds a witness already"]);
    desk.fails(2, &["witness", "add-log", dir, &key]).tells(&["not a key of the right kind"]);
    desk.fails(2, &["witness", "add-log", dir, "nonsense"]).tells(&["no verifier key", "onrecord stats"]);
    desk.fails(2, &["witness", "add", "w1", &vkey(&desk), "http://127.0.0.1:1"]).tells(&["the key of a log"]);
    desk.fails(2, &["witness", "add", "w1", &key, "127.0.0.1:1"]).tells(&["https:// or http://"]);
    let server = Server::start(&desk, dir);
    desk.fails(3, &["witness", "serve", "--dir", dir, "--listen", "127.0.0.1:0"]).tells(&["another process serves"]);
    desk.ok(&["witness", "add", "w1", &key, &server.url()]);
    desk.fails(2, &["witness", "add", "w2", &key, &server.url()]).tells(&["is that of the witness `w1`"]);
    desk.fails(3, &["witness", "request"]).tells(&["status 404", "give its keeper this ledger's key"]);
    desk.fails(2, &["witness", "request", "--witness", "w2"]).tells(&["did you mean `w1`"]);
    desk.fails(2, &["witness", "request", "--witness", "http://127.0.0.1:9"]).tells(&["without its key"]);
    desk.ok(&["witness", "add-log", dir, &vkey(&desk)]);
    // Taken up without a restart.
    desk.ok(&["witness", "request"]).says(&["cosigned on 20"]);
    drop(server);
    desk.fails(3, &["witness", "request"]).tells(&["no answer from", "ask again"]);
    desk.ok(&["witness", "remove", "w1"]);
    desk.fails(2, &["witness", "remove", "w1"]).tells(&["no witness `w1`"]);
    // What it has cosigned stays, and says that nobody here can judge it.
    desk.ok(&["audit", "--no-lint"]).says(&["cannot be judged"]);
}

/// An answer that does not hold is not stored: a liar in the witness's place.
#[test]
fn a_cosignature_that_does_not_hold_is_not_kept() {
    let desk = Desk::new();
    let dir = desk.path("w1");
    let dir = dir.to_str().unwrap();
    let key = desk.ok(&["witness", "init", dir, "--name", "example.org/w1"]).out.trim().to_owned();
    let liar = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", liar.local_addr().unwrap());
    desk.ok(&["witness", "add", "w1", &key, &url]);
    let line = format!(
        "— example.org/w1 {}",
        <base64ct::Base64 as base64ct::Encoding>::encode_string(
            &[onrecord::hash::from_hex(key.split('+').nth(1).unwrap()).unwrap(), vec![1; 72]].concat()
        )
    );
    let before = fs::read(desk.path("desk/log/checkpoint")).unwrap();
    for (answer, told) in
        [(format!("{line}\n"), "does not hold for what was sent"), ("hello\n".into(), "not of signature lines")]
    {
        let run = std::thread::scope(|scope| {
            scope.spawn(|| {
                let (mut stream, _) = liar.accept().unwrap();
                let mut bytes = vec![0; 65_536];
                let _ = stream.read(&mut bytes).unwrap();
                std::thread::sleep(Duration::from_millis(100));
                let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", answer.len());
                stream.write_all(format!("{head}{answer}").as_bytes()).unwrap();
            });
            desk.run(&["witness", "request"])
        });
        assert_eq!(run.code, 3);
        run.tells(&[told]);
        assert_eq!(fs::read(desk.path("desk/log/checkpoint")).unwrap(), before);
        assert!(!desk.path("desk/log/cosigned").exists());
    }
}

#[test]
fn malformed_requests_over_a_socket() {
    let desk = Desk::bare();
    on_disk(&desk.path("w9"), &[log_key(1).verifier()]);
    let server = Server::start(&desk, "w9");
    let tree = tree(20, 20, 0);
    let good = body(&tree, 0, 10, &log_key(1));
    for (bytes, status) in
        [(&b""[..], 400), (b"old 0\n", 400), (b"old 00\n\n", 400), (b"\xff\xfe", 400), (b"old 0\n\nno note\n", 400)]
    {
        assert_eq!(
            server.post("/add-checkpoint", bytes).0,
            status,
            "{}",
            String::from_utf8_lossy(&bytes[..bytes.len().min(20)])
        );
    }
    // Too long a body is not read to its end, so that the answer may not get through.
    let long = server.raw(
        &[b"POST /add-checkpoint HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n\r\n".as_slice(), &vec![b'a'; 70_000]]
            .concat(),
        false,
    );
    assert!(long.is_empty() || split(&long).0 == 413, "{long}");
    assert_eq!(server.get("/add-checkpoint").0, 405);
    assert_eq!(server.post("/other", &good).0, 404);
    assert_eq!(server.get(&format!("/{}", monitoring_path(ORIGIN))).0, 404);
    assert_eq!(server.get("/nonsense/checkpoint").0, 404);
    for raw in ["\r\n\r\n", "POST /add-checkpoint HTTP/1.1\r\nContent-Length: 99999999999999\r\n\r\n", "garbage"] {
        let answer = server.garbage(raw.as_bytes());
        assert!(!answer.contains(" 200 "), "{answer}");
    }
    // Half a request, and the witness goes on for others.
    let mut half = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    half.write_all(b"POST /add-checkpoint HTTP/1.1\r\nHost: a\r\nContent-Length: 400\r\n\r\nold 0\n").unwrap();
    assert_eq!(server.post("/add-checkpoint", &good).0, 200);
    assert_eq!(server.post("/add-checkpoint", &good), (409, "10\n".into()));
    assert_eq!(server.get("/").1.trim(), Witness::open(&desk.path("w9")).unwrap().verifier().to_string());
}

#[test]
fn racing_requests_over_sockets_and_a_kill_lose_no_state() {
    let desk = Desk::bare();
    on_disk(&desk.path("w9"), &[log_key(1).verifier()]);
    let mut server = Server::start(&desk, "w9");
    let mut won: Vec<Digest> = Vec::new();
    for round in 0..4_u64 {
        let old = won.len() as u64;
        // Six histories that go on from the one that won before.
        let grown = |branch: u64| {
            let fresh = (0..10).map(move |n| leaf_hash(format!("{round}/{branch}/{n}").as_bytes()));
            won.iter().copied().chain(fresh).collect::<Vec<Digest>>()
        };
        let body = |branch| body(&grown(branch).into_iter().collect(), old, old + 10, &log_key(1));
        let bodies: Vec<Vec<u8>> = (0..6).map(body).collect();
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let server = &server;
            let ask = |body: &Vec<u8>| {
                let body = body.clone();
                scope.spawn(move || server.post("/add-checkpoint", &body).0)
            };
            let asked: Vec<_> = bodies.iter().map(ask).collect();
            asked.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let winners: Vec<u64> = (0..6).filter(|branch| statuses[*branch as usize] == 200).collect();
        assert_eq!(winners.len(), 1, "{statuses:?}");
        let next = grown(winners[0]);
        won = next;
        let place = format!("/{}", monitoring_path(ORIGIN));
        let before = server.get(&place);
        server.signal("KILL");
        server.child.wait().unwrap();
        server = Server::start(&desk, "w9");
        assert_eq!(server.get(&place), before);
        let tree: MemoryTree = won.iter().copied().collect();
        let expected = Checkpoint::new(ORIGIN, old + 10, tree.root()).unwrap().to_string();
        assert_eq!(Note::parse(before.1.as_bytes()).unwrap().text(), expected);
    }
}

#[test]
fn it_ends_when_told_to() {
    let desk = Desk::bare();
    on_disk(&desk.path("w9"), &[log_key(1).verifier()]);
    for signal in ["INT", "TERM"] {
        let mut server = Server::start(&desk, "w9");
        // A client that never comes to its end does not keep it.
        let mut half = TcpStream::connect(("127.0.0.1", server.port)).unwrap();
        half.write_all(b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 9\r\n\r\n").unwrap();
        server.signal(signal);
        assert!(server.child.wait().unwrap().success(), "{signal}");
    }
}
