//! Every code that an audit can report: how heavy it weighs, what it means, what to do next.
//!
//! Codes are stable: a number once given keeps its meaning, a new finding takes a new one. `S` codes are those of
//! [`crate::entry::Refusal`], `G` codes those of [`crate::entry::guard::Guard`]. The table *is* the type, so nothing can be
//! reported that is not explained here; `tests/it/audit_codes.rs` sees to it that nothing is explained that is never reported.

use std::fmt;
use std::str::FromStr;

/// What a code does to the outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weight {
    /// The record does not hold.
    Error,
    /// Nothing was found wrong, but something could not be looked at.
    Undetermined,
    /// Holds; a person should look.
    Warning,
    /// Holds; worth saying.
    Info,
}

/// An unknown code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no code `{given}`; codes are a letter and two digits, such as L05, S09 or W03")]
pub struct UnknownCode {
    /// What was given, escaped for printing.
    pub given: String,
}

macro_rules! codes {
    ($($code:ident $weight:ident $title:literal, $means:literal, $next:literal;)+) => {
        /// The stable code of a problem.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $(
            #[doc = $title]
            $code,
        )+ }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$code,)+];

            /// A letter and two digits.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$code => stringify!($code),)+ }
            }

            /// What it does to the outcome.
            pub fn weight(self) -> Weight {
                match self { $(Self::$code => Weight::$weight,)+ }
            }

            /// What it says, in a few words.
            pub fn title(self) -> &'static str {
                match self { $(Self::$code => $title,)+ }
            }

            /// What it means.
            pub fn means(self) -> &'static str {
                match self { $(Self::$code => $means,)+ }
            }

            /// What to do next.
            pub fn next(self) -> &'static str {
                match self { $(Self::$code => $next,)+ }
            }
        }
    };
}

