//! `tlog::key`, `tlog::note` and `tlog::cosign`: text forms, the fixed vector, `signed_note`, a mutation for each rule.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use base64ct::{Base64, Encoding};
use onrecord::hash::{from_hex, to_hex};
use onrecord::tlog::cosign::cosign;
use onrecord::tlog::key::{BadKey, MAX_KEY_TEXT, PublicKey, Role, Signer, Verifier, is_key_name};
use onrecord::tlog::note::{BadNote, Distrust, MAX_NOTE, MAX_SIGNATURES, Note, SignError, Signature, sign};
use proptest::prelude::*;
use signed_note::{StandardSigner, StandardVerifier, VerifierList};

use crate::tlog_vector::{LOG_VKEY, ORIGIN, TIME, WITNESS, WITNESS_VKEY, cosigned, log, mutate, seed, witness};

fn trusted(signers: &[&Signer]) -> Vec<Verifier> {
    signers.iter().map(|signer| signer.verifier().clone()).collect()
}

fn signed(text: &str, by: &Signer) -> Note {
    let mut note = Note::new(text).unwrap();
    sign(&mut note, by).unwrap();
    note
}

#[test]
fn keys_of_the_fixed_vector() {
    assert_eq!(log().verifier().to_string(), LOG_VKEY);
    assert_eq!(witness().verifier().to_string(), WITNESS_VKEY);
    for (vkey, name, role, id) in
        [(LOG_VKEY, ORIGIN, Role::Log, "65f3b995"), (WITNESS_VKEY, WITNESS, Role::Witness, "468d99bb")]
    {
        let key: Verifier = vkey.parse().unwrap();
        assert_eq!((key.name(), key.role(), key.id().to_string().as_str()), (name, role, id));
        assert_eq!(key.to_string(), vkey);
    }
}

#[test]
fn private_keys_round_trip_and_are_not_printed_by_accident() {
    for signer in [log(), witness()] {
        let text = signer.secret_text();
        assert!(text.starts_with("PRIVATE+KEY+"));
        let again = Signer::from_secret_text(&text).unwrap();
        assert_eq!(again.verifier(), signer.verifier());
        assert_eq!(again.secret_text(), text);
        let debug = format!("{signer:?}");
        assert!(!debug.contains(&to_hex(&seed(0)[..8])) && !debug.contains("SigningKey"), "{debug}");
    }
    let secret = log().secret_text();
    assert_eq!(Signer::from_secret_text(LOG_VKEY).err(), Some(BadKey::Form));
    assert_eq!(Signer::from_secret_text(&secret[1..]).err(), Some(BadKey::Form));
    assert_eq!(Signer::from_secret_text(&format!("{secret}\n")).err(), Some(BadKey::Form));
    let wrong_id = mutate(&secret, "65f3b995", "65f3b996");
    assert_eq!(Signer::from_secret_text(&wrong_id).err(), Some(BadKey::Id));
}

#[test]
fn what_is_not_a_key_is_refused() {
    let other_type = |byte: &str| mutate(LOG_VKEY, "+AQOh", byte);
    for (text, error) in [
        (String::new(), BadKey::Form),
        ("name".into(), BadKey::Form),
        ("name+65f3b995".into(), BadKey::Form),
        (mutate(LOG_VKEY, "65f3b995", "65F3B995"), BadKey::Form),
        (mutate(LOG_VKEY, "65f3b995", "65f3b99"), BadKey::Form),
        (mutate(LOG_VKEY, "65f3b995", "65f3b99500"), BadKey::Form),
        (mutate(LOG_VKEY, "65f3b995", "65f3b994"), BadKey::Id),
        (mutate(LOG_VKEY, "log.example", "lag.example"), BadKey::Id),
        (mutate(LOG_VKEY, "log.example/onrecord", ""), BadKey::Name),
        (mutate(LOG_VKEY, "log.example", "log example"), BadKey::Name),
        (mutate(LOG_VKEY, "log.example", "log\u{2003}example"), BadKey::Name),
        (mutate(LOG_VKEY, "log.example", "log\u{7}example"), BadKey::Name),
        (mutate(LOG_VKEY, "log.example", "log+example"), BadKey::Form),
        (other_type("+AgOh"), BadKey::Type(0x02)),
        (other_type("+BQOh"), BadKey::Type(0x05)),
        (other_type("+BgOh"), BadKey::Type(0x06)),
        (other_type("+/wOh"), BadKey::Type(0xff)),
        (other_type("+BAOh"), BadKey::Id),
        (format!("{LOG_VKEY}\n"), BadKey::Form),
        (format!(" {LOG_VKEY}"), BadKey::Name),
        (format!("{LOG_VKEY}="), BadKey::Form),
        (format!("{LOG_VKEY}AAAA"), BadKey::Form),
        (LOG_VKEY[..LOG_VKEY.len() - 4].into(), BadKey::Form),
        (format!("name+65f3b995+{}", "A".repeat(MAX_KEY_TEXT)), BadKey::Form),
    ] {
        assert_eq!(text.parse::<Verifier>(), Err(error), "{text:?}");
    }
    assert_eq!(Signer::from_seed("two words", Role::Log, &seed(0)).err(), Some(BadKey::Name));
    assert!(is_key_name("a") && is_key_name("é/b-c.d") && !is_key_name("") && !is_key_name("a+b"));
}

