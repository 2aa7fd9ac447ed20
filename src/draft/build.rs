//! JSON of the right form to a checked value, with every mistake that the value has by itself.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::mistake::{Mistake, Wrong};
use super::read::{Raw, covers};
use crate::claim::{Check, Problem, Problems};

/// Builds the value of an item and reports what does not hold of it; `None` where anything in it is not known.
pub(crate) fn build<T: DeserializeOwned + Check>(raw: &Raw, mistakes: &mut Vec<Mistake>) -> Option<T> {
    let (value, mut problems) = judge::<T>(&raw.json);
    // What is not known could have been anything: only what is wrong whatever it was is a mistake.
    for broken in &raw.broken {
        for alternative in &broken.alternatives {
            if problems.is_empty() {
                break;
            }
            let mut json = Value::Object(raw.json.clone());
            let Some(Value::Object(parent)) = json.pointer_mut(&broken.parent) else { continue };
            match alternative {
                Some(value) => parent.insert(broken.key.to_owned(), value.clone()),
                None => parent.remove(broken.key),
            };
            if let Value::Object(json) = json {
                let (_, others) = judge::<T>(&json);
                problems.retain(|p| others.contains(p));
            }
        }
    }
    problems.retain(|p| !raw.broken.iter().any(|b| covers(&b.path, &p.path)));
    let sound = problems.is_empty() && raw.broken.is_empty();
    for problem in problems {
        let place = Some(raw.places.of(&problem.path).clone());
        mistakes.push(Mistake { place, wrong: Wrong::Value(printable(problem)) });
    }
    value.filter(|_| sound)
}

fn printable(problem: Problem) -> Problem {
    Problem { message: crate::text::printable_line(&problem.message), ..problem }
}

fn judge<T: DeserializeOwned + Check>(json: &Map<String, Value>) -> (Option<T>, Vec<Problem>) {
    match T::deserialize(Value::Object(json.clone())) {
        Ok(value) => {
            let problems = Problems::of(&value);
            (Some(value), problems)
        }
        // The schema is narrower than the types, so this is a fault of the schema; said rather than passed over.
        Err(e) => (None, vec![Problem { path: String::new(), message: e.to_string() }]),
    }
}
