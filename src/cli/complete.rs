//! What a shell offers at the cursor: verbs, flags and their values from the command line's own description, fields and
//! values of the query language, and from the ledger handles of agents, keys and numbers of claims.
//!
//! Nothing here is an error: where there is nothing to offer, nothing is offered.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Arg, Command};

use super::context::{Context, open_store};
use crate::audit::Code;
use crate::entry::Event;
use crate::hash::Index;
use crate::ledger::Ledger;
use crate::query;
use crate::text::printable_line;

/// Claims looked at for keys and numbers; with more than these a person knows what they want.
const MAX_CLAIMS: usize = 5_000;

/// Something that could stand at the cursor, with what it is where that helps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The whole word.
    pub word: String,
    /// What it is.
    pub about: String,
}

fn offer(word: impl Into<String>, about: impl Into<String>) -> Offer {
    Offer { word: word.into(), about: about.into() }
}

/// The words of a line up to the cursor, as a shell would take them apart; the last one is what is being written, and
/// may be empty or inside quotation marks.
pub fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        let last = words.len() - 1;
        match (quote, c) {
            (Some('\''), '\'') | (Some('"'), '"') => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None | Some('"'), '\\') => words[last].extend(chars.next()),
            (None, c) if c.is_whitespace() => {
                if !words[last].is_empty() {
                    words.push(String::new());
                }
            }
            (_, c) => words[last].push(c),
        }
    }
    words
}

/// What could stand in place of the last of `words`; the first is the program.
pub fn offers(words: &[String], cx: &Context<'_>) -> Vec<Offer> {
    let Some((current, before)) = words.split_last() else { return Vec::new() };
    let mut root = super::command();
    root.build();
    let at = Place::find(&root, before.get(1..).unwrap_or_default());
    let ledger = || open(at.ledger.clone(), cx);
    let all = match &at.value_of {
        Some(arg) => of_value(arg, current, &ledger),
        None => at.of_word(current, &ledger),
    };
    all.into_iter().filter(|offer| offer.word.starts_with(current.as_str())).collect()
}

/// Where the cursor is: in which verb, and after which option that waits for its value.
struct Place<'c> {
    verbs: Vec<&'c Command>,
    value_of: Option<&'c Arg>,
    /// Words given to the verb that are no options.
    given: usize,
    /// After `--`, nothing is an option.
    plain: bool,
    ledger: Option<PathBuf>,
}

impl<'c> Place<'c> {
    fn find(root: &'c Command, before: &[String]) -> Self {
        let mut at = Self { verbs: vec![root], value_of: None, given: 0, plain: false, ledger: None };
        for word in before {
            if let Some(arg) = at.value_of.take() {
                at.took(arg, word);
            } else if word == "--" {
                at.plain = true;
            } else if word.starts_with('-') && !at.plain {
                at.option(word);
            } else if let Some(verb) = at.verb().find_subcommand(word) {
                at.verbs.push(verb);
            } else {
                at.given += 1;
            }
        }
        at
    }