/// The eight points of small order and their other encodings; and a point, y = 3 + p, whose one canonical encoding is y = 3.
#[test]
fn public_keys_unfit_for_use_are_refused() {
    for hex in [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "0200000000000000000000000000000000000000000000000000000000000000",
        "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ] {
        let bytes: [u8; 32] = from_hex(hex).unwrap().try_into().unwrap();
        assert_eq!(PublicKey::from_bytes(&bytes), Err(BadKey::Point), "{hex}");
    }
    let mut three = [0; 32];
    three[0] = 3;
    assert!(PublicKey::from_bytes(&three).is_ok(), "the same point, written canonically, is a key");
}

/// The order of the group, added to the second half of a signature, gives another that a lax checker accepts.
#[test]
fn a_signature_has_one_form() {
    let order = from_hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010").unwrap();
    let note = signed("text\n", &log());
    let mut bytes = note.signatures()[0].bytes().to_vec();
    let key = *log().verifier().key();
    assert!(key.verifies(b"text\n", &bytes));
    let mut carry = 0;
    for (byte, add) in bytes[32..].iter_mut().zip(order) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        (*byte, carry) = (sum as u8, sum >> 8);
    }
    assert_eq!(carry, 0);
    assert!(!key.verifies(b"text\n", &bytes));
    assert!(!key.verifies(b"text\n", &[]));
    assert!(!key.verifies(b"text\n", &bytes[..63]));
}

#[test]
fn a_note_is_signed_and_believed() {
    let note = signed("One\n\nTwo\n\n", &log());
    let bytes = note.to_string().into_bytes();
    let again = Note::parse(&bytes).unwrap();
    assert_eq!(again, note);
    assert_eq!(again.text(), "One\n\nTwo\n\n");
    let verified = again.verify(&trusted(&[&log()])).unwrap();
    assert_eq!(verified.len(), 1);
    assert_eq!((&verified[0].by, verified[0].time), (log().verifier(), None));
}

