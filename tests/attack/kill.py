"""kill -9 under load, again and again: no acknowledged call is lost.

python tests/attack/kill.py --bin PATH [--full]

After each kill the state and event history are asked for everything that was answered; at the end
the log files and their digests. `SHOSEKI_SEED` repeats the instants. `--full` kills 60 times.
"""

from attack import Checks, arguments, serving
from killing import kill_and_prove

ROUNDS, ROUNDS_FULL = 3, 60


def main():
    words = arguments(__doc__)
    rounds = ROUNDS_FULL if words.full else ROUNDS
    checks = Checks()
    with checks.guarded(f"{rounds} kills"), serving() as server:
        work = kill_and_prove(server, "mori-killed", rounds)
        calls = sum(map(len, work.requests.values())) + len(work.objects)
        what = f"{rounds} kills lost none of {calls} answered calls"
        checks.check(what, calls > 0, calls)
    checks.end()


if __name__ == "__main__":
    main()
