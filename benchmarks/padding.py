"""How well do the questions about a register tell honest registers from inflated ones?

Draws honest registers and inflated twins (styles and strengths of `padded_registers`), runs every sign, and
prints for each sign and for all together: AUC (0.5 = a coin), false alarms on honest registers, and how many
inflated ones are noticed at the default threshold. Synthetic data; the seed is fixed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.padded_registers import LEVELS, STYLES, figures, honest, padded
from vitri.workload.quality.question import ASK_FIRST, Question
from vitri.workload.quality.table import KINDS, PADDING, signs

TOGETHER = "together"
HARD = ("round shares", "template")


def scores(found: list[Question]) -> dict[str, int]:
    """Return the strongest question of each kind, and of the kinds that look for padding together."""
    best: dict[str, int] = defaultdict(int)
    for one in found:
        best[one.kind] = max(best[one.kind], one.strength)
    best[TOGETHER] = max(best[kind] for kind in PADDING)
    return best


def auc(low: np.ndarray, high: np.ndarray) -> float:
    """Return the chance that a padded register scores above an honest one; ties count half."""
    low = np.sort(low)
    below = np.searchsorted(low, high, side="left")
    upto = np.searchsorted(low, high, side="right")
    return float((below + upto).mean() / (2 * len(low)))


def measure(
    count: int, seed: int
) -> tuple[dict[str, np.ndarray], dict[tuple[str, str], dict[str, np.ndarray]]]:
    """Score `count` honest registers and a padded twin of each for every style and strength in turn.

    Twin number i has the i-th pair of style and strength, so that each pair has count / pairs registers; the
    strong easy ones get a second twin each.
    """
    kinds = [*KINDS, TOGETHER]
    plain: dict[str, list[int]] = {kind: [] for kind in kinds}
    bent: dict[tuple[str, str], dict[str, list[int]]] = {}
    pairs = [(style, level) for style in STYLES for level in LEVELS]
    for number in range(count):
        rng = np.random.default_rng((seed, number))
        draft = honest(rng)
        best = scores(signs(figures(draft)))
        for kind in kinds:
            plain[kind].append(best[kind])
        style, level = pairs[number % len(pairs)]
        easy = STYLES[number % (len(STYLES) - len(HARD))]
        for pair in dict.fromkeys([(style, level), (easy, "strong")]):
            best = scores(signs(figures(padded(draft, pair[0], LEVELS[pair[1]], rng))))
            rows = bent.setdefault(pair, {kind: [] for kind in kinds})
            for kind in kinds:
                rows[kind].append(best[kind])
    return (
        {kind: np.array(values) for kind, values in plain.items()},
        {pair: {kind: np.array(values) for kind, values in rows.items()} for pair, rows in bent.items()},
    )


def main(arguments: list[str]) -> int:
    """Print the table; return 1 if the aims (AUC 0.9 on strong padding, 5 % false alarms) are missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks padding")
    parser.add_argument("--registers", type=int, default=504, help="honest registers (default 504)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="24 registers, for a smoke run")
    options = parser.parse_args(arguments)
    count = 24 if options.quick else options.registers
    start = time.process_time()
    plain, bent = measure(count, options.seed)
    seconds = time.process_time() - start
    strong = {
        kind: np.concatenate(
            [
                rows[kind]
                for (style, level), rows in sorted(bent.items())
                if level == "strong" and style not in HARD
            ]
        )
        for kind in plain
    }
    print(f"{count} honest registers; threshold {ASK_FIRST}; strong padding without: {', '.join(HARD)}")
    print(f"{'sign':<20} {'AUC':>6} {'false alarms':>13} {'noticed':>8}")
    for kind in [*KINDS, TOGETHER]:
        if plain[kind].any() or strong[kind].any():
            alarm, seen = (plain[kind] >= ASK_FIRST).mean(), (strong[kind] >= ASK_FIRST).mean()
            print(f"{kind:<20} {auc(plain[kind], strong[kind]):6.3f} {alarm:12.1%} {seen:8.1%}")
    print(f"\n{'padding (together)':<20} {'level':<7} {'AUC':>6} {'noticed':>8} {'registers':>10}")
    for style in STYLES:
        for level in LEVELS:
            rows = bent.get((style, level))
            if rows is not None:
                high = rows[TOGETHER]
                print(
                    f"{style:<20} {level:<7} {auc(plain[TOGETHER], high):6.3f} "
                    f"{(high >= ASK_FIRST).mean():8.1%} {len(high):>10}"
                )
    runs = count + sum(len(rows[TOGETHER]) for rows in bent.values())
    print(f"\n{seconds:.1f} s of processor time, {1000 * seconds / runs:.1f} ms a register")
    good = auc(plain[TOGETHER], strong[TOGETHER]) >= 0.9 and (plain[TOGETHER] >= ASK_FIRST).mean() <= 0.05
    print("Aims met." if good else "Aims MISSED.")
    return 0 if good or options.quick else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