#[test]
fn notes_that_are_none() {
    let good = signed("One\nTwo\n", &log()).to_string();
    let line = good.lines().last().unwrap();
    let (head, data) = line.rsplit_once(' ').unwrap();
    let with_line = |line: &str| format!("One\nTwo\n\n{line}\n");
    assert!(Note::parse(with_line(line).as_bytes()).is_ok());
    for (what, text, error) in [
        ("empty", String::new(), BadNote::Form),
        ("only text", "One\n".into(), BadNote::Form),
        ("no signature", "One\n\n".into(), BadNote::Form),
        ("no empty line", mutate(&good, "Two\n\n", "Two\n"), BadNote::Form),
        ("text not ended", mutate(&good, "Two\n\n", "Two\n\u{a0}\n"), BadNote::Form),
        ("last line not ended", good.trim_end().into(), BadNote::Form),
        ("empty line at the end", format!("{good}\n"), BadNote::Form),
        ("text after the signature", format!("{good}Three\n"), BadNote::Signature(2)),
        ("carriage return", good.replace('\n', "\r\n"), BadNote::Control),
        ("tab", mutate(&good, "One", "One\t"), BadNote::Control),
        ("null", mutate(&good, "One", "One\0"), BadNote::Control),
        ("hyphen", mutate(&good, "— ", "- "), BadNote::Signature(1)),
        ("en dash", mutate(&good, "— ", "– "), BadNote::Signature(1)),
        ("no space after the dash", mutate(&good, "— ", "—"), BadNote::Signature(1)),
        ("two spaces", with_line(&format!("{head}  {data}")), BadNote::Signature(1)),
        ("space at the end", with_line(&format!("{line} ")), BadNote::Signature(1)),
        ("no name", with_line(&format!("—  {data}")), BadNote::Signature(1)),
        ("plus in the name", with_line(&format!("— a+b {data}")), BadNote::Signature(1)),
        ("no-break space in the name", with_line(&format!("— a\u{a0}b {data}")), BadNote::Signature(1)),
        ("no signature bytes", with_line("— a ZfO5lQ=="), BadNote::Signature(1)),
        ("base64 without padding", with_line(line.trim_end_matches('=')), BadNote::Signature(1)),
        ("base64 with spare bits", with_line("— a ZfO5lTF="), BadNote::Signature(1)),
        ("base64 for URLs", with_line("— a ZfO5lTJ__g=="), BadNote::Signature(1)),
        ("base64 in two", with_line(&format!("{head} {} {}", &data[..8], &data[8..])), BadNote::Signature(1)),
        ("too long", format!("{}{good}", "a".repeat(MAX_NOTE)), BadNote::TooLong),
    ] {
        assert_eq!(Note::parse(text.as_bytes()), Err(error), "{what}");
    }
    assert_eq!(Note::parse(b"\xff\n\n\xe2\x80\x94 a ZfO5lTI=\n"), Err(BadNote::Utf8));
    assert_eq!(Note::new("One"), Err(BadNote::Form));
    assert_eq!(Note::new(""), Err(BadNote::Form));
    assert_eq!(Note::new("One\r\n"), Err(BadNote::Control));
    assert_eq!(Note::new(&"\n".repeat(MAX_NOTE + 1)), Err(BadNote::TooLong));
}

#[test]
fn a_note_takes_64_lines_and_not_one_more() {
    let lines = |count: usize| -> String {
        let lines: Vec<String> = (0..count).map(|i| format!("— stranger{i} ZfO5lTI=\n")).collect();
        format!("text\n\n{}", lines.concat())
    };
    let mut full = Note::parse(lines(MAX_SIGNATURES).as_bytes()).unwrap();
    assert_eq!(full.signatures().len(), 64);
    assert_eq!(Note::parse(lines(MAX_SIGNATURES + 1).as_bytes()), Err(BadNote::TooManySignatures));
    let before = full.clone();
    assert_eq!(sign(&mut full, &log()), Err(SignError::Note(BadNote::TooManySignatures)));
    assert_eq!(full, before);
    let mut long = Note::new(&format!("{}\n", "a".repeat(MAX_NOTE - 50))).unwrap();
    assert_eq!(sign(&mut long, &log()), Err(SignError::Note(BadNote::TooLong)));
    assert!(long.signatures().is_empty());
}

