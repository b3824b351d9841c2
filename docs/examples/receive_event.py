"""Checks that an event comes from your gateway: Python, its standard library and the endpoint's secret (`v1`)."""

import base64
import hashlib
import hmac
import json
import time

TOLERANCE = 5 * 60  # seconds


def verified(headers, body, secret, now=None):
    """Gives the event back, or raises ValueError. `body` is the bytes as they came, `secret` is `whsec_…`."""
    headers = {name.lower(): value for name, value in headers.items()}
    event, sent = headers["webhook-id"], headers["webhook-timestamp"]
    if abs((time.time() if now is None else now) - int(sent)) > TOLERANCE:
        raise ValueError("too old, or from the future")
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{event}.{sent}.".encode() + body, hashlib.sha256).digest()
    expected = b"v1," + base64.b64encode(digest)
    # During a rotation there are several signatures. One that fits is enough.
    if not any(hmac.compare_digest(expected, one.encode()) for one in headers["webhook-signature"].split()):
        raise ValueError("no signature fits")
    return json.loads(body)
