"""A software bill of materials (CycloneDX 1.5, JSON) of the locked requirements: no network; same lock, same bytes.

    python packaging/sbom.py [requirements.txt] > enphase-tray.cdx.json

What each package needs and by which hashes its files are accepted stands in the lock; nothing else is looked at.
"""

import json
import re
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]
_ENTRY = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)(?:\s*;\s*([^\\\n]+?))?\s*(?:\\)?$")
_HASH = re.compile(r"^\s+--hash=sha256:([0-9a-f]{64})")
_VIA = re.compile(r"^\s+#\s+(?:via\s+)?(\S.*)$")
_OWN = "enphase-tray"
_NAMESPACE = uuid.UUID("6f2b9f5e-6d0c-5d3c-9c3b-0f6b6c2f7a11")


@dataclass
class Package:
    """One locked package: for which systems (a marker), by which files (SHA-256), and who asked for it."""

    name: str
    version: str
    marker: str
    hashes: list[str]
    via: list[str]

    @property
    def reference(self) -> str:
        return f"pkg:pypi/{self.name}@{self.version}"


def packages(lock: str) -> Iterator[Package]:
    """Those of a lock file, in its order."""
    found: Package | None = None
    for line in lock.splitlines():
        entry = _ENTRY.match(line)
        if entry is not None:
            if found is not None:
                yield found
            found = Package(entry[1], entry[2], entry[3] or "", [], [])
        elif found is not None and (digest := _HASH.match(line)):
            found.hashes.append(digest[1])
        elif found is not None and (via := _VIA.match(line)) and via[1] != "via":
            found.via.append(re.sub(r"\s+\(.*\)$", "", via[1]))
    if found is not None:
        yield found


def bill(lock: str, version: str) -> dict[str, Any]:
    """The document for this program at `version`."""
    locked = list(packages(lock))
    own = f"pkg:pypi/{_OWN}@{version}"
    needs: dict[str, list[str]] = {own: [], **{package.reference: [] for package in locked}}
    by_name: dict[str, list[str]] = {_OWN: [own]}
    for package in locked:
        by_name.setdefault(package.name, []).append(package.reference)
    for package in locked:
        for name in package.via:
            for user in by_name.get(name, []):
                needs[user].append(package.reference)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(_NAMESPACE, version + lock)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application", "bom-ref": own, "name": _OWN, "version": version, "purl": own,
                "licenses": [{"license": {"id": "MIT"}}],
            }
        },
        "components": [_component(package) for package in locked],
        "dependencies": [{"ref": user, "dependsOn": sorted(set(used))} for user, used in sorted(needs.items())],
    }  # fmt: skip


def _component(package: Package) -> dict[str, Any]:
    marker = [{"name": "enphase-tray:environment", "value": package.marker}] if package.marker else []
    return {
        "type": "library",
        "bom-ref": package.reference,
        "name": package.name,
        "version": package.version,
        "purl": package.reference,
        "scope": "optional" if marker else "required",
        "hashes": [{"alg": "SHA-256", "content": digest} for digest in package.hashes],
        "properties": marker,
    }


def main(arguments: list[str]) -> int:
    lock = Path(arguments[0]) if arguments else REPOSITORY / "requirements.txt"
    own = (REPOSITORY / "enphase_tray" / "__init__.py").read_text(encoding="utf-8")
    version = re.search(r'__version__ = "([^"]+)"', own)
    if version is None:
        print("enphase_tray/__init__.py tells no version", file=sys.stderr)
        return 1
    json.dump(bill(lock.read_text(encoding="utf-8"), version[1]), sys.stdout, indent=1)
    sys.stdout.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
