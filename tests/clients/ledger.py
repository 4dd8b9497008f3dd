"""What clients were answered, and what must be found afterwards.

Pure: nothing here calls a server, so a test can show that each difference is noticed.
"""

import threading
from collections import Counter

ABSENT = None
# Differences of one kind that are printed; their number is always printed.
SHOWN = 5


class Ledger:
    """Every register that clients wrote, and every call that was answered.

    A register is a named thing with one value: an object and its content, an alias and its key, a
    user, a tag. Each is written by one client at a time. A write that was not answered may have
    happened or not, so both values are possible until the register is read or written again.
    """

    def __init__(self):
        self._lock = threading.Lock()
        self._possible = {}
        self._touched = set()
        self._calls = {}
        self._fresh = set()

    def begin(self, register, value):
        """A write is about to be sent."""
        with self._lock:
            before = self._possible.get(register, frozenset([ABSENT]))
            self._possible[register] = before | {value}
            self._touched.add(register)

    def answered(self, register, value):
        """The write succeeded: no other value is possible."""
        with self._lock:
            self._possible[register] = frozenset([value])

    def found(self, register, value):
        """What was read from a register after a kill: it stays so."""
        with self._lock:
            self._possible[register] = frozenset([value])

    def call(self, request_id, name, place):
        """A call was answered with this id; `place` names where its event must be."""
        with self._lock:
            self._calls[request_id] = (name, place)
            self._fresh.add(request_id)

    def fresh_calls(self):
        """The calls that were answered since the last call of this, by request id."""
        with self._lock:
            fresh, self._fresh = self._fresh, set()
            return fresh

    def registers(self):
        """All registers."""
        with self._lock:
            return sorted(self._possible)

    def touched(self):
        """The registers that were written since the last call of this."""
        with self._lock:
            touched, self._touched = sorted(self._touched), set()
            return touched

    def calls(self, *places):
        """The answered calls with an event in one of these places: names by request id."""
        with self._lock:
            return {
                request: name
                for request, (name, place) in self._calls.items() if place in places
            }

    def settle(self, seen):
        """Takes over values that were read, so that a later loss of an unanswered write shows."""
        for register, value in seen.items():
            if value in self._possible.get(register, ()):
                self.found(register, value)

    def lost_registers(self, seen):
        """The differences between the ledger and the values that were read."""
        lost = []
        for register, value in sorted(seen.items()):
            possible = self._possible.get(register, frozenset([ABSENT]))
            if value not in possible:
                wanted = " or ".join(sorted(map(_shown, possible)))
                lost.append(f"{register} is {_shown(value)}, not {wanted}")
        return lost

    def lost_events(self, records, *places, among=None):
        """The answered calls that do not have exactly one event among these records; `among` are
        the ids of the calls that count, if not all do.

        Copies of one event count as one: a log file may be delivered twice.
        """
        events = {}
        for record in records:
            known = events.setdefault(record["eventID"], record)
            if known != record:
                return [f"event {record['eventID']} has two contents"]
        counts = Counter((event.get("requestID"), event["eventName"]) for event in events.values())
        lost = []
        for request, name in sorted(self.calls(*places).items()):
            if among is not None and request not in among:
                continue
            times = counts[request, name]
            if times != 1:
                lost.append(f"{name} {request} was answered and has {times} events")
        return lost


def repeated(records):
    """Events that a list has more than once, though each must be there once."""
    counts = Counter(record["eventID"] for record in records)
    return [f"event {event} is listed {times} times" for event, times in counts.items() if times > 1]


def summary(what, differences):
    """Nothing, or an AssertionError that names some of the differences."""
    if differences:
        rest = len(differences) - SHOWN
        more = f"\n  and {rest} more" if rest > 0 else ""
        lines = "".join(f"\n  {line}" for line in differences[:SHOWN])
        raise AssertionError(f"{what}: {len(differences)} differences:{lines}{more}")


def _shown(value):
    return "absent" if value is ABSENT else repr(value)[:80]
