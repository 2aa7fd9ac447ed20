//! Agents, their keys and roles, and the policy.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use onrecord::hash::Index;

use crate::cli::{Desk, ran, supported};

#[test]
fn agents_are_enrolled_changed_and_revoked() {
    let desk = Desk::new();
    let key = desk.key("ben");
    let key = key.to_str().unwrap();
    let public = format!("{key}.pub");
    let add = ["agent", "add", "ben", "--key", &public, "--role"];
    let done = desk.ok(&[&add[..], &["reviewer,recorder", "--name", "Ben B.", "--affiliation", "Desk"]].concat());
    done.says(&["enrolled ben, a person: recorder,reviewer", "key SHA256:", " agent-enrolled", " agent-described"]);
    done.tells(&["onrecord agent use ben --key FILE"]);
    desk.refused("S14", &["agent", "add", "ben", "--key", desk.key("b2").to_str().unwrap(), "--role", "checker"])
        .tells(&["`ben` is taken"]);
    desk.refused("S15", &["agent", "add", "bert", "--key", key, "--role", "checker"])
        .tells(&["already that of agent `ben`"]);
    desk.fails(2, &[&add[..], &["editor"]].concat()).tells(&["recorder, checker, reviewer, publisher, admin"]);
    desk.fails(2, &["agent", "add", "Ben", "--key", key, "--role", "checker"])
        .tells(&["a handle has 1 to 40 lower-case letters"]);
    desk.fails(3, &["agent", "add", "carl", "--key", "none", "--role", "checker"])
        .tells(&["cannot read the key file none"]);
    desk.fails(2, &["agent", "add", "carl", "--key", "desk/head", "--role", "checker"])
        .tells(&["holds no usable key", "ssh-keygen"]);

    let list = desk.ok(&["agent", "list"]);
    list.says(&[
        "#0 ana*  person: recorder,checker,reviewer,publisher,admin",
        "ben  person: recorder,reviewer",
        "  Ben B.  Desk",
    ]);
    let json = desk.ok(&["agent", "list", "--json"]).json();
    assert_eq!(json["agents"][1]["handle"], "ben");
    assert_eq!(json["agents"][0]["acts_here"], true);

    desk.fails(3, &["note", "0", "x", "--as", "ben"]).tells(&["no key for agent `ben`", "onrecord agent use ben"]);
    desk.ok(&["agent", "use", "ben", "--key", key])
        .says(&["you act as ben in example.org/desk", "nothing was recorded"]);
    desk.refused("S04", &["policy", "set", "desk"]).tells(&["agent `ben` lacks the role `admin`"]);
    desk.ok(&["agent", "use", "ana"]);
    desk.fails(2, &["agent", "use", "bem"]).tells(&["did you mean `ben`?"]);
    desk.fails(2, &["agent", "use", "ben", "--key", desk.key("other").to_str().unwrap()])
        .tells(&["is not the key of agent `ben`"]);

    desk.ok(&["agent", "roles", "ben", "--role", "checker"])
        .says(&["recorder,reviewer -> checker", " agent-roles-changed"]);
    desk.ok(&["agent", "roles", "ben", "--role", "checker"]).says(&["nothing appended"]);
    desk.fails(2, &["agent", "roles", "ana", "--role", "checker"]).tells(&["without any admin"]);
    desk.fails(2, &["agent", "revoke", "ana", "--reason", "x"]).tells(&["without any admin"]);
    desk.ok(&["agent", "describe", "ben", "--affiliation", ""]).says(&["name Ben B., affiliation -"]);
    assert_eq!(desk.ledger().state().agent_named("ben").unwrap().affiliation, None);

    // A new key: the old one no longer signs, the settings follow.
    let new = desk.key("ben-new");
    desk.ok(&["agent", "key", "ben", "--key", &format!("{}.pub", new.display()), "--reason", "New laptop."]).says(&[
        "new key for ben",
        " -> SHA256:",
        &format!("settings now name {}", new.display()),
    ]);
    desk.ok(&["note", "0", "With the new key.", "--as", "ben"]);
    desk.fails(2, &["agent", "use", "ben", "--key", key])
        .tells(&["is not the key of agent `ben`", "onrecord agent key"]);

    desk.ok(&["agent", "revoke", "ben", "--reason", "Left."]).says(&["revoked ben", " agent-revoked"]);
    desk.refused("S03", &["note", "0", "Still here.", "--as", "ben"]).tells(&["agent `ben` was revoked"]);
    desk.fails(2, &["agent", "revoke", "ben", "--reason", "Left."]).tells(&["is revoked already"]);
    desk.ok(&["agent", "list"]).says(&["revoked from #"]);
    desk.sound();
}

