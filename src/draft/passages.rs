//! Whether a folder's anchors and cues are what stands in the document, where its text is at hand.

use super::folder::{Drafted, Folder};
use super::mistake::{Mistake, Wrong};
use super::read::shown;
use crate::claim::Claim;
use crate::claim::vocab::Selector;
use crate::hash::Digest;
use crate::text::CodePoints;

/// Every anchor and cue that is not what stands in `text`, the bytes of the folder's document.
///
/// Anchors that count in another text are not judged.
pub fn check_text(folder: &Folder, text: &str) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let Some(sha256) = folder.document.sha256 else { return mistakes };
    let found = Digest::of(text.as_bytes());
    if found != sha256 {
        let place = Some(folder.document.places.of("sha256").clone());
        return vec![Mistake { place, wrong: Wrong::OtherDocument { found } }];
    }
    let points = CodePoints::new(text);
    for claim in &folder.claims {
        anchors(claim, &sha256, &points, &mut mistakes);
        cues(claim, &sha256, &points, &mut mistakes);
    }
    mistakes
}

fn slice<'t>(points: &CodePoints<'t>, start: u64, end: u64) -> Option<&'t str> {
    points.slice(usize::try_from(start).ok()?, usize::try_from(end).ok()?)
}

fn anchors(claim: &Drafted<Claim>, sha256: &Digest, points: &CodePoints<'_>, mistakes: &mut Vec<Mistake>) {
    for (i, anchor) in claim.body.appearance.anchors.iter().enumerate() {
        if anchor.selector != Selector::TextRange || anchor.target.as_ref() != Some(sha256) {
            continue;
        }
        let (Some((start, end)), Some(wanted)) = (anchor.start.zip(anchor.end), anchor.sha256) else { continue };
        let (field, wrong) = match slice(points, start, end) {
            None => ("end", Wrong::PassageOutside { start, end, len: points.len() as u64 }),
            Some(passage) => {
                let found = Digest::of(passage.as_bytes());
                if found == wanted {
                    continue;
                }
                ("sha256", Wrong::OtherPassage { start, end, found, passage: shown(passage) })
            }
        };
        let place = Some(claim.places.of(&format!("appearance.anchors[{i}].{field}")).clone());
        mistakes.push(Mistake { place, wrong });
    }
}

/// Cues of the attribution and of hedges; they count in the text of the first anchor.
fn cues(claim: &Drafted<Claim>, sha256: &Digest, points: &CodePoints<'_>, mistakes: &mut Vec<Mistake>) {
    let appearance = &claim.body.appearance;
    if appearance.anchors.first().is_none_or(|a| a.target.as_ref() != Some(sha256)) {
        return;
    }
    let steps = appearance.attribution.iter().enumerate();
    let steps = steps.filter_map(|(i, s)| Some((format!("attribution[{i}]"), s.cue.as_ref()?, s.start?, s.end?)));
    let hedges = appearance.hedges.iter().enumerate();
    let hedges = hedges.filter_map(|(i, h)| Some((format!("hedges[{i}]"), &h.cue, h.start?, h.end?)));
    for (path, cue, start, end) in steps.chain(hedges) {
        let found = slice(points, start, end);
        if found != Some(cue) {
            let place = Some(claim.places.of(&format!("appearance.{path}.start")).clone());
            let found = found.map_or_else(|| "nothing".to_owned(), |f| format!("`{}`", shown(f)));
            mistakes.push(Mistake { place, wrong: Wrong::OtherCue { cue: shown(cue), start, end, found } });
        }
    }
}
