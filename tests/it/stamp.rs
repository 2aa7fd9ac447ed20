//! Time stamps: the fixed request, an answer made by somebody else's program, every damage to it, and the whole way with
//! an authority of the test's own where openssl is installed.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;

use onrecord::hash::{Digest, from_hex};
use onrecord::stamp::{BadToken, Mismatch, Query, Token};
use onrecord::tlog::note::Note;

use super::cli::{Desk, Ran, ran, supported};

/// An answer that openssl gave on the text `abc`, from the tests of `RustCrypto`'s x509-tsp (Apache-2.0 OR MIT).
const ANSWER: &str = "3082028430030201003082027B06092A864886F70D010702A082026C30820268020103310F300D060960864801650304020105003081C9060B2A864886F70D0109100104A081B90481B63081B302010106042A0304013031300D060960864801650304020105000420BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD020104180F32303233303630373131323632365A300A020101800201F48101640101FF0208314CFCE4E0651827A048A4463044310B30090603550406130255533113301106035504080C0A536F6D652D5374617465310D300B060355040A0C04546573743111300F06035504030C0854657374205453413182018430820180020101305C3044310B30090603550406130255533113301106035504080C0A536F6D652D5374617465310D300B060355040A0C04546573743111300F06035504030C08546573742054534102146A0DCC59137C11D1C2B092042B4BC51C0D634D24300D06096086480165030402010500A08198301A06092A864886F70D010903310D060B2A864886F70D0109100104301C06092A864886F70D010905310F170D3233303630373131323632365A302B060B2A864886F70D010910020C311C301A3018301604142F36B1B52456F5AC3A1CA09794AE3D0D64AD38C2302F06092A864886F70D01090431220420BAF4CCF82E9B5B3956EADCC87346B407684F26D82B68D0E7DE0D31EA79AF648C300A06082A8648CE3D0403020467306502305A6E1C175B20A93FAB25D14CC5F5A2836D726D6D4A964B66FFBFFCE46276A96475F1408728B3385DCA37C2BA46BE17E1023100C46B7F08D03409A8ECCFD7637765412C3C5EC050E0D39CF48F0F5015950342CB18D8434FF331BA4463C086297C37D07B";

fn answer() -> Vec<u8> {
    from_hex(&ANSWER.to_ascii_lowercase()).unwrap()
}

#[test]
fn a_request_has_one_shape() {
    let query = Query::new(b"abc", [0xff, 2, 3, 4, 5, 6, 7, 8]);
    let bytes = query.to_bytes();
    let expected = "3043020101303130\
        0d060960864801650304020105000420\
        ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\
        02087f020304050607080101ff";
    assert_eq!(bytes, from_hex(expected).unwrap());
    assert_eq!(bytes.len(), 69);
    assert_eq!(Query::from_bytes(&bytes), Ok(query));
    let read = <x509_tsp::TimeStampReq as der::Decode>::from_der(&bytes).unwrap();
    assert_eq!(read.nonce.unwrap().as_bytes(), query.nonce);
    assert!(read.cert_req);
    for first in 0..=255_u8 {
        let nonce = Query::new(b"", [first, 0, 0, 0, 0, 0, 0, 0]).nonce;
        assert!((0x40..0x80).contains(&nonce[0]), "positive and minimal");
    }
    for at in 0..bytes.len() {
        let mut other = bytes.clone();
        other[at] ^= 0x80;
        match Query::from_bytes(&other) {
            // Of digest and nonce every value is one.
            Ok(read) => assert!((24..56).contains(&at) || (59..66).contains(&at), "{at}: {read:?}"),
            Err(_) => assert!(!(24..56).contains(&at)),
        }
        assert!(Query::from_bytes(&bytes[..at]).is_err());
    }
}

#[test]
fn the_answer_of_another_program_is_read() {
    let token = Token::from_answer(&answer()).unwrap();
    assert_eq!(token.imprint, Digest::of(b"abc"));
    assert_eq!(token.time.to_string(), "2023-06-07T11:26:26.000Z");
    assert_eq!((token.policy.as_str(), token.serial.as_str()), ("1.2.3.4.1", "04"));
    assert_eq!(token.nonce, from_hex("314cfce4e0651827"));
    assert!(token.certificates.is_empty(), "none was asked for");
    assert_eq!(token.is_about(b"abc"), Ok(()));
    assert!(matches!(token.is_about(b"abd"), Err(Mismatch::Imprint { .. })));
    let asked = Query { imprint: Digest::of(b"abc"), nonce: [0x31, 0x4c, 0xfc, 0xe4, 0xe0, 0x65, 0x18, 0x27] };
    assert_eq!(token.answers(&asked), Ok(()));
    assert_eq!(token.answers(&Query { nonce: [0x41; 8], ..asked }), Err(Mismatch::Nonce));
    let other = Query { imprint: Digest::of(b"abd"), ..asked };
    assert!(matches!(token.answers(&other), Err(Mismatch::Imprint { .. })));
}

