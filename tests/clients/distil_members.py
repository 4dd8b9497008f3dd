"""Writes the constraints of the members of the operations of IAM and STS that are supported.

    .venv/bin/python tests/clients/distil_members.py > crates/iam/tests/it/members.tsv

Source: the service models in botocore. Columns: operation, member, type, required, min, max,
pattern, words of an enumeration; a dash is an absent one.
"""

import gzip
import json
import pathlib

import botocore

ROOT = pathlib.Path(__file__).parents[2]
MODELS = {"iam": "iam/2010-05-08", "sts": "sts/2011-06-15"}


def model(folder: str) -> dict:
    path = pathlib.Path(botocore.__file__).parent / "data" / folder / "service-2.json.gz"
    return json.loads(gzip.decompress(path.read_bytes()))


def supported(service: str) -> list[str]:
    page = (ROOT / "docs" / "operations.md").read_text().split(f"\n## {service}\n")[1]
    rows = page.split("\n## ")[0].splitlines()
    return sorted({row.split("|")[1].strip() for row in rows if row.startswith("| ")} - {"operation"})


def rows(shapes: dict, operation: str, shape: str):
    for member, reference in shapes[shape]["members"].items():
        of = shapes[reference["shape"]]
        yield [
            operation,
            member,
            of["type"],
            "required" if member in shapes[shape].get("required", []) else "-",
            str(of.get("min", "-")),
            str(of.get("max", "-")),
            of.get("pattern", "-"),
            ",".join(of.get("enum", [])) or "-",
        ]


def main():
    for service, folder in MODELS.items():
        whole = model(folder)
        for operation in supported(service):
            described = whole["operations"].get(operation, {})
            if "input" in described:
                for row in rows(whole["shapes"], operation, described["input"]["shape"]):
                    print("\t".join(row))


main()
