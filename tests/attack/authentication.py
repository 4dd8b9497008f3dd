"""Forged, replayed, expired, stripped and re-scoped signatures, in all forms that carry one.

python tests/attack/authentication.py --bin PATH [--full]

Each attack has its control beside it: the same request, signed rightly, is answered.
"""

import base64
import json
import zlib
from datetime import datetime, timedelta, timezone
from urllib.parse import unquote

from attack import Checks, arguments, serving
from rehearsal import ACCOUNT, REGION, ROOT
from signing import (
    ALGORITHM, EMPTY, Request, chunked, encoded, exchange, json_call, now, post_form, query_call,
    send_form, sha256,
)

BUCKET, SECRET_KEY, SECRET_TEXT = "mori-attacked", "secret", b"a secret text"
DAY = now()[:8]
YESTERDAY = now(days=-1)[:8]


def sts():
    return query_call("GetCallerIdentity")


def kms():
    return json_call("TrentService.ListKeys")


def get():
    return Request("GET", f"/{BUCKET}/{SECRET_KEY}", "s3")


def put(key="put/x", body=b"attack", **more):
    return Request("PUT", f"/{BUCKET}/{key}", "s3", body, **more)


FAMILIES = {"STS": sts, "KMS": kms, "S3": get}


def swapped(request, old, new, name="authorization"):
    """Changes a sealed request's header."""
    value = next(value for header, value in request.headers if header == name)
    assert old in value, (old, value)
    return request.header(name, value.replace(old, new, 1))


def flipped(text):
    return ("0" if text[0] != "0" else "1") + text[1:]


def another(service):
    return "s3" if service != "s3" else "kms"


# What is wrong before it is signed.
FORGED = {
    "the secret is another": lambda r: r.set(credentials=(ROOT[0], "x" * 40)),
    "the secret is empty": lambda r: r.set(credentials=(ROOT[0], "")),
    "the access key is unknown": lambda r: r.set(credentials=("AKIANOBODYNOBODY0001", ROOT[1])),
    "the access key id is in lower case": lambda r: r.set(credentials=(ROOT[0].lower(), ROOT[1])),
    "the access key id is empty": lambda r: r.set(credentials=("", "")),
    "it is 16 minutes old": lambda r: r.set(date=now(minutes=-16)),
    "it is of 16 minutes hence": lambda r: r.set(date=now(minutes=16)),
    "it is a year old": lambda r: r.set(date=now(days=-365)),
    "its scope is of yesterday": lambda r: r.set(day=YESTERDAY),
    "its scope is of another service": lambda r: r.set(service=another(r.service)),
    "its scope is of no service": lambda r: r.set(service=""),
    "its scope ends otherwise": lambda r: r.set(terminator="aws5_request"),
    "the host is not signed": lambda r: r.set(unsigned={"host"}),
    "nothing is signed": lambda r: r.set(signed_names=["x-not-there"]),
    "a session token comes with a lasting key": lambda r: r.set(
        credentials=(*ROOT[:2], "IQoJb3JpZ2luX2VjEXAMPLE")),
}
# What is changed after it was signed.
CHANGED = {
    "the signature is flipped": lambda r: swapped(r, r.signature, flipped(r.signature)),
    "the signature is empty": lambda r: swapped(r, r.signature, ""),
    "the signature is in upper case": lambda r: swapped(r, r.signature, r.signature.upper())
        if r.signature.upper() != r.signature else swapped(r, r.signature, "0" * 64),
    "the signature is cut": lambda r: swapped(r, r.signature, r.signature[:32]),
    "the signature is doubled": lambda r: swapped(r, r.signature, r.signature * 2),
    "the signature is all zeros": lambda r: swapped(r, r.signature, "0" * 64),
    "the region is another": lambda r: swapped(r, f"/{r.region}/", "/eu-west-1/"),
    "the scope's day is another": lambda r: swapped(r, f"/{DAY}/", f"/{YESTERDAY}/"),
    "the scope's service is another": lambda r: swapped(
        r, f"/{r.service}/", f"/{another(r.service)}/"),
    "the algorithm is weaker": lambda r: swapped(r, ALGORITHM, "AWS4-HMAC-SHA1"),
    "the algorithm is none": lambda r: swapped(r, ALGORITHM, "none"),
    "the algorithm is version 2": lambda r: r.header(
        "authorization", f"AWS {ROOT[0]}:{r.signature[:28]}"),
    "the algorithm has another key type": lambda r: swapped(
        r, ALGORITHM, "AWS4-ECDSA-P256-SHA256"),
    "the date is another": lambda r: r.header("x-amz-date", now(minutes=1)),
    "the host is another": lambda r: r.header("host", "elsewhere.example.com"),
    "the method is another": lambda r: r.set(method="DELETE"),
    "a query parameter was added": lambda r: r.set(query=[*r.query, ("acl", "")]),
    "the path is another": lambda r: r.set(path=r.path + "x"),
    "a header is left off the list": lambda r: swapped(r, "host;", ""),
    "there are two Authorization headers": lambda r: r.set(
        headers=[*r.headers, ["authorization", r.headers[-1][1]]]),
    "there is a second credential": lambda r: swapped(
        r, "Credential=", "Credential=AKIANOBODYNOBODY0001/x/x/x/aws4_request, Credential="),
    "it is signed in the query too": lambda r: r.set(
        query=[*r.query, ("X-Amz-Signature", r.signature)]),
    "the body is another": lambda r: r.set(body=r.body.replace(b"Get", b"Lit") or b"x"),
    "the Authorization header is empty": lambda r: r.header("authorization", ""),
    "the Authorization header is gone": lambda r: r.set(
        headers=[h for h in r.headers if h[0] != "authorization"]),
}


