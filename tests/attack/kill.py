"""kill -9 under load, again and again: no acknowledged call is lost.

python tests/attack/kill.py --bin PATH [--full] [--rounds N] [--seed S]

After each kill the state and event history are asked for everything that was answered; at the end
the log files, their digests, and the directory. `--seed` repeats the instants. `--full` kills 200
times.
"""

from attack import Checks, arguments, serving
from killing import kill_and_prove, seed_of

ROUNDS, ROUNDS_FULL = 3, 200


def words_of_our_own(parser):
    parser.add_argument("--rounds", type=int, help="how often to kill")
    parser.add_argument("--seed", type=int, help="repeats the instants of another run")


def main():
    words = arguments(__doc__, words_of_our_own)
    rounds = words.rounds or (ROUNDS_FULL if words.full else ROUNDS)
    seed = seed_of(words.seed)
    checks = Checks()
    with checks.guarded(f"{rounds} kills, seed {seed}"), serving() as server:
        work = kill_and_prove(server, "mori-killed", rounds, seed)
        what = f"{rounds} kills lost none of {work.calls} answered calls"
        checks.check(what, work.calls > 0, work.calls)
    checks.end()


if __name__ == "__main__":
    main()