#[test]
fn strangers_are_ignored_and_known_keys_must_hold() {
    let (log, witness) = (log(), witness());
    let keys = trusted(&[&log, &witness]);
    let good = cosigned(&[&witness]).to_string();
    let verify = |text: &str| Note::parse(text.as_bytes()).unwrap().verify(&keys);
    assert_eq!(verify(&good).unwrap().len(), 2);

    // Unknown: another name with the same id, or the same name with another id.
    let stranger = format!("{good}— somebody.else ZfO5lTI=\n");
    assert_eq!(verify(&stranger).unwrap().len(), 2);
    let other_id = format!("{good}— {ORIGIN} ZfO5ljI=\n");
    assert_eq!(verify(&other_id).unwrap().len(), 2);
    assert_eq!(Note::parse(good.as_bytes()).unwrap().verify(&[]), Err(Distrust::NoKnownKey));
    let other_log = Signer::from_seed(ORIGIN, Role::Log, &seed(7)).unwrap();
    let verdict = Note::parse(good.as_bytes()).unwrap().verify(&trusted(&[&other_log]));
    assert_eq!(verdict, Err(Distrust::NoKnownKey));

    // Known and failing, be it the second line of a key or a foreign length: the whole note is rejected.
    let fails = |name: &str| Err(Distrust::Fails { name: name.into() });
    assert_eq!(verify(&format!("{good}— {ORIGIN} ZfO5lTI=\n")), fails(ORIGIN));
    assert_eq!(verify(&mutate(&good, "\n3\n", "\n4\n")), fails(ORIGIN));
    let line = good.lines().last().unwrap();
    let (head, data) = line.rsplit_once(' ').unwrap();
    let later_time = format!("{head} {}", mutate(data, "AABntks", "AABntkt"));
    assert_eq!(verify(&mutate(&good, line, &later_time)), fails(WITNESS));

    // The same line twice: it holds, and counts once.
    let twice = format!("{good}{line}\n");
    assert_eq!(verify(&twice).unwrap().len(), 2);
}

#[test]
fn of_several_cosignatures_by_one_witness_the_latest_time_is_told() {
    let witness = witness();
    let note = cosigned(&[]);
    let lines: Vec<String> =
        [TIME, TIME + 9, TIME + 5].into_iter().map(|time| cosign(&note, &witness, time).unwrap().to_string()).collect();
    let all = format!("{note}{}\n", lines.join("\n"));
    let verified = Note::parse(all.as_bytes()).unwrap().verify(&trusted(&[&witness])).unwrap();
    assert_eq!(verified.len(), 1);
    assert_eq!(verified[0].time, Some(TIME + 9));
}

#[test]
fn two_trusted_keys_that_look_alike_are_an_error() {
    // Found by search: the ids of these two are the same.
    let alike = [11_450u32, 11_750].map(|number| {
        let mut seed = [0; 32];
        seed[..4].copy_from_slice(&number.to_be_bytes());
        Signer::from_seed("alike.example", Role::Log, &seed).unwrap()
    });
    let [first, second] = &alike;
    assert_eq!(first.verifier().id(), second.verifier().id());
    assert_ne!(first.verifier(), second.verifier());
    let note = signed("text\n", first);
    assert_eq!(note.verify(&trusted(&[first])).unwrap().len(), 1);
    let ambiguous = Err(Distrust::Ambiguous { name: "alike.example".into() });
    assert_eq!(note.verify(&trusted(&[first, second])), ambiguous);
    assert_eq!(note.verify(&trusted(&[second, first])), ambiguous);

    assert_eq!(note.verify(&trusted(&[first, first])).unwrap().len(), 1, "one key named twice is one key");
    // The id depends on the role too.
    let as_witness = Signer::from_seed(ORIGIN, Role::Witness, &seed(0)).unwrap();
    assert_eq!(cosigned(&[]).verify(&trusted(&[&log(), &as_witness])).unwrap().len(), 1);
}

#[test]
fn a_key_signs_in_its_role_only() {
    let mut note = Note::new("text\n").unwrap();
    assert_eq!(sign(&mut note, &witness()), Err(SignError::Role));
    assert_eq!(cosign(&note, &log(), TIME).err(), Some(SignError::Role));
    assert_eq!(cosign(&note, &witness(), 0).err(), Some(SignError::Time));
    assert_eq!(cosign(&note, &witness(), 1 << 63).err(), Some(SignError::Time));
    assert!(cosign(&note, &witness(), (1 << 63) - 1).is_ok());
    // The same secret bytes: the signature of one role is none in the other.
    let as_witness = Signer::from_seed(ORIGIN, Role::Witness, &seed(0)).unwrap();
    let line = cosign(&note, &as_witness, TIME).unwrap();
    let bare = line.bytes()[8..].to_vec();
    assert!(!log().verifier().key().verifies(note.text().as_bytes(), &bare));
}

