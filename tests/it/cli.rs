//! A desk for tests of the command line: the real binary, in a folder of its own, with the user's folders in it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use onrecord::claim::desk::ClaimsRelated;
use onrecord::claim::vocab::{ClaimKind, Factuality, SourceRole, WhyNot};
use onrecord::claim::{Appearance, Claim, Document, Step};
use onrecord::cli::config::{Folders, Settings};
use onrecord::cli::context::{Context, Global};
use onrecord::cli::output::{Color, Output};
use onrecord::entry::{ClaimState, Event, Proposal};
use onrecord::hash::Index;
use onrecord::ledger::Ledger;
use onrecord::ledger::commit::Committer;
use onrecord::store::LocalStore;
use onrecord::time::SystemClock;
use tempfile::TempDir;

/// What a run of the program gave.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// Stdout as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("not JSON ({e}): {}", self.out))
    }

    /// Asserts that every text stands on stdout.
    pub fn says(&self, texts: &[&str]) -> &Self {
        for text in texts {
            assert!(self.out.contains(text), "stdout lacks `{text}`:\n{}\nstderr:\n{}", self.out, self.err);
        }
        self
    }

    /// Asserts that every text stands on stderr.
    pub fn tells(&self, texts: &[&str]) -> &Self {
        for text in texts {
            assert!(self.err.contains(text), "stderr lacks `{text}`:\n{}", self.err);
        }
        self
    }

    /// Asserts that no such text stands anywhere.
    pub fn never_says(&self, texts: &[&str]) -> &Self {
        for text in texts {
            assert!(!self.out.contains(text) && !self.err.contains(text), "`{text}` in:\n{}\n{}", self.out, self.err);
        }
        self
    }

    /// Number of the first entry that was recorded, as the receipt prints it.
    pub fn number(&self) -> u64 {
        let at = self.out.find("recorded #").unwrap_or_else(|| panic!("no receipt: {}", self.out));
        let digits = &self.out[at + "recorded #".len()..];
        digits.split('@').next().unwrap().parse().unwrap()
    }
}

/// A folder with a ledger in `desk/` and the user's own folders in `home/`.
pub struct Desk {
    folder: TempDir,
}

impl Desk {
    /// A new ledger of policy solo; its owner is `ana`.
    pub fn new() -> Self {
        let desk = Self::bare();
        desk.ok(&["init", "desk", "--origin", "example.org/desk", "--agent", "ana"]);
        desk
    }

