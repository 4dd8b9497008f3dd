"""kill -9 at any instant: what was answered is there, and so is its event."""

from killing import kill_and_prove

ROUNDS = 10


def test_kill_9_loses_nothing_that_was_answered(server, name):
    kill_and_prove(server, name, ROUNDS)
