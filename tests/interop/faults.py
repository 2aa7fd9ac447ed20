#!/usr/bin/env python3
"""The real binary, once for each call that it makes to the system, with a fault in just that call.

    faults.py BINARY SCRATCH [--every K] [--verb NAME]...

For each verb (those of VERBS): run it undisturbed under strace and list its calls; then, for each call and each fault (EIO,
ENOSPC where it can be, SIGKILL), run it on a fresh copy of a small ledger with that fault in that call. After each run:

  - the exit code is a documented one, never 101; an error says why, and names the next step;
  - an audit of what lies there, before anybody repairs anything, holds; everything that was there is there, byte for byte;
  - what was acknowledged is on record, published; what "was not recorded" is not; of a batch, all or nothing;
  - the same command again succeeds (or says that it is done already), and then all is as after one undisturbed run: nothing
    twice, nothing left over, what was erased is in no file, a public copy is the same byte for byte.

Threads: strace counts calls for each thread apart, and which thread does what differs from run to run. So a call is met by its
file: strace looks at that one path, whichever thread comes to it. Temporary names hold the process's number and a count, so the
program runs in a process namespace of its own, where the number is always the same, and all counts of one folder are looked at
("path" in the table). What has a random name (a staged batch, a segment of the search index) is met by its number, in the main
thread alone ("main"), or in every thread at once ("every"). Each run says what it hit; one that hit nothing is repeated, and counted
if it never does.
Writes SCRATCH/faults.tsv, a line a case. Exit code 1 if anything did not hold.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from signatures import items  # noqa: E402

CALLS = ("write pwrite64 writev pwritev fsync fdatasync sync_file_range rename renameat renameat2 unlink unlinkat rmdir "
         "openat ftruncate fallocate link linkat mkdir mkdirat fchmod").split()
NO_SPACE = set("write pwrite64 writev pwritev fsync fdatasync openat ftruncate fallocate link linkat mkdir mkdirat rename renameat renameat2".split())
SECRET = b"xyzzyplugh"
CLAIM = """[document]
url = "https://example.org/{name}"
title = "{name}"
publisher = "The Example"
dated = "2025-03"
[[claim]]
key = "{name}"
statement = "The {name} was closed on 2 March 2025."
kind = "event"
checkable = true
[claim.appearance]
anchors = [{{ selector = "whole" }}]
attribution = [{{ name = "The Example", role = "outlet", factuality = "CT+" }}]
"""
# Verb, arguments (in the folder of the case), and what it works on.
VERBS = {
    "add": ["add", "new.toml"],
    "erase": ["erase", "2", "3", "8", "--also", "all", "--ground", "asked", "--authority", "court", "--yes"],
    "publish-log": ["publish-log", "{}/copy"],
    # Onto a copy of before, which showed what is withheld since: files are replaced, not only made.
    "publish-log again": ["publish-log", "{}/old-copy"],
    "follow": ["follow", "{}/old-copy", "{}/replica"],
}
DONE_ALREADY = {"erase": "erased already"}


class Place:
    """A folder with a ledger in `l`, the user's own folders, and what the verbs are given."""

    def __init__(self, binary, folder):
        self.binary, self.folder = binary, folder
        self.env = dict(os.environ, ONRECORD_LEDGER=folder + "/l", XDG_CONFIG_HOME=folder + "/config",
                        XDG_STATE_HOME=folder + "/state", XDG_CACHE_HOME=folder + "/cache")
        self.env.pop("ONRECORD_AGENT", None)

    def run(self, *args, prefix=()):
        return subprocess.run([*prefix, self.binary, *args], cwd=self.folder, env=self.env, capture_output=True,
                              stdin=subprocess.DEVNULL, check=False, timeout=120)

    def must(self, *args):
        done = self.run(*args)
        if done.returncode != 0:
            sys.exit(f"{' '.join(args)}: exit code {done.returncode}: {done.stderr.decode()}")
        return done

    def args(self, verb):
        return [arg.format(self.folder) if "{}" in arg else arg for arg in VERBS[verb]]

    def path(self, name):
        return os.path.join(self.folder, name)


