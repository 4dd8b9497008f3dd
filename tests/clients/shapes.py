"""The shape of an event record: which fields it has and what form each value has, never the value."""

import re

# Texts of known form, the first that fits; everything else is `text`.
FORMS = [
    ("empty", r""),
    ("boolean-text", r"true|false"),
    ("account", r"\d{12}"),
    ("iso-date", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"),
    ("java-date", r"[A-Z][a-z]{2} \d{1,2}, \d{4} \d{1,2}:\d\d:\d\d [AP]M"),
    ("java-date-comma", r"[A-Z][a-z]{2} \d{1,2}, \d{4}, \d{1,2}:\d\d:\d\d [AP]M"),
    ("arn", r"arn:[^\s]+"),
    ("uuid", r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    ("hex-64", r"[0-9a-f]{64}"),
    ("long-term-key", r"AKIA[A-Z0-9]{16}"),
    ("temporary-key", r"ASIA[A-Z0-9]{16}"),
    ("user-id", r"AIDA[A-Z0-9]+"),
    ("role-session-id", r"AROA[A-Z0-9]+:.+"),
    ("role-id", r"AROA[A-Z0-9]+"),
    ("policy-id", r"ANPA[A-Z0-9]+"),
    ("s3-request-id", r"[A-Z0-9]{16}"),
    ("ip", r"\d+(\.\d+){3}"),
    ("version", r"\d+\.\d+"),
    ("service", r"[a-z0-9]+\.amazonaws\.com"),
    ("bracketed", r"\[.*\]"),
    ("json", r"\s*\{.*\}\s*"),
    ("encoded-json", r"(%0A|%20)*%7B.*"),
]
PATTERNS = [(name, re.compile(pattern, re.DOTALL)) for name, pattern in FORMS]

# What callers may fill as they like: an object or a list, no more.
OPAQUE = {"requestParameters.bucketPolicy", "requestParameters.encryptionContext"}


def form(value):
    """The form of a value that has no members."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    if value == "[redacted]":  # The publisher of a sample took something out.
        return "text"
    return next((name for name, pattern in PATTERNS if pattern.fullmatch(value)), "text")


def fields(value, path=""):
    """Every path of a record with the set of its forms; `[]` is any item."""
    if isinstance(value, dict):
        if path in OPAQUE:
            return {path: {"object"}}
        found = {path: {"object"}} if path else {}
        for name, member in value.items():
            merge(found, fields(member, f"{path}.{name}" if path else name))
        return found
    if isinstance(value, list):
        found = {path: {"list"}}
        for item in value:
            merge(found, fields(item, f"{path}[]"))
        return found
    return {path: {form(value)}}


def merge(into, more):
    """Adds paths and forms."""
    for path, forms in more.items():
        into.setdefault(path, set()).update(forms)


def operation(record):
    """What is called: the service, the event's name, who calls, and the error if any."""
    name = f"{record['eventSource'].split('.')[0]}:{record['eventName']}"
    identity = record["userIdentity"]
    if identity.get("type") == "AWSService":
        name += " by a service"
    elif "invokedBy" in identity:
        name += " through a service"
    if "errorCode" in record:
        name += f" -> {record['errorCode']}"
    return name


def identity_kind(record):
    """The kind of caller, which decides the shape of `userIdentity`."""
    identity = record["userIdentity"]
    kind = identity.get("type", "none")
    for member in ("sessionContext", "invokedBy"):
        if member in identity:
            kind += f"+{member}"
    return kind


class Shape:
    """What the records of one kind have in common."""

    def __init__(self):
        self.always, self.forms = None, {}

    def add(self, record):
        """Takes a record, or a part of one, in."""
        found = fields(record)
        self.always = set(found) if self.always is None else self.always & set(found)
        merge(self.forms, found)

    def rendered(self):
        """As the fixture has it: `?` after a path that some records lack."""
        return {
            path + ("" if path in self.always else "?"): " ".join(sorted(forms))
            for path, forms in sorted(self.forms.items())
        }


def differences(shape, record):
    """How a record differs from a rendered shape: (path, what) pairs."""
    found = fields(record)
    forms = {path.removesuffix("?"): set(text.split()) for path, text in shape.items()}
    for path in forms:
        if path not in found and f"{path}?" not in shape and not absent_parent(path, found):
            yield path, "missing"
    for path, ours in found.items():
        if path not in forms:
            yield path, "extra"
        elif extra := ours - forms[path]:
            yield path, f"is {' '.join(sorted(extra))}"


def absent_parent(path, found):
    """Whether a containing object is missing too: that is reported once."""
    parent = path[:-2] if path.endswith("[]") else path.rpartition(".")[0]
    return bool(parent) and parent not in found