def headers(server, checks, host):
    for family, make in FAMILIES.items():
        answer = make().seal(host).send(server)
        checks.check(f"header, {family}: the control is answered", answer.status == 200, answer)
        for what, forge in FORGED.items():
            with checks.guarded(f"header, {family}: {what}"):
                answer = forge(make()).seal(host).send(server)
                checks.check(f"header, {family}: {what}", answer.denied, answer)
        for what, change in CHANGED.items():
            if what == "the body is another" and family == "KMS":
                change = lambda r: r.set(body=b'{"Limit":1}')  # noqa: E731
            with checks.guarded(f"header, {family}: {what}"):
                answer = change(make().seal(host)).send(server)
                checks.check(f"header, {family}: {what}", answer.denied, answer)


def targets(server, checks, host):
    """What chooses the operation is under the signature, and no second word chooses another."""
    sealed = kms().seal(host)
    answer = sealed.header("x-amz-target", "TrentService.CreateKey").send(server)
    checks.check("target: another operation in a signed request", answer.denied, answer)
    plain = json_call("TrentService.ListKeys").set(unsigned={"x-amz-target"}).seal(host)
    answer = plain.send(server)
    checks.check("target: an operation that is not signed", answer.denied, answer)
    doubled = kms().seal(host)
    doubled.headers.insert(0, ["x-amz-target", "TrentService.CreateKey"])
    answer = doubled.send(server)
    checks.check("target: a second, unsigned operation in front", answer.denied, answer)
    cross = sts().header("x-amz-target", "TrentService.ListKeys").seal(host).send(server)
    checks.check("target: a JSON operation in STS's scope", cross.denied, cross)
    both = sts().set(query=[("Action", "GetSessionToken"), ("Version", "2011-06-15")])
    answer = both.seal(host).send(server)
    checks.check("target: Action in query and body gives no second credentials",
                 b"SecretAccessKey" not in answer.body, answer)
    twice = sts()
    twice.body += b"&Action=GetSessionToken"
    answer = twice.set(payload=sha256(twice.body)).seal(host).send(server)
    checks.check("target: Action twice in the body", b"SecretAccessKey" not in answer.body, answer)
    override = get().header("x-http-method-override", "DELETE").seal(host).send(server)
    checks.check("target: X-HTTP-Method-Override is ignored", override.status == 200
                 and get().seal(host).send(server).status == 200, override)
    absolute = get().seal(host).send(server, f"http://elsewhere.example.com/{BUCKET}/{SECRET_KEY}")
    checks.check("target: an absolute target with another host", absolute.denied, absolute)
    hosts = get().seal(host)
    hosts.headers.insert(0, ["host", "elsewhere.example.com"])
    answer = hosts.send(server)
    checks.check("target: two Host headers", answer.denied, answer)
    virtual = Request("GET", f"/{SECRET_KEY}", "s3").seal(host)
    answer = virtual.header("host", f"{BUCKET}.localhost").send(server)
    checks.check("target: a bucket by a host that was not signed", answer.denied, answer)