    fn verb(&self) -> &'c Command {
        self.verbs[self.verbs.len() - 1]
    }

    /// Options of the verb, and the global ones.
    fn options(&self) -> impl Iterator<Item = &'c Arg> {
        self.verb().get_arguments().filter(|arg| !arg.is_positional() && !arg.is_hide_set())
    }

    fn option(&mut self, word: &str) {
        let (name, value) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
        let arg = self.options().find(|arg| {
            let long = arg.get_long().is_some_and(|long| name.strip_prefix("--") == Some(long));
            long || arg.get_short().is_some_and(|short| name == format!("-{short}"))
        });
        match (arg.filter(|arg| arg.get_action().takes_values()), value) {
            (Some(arg), Some(value)) => self.took(arg, value),
            (arg, _) => self.value_of = arg,
        }
    }

    fn took(&mut self, arg: &Arg, value: &str) {
        if arg.get_long() == Some("ledger") {
            self.ledger = Some(PathBuf::from(value));
        }
    }

    fn of_word(&self, current: &str, ledger: &dyn Fn() -> Option<Ledger>) -> Vec<Offer> {
        let verb = self.verb();
        if let Some((name, value)) = current.split_once('=').filter(|_| current.starts_with("--") && !self.plain) {
            let arg = self.options().find(|arg| arg.get_long() == name.strip_prefix("--"));
            let values = arg.map(|arg| of_value(arg, value, ledger)).unwrap_or_default();
            return values.into_iter().map(|o| Offer { word: format!("{name}={}", o.word), ..o }).collect();
        }
        if current.starts_with('-') && !self.plain {
            let long = |arg: &Arg| Some(offer(format!("--{}", arg.get_long()?), help(arg.get_help())));
            return self.options().filter_map(long).collect();
        }
        if verb.has_subcommands() {
            if self.given > 0 {
                return Vec::new();
            }
            let shown = verb.get_subcommands().filter(|sub| !sub.is_hide_set());
            return shown.map(|sub| offer(sub.get_name(), help(sub.get_about()))).collect();
        }
        let many = |arg: &&Arg| arg.get_num_args().is_some_and(|n| n.max_values() > 1);
        let arg = verb.get_positionals().nth(self.given).or_else(|| verb.get_positionals().last().filter(many));
        // A reference to a document is none to a claim.
        match arg.filter(|_| self.verbs.iter().all(|verb| verb.get_name() != "document")) {
            Some(arg) => of_value(arg, current, ledger),
            None => Vec::new(),
        }
    }
}

/// The first line of a help text.
fn help(text: Option<&clap::builder::StyledStr>) -> String {
    text.map(ToString::to_string).unwrap_or_default().lines().next().unwrap_or_default().to_owned()
}

/// Values of an option or a positional, by their closed list or else by the name that stands for them in the help.
fn of_value(arg: &Arg, current: &str, ledger: &dyn Fn() -> Option<Ledger>) -> Vec<Offer> {
    let name = arg.get_value_names().and_then(|names| names.first()).map(clap::builder::Str::as_str);
    let closed = arg.get_possible_values();
    if name != Some("QUERY") && !closed.is_empty() {
        return closed.iter().map(|value| offer(value.get_name(), help(value.get_help()))).collect();
    }
    match name {
        Some("QUERY") => of_query(current, ledger),
        Some("CODE") => Code::ALL.iter().map(|code| offer(code.as_str(), code.title())).collect(),
        Some("HANDLE") => ledger().map(|ledger| handles(&ledger)).unwrap_or_default(),
        Some("REF" | "VERDICT" | "A" | "B") => ledger().map(|ledger| claims(&ledger, current)).unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// A query may be one word of the shell or many: the last part of it is what is being written.
fn of_query(current: &str, ledger: &dyn Fn() -> Option<Ledger>) -> Vec<Offer> {
    let begin = current.rfind([' ', '(']).map_or(0, |at| at + 1);
    let (head, part) = current.split_at(begin);
    let (minus, part) = part.strip_prefix('-').map_or(("", part), |rest| ("-", rest));
    let whole = |offer: Offer| Offer { word: format!("{head}{minus}{}", offer.word), ..offer };
    let Some((field, _)) = part.split_once(':') else {
        let names = query::FIELDS.iter().map(|entry| offer(format!("{}:", entry.name), entry.says));
        return names.map(whole).collect();
    };
    if matches!(field, "assigned" | "agent") {
        let handles = ledger().map(|ledger| handles(&ledger)).unwrap_or_default();
        return handles.into_iter().map(|o| whole(Offer { word: format!("{field}:{}", o.word), ..o })).collect();
    }
    // Another name of a field has the values of the field.
    let name = query::Field::named(field).map_or(field, |found| found.entry().name);
    let values = query::completions().into_iter().filter_map(|word| {
        let value = word.strip_prefix(name)?.strip_prefix(':').filter(|value| !value.is_empty())?;
        Some(whole(offer(format!("{field}:{value}"), "")))
    });
    values.collect()
}

fn handles(ledger: &Ledger) -> Vec<Offer> {
    let active = ledger.state().agents.values().filter(|agent| agent.revoked.is_none());
    let roles = |roles: &[crate::claim::vocab::AgentRole]| {
        roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", ")
    };
    active.map(|agent| offer(agent.handle.0.clone(), roles(&agent.roles))).collect()
}

/// Numbers where digits are being written, else keys; a claim without a key has only its number.
fn claims(ledger: &Ledger, current: &str) -> Vec<Offer> {
    let (hash, digits) = current.strip_prefix('#').map_or(("", current), |rest| ("#", rest));
    let by_number = !hash.is_empty() || (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()));
    let Ok(rows) = ledger.rows_where(Index(0), MAX_CLAIMS, |_, _| true) else { return Vec::new() };
    let mut found = Vec::new();
    for number in rows.iter().map(crate::ledger::catalog::Row::number) {
        let numbered = format!("{hash}{}", number.0);
        if by_number && !numbered.starts_with(current) {
            continue;
        }
        let Ok(Some(Event::ClaimRecorded(claim))) = ledger.entry(number).and_then(|entry| entry.event()) else {
            continue;
        };
        let word = claim.key.filter(|_| !by_number).unwrap_or(numbered);
        found.push(offer(word, printable_line(&claim.statement)));
    }
    found
}

