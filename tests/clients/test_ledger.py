"""The comparison of the kill campaign notices every kind of loss."""

import pytest

from ledger import ABSENT, Ledger, repeated, summary


def ledger():
    """An object that was written, one that was deleted, one that was not answered; two calls."""
    made = Ledger()
    for name, value in (("object a", "1"), ("object b", "2"), ("object b", ABSENT)):
        made.begin(name, value)
        made.answered(name, value)
    made.begin("object a", "3")
    made.answered("object a", "3")
    made.begin("object c", "4")
    made.call("r1", "CreateUser", "us-east-1")
    made.call("r2", "PutObject", "files")
    return made


def event(number, request, name="CreateUser"):
    """A record."""
    return {"eventID": f"e{number}", "requestID": request, "eventName": name}


WHOLE = {"object a": "3", "object b": ABSENT, "object c": ABSENT}


@pytest.mark.parametrize("seen", [{}, {"object c": "4"}])
def test_what_was_answered_and_what_may_have_happened_is_accepted(seen):
    assert ledger().lost_registers(WHOLE | seen) == []


@pytest.mark.parametrize(("seen", "line"), [
    ({"object a": ABSENT}, "object a is absent, not '3'"),
    ({"object a": "1"}, "object a is '1', not '3'"),
    ({"object a": "33"}, "object a is '33', not '3'"),
    ({"object b": "2"}, "object b is '2', not absent"),
    ({"object c": "5"}, "object c is '5', not '4' or absent"),
    ({"object d": "6"}, "object d is '6', not absent"),
])
def test_a_lost_a_stale_a_damaged_and_a_revived_value_are_noticed(seen, line):
    assert ledger().lost_registers(WHOLE | seen) == [line]


def test_a_write_that_was_found_once_must_stay():
    made = ledger()
    made.settle({"object c": "4"})
    assert made.lost_registers({"object c": ABSENT}) == ["object c is absent, not '4'"]


def test_a_value_that_cannot_be_is_not_taken_over():
    made = ledger()
    made.settle({"object a": "1"})
    assert made.lost_registers({"object a": "1"}) != []


def test_each_answered_call_has_one_event():
    made = ledger()
    assert made.lost_events([event(1, "r1")], "us-east-1") == []
    assert made.lost_events([event(1, "r1"), event(1, "r1")], "us-east-1") == []
    assert made.lost_events([event(2, "r2", "PutObject")], "files") == []
    lost = ["CreateUser r1 was answered and has 0 events"]
    assert made.lost_events([], "us-east-1") == lost
    assert made.lost_events([event(1, "r1", "GetUser")], "us-east-1") == lost
    twice = made.lost_events([event(1, "r1"), event(2, "r1")], "us-east-1")
    assert twice == ["CreateUser r1 was answered and has 2 events"]
    assert made.lost_events([event(1, "r1"), event(1, "r9")], "us-east-1") != []


def test_repeated_events_are_noticed():
    assert repeated([event(1, "r1"), event(2, "r1")]) == []
    assert repeated([event(1, "r1"), event(1, "r1")]) == ["event e1 is listed 2 times"]


def test_differences_end_the_campaign():
    summary("state", [])
    with pytest.raises(AssertionError, match="7 differences"):
        summary("state", [str(number) for number in range(7)])
