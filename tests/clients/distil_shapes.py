"""Distils `record_shapes.json` from real CloudTrail records.

    python distil_shapes.py FOLDER_OR_FILE...

Reads every JSON file, takes the records of the operations that `record_calls.py` calls, and keeps
fields and forms, no values. The hand-kept `exceptions` stay as they are.
"""

import json
import sys
from pathlib import Path

from record_calls import CALLS
from shapes import Shape, identity_kind, operation

FIXTURE = Path(__file__).with_name("record_shapes.json")


def records(document):
    """Every record in a document, however deep."""
    if isinstance(document, dict):
        if {"eventSource", "eventName", "userIdentity"} <= set(document):
            yield document
        else:
            for member in document.values():
                yield from records(member)
    elif isinstance(document, list):
        for item in document:
            yield from records(item)


def main(places):
    """Reads the places and writes the fixture."""
    paths = [path for place in map(Path, places)
             for path in (sorted(place.rglob("*.json")) if place.is_dir() else [place])]
    operations, identities = {}, {}
    for path in paths:
        for record in records(json.loads(path.read_text())):
            name = operation(record)
            if name not in CALLS:
                continue
            identities.setdefault(identity_kind(record), Shape()).add(record["userIdentity"])
            rest = {key: value for key, value in record.items() if key != "userIdentity"}
            operations.setdefault(name, Shape()).add(rest)
    rendered = {name: shape.rendered() for name, shape in operations.items()}
    common = set.intersection(*(set(shape.items()) for shape in rendered.values()))
    known = json.loads(FIXTURE.read_text()) if FIXTURE.exists() else {}
    fixture = {
        "exceptions": known.get("exceptions", []),
        "identities": {kind: shape.rendered() for kind, shape in sorted(identities.items())},
        "common": dict(sorted(common)),
        "operations": {
            name: {path: form for path, form in shape.items() if (path, form) not in common}
            for name, shape in sorted(rendered.items())
        },
    }
    FIXTURE.write_text(json.dumps(fixture, indent=1, ensure_ascii=False) + "\n")
    print(f"{len(operations)} operations; none found for: {sorted(set(CALLS) - set(operations))}")


if __name__ == "__main__":
    main(sys.argv[1:])
