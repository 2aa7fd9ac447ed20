//! A folder of claim files: every mistake at once, or the checked content.

use super::fold::Folding;
use super::folder::Folder;
use super::load::Loaded;
use super::mistake::{Mistake, Mistakes, Wrong};

/// Longest claim file, in bytes.
pub const MAX_FILE: usize = 1 << 20;
/// Most files of a folder.
pub const MAX_FILES: usize = 64;
/// Most items of each kind in a folder.
pub const MAX_ITEMS: usize = 4_096;
/// Most mistakes listed.
pub const MAX_MISTAKES: usize = 1_000;

/// Reads the claim files of one folder, given as names and contents, in the order of their names.
///
/// # Errors
/// Every mistake, each with its place. Of a file that is not TOML, what stands apart from the torn lines is judged too;
/// what could be a mere consequence of the tear is not reported.
pub fn parse<N: AsRef<str>, B: AsRef<[u8]>>(files: &[(N, B)]) -> Result<Folder, Mistakes> {
    let mut mistakes = Vec::new();
    if files.is_empty() || files.len() > MAX_FILES {
        let wrong = match files.len() {
            0 => Wrong::NoFile,
            given => Wrong::TooManyFiles { given, limit: MAX_FILES },
        };
        return Err(Mistakes(vec![Mistake { place: None, wrong }]));
    }
    let mut files: Vec<(&str, &[u8])> = files.iter().map(|(n, b)| (n.as_ref(), b.as_ref())).collect();
    files.sort_unstable();
    let mut torn = false;
    let mut loaded = Vec::with_capacity(files.len());
    for (name, bytes) in files {
        match Loaded::new(name, bytes, &mut mistakes) {
            Some(file) => {
                torn |= !file.tears.is_empty();
                loaded.push(file);
            }
            None => torn = true,
        }
    }
    let mut folding = Folding::new(torn);
    folding.documents(&loaded);
    for file in &loaded {
        folding.items(file);
    }
    folding.finish(mistakes).map_err(listed)
}

/// The mistakes in the order of their places, at most [`MAX_MISTAKES`].
fn listed(mut mistakes: Vec<Mistake>) -> Mistakes {
    mistakes.sort_by(|a, b| a.place.cmp(&b.place));
    if mistakes.len() > MAX_MISTAKES {
        let count = mistakes.len() - MAX_MISTAKES;
        mistakes.truncate(MAX_MISTAKES);
        mistakes.push(Mistake { place: None, wrong: Wrong::More { count } });
    }
    Mistakes(mistakes)
}