def fixture(binary, folder):
    os.makedirs(folder)
    place = Place(binary, folder)
    place.must("init", "l", "--origin", "example.org/faults", "--agent", "desk")
    with open(place.path("page.txt"), "w", encoding="utf-8") as file:
        file.write("The works department closed the bridge. Xyzzyplugh signed it.\n")
    place.must("document", "add", "page.txt", "--title", "Page", "--publisher", "The Example", "--dated", "2025-03")
    os.remove(place.path("page.txt"))
    for name in ("bridge", "new"):
        with open(place.path(name + ".toml"), "w", encoding="utf-8") as file:
            file.write(CLAIM.format(name=name))
    place.must("add", "bridge.toml")
    place.must("note", "6", "xyzzyplugh told us so")
    place.must("publish-log", "old-copy")
    place.must("release", "6", "--unpublished")
    place.must("publish-log", "old-copy")
    place.must("withhold", "6", "--ground", "asked")
    place.must("search", "bridge")
    return place


def entries(ledger):
    """All published entries, as bytes; and their kinds."""
    with open(ledger + "/log/checkpoint", encoding="utf-8") as file:
        size = int(file.read().split("\n")[1])
    found = items(ledger + "/log/tile/entries", size)
    return found, [json.loads(entry)["kind"] for entry in found]


def files(folder):
    found = {}
    for base, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(base, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, folder)] = file.read()
    return found


def namespace():
    """How to run a program with a process number that is the same each time."""
    for how in (["unshare", "-pf", "--mount-proc", "--kill-child"], ["unshare", "-rpf", "--mount-proc", "--kill-child"]):
        if subprocess.run([*how, "true"], capture_output=True, check=False).returncode == 0:
            return how
    print("  no process namespace here: calls of other threads are met by their number in every thread at once")
    return []


class Call(collections.namedtuple("Call", "thread name path nth nth_of_path pid given")):
    """A call: the thread (0 the main one); which of its name it is in that thread, and of those about that path; the process's
    number, where a temporary name tells it; and the path as it was given, where that is relative."""


TEMP = re.compile(r"/\.tmp-(\d+)-\d+$")
TEMPS = 24  # that one run of a verb makes at most
LINE = re.compile(r"^(?:(\d+) +)?(\w+)\((.*)$")


def calls(trace, folder):
    """The calls in a trace."""
    with open(trace, encoding="utf-8", errors="replace") as lines:
        return calls_in(lines, folder)


def calls_in(lines, folder):
    """The calls in lines of a trace, those that change something; paths relative to the case's folder."""
    threads, seen, seen_path, found = {}, collections.Counter(), collections.Counter(), []
    for line in lines:
        match = LINE.match(line)
        if not match:
            continue
        pid, name, rest = match.groups()
        thread = threads.setdefault(pid, len(threads))
        quoted = re.search(r'"([^"]*)"', rest) if name not in ("write", "pwrite64", "writev", "pwritev") else None
        on = re.match(r"\d+<([^>]*)>", rest)
        path = quoted[1] if quoted else on[1] if on else ""
        at = re.match(r"(?:\d+|AT_FDCWD)<([^>]*)>, ", rest)
        if quoted and not path.startswith("/"):
            path = os.path.join(at[1] if at else folder, path)
        seen[thread, name] += 1
        temp = TEMP.search(path)
        path = TEMP.sub("/.tmp", path)
        seen_path[thread, name, path] += 1
        if name == "openat" and "O_CREAT" not in rest:
            continue
        inside = path[len(folder) + 1:] if path.startswith(folder + "/") else path
        if re.match(r"[12]<", rest):
            inside = "stdout" if rest[0] == "1" else "stderr"
        elif not path.startswith(folder + "/"):
            continue  # the C library's, and pipes between threads
        pid = temp[1] if temp else None
        found.append(Call(thread, name, inside, seen[thread, name], seen_path[thread, name, path], pid,
                          quoted[1] if quoted and not quoted[1].startswith("/") else None))
    return found