def payloads(server, checks, host):
    """A body is what its headers declare."""
    stored = []

    def refuse(what, request):
        key = f"put/{len(stored)}"
        request.path = f"/{BUCKET}/{key}"
        stored.append(key)
        answer = request.seal(host)
        return what, key, answer

    attacks = [
        ("the body is another", put(), lambda r: r.set(body=b"ATTACK")),
        ("the body is longer", put(), lambda r: r.set(body=b"attack and more")),
        ("the body is shorter", put(), lambda r: r.set(body=b"atta")),
        ("the hash is taken back", put(), lambda r: r.header(
            "x-amz-content-sha256", "UNSIGNED-PAYLOAD")),
        ("the hash is in upper case", put().set(payload=sha256(b"attack").upper()), None),
        ("the hash is no hash", put().set(payload="x"), None),
        ("the hash is empty", put().set(payload=""), None),
        ("the hash is of nothing", put().set(payload=EMPTY), None),
        ("an x-amz header was added", put(), lambda r: r.header("x-amz-acl", "public-read")),
        ("an x-amz header is not signed", put(headers=[("x-amz-acl", "public-read")]).set(
            unsigned={"x-amz-acl"}), None),
        ("a signed header was doubled", put(headers=[("x-amz-meta-a", "1")]), lambda r: r.set(
            headers=[*r.headers, ["x-amz-meta-a", "2"]])),
        ("the MD5 is of another body", put(headers=[("content-md5", "AAAAAAAAAAAAAAAAAAAAAA==")]),
         None),
        ("the checksum is of another body", put(headers=[("x-amz-checksum-crc32", "AAAAAA==")]),
         None),
        ("the day is of a scope in another region", put(), lambda r: swapped(
            r, f"/{REGION}/", "/us-east-1/")),
    ]
    for what, request, change in attacks:
        with checks.guarded(f"payload: {what}"):
            what, key, request = refuse(what, request)
            answer = (change(request) if change else request).send(server)
            checks.check(f"payload: {what}", answer.denied, answer)
    keys = server.client("s3").list_objects_v2(Bucket=BUCKET, Prefix="put/").get("Contents", [])
    checks.check("payload: nothing of all that was stored", not keys, keys)


