//! Of every editorial code, why it matters and an example: for `onrecord explain`, and for `docs/lint.md`, which is made
//! from this table and the one of [`super::explain`].

use std::fmt::Write as _;

use super::explain::Code;

/// More about an editorial code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lesson {
    /// Why it matters to a reader.
    pub why: &'static str,
    /// A case of it.
    pub example: &'static str,
}

macro_rules! lessons {
    ($($code:ident $why:literal, $example:literal;)+) => {
        impl Code {
            /// Why it matters, with an example; for editorial codes (W and G).
            pub fn lesson(self) -> Option<Lesson> {
                match self {
                    $(Self::$code => Some(Lesson { why: $why, example: $example }),)+
                    _ => None,
                }
            }
        }
    };
}

lessons! {
    W00 "A finding on an altered record is worth nothing, however well it is argued.", "`onrecord audit --lint-only` in an editor's check before publication.";
    W01 "A reader cannot tell 200 rockets from 200 salvos, nor about 200 from exactly 200, and whoever checks it judges another claim.", "Quantity `200` without `unit`; or `200 or so` with comparator `vague` instead of `~`.";
    W02 "Readers take casualties for deaths; in reports it mostly counts the wounded, too.", "\"The strike caused two casualties.\" Two were hurt, nobody died.";
    W03 "Five outlets that print one wire report are one witness. If that one is wrong, nothing else carries the finding.", "`supported` on AFP, and on two papers that carry AFP, all of cluster `afp-2024-10-13`.";
    W04 "The finding may have been overtaken: figures are revised, courts decide, people recant.", "Judged in November 2026 on reports of October 2024 alone.";
    W05 "The verdict was made without it, and a reader sees both side by side as if it had been weighed.", "Verdict #88 in May; in June a report that refutes the claim was linked as #120.";
    W06 "Who has found and worded a claim sees what they expect to see.", "`ana` recorded #12 and issued verdict #30 on it.";
    W07 "The verdict stands on something that its own desk no longer stands by.", "Verdict #88 relies on #80; #95 withdraws #80, since the page was a parody.";
    W08 "Nobody can find what the claim was read from, so nobody can check that it was read right.", "Anchor 120 to 160 of a held article, whose digest is of other words: the article was captured anew.";
    W09 "A conclusion does not survive its premise by itself. The finding stays as it is, since only a person decides, but nobody should read it without knowing.", "\"The raid failed\" rests on \"the gate was never opened\", which verdict #88 refutes.";
    W10 "The desk says two things at once, and only the later one is shown.", "`ana` finds `supported`, `ben` later `refuted`, on the same wording, and nobody has reviewed either.";
    W11 "Credibility 1 promises other sources. Without one on record it is a promise.", "One report rated B1, and nothing else on its side.";
    W12 "Pages change and vanish. Without the bytes nobody can check what the claim was read from.", "A document on record with a URL alone.";
    W13 "A second pair of eyes catches most slips. Where there was none, a reader should know.", "158 of 158 verdicts in force, all by one agent.";
    W14 "The finding was of other words; whether it holds for these, nobody has judged.", "Judged: \"closed for three weeks\". Amended since: \"closed for five weeks\".";
    W15 "That a text says something is no evidence that it is so.", "The claim appears in document #3, and the verdict relies on evidence with `document` #3.";
    W16 "What the lint could not see it cannot find weak; silence here is no praise.", "A replica without the payloads of a claim.";
    W17 "This is how a rumour becomes a fact: nobody invents anything, a \"may\" is left out at every step.", "The article: \"the strikes may have killed about 40\". The statement: \"The strikes killed 40 people.\" Held `PS+` at most, and the quantity `about 40` has comparator `=`.";
    W18 "One of the two is a slip, and if it is the stance, the finding rests on its opposite.", "A fact-check labelled `False`, linked with `--supports`.";
    W19 "The past stays as it was decided; still, the desk should know what it would not decide so again.", "`moderate` on two clusters; since then the policy asks for three.";
    W20 "A verdict is on what was read. When the page is another today, the evidence may be, too.", "Snapshot #40 was judged; snapshot #97 of the same page has another digest.";
    W21 "A correction speaks to the public at once. If it is wrong, it does more harm than what it corrects.", "Under policy `desk`, correction #90 changes `supported` into `refuted`, and nobody has reviewed it.";

    G01 "The finding would be an assertion of the desk, not a result.", "`supported` relying on one page, stance `context`.";
    G02 "Without two sides of different origin there is no conflict, only a doubt.", "`conflicting` on a report that supports, and a copy of it that qualifies.";
    G03 "\"We found nothing\" is only worth something when it is known where somebody looked.", "`not-enough-evidence` without a word on what was searched.";
    G04 "Confidence is how good the evidence is, and one origin is one origin however often it is printed.", "`high` on four papers that all quote one ministry.";
    G05 "An excerpt shows what a search engine thought fit; the sentence after it may take everything back.", "`high` where every page has `read = \"excerpt\"`.";
    G06 "Four eyes are not two eyes twice.", "`ana` approves the verdict that `ana` issued.";
    G07 "The policy promises readers that another person has looked.", "Policy `desk`, no approving review, and the claim is published. A review by an agent revoked before it, or of the same house where the policy asks for another, does not count.";
    G08 "Whoever is said to be wrong should have been heard before the public is.", "`refuted` on a claim about a ministry that nobody wrote to; in a publication, or in a correction that brings the finding.";
    G09 "Nobody can check a verdict on words that nobody can read.", "Verdict #88 on a claim whose payload #77 erased.";
    G10 "The verdict cannot have known it.", "Judged on 1 April, relying on a report of 3 April.";
    G11 "The verdict cannot have known it.", "Judged on 1 April, on a page obtained on 3 April.";
    G12 "The desk had said already that it does not stand by it.", "#80 was withdrawn by #85; verdict #88 relies on #80.";
    G13 "Either there is a point that evidence can settle, or there is not.", "An opinion, found `supported`.";
    G14 "A published claim without a finding is a rumour with the desk's name on it.", "`claim-published` on a claim that nobody has judged.";
    G15 "The reader takes the finding to be of these words.", "Judged, amended, published.";
    G16 "A day that has not come cannot be the last on which evidence was taken in.", "Recorded on 1 April, judged on 1 May.";
    G17 "An act on nothing shows that somebody worked on a view that was not the record's.", "Evidence #80 is withdrawn a second time.";
    G18 "Colleagues share sources, habits and interests; the policy asks for somebody who does not.", "Verdict by `ana`, review by `ben`, both of `The Desk`, under a policy with other-affiliation.";
}

/// The page `docs/lint.md`, from the tables.
pub fn page() -> String {
    let mut page = String::from(
        "# What the editorial lint says\n\n\
         `onrecord audit` ends with the lint: what is weak about the claims as they stand. It never touches the outcome, and a\n\
         warning is no verdict on anybody. `onrecord explain CODE` prints each of these texts. Made from the tables in\n\
         `src/audit/`; a test sees to it that the page is the same.\n\n\
         `W` codes look at claims, documents and verdicts as they stand now. `G` codes ask the guards of each deciding entry\n\
         again, under the policy in force at that entry: a writer of this version would have refused it.\n\n\
         `tests/lint/` has small ledgers for each `W` code, and for each of them the nearest one that is free of it.\n",
    );
    for code in Code::ALL {
        let Some(lesson) = code.lesson() else { continue };
        let _ = write!(
            page,
            "\n## {code} {title}\n\n*{severity}.* {means}\n\n**Why.** {why}\n\n**Example.** {example}\n\n**Next.** {next}\n",
            title = code.title(),
            severity = code.weight().severity(),
            means = code.means(),
            why = lesson.why,
            example = lesson.example,
            next = code.next(),
        );
    }
    page
}