#[test]
fn damage_is_refused_or_changes_what_is_said_and_never_panics() {
    let (good, whole) = (Token::from_answer(&answer()).unwrap(), answer());
    for end in 0..whole.len() {
        assert!(Token::from_answer(&whole[..end]).is_err(), "cut at {end}");
    }
    let mut longer = whole.clone();
    longer.push(0);
    assert!(Token::from_answer(&longer).is_err());
    let mut same = 0;
    for at in 0..whole.len() {
        for bit in 0..8 {
            let mut other = whole.clone();
            other[at] ^= 1 << bit;
            same += u32::from(Token::from_answer(&other).is_ok_and(|token| token == good));
        }
    }
    // What is stepped over, the signature above all, is for openssl to judge.
    assert!(same > 0 && same < 8 * whole.len() as u32, "{same}");
    assert!(matches!(Token::from_answer(&vec![0x30; 70_000]), Err(BadToken::TooLong)));
    for garbage in [&b""[..], b"0", b"<html>", &[0x30, 0x80], &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff], &[0xff; 64]] {
        assert!(Token::from_answer(garbage).is_err());
    }
    // Nested as deep as the limit allows.
    let mut deep = Vec::new();
    for _ in 0..30_000 {
        deep.extend([0x30, 0x80]);
    }
    assert!(Token::from_answer(&deep).is_err());
    // PKIStatus 2: rejected, with a text.
    let rejected = [0x30, 0x0d, 0x30, 0x0b, 0x02, 0x01, 0x02, 0x30, 0x06, 0x0c, 0x04, b'b', b'u', b's', b'y'];
    assert_eq!(Token::from_answer(&rejected), Err(BadToken::Refused { status: 2, text: "busy".into() }));
    assert_eq!(Token::from_answer(&[0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x00]), Err(BadToken::Nothing));
}

/// What the authority's server does with a request.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Does {
    Stamps,
    /// Stamps another text than was asked for.
    OtherText,
    /// Answers with the stamp of an earlier request.
    Replays,
    Html,
    Down,
}

/// A time-stamp authority of the test's own, made and run by openssl.
struct Authority {
    url: String,
    root: PathBuf,
    does: Arc<Mutex<Does>>,
}

fn has_openssl() -> bool {
    let there = Command::new("openssl").arg("version").output().is_ok_and(|out| out.status.success());
    if !there {
        eprintln!("skipped: openssl is not installed");
    }
    there
}

fn openssl(folder: &Path, args: &[&str]) -> bool {
    let out = Command::new("openssl").current_dir(folder).args(args).output().unwrap();
    out.status.success()
}

impl Authority {
    fn new(folder: &Path, name: &str) -> Self {
        fs::create_dir_all(folder).unwrap();
        let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
        let make = |args: &[&str]| assert!(openssl(folder, args), "{args:?}");
        let (root, signer) = (format!("/CN={name} root"), format!("/CN={name}"));
        let ca = ["req", "-x509", "-keyout", "ca.key", "-out", "ca.pem", "-subj", &root, "-days", "2"];
        make(&[&ca[..], &curve].concat());
        make(&[&["req", "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", &signer][..], &curve].concat());
        fs::write(folder.join("ext"), "extendedKeyUsage=critical,timeStamping\n").unwrap();
        make(
            &["x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2"]
                .iter()
                .chain(&["-extfile", "ext", "-out", "tsa.pem"])
                .copied()
                .collect::<Vec<_>>(),
        );
        fs::write(folder.join("serial"), "01\n").unwrap();
        let conf = "[tsa]\ndefault_tsa=t\n[t]\nserial=serial\nsigner_cert=tsa.pem\ncerts=ca.pem\nsigner_key=tsa.key\n\
            signer_digest=sha256\ndefault_policy=1.2.3.4.1\ndigests=sha256\naccuracy=secs:1\nordering=yes\ntsa_name=yes\n\
            clock_precision_digits=3\ness_cert_id_alg=sha256\n";
        fs::write(folder.join("tsa.conf"), conf).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/tsr", listener.local_addr().unwrap());
        let does = Arc::new(Mutex::new(Does::Stamps));
        let (at, doing) = (folder.to_owned(), does.clone());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let does = *doing.lock().unwrap();
                serve(stream, &at, does);
            }
        });
        Self { url, root: folder.join("ca.pem"), does }
    }

    fn does(&self, what: Does) {
        *self.does.lock().unwrap() = what;
    }

    /// openssl's own word on a stamp.
    fn verifies(&self, args: &[&str]) -> bool {
        let root = self.root.to_str().unwrap();
        openssl(Path::new("."), &[&["ts", "-verify", "-CAfile", root][..], args].concat())
    }
}

