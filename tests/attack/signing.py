"""Signature Version 4 by hand, so that every part of it can be forged, and requests as bytes."""

import base64
import hashlib
import hmac
import http.client
import json
import socket
from datetime import datetime, timedelta, timezone
from urllib.parse import quote

from rehearsal import REGION, ROOT

EMPTY = hashlib.sha256(b"").hexdigest()
ALGORITHM = "AWS4-HMAC-SHA256"


def now(**offset):
    """The present, or a little off, as SigV4 writes it."""
    return (datetime.now(timezone.utc) + timedelta(**offset)).strftime("%Y%m%dT%H%M%SZ")


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def derive(secret, day, region, service, terminator="aws4_request"):
    key = ("AWS4" + secret).encode()
    for part in (day, region, service, terminator):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


def sign(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def encoded(text):
    return quote(text, safe="-_.~")


class Request:
    """A request that is signed rightly; an attack changes it before or after it was signed."""

    def __init__(self, method, path, service, body=b"", headers=(), query=(), region=REGION,
                 credentials=ROOT, date=None):
        self.method, self.path, self.service, self.body = method, path, service, body
        self.headers = [[name, value] for name, value in headers]
        self.query = list(query)
        self.region, self.credentials = region, credentials
        self.date = date or now()
        self.payload = sha256(body)
        self.terminator = "aws4_request"
        self.day = None  # The scope's; of `date` if not set.
        self.unsigned = set()  # Headers that are left out of the signature.
        self.signed_names = None
        self.signature = None  # Of the last signing.

    def set(self, **changes):
        for name, value in changes.items():
            assert hasattr(self, name), name
            setattr(self, name, value)
        return self

    def header(self, name, value):
        self.headers = [pair for pair in self.headers if pair[0].lower() != name.lower()]
        self.headers.append([name, value])
        return self

    def scope(self):
        day = self.day or self.date[:8]
        return f"{day}/{self.region}/{self.service}/{self.terminator}"

    def canonical(self, names, query):
        values = {}
        for name, value in self.headers:
            values.setdefault(name.lower(), []).append(" ".join(value.split()))
        lines = "".join(f"{name}:{','.join(values.get(name, ['']))}\n" for name in names)
        pairs = sorted((encoded(name), encoded(value)) for name, value in query)
        query = "&".join(f"{name}={value}" for name, value in pairs)
        path = self.path if self.service == "s3" else quote(self.path, safe="/-_.~")
        return "\n".join([self.method, path, query, lines, ";".join(names), self.payload])

    def to_sign(self, canonical):
        return "\n".join([ALGORITHM, self.date, self.scope(), sha256(canonical.encode())])

    def key(self):
        day = self.day or self.date[:8]
        return derive(self.credentials[1], day, self.region, self.service, self.terminator)

    def seal(self, host):
        """Signs in the header."""
        self.header("host", host).header("x-amz-date", self.date)
        if self.service == "s3":
            self.header("x-amz-content-sha256", self.payload)
        if len(self.credentials) > 2 and self.credentials[2]:
            self.header("x-amz-security-token", self.credentials[2])
        names = sorted({name.lower() for name, _ in self.headers} - self.unsigned)
        names = self.signed_names or names
        self.signature = sign(self.key(), self.to_sign(self.canonical(names, self.query)))
        self.header("authorization", f"{ALGORITHM} Credential={self.credentials[0]}/{self.scope()}"
                    f", SignedHeaders={';'.join(names)}, Signature={self.signature}")
        return self

    def presign(self, host, expires=300, **more):
        """Signs in the query."""
        self.header("host", host)
        names = sorted({name.lower() for name, _ in self.headers} - self.unsigned)
        names = self.signed_names or names
        self.query += [
            ("X-Amz-Algorithm", ALGORITHM),
            ("X-Amz-Credential", f"{self.credentials[0]}/{self.scope()}"),
            ("X-Amz-Date", self.date), ("X-Amz-SignedHeaders", ";".join(names)),
        ]
        if expires is not None:
            self.query.append(("X-Amz-Expires", str(expires)))
        if len(self.credentials) > 2 and self.credentials[2]:
            self.query.append(("X-Amz-Security-Token", self.credentials[2]))
        self.query += list(more.items())
        if self.service == "s3" and self.payload == sha256(self.body):
            self.payload = "UNSIGNED-PAYLOAD"
        self.signature = sign(self.key(), self.to_sign(self.canonical(names, self.query)))
        self.query.append(("X-Amz-Signature", self.signature))
        return self

    def target(self):
        if not self.query:
            return self.path
        return self.path + "?" + "&".join(f"{encoded(n)}={encoded(v)}" for n, v in self.query)

    def send(self, server, target=None):
        """Sends it as it is and gives the answer."""
        headers = list(self.headers)
        names = {name.lower() for name, _ in headers}
        if "content-length" not in names and "transfer-encoding" not in names:
            headers.append(["content-length", str(len(self.body))])
        head = f"{self.method} {target or self.target()} HTTP/1.1\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in headers)
        return exchange(server.port, head.encode() + b"connection: close\r\n\r\n" + self.body)


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def __repr__(self):
        return f"{self.status} {self.body[:300]!r}"

    @property
    def denied(self):
        """Whether nothing was done, for a reason that the service gave."""
        return 400 <= self.status < 500 or self.status == 501


def exchange(port, data):
    """Bytes there and an answer back. No answer at all has the status 0."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        try:
            connection.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass  # An answer may be there all the same.
        try:
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            return Answer(answer.status, answer.headers, answer.read())
        except (http.client.HTTPException, ConnectionResetError, TimeoutError) as error:
            return Answer(0, {}, repr(error).encode())


def query_call(action, service="sts", version="2011-06-15", **words):
    """A call of a Query service."""
    body = "&".join(f"{encoded(n)}={encoded(v)}" for n, v in
                    [("Action", action), ("Version", version), *words.items()])
    headers = [("content-type", "application/x-www-form-urlencoded; charset=utf-8")]
    region = "us-east-1" if service == "iam" else REGION
    return Request("POST", "/", service, body.encode(), headers, region=region)


def json_call(target, **words):
    """A call of a JSON service, such as `TrentService.ListKeys`."""
    service = "kms" if target.startswith("TrentService") else "cloudtrail"
    headers = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", target)]
    return Request("POST", "/", service, json.dumps(words).encode(), headers)


def post_form(server, bucket, fields, file=b"x", credentials=ROOT, conditions=None, date=None,
              expiration=None, region=REGION, service="s3"):
    """The fields of a browser's form, signed; gives a dictionary to be forged."""
    date = date or now()
    scope = f"{date[:8]}/{region}/{service}/aws4_request"
    signing = {"x-amz-algorithm": ALGORITHM, "x-amz-credential": f"{credentials[0]}/{scope}",
               "x-amz-date": date}
    if len(credentials) > 2:
        signing["x-amz-security-token"] = credentials[2]
    if conditions is None:
        conditions = [{"bucket": bucket}, ["starts-with", "$key", "up/"]]
    until = expiration or (datetime.now(timezone.utc) + timedelta(minutes=5))
    policy = {"expiration": until.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
              "conditions": conditions + [{name: value} for name, value in signing.items()]}
    text = base64.b64encode(json.dumps(policy).encode()).decode()
    key = derive(credentials[1], date[:8], region, service)
    return {**fields, **signing, "policy": text, "x-amz-signature": sign(key, text)}, file


def send_form(server, bucket, fields, file=b"x", after=()):
    """Sends a form; `after` are fields that follow the file."""
    mark = "shoseki-attack-mark"
    pairs = list(fields.items()) if isinstance(fields, dict) else list(fields)

    def part(name, value):
        return (f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
                .encode())

    body = b"".join(part(name, value) for name, value in pairs)
    body += (f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n'
             "Content-Type: text/plain\r\n\r\n").encode() + file + b"\r\n"
    body += b"".join(part(name, value) for name, value in after) + f"--{mark}--\r\n".encode()
    head = (f"POST /{bucket} HTTP/1.1\r\nhost: 127.0.0.1:{server.port}\r\n"
            f"content-type: multipart/form-data; boundary={mark}\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n")
    return exchange(server.port, head.encode() + body)


def chunked(request, host, pieces, trailer=None):
    """Turns a PUT into one of signed chunks: (data, signature override) or data each."""
    data = [piece[0] if isinstance(piece, tuple) else piece for piece in pieces]
    length = sum(map(len, data))
    request.payload = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" + ("-TRAILER" if trailer else "")
    request.header("content-encoding", "aws-chunked")
    request.header("x-amz-decoded-content-length", str(length))
    if trailer:
        request.header("x-amz-trailer", trailer[0])
    request.seal(host)
    key, previous, body = request.key(), request.signature, b""
    for piece in [*pieces, b""]:
        piece, override = piece if isinstance(piece, tuple) else (piece, None)
        text = "\n".join(["AWS4-HMAC-SHA256-PAYLOAD", request.date, request.scope(), previous,
                          EMPTY, sha256(piece)])
        previous = sign(key, text)
        shown = override if override is not None else previous
        body += f"{len(piece):x};chunk-signature={shown}\r\n".encode() + piece
        body += b"" if trailer and not piece else b"\r\n"
    if trailer:
        name, value, override = (*trailer, None)[:3]
        line = f"{name}:{value}\n"
        text = "\n".join(["AWS4-HMAC-SHA256-TRAILER", request.date, request.scope(), previous,
                          sha256(line.encode())])
        shown = override or sign(key, text)
        body += f"{name}:{value}\r\nx-amz-trailer-signature:{shown}\r\n\r\n".encode()
    request.body = body
    return request