def presigned(server, checks, host):
    def attack(what, before=None, after=None, make=get, target=None, **words):
        with checks.guarded(f"presigned: {what}"):
            request = make()
            request = (before(request) if before else request).presign(host, **words)
            answer = (after(request) if after else request).send(server, target)
            checks.check(f"presigned: {what}", answer.denied, answer)

    def value(name, text):
        return lambda r: r.set(query=[(n, text if n == name else v) for n, v in r.query])

    def more(*pairs, front=False):
        return lambda r: r.set(query=[*pairs, *r.query] if front else [*r.query, *pairs])

    for make, family in ((get, "S3"), (sts, "STS")):
        answer = make().presign(host).send(server)
        checks.check(f"presigned: the control of {family} is answered", answer.status == 200, answer)
    attack("it has expired", lambda r: r.set(date=now(seconds=-400)))
    attack("it lives for eight days", expires=691_200)
    attack("it lives for ever", expires=10**18)
    attack("it lives backwards", expires=-1)
    attack("its life is no number", expires="soon")
    attack("it names no life", expires=None)
    attack("its life was prolonged", lambda r: r.set(date=now(seconds=-400)),
           value("X-Amz-Expires", "86400"))
    attack("its lifetime is there twice", lambda r: r.set(date=now(seconds=-400)),
           more(("X-Amz-Expires", "86400"), front=True))
    attack("its date was moved", lambda r: r.set(date=now(seconds=-400)),
           value("X-Amz-Date", now()))
    attack("it is of 16 minutes hence", lambda r: r.set(date=now(minutes=16)))
    attack("its scope is of yesterday", lambda r: r.set(day=YESTERDAY))
    attack("its scope is of another service", lambda r: r.set(service="kms"))
    attack("its region was changed", after=value(
        "X-Amz-Credential", f"{ROOT[0]}/{DAY}/eu-west-1/s3/aws4_request"))
    attack("its key is another", lambda r: r.set(credentials=(ROOT[0], "y" * 40)))
    attack("its object is another", after=lambda r: r.set(path=f"/{BUCKET}/other"))
    attack("its bucket is another", after=lambda r: r.set(path=f"/other-bucket/{SECRET_KEY}"))
    for method in ("PUT", "DELETE", "POST"):
        attack(f"its method became {method}", after=lambda r, m=method: r.set(method=m))
    for name in ("response-content-type", "versionId", "acl", "uploads", "partNumber"):
        attack(f"{name} was added", after=more((name, "text/html")))
    attack("a second signature in front", after=more(("X-Amz-Signature", "0" * 64), front=True))
    attack("a second credential in front", after=more(
        ("X-Amz-Credential", f"AKIANOBODYNOBODY0001/{DAY}/{REGION}/s3/aws4_request"), front=True))
    attack("the signature is flipped", after=lambda r: value(
        "X-Amz-Signature", flipped(r.signature))(r))
    attack("the signature is gone", after=lambda r: r.set(
        query=[pair for pair in r.query if pair[0] != "X-Amz-Signature"]))
    attack("the host is not signed", lambda r: r.set(signed_names=["x-none"]))
    attack("the host is another", after=lambda r: r.header("host", "elsewhere.example.com"))
    attack("an x-amz header was added", after=lambda r: r.header(
        "x-amz-server-side-encryption-customer-algorithm", "AES256"))
    attack("a signed header is gone", lambda r: r.header("x-amz-meta-a", "1"),
           lambda r: r.set(headers=[h for h in r.headers if h[0] != "x-amz-meta-a"]))
    attack("the algorithm is another", after=value("X-Amz-Algorithm", "AWS4-HMAC-SHA1"))
    attack("its names are in lower case", after=lambda r: r.set(
        query=[(n.lower(), v) for n, v in r.query]))
    attack("the list of headers holds a line end", lambda r: r.set(
        signed_names=["host", "x\nhost"]))
    attack("an upload is read with it", make=lambda: put("up"),
           after=lambda r: r.set(method="GET", path=f"/{BUCKET}/{SECRET_KEY}"))
    old = f"/{BUCKET}/{SECRET_KEY}?AWSAccessKeyId={ROOT[0]}&Expires=9999999999&Signature=AAAA"
    answer = Request("GET", old, "s3").header("host", host).send(server)
    checks.check("presigned: Signature Version 2", answer.denied, answer)
    attack("STS: the action is another", make=lambda: Request(
        "GET", "/", "sts", query=[("Action", "GetCallerIdentity"), ("Version", "2011-06-15")]),
        after=value("Action", "GetSessionToken"))
    attack("STS: expired", lambda r: r.set(date=now(minutes=-16)), make=sts, expires=300)