fn serve(stream: TcpStream, folder: &Path, does: Does) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut out = stream;
    let (mut length, mut line, mut kind) = (0, String::new(), String::new());
    while reader.read_line(&mut line).unwrap() > 2 {
        let lower = line.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if let Some(value) = lower.strip_prefix("content-type:") {
            value.trim().clone_into(&mut kind);
        }
        line.clear();
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    assert_eq!((kind.as_str(), length), ("application/timestamp-query", 69));
    if does == Does::OtherText {
        body[30] ^= 1;
    }
    fs::write(folder.join("query"), &body).unwrap();
    if does != Does::Replays {
        let args = ["ts", "-reply", "-config", "tsa.conf", "-section", "t", "-queryfile", "query", "-out", "reply"];
        assert!(openssl(folder, &args));
    }
    let (status, kind, answer) = match does {
        Does::Html => ("200 OK", "text/html", b"<html>welcome</html>".to_vec()),
        Does::Down => ("503 Service Unavailable", "text/plain", b"later".to_vec()),
        _ => ("200 OK", "application/timestamp-reply", fs::read(folder.join("reply")).unwrap()),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        answer.len()
    );
    // A client that goes away is no failure of the server.
    let _ = out.write_all(head.as_bytes()).and_then(|()| out.write_all(&answer));
}

/// The file of the only stamp with this ending.
fn only(folder: &Path, ending: &str) -> PathBuf {
    let mut found = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    found.find(|path| path.to_str().unwrap().ends_with(ending)).unwrap_or_else(|| panic!("no {ending}"))
}