    /// No ledger yet.
    pub fn bare() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("home")).unwrap();
        Self { folder }
    }

    /// The same in another folder, so that many tests can begin where one has come. Keys stay in the first.
    pub fn copy(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy(self.folder.path(), folder.path());
        Self { folder }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn home(&self) -> PathBuf {
        self.path("home")
    }

    /// The program, with a cleared environment; `home` is whose.
    pub fn command_of(&self, home: &Path) -> Command {
        self.other(env!("CARGO_BIN_EXE_onrecord"), home)
    }

    /// Another program, likewise.
    pub fn other(&self, program: &str, home: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", home)
            .env("XDG_CONFIG_HOME", home.join("config"))
            .env("XDG_STATE_HOME", home.join("state"))
            .env("XDG_CACHE_HOME", home.join("cache"))
            .env("TMPDIR", self.folder.path())
            .env("NO_COLOR", "1")
            .env("COLUMNS", "100")
            .env("ONRECORD_LEDGER", self.path("desk"))
            .stdin(Stdio::null());
        command
    }

    pub fn command(&self) -> Command {
        self.command_of(&self.home())
    }

    /// Runs the program.
    pub fn run(&self, args: &[&str]) -> Ran {
        ran(self.command().args(args))
    }

    /// Runs the program and asserts that it is done.
    #[track_caller]
    pub fn ok(&self, args: &[&str]) -> Ran {
        let ran = self.run(args);
        assert_eq!(ran.code, 0, "{args:?}\n{}\n{}", ran.out, ran.err);
        ran
    }

    /// Runs the program and asserts how it fails.
    #[track_caller]
    pub fn fails(&self, code: i32, args: &[&str]) -> Ran {
        let ran = self.run(args);
        assert_eq!(ran.code, code, "{args:?}\n{}\n{}", ran.out, ran.err);
        assert!(ran.out.is_empty(), "a failure prints nothing on stdout: {}", ran.out);
        ran
    }

    /// Runs the program and asserts that a write is refused and that nothing was appended.
    #[track_caller]
    pub fn refused(&self, code: &str, args: &[&str]) -> Ran {
        let before = self.ledger().size();
        let ran = self.fails(2, args);
        assert_eq!(self.ledger().size(), before, "{args:?} appended something");
        assert!(ran.err.contains(&format!("[{code}]")), "not refused with {code}:\n{}", ran.err);
        ran.tells(&["nothing was recorded", &format!("onrecord explain {code}")]);
        ran
    }

    /// The ledger, opened anew for reading.
    pub fn ledger(&self) -> Ledger {
        Ledger::open(Arc::new(LocalStore::open(self.path("desk")).unwrap()), None, Arc::new(|_: &str| {})).unwrap()
    }

    /// A claim as it stands.
    pub fn state(&self, number: u64) -> ClaimState {
        self.ledger().claim(Index(number)).unwrap().unwrap()
    }

    /// What the program has, for use in this process.
    fn context(&self) -> Context<'static> {
        let home = self.home();
        Context {
            global: Global { ledger: Some(self.path("desk")), ..Global::default() },
            out: Output::new(false, true, Color::Never),
            folders: Folders {
                config: home.join("config").join("onrecord"),
                state: home.join("state").join("onrecord"),
                cache: home.join("cache").join("onrecord"),
            },
            clock: &SystemClock,
        }
    }

    /// Empties an entry's payload slot for good.
    pub fn empty(&self, number: u64) {
        let (cx, id) = (self.context(), self.ledger().id());
        let settings = Settings::load(&cx.folders, &id).unwrap().unwrap();
        let config = cx.log_config(&id, &settings).unwrap();
        let mut committer = Committer::open(LocalStore::open(self.path("desk")).unwrap(), config).unwrap();
        assert!(committer.erase(&[number]).unwrap());
    }

    /// Puts a batch on record through the library, as `ana`.
    pub fn append(&self, proposals: &[Proposal]) -> Vec<u64> {
        let cx = self.context();
        let mut writer = cx.writer().unwrap();
        let receipt = writer.append(&cx, proposals).unwrap();
        receipt.entries.iter().map(|(index, _)| index.0).collect()
    }

    /// A checkable claim about a party, with its own document.
    pub fn claim(&self, key: &str, statement: &str) -> u64 {
        self.append(&claim(key, statement, |_| {}))[1]
    }

    /// A claim that is an opinion.
    pub fn opinion(&self, key: &str, statement: &str) -> u64 {
        let change = |claim: &mut Claim| {
            claim.kind = ClaimKind::Opinion;
            claim.checkable = false;
            claim.why_not = Some(WhyNot::Opinion);
        };
        self.append(&claim(key, statement, change))[1]
    }

    /// Enrols another agent whose key this user holds.
    pub fn enrol(&self, handle: &str, roles: &str) {
        let key = self.key(handle);
        let key = key.to_str().unwrap();
        self.ok(&["agent", "add", handle, "--key", key, "--role", roles]);
        self.ok(&["agent", "use", handle, "--key", key]);
        self.ok(&["agent", "use", "ana"]);
    }

    /// A new key file.
    pub fn key(&self, name: &str) -> PathBuf {
        let path = self.path(&format!("key-{name}"));
        onrecord::cli::keys::generate(&path, name).unwrap();
        path
    }

    /// Reopens the ledger and reads all of it again, each entry held against the tree.
    pub fn sound(&self) {
        let ledger = self.ledger();
        assert_eq!(ledger.entries(0..ledger.size()).unwrap().len() as u64, ledger.size());
        for claim in ledger.claims().unwrap() {
            assert!(ledger.claim(claim).unwrap().is_some());
        }
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir(&to).unwrap();
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// Runs a command to its end.
pub fn ran(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

/// A document and a claim in it, as a batch.
fn claim(key: &str, statement: &str, change: impl Fn(&mut Claim)) -> Vec<Proposal> {
    let title = format!("Article with {key}");
    let document = Document { title: Some(title), publisher: Some("The Example".into()), ..Document::default() };
    let outlet = Step {
        cue: None,
        damaged: false,
        description: None,
        end: None,
        factuality: Factuality::CertainPlus,
        mode: None,
        name: Some("The Example".into()),
        role: SourceRole::Outlet,
        start: None,
    };
    let appearance =
        Appearance { anchors: Vec::new(), attribution: vec![outlet], document: Index::pending(0), hedges: Vec::new() };
    let mut claim = Claim {
        actors: vec!["City of Example".into()],
        appearance,
        checkable: true,
        imported: None,
        key: Some(key.into()),
        kind: ClaimKind::Event,
        lang: None,
        places: Vec::new(),
        quantities: Vec::new(),
        statement: statement.into(),
        tags: Vec::new(),
        times: Vec::new(),
        translated_by: None,
        why_not: None,
    };
    change(&mut claim);
    vec![Proposal::new(Event::DocumentRegistered(document)), Proposal::new(Event::ClaimRecorded(claim))]
}

/// The standing relations of a claim.
pub fn relations(claim: &ClaimState) -> Vec<&ClaimsRelated> {
    claim.relations.iter().filter_map(|r| r.standing()).collect()
}

/// Evidence that a finding may rest on; more flags may follow.
pub fn link(desk: &Desk, claim: u64, stance: &str, key: &str, cluster: &str, more: &[&str]) -> u64 {
    let claim = claim.to_string();
    let mut args =
        vec!["evidence", &claim, stance, "--publisher", cluster, "--cluster", cluster, "--says", "So it is."];
    args.extend(["--reliability", "B", "--credibility", "2", "--key", key, "--dated", "2025-03"]);
    args.extend(more);
    desk.ok(&args).number()
}

/// Runs `verify` on a claim.
pub fn decide(desk: &Desk, claim: u64, more: &[&str]) -> Ran {
    let claim = claim.to_string();
    let mut args = vec!["verify", &claim, "--rationale", "The gazette says so."];
    args.extend(more);
    desk.run(&args)
}

/// A claim with a verdict, `supported`, on one piece of evidence.
pub fn supported(desk: &Desk, key: &str) -> (u64, u64) {
    let claim = desk.claim(key, &format!("The city closed the {key} on 2 March 2025."));
    link(desk, claim, "--supports", "gazette", "city", &[]);
    let ran = decide(desk, claim, &["--finding", "supported", "--confidence", "low", "--on", "gazette"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    (claim, ran.number())
}

/// Asserts that a run was refused with a code, and what it said.
pub fn refused(ran: &Ran, code: &str, texts: &[&str]) {
    assert_eq!(ran.code, 2, "{}{}", ran.out, ran.err);
    assert!(ran.out.is_empty(), "{}", ran.out);
    ran.tells(&[&format!("[{code}]"), "nothing was recorded"]).tells(texts);
}
