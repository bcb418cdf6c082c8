#!/usr/bin/env python3
"""Writes what the server's binary is made of, as CycloneDX 1.5, from Cargo's own knowledge of it.

Deterministic: the same sources and SOURCE_DATE_EPOCH give the same bytes.
"""

import datetime
import json
import os
import pathlib
import re
import subprocess
import uuid

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = "x86_64-unknown-linux-gnu"


def cargo_metadata():
    command = [os.environ.get("CARGO", "cargo"), "metadata", "--format-version", "1", "--locked"]
    command += ["--no-default-features", "--filter-platform", TARGET]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)


def checksums():
    """The registry's checksum of each (name, version)."""
    lock = (ROOT / "Cargo.lock").read_text()
    row = re.compile(r'name = "(.*)"\nversion = "(.*)"\n(?:source = ".*"\n)?checksum = "(.*)"')
    return {(name, version): sha for name, version, sha in row.findall(lock)}


def shipped(nodes, root):
    """What is linked, or runs to build what is: everything but what only tests need."""
    def needed(dep):
        return any(kind["kind"] != "dev" for kind in dep["dep_kinds"])

    edges, waiting = {}, [root]
    while waiting:
        at = waiting.pop()
        if at not in edges:
            edges[at] = sorted(dep["pkg"] for dep in nodes[at]["deps"] if needed(dep))
            waiting += edges[at]
    return edges


def component(package, sums, kind):
    name, version = package["name"], package["version"]
    purl = f"pkg:cargo/{name}@{version}"
    told = {"type": kind, "bom-ref": purl, "name": name, "version": version, "purl": purl}
    if (name, version) in sums:
        told["hashes"] = [{"alg": "SHA-256", "content": sums[name, version]}]
    if package["license"]:
        # Old packages write a slash for OR.
        expression = re.sub(r"\s*/\s*", " OR ", package["license"])
        told["licenses"] = [{"expression": expression}]
    if package["repository"]:
        told["externalReferences"] = [{"type": "vcs", "url": package["repository"]}]
    return told


def main():
    metadata, sums = cargo_metadata(), checksums()
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    root = metadata["resolve"]["root"]
    edges = shipped(nodes, root)
    parts = {at: component(packages[at], sums, "library") for at in edges if at != root}
    ours = component(packages[root], sums, "application")
    refs = {**{at: part["bom-ref"] for at, part in parts.items()}, root: ours["bom-ref"]}
    epoch = int(os.environ.get("SOURCE_DATE_EPOCH", "0"))
    moment = datetime.datetime.fromtimestamp(epoch, datetime.timezone.utc)
    bom = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"timestamp": moment.strftime("%Y-%m-%dT%H:%M:%SZ"), "component": ours},
        "components": sorted(parts.values(), key=lambda part: part["bom-ref"]),
        "dependencies": sorted(
            ({"ref": refs[at], "dependsOn": sorted({refs[to] for to in edges[at]})} for at in edges),
            key=lambda row: row["ref"],
        ),
    }
    text = json.dumps(bom, sort_keys=True)
    bom["serialNumber"] = uuid.uuid5(uuid.NAMESPACE_OID, text).urn
    print(json.dumps(bom, indent=1))


main()