#[test]
fn a_cosignature_is_76_bytes_and_says_when() {
    let line = cosign(&cosigned(&[]), &witness(), TIME).unwrap();
    assert_eq!(line.bytes().len(), 72);
    assert_eq!(line.bytes()[..8], TIME.to_be_bytes());
    let text = line.to_string();
    assert_eq!(text.rsplit_once(' ').unwrap().1.len(), 104);
    assert_eq!(Signature::parse(&text), Some(line));
}

/// No writer of ours makes one; a true signature over such a time is refused all the same.
#[test]
fn a_cosignature_beyond_the_largest_time_is_refused() {
    use ed25519_dalek::Signer as _;
    let key = ed25519_dalek::SigningKey::from_bytes(&seed(1));
    let text = cosigned(&[]).text().to_owned();
    for (time, holds) in [(TIME, true), ((1 << 63) - 1, true), (1 << 63, false), (u64::MAX, false)] {
        let signature = key.sign(format!("cosignature/v1\ntime {time}\n{text}").as_bytes());
        let id = witness().verifier().id();
        let data = [&id.0[..], &time.to_be_bytes(), &signature.to_bytes()].concat();
        let note = format!("{text}\n— {WITNESS} {}\n", Base64::encode_string(&data));
        let verdict = Note::parse(note.as_bytes()).unwrap().verify(&trusted(&[&witness()]));
        assert_eq!(verdict.is_ok(), holds, "time {time}");
    }
}

#[test]
fn a_signature_replaces_the_earlier_one_of_its_key() {
    let mut note = cosigned(&[&witness()]);
    sign(&mut note, &log()).unwrap();
    let names: Vec<&str> = note.signatures().iter().map(Signature::name).collect();
    assert_eq!(names, [WITNESS, ORIGIN]);
}

fn text() -> impl Strategy<Value = String> {
    "[a-zé—+= ]{0,12}(\n[a-z— ]{0,8}){0,5}".prop_map(|text| text + "\n")
}

proptest! {
    #[test]
    fn what_we_sign_signed_note_accepts_and_back(text in text(), seed: [u8; 32], name in "[a-z./é-]{1,20}") {
        let ours = Signer::from_seed(&name, Role::Log, &seed).unwrap();
        let note = signed(&text, &ours);
        let theirs = signed_note::Note::from_bytes(note.to_string().as_bytes()).unwrap();
        prop_assert_eq!(theirs.text(), text.as_bytes());
        let key = StandardVerifier::new(&ours.verifier().to_string()).unwrap();
        prop_assert!(theirs.verify(&VerifierList::new(vec![Box::new(key)])).is_ok());

        let signer = StandardSigner::new(&ours.secret_text()).unwrap();
        let mut theirs = signed_note::Note::new(text.as_bytes(), &[]).unwrap();
        theirs.add_sigs(&[&signer]).unwrap();
        prop_assert_eq!(theirs.to_bytes(), note.to_string().into_bytes());
        prop_assert!(note.verify(&trusted(&[&ours])).is_ok());
    }

    #[test]
    fn no_changed_byte_is_believed(at: prop::sample::Index, bit in 0..8u32) {
        let note = cosigned(&[&witness()]);
        let mut bytes = note.to_string().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let keys = trusted(&[&log(), &witness()]);
        let verdict = Note::parse(&bytes).map(|note| note.verify(&keys));
        // A changed name or id makes a stranger of one signer; the other must be intact then.
        prop_assert!(!matches!(verdict, Ok(Ok(verified)) if verified.len() == 2));
    }

    #[test]
    fn whatever_parses_is_printed_back(
        text in text(), name in "[a-z+ ]{1,4}", data in "[A-Za-z0-9+/]{6,10}={0,2}", dash in "— |- |—",
    ) {
        let whole = format!("{text}\n{dash}{name} {data}\n");
        let parsed = Note::parse(whole.as_bytes());
        prop_assert_eq!(parsed.is_ok(), signed_note::Note::from_bytes(whole.as_bytes()).is_ok());
        if let Ok(note) = parsed {
            prop_assert_eq!(note.to_string(), whole);
        }
    }

    #[test]
    fn arbitrary_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..200), text in any::<String>()) {
        prop_assert!(Note::parse(&bytes).is_err());
        prop_assert!(text.parse::<Verifier>().is_err());
        prop_assert!(Signature::parse(&text).is_none());
    }
}
