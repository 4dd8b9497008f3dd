"""The only place that waits: a poll with a deadline."""

import time


def eventually(probe, within=30.0, what=""):
    """Calls `probe` until it answers something true, and gives that.

    A probe that raises AssertionError has not succeeded yet; its last text is reported at the deadline.
    """
    deadline = time.monotonic() + within
    while True:
        complaint = None
        try:
            answer = probe()
            if answer:
                return answer
        except AssertionError as error:
            complaint = error
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within} s: {what or probe.__name__}") from complaint
        time.sleep(0.05)
