"""A verifier of transparency logs of its own: RFC 6962 by its definitions, with hashlib, and C2SP's
notes, checkpoints, cosignatures, tiles and proofs, with the `cryptography` package's Ed25519.

Nothing here is shared with the program under test.
"""

import base64
import hashlib
import urllib.error
import urllib.request

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LOG, WITNESS = 1, 4


def leaf_hash(record):
    """RFC 6962, section 2.1: a leaf."""
    return hashlib.sha256(b"\x00" + record).digest()


def node_hash(left, right):
    """RFC 6962, section 2.1: an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(count):
    """The largest power of two that is smaller than `count`."""
    power = 1
    while power * 2 < count:
        power *= 2
    return power


def root_of(leaves):
    """RFC 6962, section 2.1: the Merkle Tree Hash of a list of leaf hashes."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    at = split(len(leaves))
    return node_hash(root_of(leaves[:at]), root_of(leaves[at:]))


def root_by_path(leaf, index, size, path):
    """RFC 6962, section 2.1.1, backwards: the root to which an audit path leads."""
    if size == 1:
        if path:
            raise ValueError("the path is too long")
        return leaf
    if not path:
        raise ValueError("the path is too short")
    at = split(size)
    if index < at:
        return node_hash(root_by_path(leaf, index, at, path[:-1]), path[-1])
    return node_hash(path[-1], root_by_path(leaf, index - at, size - at, path[:-1]))


class Key:
    """A verifier key: `NAME+ID+KEY`."""

    def __init__(self, text):
        self.name, key_id, key = text.strip().split("+", 2)
        key = base64.b64decode(key, validate=True)
        self.kind, self.public = key[0], key[1:]
        digest = hashlib.sha256(self.name.encode() + b"\n" + key).digest()
        self.key_id = digest[:4]
        if key_id != self.key_id.hex() or self.kind not in (LOG, WITNESS):
            raise ValueError("not a verifier key")

    def verify(self, text, signature):
        """Whether these are the ID and signature of this key; of a witness, gives the time."""
        if signature[:4] != self.key_id:
            return None
        message, proof, time = text.encode(), signature[4:], True
        if self.kind == WITNESS:
            time = int.from_bytes(proof[:8], "big")
            message = f"cosignature/v1\ntime {time}\n{text}".encode()
            proof = proof[8:]
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(proof, message)
        except InvalidSignature:
            return None
        return time


class Checkpoint:
    """A signed note whose text is a checkpoint."""

    def __init__(self, note):
        self.text, lines = note.rsplit("\n\n", 1)
        self.text += "\n"
        origin, size, root = self.text.splitlines()[:3]
        self.origin, self.size, self.root = origin, int(size), base64.b64decode(root, validate=True)
        self.signatures = []
        for line in lines.splitlines():
            dash, name, signature = line.split(" ")
            if dash != "\u2014":
                raise ValueError("not a signature line")
            self.signatures.append((name, base64.b64decode(signature, validate=True)))

    def is_signed_by(self, key):
        """Whether the key signed it; of a witness, gives the time."""
        own = [key.verify(self.text, raw) for name, raw in self.signatures if name == key.name]
        return next((found for found in own if found), None)


class Proof:
    """A `.tlog-proof` file."""

    def __init__(self, text):
        head, note = text.split("\n\n", 1)
        first, *lines = head.splitlines()
        if first != "c2sp.org/tlog-proof@v1":
            raise ValueError("not a proof")
        if lines[0].startswith("extra "):
            lines.pop(0)
        word, index = lines[0].split(" ")
        if word != "index":
            raise ValueError("no index")
        self.index = int(index)
        self.path = [base64.b64decode(line, validate=True) for line in lines[1:]]
        self.checkpoint = Checkpoint(note)

    def proves(self, record, log, witnesses=()):
        """Whether the record is in the log, and all witnesses cosigned."""
        checkpoint = self.checkpoint
        if checkpoint.origin != log.name or not checkpoint.is_signed_by(log):
            return False
        if not all(checkpoint.is_signed_by(witness) for witness in witnesses):
            return False
        if self.index >= checkpoint.size:
            return False
        try:
            found = root_by_path(leaf_hash(record), self.index, checkpoint.size, self.path)
        except ValueError:
            return False
        return found == checkpoint.root


class Log:
    """The public pages of a log."""

    def __init__(self, url):
        self.prefix = f"{url}/_shoseki/log"

    def page(self, path):
        """The bytes and headers of a page."""
        with urllib.request.urlopen(f"{self.prefix}/{path}", timeout=10) as answer:
            return answer.read(), answer.headers

    def status(self, path):
        """The status of a page."""
        try:
            with urllib.request.urlopen(f"{self.prefix}/{path}", timeout=10) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def key(self):
        """The log's verifier key."""
        return Key(self.page("key")[0].decode())

    def checkpoint(self):
        """The published checkpoint, signed by the log; none while there is none."""
        try:
            note = self.page("checkpoint")[0].decode()
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise
        checkpoint = Checkpoint(note)
        assert checkpoint.is_signed_by(self.key()), note
        return checkpoint

    def tile(self, level, index, width=256):
        """The hashes of a tile."""
        path = f"{index:03d}" if index < 1000 else f"x{index // 1000:03d}/{index % 1000:03d}"
        partial = "" if width == 256 else f".p/{width}"
        data, headers = self.page(f"tile/{level}/{path}{partial}")
        assert headers["Content-Type"] == "application/octet-stream"
        assert "immutable" in headers["Cache-Control"]
        assert len(data) == 32 * width, (level, index, width, len(data))
        return [data[at:at + 32] for at in range(0, len(data), 32)]

    def row(self, level, size):
        """All hashes of a level of tiles, in a tree of `size` leaves."""
        count, row = size >> 8 * level, []
        for index in range(0, (count + 255) // 256):
            row += self.tile(level, index, min(256, count - 256 * index))
        return row