codes! {
    L01 Error "no checkpoint", "`log/checkpoint` is not there, so nobody ever signed how long this log is and what its root is.", "Copy the checkpoint from a replica or a back-up, and audit again.";
    L02 Error "malformed checkpoint", "`log/checkpoint` is not a signed note of origin, size and root.", "Compare it with a replica's or a back-up's; the entries themselves are audited all the same.";
    L03 Error "checkpoint not signed by the log", "No signature on the checkpoint holds under the log's key as the record names it.", "Either the checkpoint was altered or it is by somebody else; compare it with one that you kept.";
    L04 Error "checkpoint of another log", "The checkpoint names another origin than the ledger's opening entry.", "Look for files that were mixed up between two ledgers.";
    L05 Error "the root does not hold", "The root that the entries give is not the one in the checkpoint: an entry was altered, dropped, added or moved.", "Compare the entries with a replica; those that the hash tiles accuse are reported as L20.";
    L06 Error "a hash tile is damaged", "A file of hashes does not say what the entries give, while the entries agree with the checkpoint as far as that can be told.", "Restore the file from a replica or a back-up; it can also be derived again from the entries.";
    L07 Error "a file is missing", "A file that the checkpoint needs is not there.", "Restore it from a replica or a back-up.";
    L08 Error "a bundle is damaged", "A bundle does not hold exactly the entries or payloads that its name says.", "Restore the file from a replica or a back-up.";
    L09 Error "an old partial file is not the beginning of the new", "A partial bundle that a longer one took the place of says something else than the longer one.", "One of the two was altered; the checkpoint speaks for the longer one unless other problems are reported. Compare with a replica.";
    L10 Error "a file that does not belong here", "A file under `log/` or `payload/` has a name that no log file has.", "Find out who put it there, and move it away.";
    L11 Error "a file beyond the end of the log", "A tile or bundle reaches further than checkpoint and head do: a checkpoint was rolled back, or somebody wrote without committing.", "Look for a later checkpoint (`audit --against`) before anything is appended.";
    L12 Error "no usable head", "The `head` cell is missing or malformed, so nothing more can be appended.", "Restore it from a back-up; the record up to the checkpoint is audited all the same.";
    L13 Error "head and checkpoint disagree", "The commit cell is behind the checkpoint, or names another root at the same size.", "One of the two was put back to an earlier state; find out which before anything is appended.";
    L14 Info "a commit waits to be finished", "A writer stopped between committing a batch and publishing its checkpoint. The batch counts and was audited.", "Nothing is lost; the next command that writes finishes it.";
    L15 Error "an unfinished commit cannot be finished", "The head names a batch that is not there or does not give the root which the head promises.", "Restore the staging folder from a back-up; until then nothing can be appended.";
    L16 Undetermined "a file cannot be read", "The system or the medium refused to give the file.", "Check permissions and the disk, then audit again.";
    L17 Undetermined "the log's key is not known here", "The entry that names the log's key is not readable here, and no trusted key was given, so the checkpoint's signature cannot be judged.", "Give the key with `--trust`, or audit where the payload is.";
    L18 Error "a cosignature does not hold", "A line on the checkpoint by a witness that is trusted here does not hold.", "Compare the checkpoint with the witness's own copy.";
    L19 Warning "a replica holds more than its checkpoint", "Files reach beyond the replica's checkpoint: `follow` was interrupted, or the checkpoint is older than the files.", "Run `onrecord follow` again.";
    L20 Error "an entry was altered", "The entry is not the one that was logged: the hash tiles and the checkpoint agree with each other, and not with it.", "Restore the bundle from a replica or a back-up.";
    L21 Undetermined "the root cannot be derived", "Entries are missing whose hashes stand nowhere else either, so neither root nor tiles can be checked.", "Restore the missing files first.";
    L22 Error "a kept cosignature is none", "A file under `log/cosigned/` is not a checkpoint of this log, signed by it, of the size that its path says.", "Restore it from a replica or a back-up, or move it away: proofs at that size then lack the witness's word.";

    E01 Error "malformed entry", "The entry's bytes are not what any writer of this format writes.", "Compare the entry with a replica; if it is the same there, the writer was faulty.";
    E02 Undetermined "an entry that this program does not know", "Its kind or version is newer than this program. Its hash was checked, its meaning was not.", "Use a newer release of onrecord.";
    E03 Info "not judged", "What the entry hangs on is an entry that cannot be read or is not known here, so its place could not be judged.", "Deal with the entry that it hangs on first.";

    P01 Error "the payload is not the one committed to", "The payload's digest is not the one in the entry's header: the words were altered.", "Restore the payload bundle from a back-up; the header still says what the digest must be.";
    P02 Error "malformed payload", "The payload has the right digest, but is not what a writer of this format writes.", "The writer was faulty; the entry stays, a later entry can set the matter right.";
    P03 Error "a payload is gone without a reason on record", "The slot is empty, and no `payload-erased` entry allows it.", "Restore it from a back-up; if it had to go, `onrecord erase` puts the reason on record.";
    P04 Undetermined "payloads are not here", "Slots of this replica are empty, and nothing in it says why; their content could not be checked.", "Audit the desk's own ledger, or ask the desk for what you may see.";
    P05 Warning "an erased payload is still here", "An entry says that the payload was erased, and its bytes are still in the ledger.", "Any command that opens the ledger for writing erases again; do the same with copies.";
    P06 Error "a document's bytes are not what their name says", "A file under `blobs/` does not have the digest that it is named after.", "Restore it from the archive or a back-up, or remove it: it counts as not held then.";
    P07 Warning "a file under blobs that is no document", "A file under `blobs/` is not named `sha256/<aa>/<digest>`.", "Move it away.";

    S01 Error "opening out of place", "Entry 0, and only entry 0, opens the ledger.", "The log begins with something else, or holds two ledgers; compare with a replica.";
    S02 Error "unknown agent", "The entry is by an agent that was never enrolled.", "No writer lets this in: find out which program wrote it.";
    S03 Error "revoked agent", "The entry is by an agent that had been revoked.", "Treat its content as unsigned; record anew what is right.";
    S04 Error "missing role", "The agent lacked the role that such an entry needs at that point.", "Treat the step as not taken; somebody with the role repeats it.";
    S05 Error "wrong subject", "The entry is about nothing, or about something of the wrong kind.", "No writer lets this in: find out which program wrote it.";
    S06 Error "wrong target", "The entry acts on an entry that it cannot act on.", "No writer lets this in: find out which program wrote it.";
    S07 Error "wrong predecessor", "`prev` does not name an earlier entry about the same subject.", "Entries were moved or dropped, or the writer was faulty.";
    S08 Error "decided on an old view", "A decision was made without the latest entry about its subject.", "Look at the claim again and decide anew.";
    S09 Error "a payload digest occurs twice", "Two entries commit to the same payload, so one may have been replayed.", "Find the other entry with the digest; one of the two is not an agent's word.";
    S10 Error "time runs back", "The entry's time lies more than five minutes before that of the entry before it.", "Somebody's clock was wrong, or the entry was backdated; the order of the log is what counts.";
    S11 Error "illegal move", "The claim could not move so from where it stood.", "`onrecord history` shows the steps; repeat the right one.";
    S12 Error "changed after publication", "Something published was touched other than by a correction, a retraction or a request.", "Issue a correction.";
    S13 Error "wrong reference", "The body names an entry that is not what it should be.", "Withdraw the entry and record it with the right number.";
    S14 Error "handle taken", "Two agents have the same handle.", "Enrol one of them under another handle.";
    S15 Error "key enrolled twice", "One key speaks for two agents, so their words cannot be told apart.", "Change the key of one of them; count as one person what both signed.";
    S16 Error "unusable key", "A key on record is not one that can be judged.", "Change the agent's key.";
    S17 Error "permanent entry", "Something was withheld or erased that never may be.", "The payload must be restored; without it the ledger cannot be judged.";
    S18 Error "unsigned decision", "An entry that decides does not carry its own signature.", "Treat the step as not taken; its agent repeats it.";

    A01 Error "a signature does not hold", "The entry's signature is not its agent's over these bytes in this ledger.", "The entry was altered, taken from another ledger, or signed with another key; treat it as nobody's word.";
    A02 Error "nobody signed", "The entry has no signature, and no signed batch covers it.", "Treat it as nobody's word.";
    A03 Error "a batch signature covers other entries", "The range or root of a `batch-signed` entry is not that of the entries before it.", "Entries of the batch were altered, added or dropped; treat them as nobody's word.";
    A04 Error "a batch over another agent's entries", "An agent signed unsigned entries that are said to be another's.", "Treat those entries as the word of the agent who signed, not of the one they name.";
    A05 Error "batches overlap", "Two `batch-signed` entries cover the same entry.", "No writer lets this in: find out which program wrote it.";
    A06 Undetermined "authorship cannot be judged", "The key, or the batch signature, is in a payload or entry that is not readable here.", "Audit where the payloads are, or restore them.";
    A07 Warning "entries from after a key was lost", "A revocation says that entries from a certain point on no longer count as the agent's own; these had been made before it was on record.", "Read them again, and record anew what is right.";

    K01 Error "the ledger is shorter than it was", "A checkpoint was seen that is larger than this ledger: it was rolled back.", "Find the missing part before anything is appended; a restore that was decided on is accepted with `--accept-rollback`.";
    K02 Error "another history", "At the size of a checkpoint seen earlier the root is another: the past was rewritten, or the log was forked.", "Both versions prove the log's operator wrong; keep both, and ask.";
    K03 Undetermined "not a checkpoint of this ledger", "What was given to compare with is not a checkpoint, or one of another origin.", "Give a checkpoint file as the log publishes it.";
    K04 Undetermined "the other checkpoint's signature cannot be judged", "It is not signed by a key that this ledger or you know, so neither agreement nor difference proves anything.", "Give the key with `--trust`, or the checkpoint as it was signed.";
    K05 Info "no earlier checkpoint is remembered", "Whether the ledger was rolled back cannot be determined: nothing here remembers an earlier state.", "Keep a checkpoint, or have it witnessed; from now on this machine remembers.";
    K06 Error "another ledger", "The id of this ledger is not the one expected.", "You were given another ledger under the same name.";
    K07 Error "another log key", "The checkpoint is by a key that is not among the trusted ones for this origin.", "Compare the key with the one that the desk publishes.";
    K08 Info "a copy that is behind", "A larger checkpoint of this ledger was seen than the copy has: it was not brought up to date since, or is an old one.", "Bring the copy up to date; what came since is not in it.";

    C01 Error "the catalog says something else", "A derived row differs from what the log gives; lists and searches may mislead. The log itself is not touched.", "Delete the folder `catalog/`; it is built again from the log.";
    C02 Error "the catalog has a claim that the log has not", "A derived row has no entry behind it.", "Delete the folder `catalog/`; it is built again from the log.";
    C03 Info "the catalog is behind", "It reflects fewer entries than the log has; it was compared at its own size.", "The next command that opens the ledger catches up.";
    C04 Error "the catalog is ahead of the log", "It reflects more entries than the log has: the log was rolled back, or the catalog is another ledger's.", "Find out which before deleting `catalog/`.";

    W00 Info "integrity was not looked at", "Only the editorial lint ran; what it reports rests on entries that nobody checked in this run.", "Run `onrecord audit` without `--lint-only`.";
    W01 Warning "a number without unit or comparator", "A number in the claim stands without what is counted, or without how it is meant (over, about, exactly).", "`onrecord amend` with unit and comparator.";
    W02 Warning "casualties not told apart", "The statement says casualties and does not say whether dead or injured.", "Reword it after the document: dead, injured, or both, each a number.";
    W03 Warning "a single cluster behind the verdict", "Everything that the verdict relies on goes back to one origin.", "Look for evidence of another origin, or say in the rationale why one is enough.";
    W04 Warning "all evidence is old", "The verdict was judged more than a year after the newest dated evidence that it relies on.", "Look whether something newer is known.";
    W05 Warning "evidence came after the verdict", "Evidence was linked since and is neither relied on nor considered.", "Weigh it: `onrecord verify` again.";
    W06 Info "recorder verified the own claim", "The agent who recorded the claim also decided on it.", "Have somebody else decide, or review.";
    W07 Warning "withdrawn evidence is relied on", "The verdict in force relies on evidence that was taken back later.", "Decide anew without it.";
    W08 Warning "an anchor does not resolve", "The passage is not where the anchor says in the held document: its digest is another.", "Find the passage and move the anchor with a reason.";
    W09 Warning "rests on a fallen claim", "The claim rests, directly or through others, on one that fell: refuted, no longer supported, corrected, retracted or withdrawn, or left by its evidence or by the bytes of its document; and nobody has judged it since.", "Look whether it still stands, and decide anew; that ends the warning, whatever is found.";
    W10 Warning "two agents, two findings", "Verdicts of two agents on the same wording differ, and no review settles it.", "Have a third agent review the verdict in force.";
    W11 Warning "confirmed, but by nobody else", "Evidence has credibility 1 (confirmed by other sources), and there is only one cluster on the same side.", "Link what confirms it, or rate it 2.";
    W12 Info "a document without a snapshot", "Nobody kept the bytes of the document; what it said can no longer be checked once it is gone.", "`onrecord document add` with the file.";
    W13 Info "not second-read", "No other agent approved the verdicts in force.", "`onrecord review` by another agent.";
    W14 Warning "judged an earlier wording", "The claim was reworded after the verdict in force.", "Decide anew on the wording in force.";
    W15 Warning "circular sourcing", "The verdict relies on the very document that makes the claim.", "Rely on something else; the document shows only that it was said.";
    W16 Info "decisions that the lint could not judge", "Their claims have payloads that are not here.", "Run the lint where the payloads are.";
    W17 Warning "hedge dropped", "The statement is worded stronger than every appearance of the claim allows: nobody there holds it as firmly, or a word that keeps a distance (\"claimed\") or stands around a number (\"over\") is gone.", "`onrecord amend` with the reserve in the statement or the comparator in the quantity; or, where the annotation is what is wrong, with the right factuality.";
    W18 Warning "a label that says the opposite", "Evidence of class `fact-check` supports the claim and carries a label such as `False`, or the other way about.", "Set the stance right: `onrecord withdraw --evidence`, then link it anew; if the other desk judged the opposite claim, say so in `--note`.";
    W19 Warning "the policy of today would refuse it", "The verdict in force was within the policy of its time, and the policy in force now asks for more evidence.", "Link what is missing and decide anew, or lower the confidence; the old verdict stays on record as it was.";
    W20 Warning "the document has changed", "A later snapshot of a document that the claim stands in, or that its verdict relies on, has other bytes than those that were read.", "Compare the two; then decide anew, or set the anchor in the new bytes.";
    W21 Warning "a correction that nobody has read again", "A correction brought a new verdict and was public at once, under a policy that asks for approving reviews before publication.", "`onrecord review` the correction, by another agent.";

    G01 Warning "no evidence of the right stance", "The finding lacks admissible evidence of the stance that it needs.", "Link and rate such evidence, or change the finding.";
    G02 Warning "no conflict", "`conflicting` without support and, from another cluster, qualification or refutation.", "Link both sides, or change the finding.";
    G03 Warning "no search", "`not-enough-evidence` without a search on record.", "`onrecord looked` records where was looked.";
    G04 Warning "too few clusters for the confidence", "The confidence needs evidence of more independent origins.", "Lower the confidence, or link evidence of another origin.";
    G05 Warning "high confidence on excerpts", "Nothing relied on was read in full.", "Read one page in full, or lower the confidence.";
    G06 Warning "own verdict reviewed", "The reviewer issued the verdict.", "Somebody else reviews it.";
    G07 Warning "published without review", "The policy then in force asked for an approving review.", "Have the verdict reviewed now.";
    G08 Warning "named party not asked", "The policy then in force asked that the party hears of the finding before publication.", "Ask now, and record it with `onrecord contact`.";
    G09 Warning "verdict on what is not here", "The wording was withheld or erased when the verdict was issued.", "Retract the verdict's publication, or restore the wording.";
    G10 Warning "evidence dated after the judgement", "Evidence is dated after the day that the verdict says it was judged on.", "Decide anew with the right day.";
    G11 Warning "evidence obtained after the judgement", "Evidence was obtained after the day that the verdict says it was judged on.", "Decide anew with the right day.";
    G12 Warning "withdrawn evidence was relied on", "The evidence had been taken back when the verdict was issued.", "Decide anew without it.";
    G13 Warning "finding against the claim's checkability", "The claim is recorded as not checkable, and the finding says otherwise.", "Amend the claim, or find `not-checkable`.";
    G14 Warning "published without a verdict", "There was nothing decided to publish.", "`onrecord verify` it.";
    G15 Warning "published on an earlier wording", "The claim was reworded after the verdict in force, and then published.", "Decide anew on the wording in force, by a correction.";
    G16 Warning "judged on a later day", "The verdict says it was judged on a day after its entry's.", "Decide anew with the right day.";
    G17 Warning "acted on something that is not there", "The entry takes back, changes or reviews something that was not there: evidence or a relation withdrawn before, an anchor or a verdict of that number.", "`onrecord history` shows what there was.";
    G18 Warning "reviewed within the house", "The policy then in force asked for a reviewer of another affiliation than the one who issued the verdict.", "Have somebody of another house review it.";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Code {
    type Err = UnknownCode;

    /// Either case: a person types it.
    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let found = Self::ALL.iter().find(|code| code.as_str().eq_ignore_ascii_case(text.trim()));
        found.copied().ok_or_else(|| UnknownCode { given: crate::text::printable_line(text) })
    }
}

impl Weight {
    /// `error`, `warning` or `info`; what could not be determined is a warning of its own outcome.
    pub fn severity(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Undetermined | Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}