def chunks(server, checks, host):
    pieces = [b"a" * 8192, b"b" * 8192, b"c" * 100]

    def attack(what, parts=pieces, change=None, wants=False, trailer=None, before=None):
        key = "chunks/" + "".join(letter for letter in what if letter.isalpha())
        with checks.guarded(f"chunks: {what}"):
            request = put(key)
            request = before(request) if before else request
            request = chunked(request, host, parts, trailer)
            answer = (change(request) if change else request).send(server)
            there = Request("GET", f"/{BUCKET}/{key}", "s3").seal(host).send(server)
            if wants:
                whole = b"".join(parts)
                holds = answer.status == 200 and there.body == whole
            else:
                holds = answer.status != 200 and there.status == 404
            checks.check(f"chunks: {what}", holds, (answer, there))

    def body(old, new):
        return lambda r: r.set(body=r.body.replace(old, new, 1))

    def end(request):
        return request.body.rindex(b"0;chunk-signature=")

    attack("the control is stored", wants=True)
    attack("the first chunk's signature is wrong", [(pieces[0], "0" * 64), *pieces[1:]])
    attack("the last chunk's signature is wrong", [*pieces, (b"", "0" * 64)])
    attack("a chunk's signature is empty", [(pieces[0], ""), *pieces[1:]])
    attack("a chunk was changed", change=body(b"b" * 8, b"B" * 8))
    attack("two chunks changed places", change=lambda r: r.set(
        body=swap_chunks(r.body)))
    attack("the end was cut off", change=lambda r: r.set(body=r.body[:end(r)]))
    attack("a chunk was left out", change=lambda r: r.set(
        body=r.body[r.body.index(b"2000;", 10):]))
    attack("a chunk comes twice", change=lambda r: r.set(
        body=r.body[:r.body.index(b"2000;", 10)] + r.body))
    attack("something follows the end", change=lambda r: r.set(body=r.body + b"more"))
    attack("the declared length is less", change=lambda r: r.header(
        "x-amz-decoded-content-length", "100"))
    attack("the chunks are not signed", change=lambda r: r.set(
        body=b"".join(f"{len(p):x}\r\n".encode() + p + b"\r\n" for p in [*pieces, b""])))
    attack("there are no chunks", change=lambda r: r.set(body=b"".join(pieces)))
    attack("a chunk of a size beyond all", change=body(b"2000;", b"ffffffffffffffff;"))
    attack("a chunk of a negative size", change=body(b"2000;", b"-2000;"))
    attack("a chunk of a size with a sign", change=body(b"2000;", b"+2000;"))
    attack("another request's chunks", change=lambda r: r.set(
        body=chunked(put("x", date=now(seconds=-9)), host, pieces).body))
    sum_of = ("x-amz-checksum-crc32", crc32(b"".join(pieces)))
    attack("the control with a trailer is stored", trailer=sum_of, wants=True)
    attack("the trailer's signature is wrong", trailer=(*sum_of, "0" * 64))
    attack("the trailer's sum is another", trailer=("x-amz-checksum-crc32", "AAAAAA=="))
    attack("the trailer was changed", trailer=sum_of, change=body(
        sum_of[1].encode(), b"AAAAAA=="))
    attack("the trailer is gone", trailer=sum_of, change=lambda r: r.set(
        body=r.body[:r.body.rindex(b"x-amz-checksum-crc32:")] + b"\r\n"))
    attack("an unsigned trailer in a signed body", trailer=sum_of, change=lambda r: r.set(
        body=r.body[:r.body.rindex(b"x-amz-trailer-signature")] + b"\r\n"))


def swap_chunks(body):
    second = body.index(b"2000;", 10)
    third = body.index(b"64;", second)
    return body[second:third] + body[:second] + body[third:]


def crc32(data):
    return base64.b64encode(zlib.crc32(data).to_bytes(4, "big")).decode()