/// The ledger, if it can be read, without a word.
fn open(given: Option<PathBuf>, cx: &Context<'_>) -> Option<Ledger> {
    let folder = match given {
        Some(path) => path,
        None => cx.ledger_folder().ok()?,
    };
    if !super::context::holds_ledger(&folder) {
        return None;
    }
    let store = open_store(&folder).ok()?;
    Ledger::open(store, Some(&folder.join("catalog")), Arc::new(|_: &str| {})).ok()
}

/// The script that a shell reads once; it asks this program at every completion. `None`: a shell that only gets verbs
/// and flags.
pub fn script(shell: clap_complete::Shell) -> Option<&'static str> {
    match shell {
        clap_complete::Shell::Bash => Some(BASH),
        clap_complete::Shell::Zsh => Some(ZSH),
        clap_complete::Shell::Fish => Some(FISH),
        _ => None,
    }
}

/// Bash takes words apart at colons and equals signs, unless they are in quotation marks: then only what follows the last
/// one is replaced.
const BASH: &str = r#"_onrecord() {
    local line="${COMP_LINE:0:COMP_POINT}" cur reply colon
    cur="${line##*[[:space:]]}"
    COMPREPLY=()
    while IFS=$'\t' read -r reply _; do
        [[ -n $reply ]] && COMPREPLY+=("$reply")
    done < <("$1" completions bash --line "$line" 2>/dev/null)
    [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *: ]] && compopt -o nospace 2>/dev/null
    if [[ $cur == *[:=]* && $cur != [\'\"]* && $COMP_WORDBREAKS == *:* ]]; then
        colon="${cur%"${cur##*[:=]}"}"
        COMPREPLY=("${COMPREPLY[@]#"$colon"}")
    fi
}
complete -o default -F _onrecord onrecord
"#;

const ZSH: &str = r#"#compdef onrecord
_onrecord() {
    local -a found open done
    found=("${(@f)$("${(Q)words[1]}" completions zsh -- "${(@Q)words[1,CURRENT]}" 2>/dev/null)}")
    found=("${(@)found%%$'\t'*}")
    found=("${(@)found:#}")
    if (( ! ${#found} )); then
        _files
        return
    fi
    open=("${(@M)found:#*:}")
    done=("${(@)found:#*:}")
    (( ${#open} )) && compadd -S '' -- "${open[@]}"
    (( ${#done} )) && compadd -- "${done[@]}"
}
compdef _onrecord onrecord
"#;

const FISH: &str = r"function __onrecord_complete
    set -l words (commandline -opc)
    set -l found ($words[1] completions fish --line (commandline -cp | string collect) 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c onrecord -f -a '(__onrecord_complete)'
";