#[test]
fn a_second_user_takes_part_with_keys_of_their_own() {
    let desk = Desk::new();
    let key = desk.key("ben");
    let key = key.to_str().unwrap();
    desk.ok(&["agent", "add", "ben", "--key", key, "--role", "checker"]);
    let claim = desk.claim("bridge", "The city closed the old bridge on 2 March 2025.").to_string();
    let home = desk.path("home-of-ben");
    std::fs::create_dir(&home).unwrap();
    let ben = |args: &[&str]| ran(desk.command_of(&home).args(args));
    let without = ben(&["note", &claim, "x"]);
    assert_eq!(without.code, 3);
    without.tells(&["this user has no keys for this ledger"]);
    let used = ben(&["agent", "use", "ben", "--key", key]);
    assert_eq!(used.code, 0, "{}", used.err);
    used.tells(&["does not have the log's private key", "--log-key FILE"]);
    assert_eq!(ben(&["note", &claim, "x"]).code, 3);
    let wrong = ben(&["agent", "use", "ben", "--log-key", key]);
    assert_eq!(wrong.code, 2);
    wrong.tells(&["is not a log key"]);
    let keys = desk.home().join("config/onrecord/keys");
    let log = std::fs::read_dir(keys)
        .unwrap()
        .map(|e| e.unwrap().path())
        .find(|p| p.extension().is_some_and(|e| e == "skey"));
    assert_eq!(ben(&["agent", "use", "ben", "--log-key", log.unwrap().to_str().unwrap()]).code, 0);
    let done = ben(&["looked", &claim, "--where", "gazette", "--for", "it"]);
    assert_eq!(done.code, 0, "{}", done.err);
    let ledger = desk.ledger();
    let entry = ledger.entry(Index(done.number())).unwrap();
    assert_eq!(ledger.state().handle(entry.header.agent), "ben");
    desk.sound();
}

#[test]
fn the_policy_is_shown_and_set() {
    let desk = Desk::new();
    desk.ok(&["policy", "show"]).says(&["policy solo since #0", "reviewers           0", "contact-before      no"]);
    let size = desk.ledger().size();
    desk.ok(&["policy", "set", "solo"]).says(&["nothing appended"]);
    assert_eq!(desk.ledger().size(), size);
    let done = desk.ok(&["policy", "set", "desk", "--reviewers", "2", "--role-for", "note-added=recorder"]);
    done.says(&[
        "policy solo -> custom",
        "reviewers: 0 -> 2",
        "role-for note-added: any agent (usual) -> recorder",
        " policy-set",
    ]);
    done.tells(&["it holds from here on"]);
    desk.ok(&["policy", "set", "--name", "strict", "--other-affiliation", "yes"])
        .says(&["custom -> strict", "other-affiliation: no -> yes"]);
    desk.ok(&["policy", "set", "--clusters-high", "3"]).says(&["policy strict, changed", "clusters-high: 2 -> 3"]);
    let json = desk.ok(&["policy", "show", "--json"]).json();
    assert_eq!(json["policy"]["name"], "strict");
    assert_eq!(json["policy"]["reviewers"], 2);
    assert_eq!(json["policy"]["roles"][0]["role"], "recorder");
    desk.ok(&["policy", "set", "--role-for", "note-added="])
        .says(&["role-for note-added: recorder -> any agent (usual)"]);
    desk.ok(&["policy", "set", "desk"]).says(&["strict -> desk"]);

    // Each change before is still to be read, with what it changed.
    desk.ok(&["policy", "show"]).says(&["policy desk since", "before #", ": solo since #0", "reviewers: 0 -> 2"]);
    let json = desk.ok(&["policy", "show", "--json"]).json();
    assert_eq!(json["earlier"][0]["policy"]["name"], "solo");
    assert_eq!(json["earlier"][0]["since"], 0);
    done.tells(&["needs 2 approving reviews by others than the verdict's agent, and 1 agent has the role `reviewer`"]);

    desk.enrol("ben", "recorder");
    desk.ok(&["agent", "roles", "ana", "--role", "recorder,checker,publisher,admin"]);
    let locked = desk.fails(2, &["policy", "set", "--role-for", "policy-set=reviewer"]);
    locked.tells(&["nobody has the role `reviewer`", "policy-set", "onrecord agent roles"]);
    desk.fails(2, &["policy", "set", "dsk"]).tells(&["desk"]);
    desk.fails(2, &["policy", "set", "--reviewers", "11"]).tells(&["`--reviewers`: at most 10"]);
    desk.fails(2, &["policy", "set", "--clusters-moderate", "3"]).tells(&["is not above `clusters_high`"]);
    desk.fails(2, &["policy", "set", "--contact-before", "maybe"]).tells(&["`yes` or `no`"]);
    desk.fails(2, &["policy", "set", "--role-for", "notes-added=recorder"]).tells(&["did you mean `note-added`?"]);
    desk.sound();
}

#[test]
fn a_reviewer_of_the_same_house_is_refused_where_the_policy_says_so() {
    let desk = Desk::new();
    desk.enrol("ben", "reviewer");
    desk.ok(&["policy", "set", "--other-affiliation", "yes"]);
    let (_, verdict) = supported(&desk, "bridge");
    let review = ["review", &verdict.to_string(), "--approve", "--as", "ben"];
    desk.refused("G18", &review).tells(&[
        "another affiliation",
        "of `ben` and `ana` is not on record",
        "onrecord agent describe ben",
    ]);
    for (who, house) in [("ana", "Desk"), ("ben", "Desk")] {
        desk.ok(&["agent", "describe", who, "--affiliation", house]);
    }
    desk.refused("G18", &review).tells(&["`ben` is of `Desk` too"]);
    desk.ok(&["agent", "describe", "ben", "--affiliation", "Elsewhere"]);
    desk.ok(&review);
    desk.sound();
}