def forms(server, checks, _host):
    s3 = server.client("s3")

    def attack(what, change=None, after=(), file=b"x", key="up/x", wants=False, bucket=BUCKET,
               **words):
        with checks.guarded(f"form: {what}"):
            fields, file = post_form(server, BUCKET, {"key": key}, file, **words)
            fields = change(fields) if change else fields
            answer = send_form(server, bucket, fields, file, after)
            holds = 200 <= answer.status < 300 if wants else answer.denied
            checks.check(f"form: {what}", holds, answer)

    def field(name, value):
        return lambda fields: {**fields, name: value}

    def without(*names):
        return lambda fields: {n: v for n, v in fields.items() if n not in names}

    past = datetime.now(timezone.utc) - timedelta(seconds=5)
    attack("the control is stored", wants=True)
    s3.delete_object(Bucket=BUCKET, Key="up/x")
    attack("the policy has expired", expiration=past)
    attack("the signature is flipped", lambda f: {
        **f, "x-amz-signature": flipped(f["x-amz-signature"])})
    attack("the signature is gone", without("x-amz-signature"))
    attack("the policy is gone", without("policy"))
    attack("nothing is signed", without(
        "policy", "x-amz-signature", "x-amz-credential", "x-amz-algorithm", "x-amz-date"))
    attack("the policy was changed", lambda f: {**f, "policy": f["policy"][:-4] + "fQ=="})
    attack("the key is elsewhere", field("key", "down/x"))
    attack("the key climbs out", field("key", "../up/x"))
    attack("the file's name climbs out", lambda f: {**f, "key": "${filename}"})
    attack("a field that the policy does not name", field("acl", "public-read"))
    attack("a redirection that the policy does not name", field(
        "success_action_redirect", "http://elsewhere.example.com"))
    attack("a second key in front", lambda f: [("key", "down/x"), *f.items()])
    fields, file = post_form(server, BUCKET, {"key": "up/x"})
    answer = send_form(server, BUCKET, [*fields.items(), ("key", "down/x")], file)
    elsewhere = s3.list_objects_v2(Bucket=BUCKET, Prefix="down/").get("Contents", [])
    checks.check("form: a second key behind is ignored", not elsewhere, (answer, elsewhere))
    s3.delete_object(Bucket=BUCKET, Key="up/x")
    attack("another bucket", bucket="other-bucket")
    attack("the secret is another", credentials=(ROOT[0], "z" * 40))
    attack("the scope is of another service", service="kms")
    attack("the scope is of another region", field(
        "x-amz-credential", f"{ROOT[0]}/{DAY}/eu-west-1/s3/aws4_request"))
    attack("the date is another", field("x-amz-date", now(minutes=1)))
    attack("the algorithm is another", field("x-amz-algorithm", "AWS4-HMAC-SHA1"))
    attack("a session token with a lasting key", field("x-amz-security-token", "IQoJEXAMPLE"))
    attack("the policy names no bucket and no key", conditions=[])
    attack("the file is longer than allowed", file=b"x" * 100, conditions=[
        {"bucket": BUCKET}, ["starts-with", "$key", "up/"], ["content-length-range", 0, 10]])
    attack("the file is shorter than allowed", file=b"x", conditions=[
        {"bucket": BUCKET}, ["starts-with", "$key", "up/"], ["content-length-range", 10, 99]])
    attack("the type is another", field("content-type", "text/html"), conditions=[
        {"bucket": BUCKET}, ["starts-with", "$key", "up/"], {"content-type": "image/png"}])
    found = s3.list_objects_v2(Bucket=BUCKET, Prefix="up/").get("Contents", [])
    found += s3.list_objects_v2(Bucket=BUCKET, Prefix="down/").get("Contents", [])
    checks.check("form: nothing of all that was stored", not found, found)


