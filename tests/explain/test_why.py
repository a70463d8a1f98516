"""Why this number: the chain adds up to the number printed, by two ways of reading it, in both languages."""

from __future__ import annotations

from dataclasses import asdict
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from vitri.explain.why.chain import Chain, chain_of
from vitri.explain.why.office import why_office
from vitri.explain.why.position import why_position
from vitri.plan.run_tables import conform


def tables_of(explained: Any) -> dict[str, Any]:
    """Return the run tables that `solve` would keep of an explained sizing."""
    work, sized = explained.workload, explained.sized
    given = {
        "workload_lines": work.lines,
        "workload": work.cells,
        "demand": work.demand,
        "time_fund": explained.fund,
        "reasons": explained.reasons,
        "certificates": explained.certificates,
        **{
            name: getattr(sized, name)
            for name in (
                "structure", "posts", "cover", "quotas", "frontier", "frontier_levels", "unmet",
                "post_groups", "duties",
            )
        },
    }  # fmt: skip
    return {name: conform(name, frame) for name, frame in given.items()}


def info_of(explained: Any) -> dict[str, Any]:
    """Return what `result.json` says of the sizing."""
    levels = [{"stage": "sizing", "name_vi": None, **asdict(level)} for level in explained.sized.levels]
    steps = dict(explained.sized.steps)
    return {"sizing": explained.sized.sizing, "levels": levels, "steps_comparison": steps}


@pytest.fixture
def chain(explained: Any) -> Chain:
    """The chain of the one office."""
    return chain_of(tables_of(explained), explained.instance, explained.model, "SM")


def test_the_chain_adds_up_to_the_number_printed(chain: Chain, explained: Any) -> None:
    """Every step closes to the minute, and the sets of posts add up to the posts of the plan."""
    assert chain.closes
    assert chain.posts == int(explained.sized.posts["posts"].sum())
    assert int(chain.cells["work"].sum()) == int(explained.workload.demand["minutes"].sum())
    sized = sum(row.minutes for row in chain.rows if not row.group.fixed)
    assert sized == int(chain.cells["left"].sum())


def test_a_wrong_step_does_not_close(chain: Chain) -> None:
    """One minute too many in any step is seen."""
    for column in ("registered", "irregular", "work", "fixed", "left"):
        cells = chain.cells.copy()
        cells.loc[0, column] += 1
        wrong = Chain(chain.office, chain.facts, chain.items, cells, chain.rows)
        assert not wrong.closes, column


def test_items_are_quantity_times_norm_times_coefficients(chain: Chain) -> None:
    """The product of an item's factors is its minutes; each of its lines is rounded once."""
    tried = 0
    for row in chain.items.to_dict("records"):
        exact = (
            Decimal(int(row["quantity_dec2"])) * int(row["unit_minutes_dec2"]) * row["coefficient"] / 10_000
        )
        if row["lines"] == 1:
            assert int(row["line_minutes"]) == int(exact.quantize(Decimal(1), ROUND_HALF_UP))
        assert abs(int(row["line_minutes"]) - exact) <= Decimal(int(row["lines"])) / 2
        tried += 1
    assert tried >= 8


def test_by_need_the_division_gives_the_posts(by_need: Any) -> None:
    """Sized by need, what must be done in the binding period over one post's time, rounded up, is given."""
    chain = chain_of(tables_of(by_need), by_need.instance, by_need.model, "SM")
    sized = [row for row in chain.rows if not row.group.fixed]
    assert [row.need.posts for row in sized] == [row.group.posts for row in sized]
    accountant = next(row for row in sized if ("shared", "KT") in row.group.cells)
    # KT2 is 1,800 minutes over 21/06-09/07, KT1 960 in June: 1,920 in the quarter, of which 2 % may wait.
    assert (accountant.need.must, accountant.need.time) == (1_882, 24_072)
    assert accountant.need.months == ("2021-04", "2021-05", "2021-06")


def test_the_answer_names_every_part_in_both_languages(explained: Any) -> None:
    """Number, steps, division, ceilings, bounds and other numbers are told, in both languages."""
    tables, info = tables_of(explained), info_of(explained)
    posts = int(explained.sized.posts["posts"].sum())
    for lang, words in (("vi", f"có {posts} biên chế"), ("en", f"has {posts} posts")):
        told = why_office(info, tables, explained.instance, explained.model, "SM", lang)  # type: ignore[arg-type]
        assert len(told) == 7
        assert words in told[0].title
        assert all(section.sentences for section in told)
        assert told[3].rows[-1][-1] == str(posts)
        assert "67.012" in str(told[2].rows) or "67,012" in str(told[2].rows) or posts == 6
        marked = [head for head in told[6].heads if head.endswith("*")]
        assert marked == [f"{posts} biên chế *" if lang == "vi" else f"{posts} posts *"]


def test_the_other_numbers_are_those_of_the_curve(by_ceiling: Any) -> None:
    """What stays undone with one post more or fewer is what the office's curve says, level by level."""
    levels, curve = by_ceiling.sized.frontier_levels, by_ceiling.sized.frontier
    measures = [level.measure for level in by_ceiling.sized.levels]
    for posts, unmet, over in zip(
        curve["posts"], curve["unmet_minutes"], curve["overtime_minutes"], strict=True
    ):
        rows = levels[levels["posts"] == posts].sort_values("order")
        value = dict(zip(rows["order"], rows["value"], strict=True))
        by_measure = list(zip(measures, (value[o] for o in range(1, len(measures) + 1)), strict=True))
        assert sum(v for m, v in by_measure if m == "unmet_minutes") == unmet
        assert sum(v for m, v in by_measure if m == "overtime_minutes") == over
        assert next(v for m, v in by_measure if m == "posts") == posts
    assert len(curve) >= 3


def test_a_position_is_told_item_by_item(by_need: Any) -> None:
    """The position of clerk and cashier lists its products and ends in what its posts have to do."""
    tables = tables_of(by_need)
    posts = tables["posts"]
    (position,) = posts.loc[posts["fte_dec4"] == 3801, "position"]
    told = why_position(info_of(by_need), tables, by_need.instance, by_need.model, "SM", str(position), "en")
    assert "has 1 posts" in told[0].title
    assert told[1].rows[-1][-1] == "36,909"
    assert any("250" in row and "30,000" in row for row in told[1].rows)
    assert told[2].rows[0][-1] == "1"
