"""Distils the errors that AWS's service models list for each operation.

Writes `docs/errors-of-aws.txt` from botocore's models: a line for each operation of
`docs/operations-of-aws.txt` whose model lists errors.
"""

import gzip
import json
from pathlib import Path

import botocore

ROOT = Path(__file__).resolve().parents[2]
MODELS = Path(botocore.__file__).parent / "data"
# The services of ours that botocore calls otherwise.
NAMES = {"tagging": "resourcegroupstaggingapi"}
HEAD = """\
# The errors that AWS's service models list for an operation, distilled from botocore {version} by
# tests/clients/distil_errors.py: the service, the operation, and the codes as clients see them.
"""


def model(service: str) -> dict:
    """The newest model of a service."""
    folder = MODELS / NAMES.get(service, service)
    newest = max(folder.glob("*/service-2.json*"))
    raw = newest.read_bytes()
    return json.loads(gzip.decompress(raw) if newest.suffix == ".gz" else raw)


def codes(of: dict, operation: str) -> list[str]:
    """The codes of an operation's errors; empty if the model has no such operation."""
    listed = of["operations"].get(operation, {}).get("errors", [])
    shapes = [(error["shape"], of["shapes"][error["shape"]]) for error in listed]
    return sorted({shape.get("error", {}).get("code", name) for name, shape in shapes})


def main() -> None:
    known = (ROOT / "docs/operations-of-aws.txt").read_text().splitlines()
    pairs = [line.split(" ") for line in known if not line.startswith("#")]
    models = {service: model(service) for service in sorted({service for service, _ in pairs})}
    lines = [
        " ".join([service, operation, *errors])
        for service, operation in sorted(pairs)
        if (errors := codes(models[service], operation))
    ]
    text = HEAD.format(version=botocore.__version__) + "\n".join(lines) + "\n"
    (ROOT / "docs/errors-of-aws.txt").write_text(text)


if __name__ == "__main__":
    main()