def sessions(server, checks, host):
    """Temporary keys, tokens, and keys that were taken back."""
    iam, client = server.client("iam"), server.client("sts")
    trust = {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "sts:AssumeRole"}]}
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument=json.dumps(trust))
    iam.create_user(UserName="alice")
    allow = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["sts:*", "s3:*"], "Resource": "*"}]}
    iam.put_user_policy(UserName="alice", PolicyName="all", PolicyDocument=json.dumps(allow))
    made = iam.create_access_key(UserName="alice")["AccessKey"]
    alice = (made["AccessKeyId"], made["SecretAccessKey"])
    mine = server.client("sts", credentials=alice)

    def triple(credentials):
        return tuple(credentials[n] for n in ("AccessKeyId", "SecretAccessKey", "SessionToken"))

    role = f"arn:aws:iam::{ACCOUNT}:role/reader"
    iam.put_user_policy(UserName="alice", PolicyName="all", PolicyDocument=json.dumps(allow))
    one = triple(mine.assume_role(RoleArn=role, RoleSessionName="one")["Credentials"])
    two = triple(mine.get_session_token()["Credentials"])
    root = triple(client.get_session_token()["Credentials"])

    def who(credentials, before=None, after=None):
        request = sts().set(credentials=credentials)
        request = (before(request) if before else request).seal(host)
        return (after(request) if after else request).send(server)

    for name, credentials, arn in (("a role's", one, "assumed-role/reader/one"),
                                   ("a user's", two, "user/alice"), ("root's", root, ":root")):
        answer = who(credentials)
        checks.check(f"session: the control of {name} session is answered",
                     arn.encode() in answer.body, answer)
        changed = credentials[2][:-9] + flipped(credentials[2][-9:])
        for what, token in (
            ("no token", None), ("an empty token", ""), ("a changed token", changed),
            ("half a token", credentials[2][: len(credentials[2]) // 2]),
            ("a longer token", credentials[2] + "A"),
            ("another session's token", two[2] if credentials != two else one[2]),
        ):
            answer = who((*credentials[:2], token))
            checks.check(f"session: {name} session with {what}", answer.denied, answer)
        answer = who((credentials[0], alice[1], credentials[2]))
        checks.check(f"session: {name} session with the user's secret", answer.denied, answer)
    answer = who((*alice, root[2]))
    checks.check("session: a lasting key with root's token", answer.denied, answer)
    answer = who((root[0], one[1], one[2]))
    checks.check("session: root's session key with a role's secret and token", answer.denied, answer)
    unsigned = get().set(credentials=one, unsigned={"x-amz-security-token"})
    answer = unsigned.seal(host).send(server)
    checks.check("session: a token that is not signed, to S3", answer.denied, answer)
    doubled = get().set(credentials=two).seal(host)
    doubled.headers.append(["x-amz-security-token", root[2]])
    answer = doubled.send(server)
    checks.check("session: two tokens", answer.denied, answer)
    answer = get().set(credentials=(*two[:2], None)).presign(
        host, **{"X-Amz-Security-Token": root[2]}).send(server)
    checks.check("session: another's token in a presigned URL", answer.denied, answer)
    presigned_url = get().set(credentials=two).presign(host)
    presigned_url.query = [pair for pair in presigned_url.query
                           if pair[0] != "X-Amz-Security-Token"]
    answer = presigned_url.header("x-amz-security-token", two[2]).send(server)
    checks.check("session: a presigned URL's token moved to a header", answer.denied, answer)

    def status(value):
        iam.update_access_key(UserName="alice", AccessKeyId=alice[0], Status=value)

    checks.check("session: the control of the user is answered", who(alice).status == 200)
    answer = who((ROOT[0], alice[1]))
    checks.check("session: root's key id with a user's secret", answer.denied, answer)
    status("Inactive")
    answer = who(alice)
    checks.check("session: a key that was switched off, at once", answer.denied, answer)
    answer = get().set(credentials=alice).presign(host).send(server)
    checks.check("session: a presigned URL of a key that is off", answer.denied, answer)
    status("Active")
    checks.check("session: the control of a key that is on again", who(alice).status == 200)
    iam.delete_access_key(UserName="alice", AccessKeyId=alice[0])
    answer = who(alice)
    checks.check("session: a key that was deleted", answer.denied, answer)
    iam.delete_user_policy(UserName="alice", PolicyName="all")
    iam.delete_user(UserName="alice")
    answer = who(two)
    checks.check("session: a session whose user was deleted", answer.denied, answer)


def canonical(server, checks, host):
    """Two texts that one signature could be for."""
    s3 = server.client("s3")
    s3.put_object(Bucket=BUCKET, Key="a/b", Body=b"nested")
    for what, signed, sent in (
        ("a slash for %2F", f"/{BUCKET}/a%2Fb", f"/{BUCKET}/a/b"),
        ("dots that climb", f"/{BUCKET}/{SECRET_KEY}", f"/{BUCKET}/x/../{SECRET_KEY}"),
        ("dots that stay", f"/{BUCKET}/{SECRET_KEY}", f"/{BUCKET}/./{SECRET_KEY}"),
        ("a doubled slash", f"/{BUCKET}/{SECRET_KEY}", f"/{BUCKET}//{SECRET_KEY}"),
        ("a slash in front", f"/{BUCKET}/{SECRET_KEY}", f"//{BUCKET}/{SECRET_KEY}"),
        ("a slash behind", f"/{BUCKET}/{SECRET_KEY}", f"/{BUCKET}/{SECRET_KEY}/"),
        ("a fragment", f"/{BUCKET}/x", f"/{BUCKET}/{SECRET_KEY}#/../x"),
        ("a NUL", f"/{BUCKET}/{SECRET_KEY}", f"/{BUCKET}/{SECRET_KEY}%00"),
        ("encoding twice", f"/{BUCKET}/{SECRET_KEY}", f"/{BUCKET}/%2573ecret"),
        ("a backslash", f"/{BUCKET}/a%5Cb", f"/{BUCKET}/a/b"),
        ("climbing to another bucket", f"/other/..%2F{BUCKET}", f"/other/../{BUCKET}/{SECRET_KEY}"),
        ("a full-width slash", f"/{BUCKET}/a%EF%BC%8Fb", f"/{BUCKET}/a/b"),
        ("an overlong slash", f"/{BUCKET}/a%C0%AFb", f"/{BUCKET}/a/b"),
    ):
        answer = Request("GET", signed, "s3").seal(host).send(server, sent)
        checks.check(f"canonical: {what}", answer.denied, answer)
    for path in (f"/{BUCKET}/x/../{SECRET_KEY}", f"/{BUCKET}/..%2F{BUCKET}%2F{SECRET_KEY}",
                 f"/{BUCKET}/%2e%2e/{BUCKET}/{SECRET_KEY}"):
        request = Request("GET", path, "s3")
        request.path = "/".join(encoded(unquote(part)) for part in path.split("/"))
        answer = request.seal(host).send(server, path)
        checks.check(f"canonical: {path} is a name, not a way", SECRET_TEXT not in answer.body,
                     answer)
    listing = Request("GET", f"/{BUCKET}", "s3", query=[("list-type", "2"), ("prefix", "a")])
    answer = listing.seal(host).send(server, f"/{BUCKET}?list-type=2&prefix=")
    checks.check("canonical: a query value was emptied", answer.denied, answer)
    answer = listing.send(server, f"/{BUCKET}?list-type=2&prefix=a&prefix=")
    checks.check("canonical: a query parameter was repeated", answer.denied, answer)
    answer = listing.send(server, f"/{BUCKET}?list-type=2;prefix=a")
    checks.check("canonical: another separator", answer.denied, answer)
    plus = Request("GET", f"/{BUCKET}", "s3", query=[("list-type", "2"), ("prefix", "a b")])
    answer = plus.seal(host).send(server, f"/{BUCKET}?list-type=2&prefix=a%2Bb")
    checks.check("canonical: a plus for a blank", answer.denied, answer)
    folded = Request("GET", f"/{BUCKET}/{SECRET_KEY}", "s3").seal(host)
    raw = folded.target().encode()
    head = b"GET " + raw + b" HTTP/1.1\r\n" + "".join(
        f"{n}: {v}\r\n" for n, v in folded.headers).encode()
    folds = head.replace(b"x-amz-date: ", b"x-amz-date:\r\n ") + b"connection: close\r\n\r\n"
    answer = exchange(server.port, folds)
    checks.check("canonical: a folded header", answer.status in (0, 400, 403), answer)
    smuggled = (head + b"content-length: 5\r\ntransfer-encoding: chunked\r\n"
                b"connection: close\r\n\r\n0\r\n\r\n")
    answer = exchange(server.port, smuggled)
    checks.check("canonical: a length and chunks", answer.status in (0, 400), answer)
    lengths = head + b"content-length: 0\r\ncontent-length: 5\r\nconnection: close\r\n\r\n"
    answer = exchange(server.port, lengths)
    checks.check("canonical: two lengths", answer.status in (0, 400), answer)


FAMILY = [headers, targets, payloads, presigned, chunks, forms, sessions, canonical]


def main():
    arguments(__doc__)
    checks = Checks()
    with serving() as server:
        host = f"127.0.0.1:{server.port}"
        s3 = server.client("s3")
        for bucket in (BUCKET, "other-bucket"):
            s3.create_bucket(Bucket=bucket,
                             CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_object(Bucket=BUCKET, Key=SECRET_KEY, Body=SECRET_TEXT)
        for attack in FAMILY:
            with checks.guarded(attack.__name__):
                attack(server, checks, host)
        seen = s3.get_object(Bucket=BUCKET, Key=SECRET_KEY)["Body"].read()
        checks.check("the object is what it was", seen == SECRET_TEXT, seen)
    checks.end()


if __name__ == "__main__":
    main()