class Suite:
    def __init__(self, binary, scratch):
        self.binary, self.scratch = binary, scratch
        self.unshare = namespace()
        self.base = fixture(binary, scratch + "/base")
        self.before, _ = entries(self.base.path("l"))
        self.free = threading.local()
        self.number = 0
        self.messages = collections.Counter()
        self.lock = threading.Lock()

    def fresh(self):
        if not hasattr(self.free, "name"):
            with self.lock:
                self.number += 1
                self.free.name = f"{self.scratch}/work{self.number}"
        shutil.rmtree(self.free.name, ignore_errors=True)
        shutil.copytree(self.base.folder, self.free.name)
        return Place(self.binary, self.free.name)

    def traced(self, place, verb, options, follow=True):
        trace = place.folder + ".trace"
        if os.path.exists(trace):
            os.remove(trace)
        prefix = [*self.unshare, "strace", *(["-f"] if follow else []), "-y", "-qq", "-s", "0", "-e", "signal=none", "-o", trace]
        return place.run(*place.args(verb), "--json", prefix=[*prefix, *options]), trace

    def undisturbed(self, verb):
        place = self.fresh()
        done, trace = self.traced(place, verb, ["-e", "trace=" + ",".join(CALLS)])
        if done.returncode != 0:
            sys.exit(f"{verb}, undisturbed: exit code {done.returncode}: {done.stderr.decode()}")
        return calls(trace, place.folder), entries(place.path("l"))[1], files(place.args(verb)[-1])

    def cases(self, verb):
        """Every call of the verb, with the way to meet it."""
        first, self.kinds, self.copy = self.undisturbed(verb)
        second, _, _ = self.undisturbed(verb)
        stable = {(c.name, c.path, c.pid) for c in first} & {(c.name, c.path, c.pid) for c in second}
        ways = {}
        for call in first + second:
            if (call.name, call.path, call.pid) in stable and call.path not in ("stdout", "stderr"):
                ways["path", call.name, call.nth_of_path, call.path] = call
            elif call in second:
                continue
            elif call.thread == 0:
                ways["main", call.name, call.nth, None] = call
            else:
                ways["every", call.name, call.nth, None] = call
        for (way, name, nth, path), call in ways.items():
            for fault in ("error=EIO", "error=ENOSPC", "signal=KILL"):
                if fault != "error=ENOSPC" or name in NO_SPACE:
                    yield way, name, nth, path, fault, call

    def case(self, verb, case):
        way, name, nth, path, fault, call = case
        for _ in range(8):
            place = self.fresh()
            options = ["-e", "trace=" + name, "-e", f"inject={name}:{fault}:when={nth}"]
            if way == "path":
                temp = call.pid is not None
                at = [f"{path}-{call.pid}-{k}" for k in range(TEMPS)] if temp else [path]
                at += [] if call.given is None else [call.given]
                options += [option for one in at for option in ("-P", one if one == call.given else place.path(one))]
            done, trace = self.traced(place, verb, options, follow=way != "main")
            with open(trace, encoding="utf-8", errors="replace") as file:
                text = file.read()
            killed = done.returncode in (137, -9)
            hits = text.count("(INJECTED)") if fault != "signal=KILL" else int(killed)
            if hits:
                break
        injected = [line for line in text.splitlines() if "(INJECTED)" in line]
        met = calls_in(injected, place.folder) if injected else []
        call = call._replace(path=" ".join(sorted({c.path for c in met}))) if met else call
        try:
            outcome, wrong = self.judge(verb, place, done, killed, call)
        except Exception as error:  # a ledger that cannot even be read is a finding, not the end of the suite
            outcome, wrong = "unreadable", [repr(error)]
        row = [verb, fault.split("=")[1], name, way, call.path, nth, hits, "killed" if killed else done.returncode, outcome,
               "; ".join(wrong) or "ok"]
        return row, hits, outcome, wrong, done

    def judge(self, verb, place, done, killed, call):
        """What came of it, and what is wrong with that."""
        wrong, ledger = [], place.path("l")
        code, said = done.returncode, {}
        acknowledged = code == 0 and not killed
        if not killed and code != 0:
            if code != 3:
                wrong.append(f"exit code {code}")
            try:
                said = json.loads(done.stderr[done.stderr.index(b'{\n'):])["error"]
            except ValueError:
                if "stderr" not in call.path.split():
                    wrong.append("no error is said")
            if said and not said["hints"]:
                wrong.append("no next step is named")
        if b"panicked" in done.stderr:
            wrong.append("a panic is shown")
        message = said.get("message", "") + " " + " ".join(said.get("hints", []))
        expected, grows = self.kinds, len(self.kinds) > len(self.before)
        if message.strip() and not killed:
            self.messages[said["message"]] += 1

        audit = place.run("audit", "--no-lint", "--json")
        if audit.returncode != 0:
            wrong.append(f"audit: {audit.returncode}: {audit.stdout.decode()[-300:]}{audit.stderr.decode()[-300:]}")
        now, kinds = entries(ledger)
        with open(ledger + "/head", encoding="utf-8") as file:
            head = int(file.read().split("\n")[1])
        if now[: len(self.before)] != self.before:
            wrong.append("what was on record is not there any more")
        if kinds not in (expected[: len(self.before)], expected):
            wrong.append(f"half a batch: {kinds[len(self.before):]}")
        if acknowledged and kinds != expected:
            wrong.append("acknowledged and not on record")
        if "nothing was recorded" in message and head != len(self.before):
            wrong.append("says that nothing was recorded, and it was")
        if grows and not killed and not acknowledged and head != len(self.before) and "record" not in message and not {"stdout", "stderr"} & set(call.path.split()):
            wrong.append("does not say that it is recorded")
        if verb == "erase" and acknowledged and self.words(place):
            wrong.append(f"acknowledged, and the words are in {self.words(place)}")
        outcome = "killed, " if killed else "done, " if acknowledged else "refused, "
        outcome += ("on record" if len(now) > len(self.before) else "head moved" if head > len(self.before) else "not on record") if grows else "as it was"

        again = place.run(*place.args(verb), "--json")
        if again.returncode != 0 and DONE_ALREADY.get(verb, "\0").encode() not in again.stderr:
            wrong.append(f"again: {again.returncode}: {again.stderr.decode()[-400:]}")
        audit = place.run("audit", "--no-lint", "--json")
        if audit.returncode != 0:
            wrong.append(f"audit after that: {audit.returncode}: {audit.stdout.decode()[-300:]}")
        now, kinds = entries(ledger)
        if kinds != expected:
            wrong.append(f"after that {len(kinds)} entries instead of {len(expected)}")
        if verb == "erase" and self.words(place):
            wrong.append(f"after that the words are in {self.words(place)}")
        if verb.startswith("publish-log") or verb == "follow":
            copy = files(place.args(verb)[-1])
            if {k: v for k, v in copy.items() if self.counts(k)} != {k: v for k, v in self.copy.items() if self.counts(k)}:
                wrong.append(f"another copy than undisturbed: {sorted(set(copy) ^ set(self.copy))}")
        # What is not in a ledger's folder goes when it is old.
        old = time.time() - 7200
        for name in os.listdir(place.path("state/onrecord/checkpoints")):
            os.utime(place.path("state/onrecord/checkpoints/" + name), (old, old))
        # One more change, and whatever a dead one left in the folders that it touches goes.
        place.must("note", "6", "and on")
        if verb != "add" and verb != "erase":
            place.run(*place.args(verb))
        left = [name for name in files(place.folder) if "/.tmp-" in name or name.startswith("l/staging/")]
        if left:
            wrong.append(f"left over: {left}")
        return outcome, wrong

    @staticmethod
    def counts(name):
        """Files of a copy that are part of it; catalogs and locks are not."""
        return name.startswith(("log/", "payload/")) and "/.tmp-" not in name

    @staticmethod
    def words(place):
        return [name for name, data in files(place.folder).items() if SECRET in data.lower() and not name.startswith(("old-copy", "replica"))]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("scratch")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--verb", action="append")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--messages", action="store_true", help="list what was said")
    options = parser.parse_args()
    suite = Suite(os.path.abspath(options.binary), os.path.abspath(options.scratch))
    bad, total, unmet = 0, 0, 0
    with open(options.scratch + "/faults.tsv", "w", encoding="utf-8") as table:
        print("verb\tfault\tcall\tway\tpath\tnth\thit\texit\toutcome\tverdict", file=table)
        for verb in options.verb or VERBS:
            if suite.base.run(verb.split()[0], "--help").returncode != 0:
                print(f"  {verb}: this build does not have it, not run")
                continue
            begun = time.monotonic()
            cases = list(suite.cases(verb))[:: options.every]
            counts = collections.Counter()
            with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
                for row, hits, outcome, wrong, done in pool.map(lambda case: suite.case(verb, case), cases):
                    print(*row, sep="\t", file=table, flush=True)
                    total, unmet, bad = total + 1, unmet + (hits == 0), bad + bool(wrong)
                    counts[row[1], outcome if hits else "not met"] += 1
                    if wrong and bad <= 25:
                        print("FAILED:", *row, sep="  ")
                        print("   ", done.stderr.decode(errors="replace").replace("\n", "\n    ")[:900])
            print(f"  {verb}: {len(cases)} cases in {time.monotonic() - begun:.0f} s")
            for (fault, outcome), n in sorted(counts.items()):
                print(f"    {fault:7} {outcome:24} {n:5}")
    for message, n in suite.messages.most_common() if options.messages else []:
        print(f"  {n:5}  {message}")
    print(f"{total} cases, {unmet} never met, {bad} did not hold")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
