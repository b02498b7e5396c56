"""Holds what cargo builds against deny.toml: what scripts/check-dependencies does
where cargo-deny is not installed. Says what is not allowed, and exits with 1."""

import json
import re
import subprocess
import sys
import tomllib
from collections import defaultdict

# Of all lock files the sources are looked at; the rest is of what is handed out.
LOCKS = ["Cargo.lock", "fuzz/Cargo.lock", "models/Cargo.lock"]


def read(path):
    with open(path, "rb") as file:
        return tomllib.load(file)


def tell(*words):
    call = ["cargo", *words, "--locked"]
    return subprocess.run(call, check=True, stdout=subprocess.PIPE, text=True).stdout


def tree(target):
    """Name, version and licence of all that is built for a target: `cargo metadata`
    has more, what only features would bring that nobody has switched on."""
    options = ["--workspace", "--all-features", "--prefix=none", "--format={p}\t{l}"]
    for line in filter(None, tell("tree", *options, f"--target={target}").splitlines()):
        package, licence = line.removesuffix(" (*)").split("\t")
        name, version, *_ = package.split()
        yield name, version.removeprefix("v"), licence.removesuffix(" (*)")


def is_allowed(expression, allowed):
    """Whether an SPDX expression can be met by allowed licences alone."""
    tokens = re.findall(r"[()]|[^()\s]+", expression.replace("/", " OR "))

    def either():
        met = both()
        while tokens and tokens[0] == "OR":
            tokens.pop(0)
            met = both() or met
        return met

    def both():
        met = one()
        while tokens and tokens[0] == "AND":
            tokens.pop(0)
            met = one() and met
        return met

    def one():
        word = tokens.pop(0)
        if word == "(":
            met = either()
            tokens.pop(0)
            return met
        if tokens and tokens[0] == "WITH":
            word = f"{word} WITH {tokens[1]}"
            del tokens[:2]
        return word in allowed

    return either()


def has_version(version, wanted):
    return version == wanted or version.startswith(f"{wanted}.")


def main():
    rules = read("deny.toml")
    packages = {package for target in rules["graph"]["targets"] for package in tree(target)}
    own = json.loads(tell("metadata", "--format-version=1", "--no-deps"))["packages"]
    faults = []

    for package in own:
        for dependency in package["dependencies"]:
            if dependency["req"] == "*" and not dependency.get("path"):
                faults.append(f"{package['name']}: {dependency['name']} in any version")

    versions = defaultdict(set)
    for name, version, licence in sorted(packages):
        versions[name].add(version)
        if not is_allowed(licence or "none", rules["licenses"]["allow"]):
            faults.append(f"{name} {version}: its licence is not allowed: {licence or 'none'}")

    skipped = [(*skip["crate"].split("@"), skip["reason"]) for skip in rules["bans"]["skip"]]
    for name, wanted, _ in skipped:
        if not any(has_version(version, wanted) for version in versions[name]) or len(versions[name]) < 2:
            faults.append(f"deny.toml: {name}@{wanted} is not needed any more")
    for name, all_of_it in sorted(versions.items()):
        known = [wanted for crate, wanted, _ in skipped if crate == name]
        left = [version for version in all_of_it if not any(has_version(version, one) for one in known)]
        if len(left) > 1:
            faults.append(f"{name}: in {len(left)} versions: {', '.join(sorted(left))}")

    sources = {package["source"] for lock in LOCKS for package in read(lock)["package"] if "source" in package}
    for source in sorted(sources):
        if not source.startswith("registry+") or len(sources) > 1:
            faults.append(f"not from the one registry alone: {source}")

    for fault in faults:
        print(f"fault: {fault}")
    print(f"{len(packages) - len(own)} crates besides our own, {len(faults)} faults")
    sys.exit(1 if faults else 0)


main()
