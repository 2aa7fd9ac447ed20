#!/usr/bin/env python3
"""The real binary where the machine is the fault: no room, nothing to be written, another writer, a clock that goes back.

    environment.py BINARY SCRATCH [--rounds N]

What must hold after each run is what `faults.py` asks. Small disks and read-only folders are mounted in a namespace of the run's
own; a clock is set back by libfaketime. Exit code 1 if anything did not hold.
"""

import argparse
import collections
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from faults import VERBS, Call, Place, Suite, entries  # noqa: E402

NOWHERE = Call(0, "", "", 0, 0, None, None)
LIMITS = [0, 100, 400, 700, 1_000, 1_500, 2_500, 4_000, 8_000, 16_000, 70_000, 300_000, 600_000, 2_000_000]
ROOM = [0, 4, 8, 12, 16, 20, 24, 28, 32, 40, 48, 64, 128, 256, 520, 1_100, 4_000, 16_000]  # KiB
SMALL_DISK = '''mount -t tmpfs -o size="$4k" none "$1" && cp -a "$2/." "$1" && cd "$1" || exit 99
room=$5; shift 5
head -c $(( ($(df --output=avail -k . | tail -n 1) - room) * 1024 )) /dev/zero >filler || exit 99
"$@"; code=$?; rm filler; cp -a . "$OUT"; exit $code'''
READ_ONLY = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" || exit 99; shift; "$@"'


def mounts():
    for how in (["unshare", "-m"], ["unshare", "-rm"]):
        if subprocess.run([*how, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, check=False).returncode == 0:
            return how
    return None


def size_of(folder):
    done = subprocess.run(["du", "-sk", folder], capture_output=True, check=True)
    return int(done.stdout.split()[0])


class Conditions(Suite):
    def __init__(self, binary, scratch):
        super().__init__(binary, scratch)
        self.mounts = mounts()
        self.counts_of = collections.Counter()
        self.bad = 0

    def told(self, what, verb, place, done, held):
        if what.startswith("clock") and done.returncode == 2 and b"check the clock" in done.stderr:
            done.returncode = 3  # refused for what it says, with the next step; nothing else than a refusal
        killed = done.returncode < 0 or done.returncode > 128
        outcome, wrong = self.judge(verb, place, done, killed, NOWHERE) if held is None else held
        self.counts_of[what, verb, outcome] += 1
        if wrong:
            self.bad += 1
            print(f"FAILED: {what}: {verb}: exit code {done.returncode}: {'; '.join(wrong)}")
            print("   ", done.stderr.decode(errors="replace").replace("\n", "\n    ")[:900])

    def limit(self, verb):
        for limit in LIMITS:
            place = self.fresh()
            prefix = ["prlimit", f"--fsize={limit}", "env", "--ignore-signal=XFSZ"]
            done = place.run(*place.args(verb), "--json", prefix=prefix)
            self.told(f"no file over {limit} bytes", verb, place, done, None)

    def small_disk(self, verb):
        whole = size_of(self.base.folder)
        for room in ROOM:
            place = self.fresh()
            disk, out = place.folder + ".disk", place.folder + ".out"
            for folder in (disk, out):
                shutil.rmtree(folder, ignore_errors=True)
                os.mkdir(folder)
            inside = Place(self.binary, disk)
            inside.env["OUT"] = out
            prefix = [*self.mounts, "bash", "-c", SMALL_DISK, "_", disk, place.folder, out, str(2 * whole + 20_000), str(room)]
            done = inside.run(*inside.args(verb), "--json", prefix=prefix)
            if done.returncode == 99:
                sys.exit(f"a small disk could not be made: {done.stderr.decode()}")
            shutil.rmtree(place.folder)
            os.rename(out, place.folder)
            self.told(f"{room} KiB of room", verb, place, done, None)

    def read_only(self, verb):
        for part in ("l", ""):
            place = self.fresh()
            prefix = [*self.mounts, "bash", "-c", READ_ONLY, "_", place.path(part)]
            done = place.run(*place.args(verb), "--json", prefix=prefix)
            self.told("read-only " + (part or "everywhere"), verb, place, done, None)

    def clock(self, verb):
        for back in ("-1h", "-400d"):
            place = self.fresh()
            done = place.run(*place.args(verb), "--json", prefix=["faketime", "-f", back])
            self.told("clock " + back, verb, place, done, None)

    def two(self, verb, rounds):
        """The verb, while somebody else notes something: both stand, or the one that does not says so."""
        for _ in range(rounds):
            place = self.fresh()
            other = subprocess.Popen([self.binary, "note", "1", "at the same time", "--json"], cwd=place.folder, env=place.env,
                                     stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            done = place.run(*place.args(verb), "--json")
            said, why = other.communicate()
            wrong = []
            if done.returncode != 0 or other.returncode != 0:
                wrong.append(f"exit codes {done.returncode} and {other.returncode}: {why.decode()[-300:]}")
            audit = place.run("audit", "--no-lint", "--json")
            if audit.returncode != 0:
                wrong.append(f"audit: {audit.stdout.decode()[-300:]}")
            _, kinds = entries(place.path("l"))
            if sorted(kinds) != sorted([*self.kinds, "note-added"]):
                wrong.append(f"on record: {kinds[len(self.before):]}")
            if verb == "erase" and self.words(place):
                wrong.append(f"the words are in {self.words(place)}")
            self.told("two at once", verb, place, done, ("both on record", wrong))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("scratch")
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    suite = Conditions(os.path.abspath(options.binary), os.path.abspath(options.scratch))
    if suite.mounts is None:
        print("  small disks and read-only folders: skipped, nothing can be mounted here")
    if shutil.which("faketime") is None:
        print("  clocks: skipped, faketime is not here")
    for verb in VERBS:
        if suite.base.run(verb.split()[0], "--help").returncode != 0:
            print(f"  {verb}: this build does not have it, not run")
            continue
        _, suite.kinds, suite.copy = suite.undisturbed(verb)
        suite.limit(verb)
        if suite.mounts is not None:
            suite.small_disk(verb)
            suite.read_only(verb)
        if shutil.which("faketime") is not None:
            suite.clock(verb)
        suite.two(verb, options.rounds)
    total = sum(suite.counts_of.values())
    sums = collections.Counter()
    for (what, verb, outcome), n in suite.counts_of.items():
        sums[what.split()[0] if what[0] not in "0123456789" else "small disk", verb, outcome] += n
    names = {"no": "file size", "two": "two at once"}
    for (what, verb, outcome), n in sorted(sums.items()):
        print(f"  {names.get(what, what):12} {verb:18} {outcome:24} {n:4}")
    print(f"{total} runs, {suite.bad} did not hold")
    sys.exit(1 if suite.bad or not total else 0)


if __name__ == "__main__":
    main()