fn text_of(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn two_authorities_stamp_a_checkpoint_and_openssl_agrees() {
    if !has_openssl() {
        return;
    }
    let desk = Desk::new();
    let (claim, _) = supported(&desk, "bridge");
    let (one, two) = (Authority::new(&desk.path("tsa1"), "One"), Authority::new(&desk.path("tsa2"), "Two"));
    desk.fails(2, &["prove", &claim.to_string(), "--stamps"]).tells(&["has no time stamp", "onrecord stamp --tsa URL"]);
    assert_eq!(desk.run(&["stamp", "verify"]).code, 4);
    let done = desk.ok(&["stamp", "--tsa", &one.url, "--tsa", &two.url]);
    done.says(&["checkpoint at", "certificate cannot be determined here"]).tells(&["openssl ts -verify", "--stamps"]);
    done.never_says(&["clocks"]);
    let stamps = desk.path("desk/stamps");
    let text = only(&stamps, ".txt");
    let note = fs::read(desk.path("desk/log/checkpoint")).unwrap();
    assert_eq!(fs::read_to_string(&text).unwrap(), Note::parse(&note).unwrap().text());
    let json = desk.run(&["--json", "stamp", "list"]).json();
    let listed = json["stamps"].as_array().unwrap().clone();
    assert_eq!(listed.len(), 2);
    for (stamp, authority, other) in [(&listed[0], &one, &two), (&listed[1], &two, &one)] {
        let file = stamp["file"].as_str().unwrap();
        // Which of the two comes first hangs on the port.
        let (authority, other) = if authority.verifies(&["-data", text_of(&text), "-in", file]) {
            (authority, other)
        } else {
            (other, authority)
        };
        let query = file.replace(".tsr", ".tsq");
        assert!(authority.verifies(&["-data", text_of(&text), "-in", file]));
        assert!(authority.verifies(&["-queryfile", &query, "-in", file]), "nonce and all");
        assert!(!other.verifies(&["-data", text_of(&text), "-in", file]), "the other's root");
        assert!(!authority.verifies(&["-data", text_of(&desk.path("tsa1/ext")), "-in", file]), "other data");
        let chain = fs::read_to_string(file.replace(".tsr", ".pem")).unwrap();
        assert_eq!(chain.matches("BEGIN CERTIFICATE").count(), 2);
        let mut bytes = fs::read(file).unwrap();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        fs::write(desk.path("flipped"), &bytes).unwrap();
        assert!(!authority.verifies(&["-data", text_of(&text), "-in", text_of(&desk.path("flipped"))]));
        // The very command that is printed, with the authority's root.
        let command = stamp["command"].as_str().unwrap().replace("ROOT.pem", text_of(&authority.root));
        assert!(Command::new("sh").args(["-c", &command]).output().unwrap().status.success(), "{command}");
    }
    let verified = desk.run(&["stamp", "verify"]);
    assert_eq!(verified.code, 4, "{}", verified.out);
    verified.says(&["openssl ts -verify -data"]).tells(&["-attime"]);
    // Asked again, nobody is asked.
    one.does(Does::Down);
    desk.ok(&["stamp", "--tsa", &one.url]).says(&["was stamped before"]);

    desk.ok(&["prove", &claim.to_string(), "--stamps", "--out", "p.tlog-proof"]).says(&["2 time stamps beside it"]);
    let checked = desk.ok(&["check", "p.tlog-proof"]);
    assert_eq!(checked.out.matches("stamped    20").count(), 2, "{}", checked.out);
    assert!(one.verifies(&["-data", text_of(&desk.path("p.tlog-proof.txt")), "-in", text_of(&beside(&desk, &one))]));
    // A stamp of another checkpoint beside a proof is no stamp of it.
    desk.claim("park", "The city opened the park.");
    desk.ok(&["prove", &claim.to_string(), "--out", "q.tlog-proof"]);
    fs::copy(beside(&desk, &one), desk.path("q.tlog-proof.one.tsr")).unwrap();
    let bad = desk.run(&["check", "q.tlog-proof"]);
    assert_eq!(bad.code, 1, "{}", bad.out);
    bad.says(&["does not hold", "on another text"]);
    // The earlier stamps go on fitting the ledger that has grown.
    assert_eq!(desk.run(&["--json", "stamp", "verify"]).json()["outcome"], "cannot-be-determined");
    fs::write(&text, "example.org/desk\n1\nAAAA\n").unwrap();
    let spoilt = desk.run(&["stamp", "verify"]);
    assert_eq!(spoilt.code, 1);
    spoilt.says(&["on another text"]);
}

fn beside(desk: &Desk, authority: &Authority) -> PathBuf {
    let name = onrecord::ledger::stamps::name_of(&authority.url);
    desk.path(&format!("p.tlog-proof.{name}.tsr"))
}

#[test]
fn an_authority_that_answers_wrongly_is_refused_and_nothing_is_kept() {
    if !has_openssl() {
        return;
    }
    let desk = Desk::new();
    desk.claim("bridge", "The city closed the bridge.");
    let (tsa, good) = (Authority::new(&desk.path("tsa"), "One"), Authority::new(&desk.path("tsa2"), "Two"));
    let stamp = || -> Ran { desk.run(&["stamp", "--tsa", &tsa.url]) };
    for (does, words) in [(Does::OtherText, "on another text"), (Does::Html, "`text/html`"), (Does::Down, "status 503")]
    {
        tsa.does(does);
        let refused = stamp();
        assert_eq!(refused.code, 3, "{}", refused.out);
        refused.tells(&["no stamp from http://", words]);
        assert!(!desk.path("desk/stamps").exists(), "{words}");
    }
    // The answer to an earlier request on the same text: the nonce tells.
    tsa.does(Does::Stamps);
    assert_eq!(stamp().code, 0);
    let kept = desk.path("desk/stamps");
    fs::remove_dir_all(&kept).unwrap();
    tsa.does(Does::Replays);
    stamp().tells(&["another request"]);
    assert!(!kept.exists());
    // One that fails does not take the other with it.
    tsa.does(Does::Down);
    let half = desk.run(&["stamp", "--tsa", &tsa.url, "--tsa", &good.url]);
    assert_eq!(half.code, 3);
    half.says(&["stamped    20"]).tells(&["status 503"]);
    assert_eq!(desk.run(&["--json", "stamp", "list"]).json()["stamps"].as_array().unwrap().len(), 1);
    let away = ran(desk.command().args(["stamp", "--tsa", "http://127.0.0.1:9/tsr"]));
    assert_eq!(away.code, 3);
    away.tells(&["no answer from http://127.0.0.1:9/tsr"]);
    desk.fails(2, &["stamp"]).tells(&["which authority stamps?", "--tsa URL"]);
}
