"""Why an office has its number of posts: the chain, what binds it, its bounds, its price, what else was."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from vitri.data.instance import Instance
from vitri.explain.certificates import recheck
from vitri.explain.why.chain import Chain, Need, PostRow, chain_of
from vitri.explain.why.section import Section, level_name, named
from vitri.i18n import N_, Lang, month_text, number, signed, tr
from vitri.policy import PlanningModel

#: Numbers of posts shown below and above the plan's own.
BESIDE = 2
UNITS = {"minutes": N_("minutes"), "posts": N_("posts"), "duties": N_("duties")}
_BP = 10_000
_BOUNDS = ("workload", "peak", "forbidden_pair", "price")


def why_office(
    info: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    instance: Instance,
    model: PlanningModel,
    office: str,
    lang: Lang,
) -> list[Section]:
    """Answer why an office has so many posts, from a saved run; nothing is solved."""
    chain = chain_of(tables, instance, model, office)
    return [
        _answer(info, tables, chain, lang),
        Section(tr("From the work to the posts", lang), reasons_of(tables, f"office:{office}", lang, _CHAIN)),
        _cells(chain, lang),
        post_sets(info, chain, lang),
        _limits(tables, office, lang),
        _bounds(info, tables, chain, model, lang),
        _others(info, tables, chain, lang),
    ]


_CHAIN = ("workload", "peak", "fixed", "forbidden_pair", "rounding")


def reasons_of(
    tables: Mapping[str, pd.DataFrame], figure: str, lang: Lang, kinds: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """Return the sentences that the run keeps for a figure, in the order of telling."""
    rows = tables["reasons"]
    rows = rows[rows["figure"] == figure]
    if kinds:
        rows = rows[rows["kind"].isin(kinds)]
    return tuple(rows.sort_values("order")[f"sentence_{lang}"])


def _answer(info: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], chain: Chain, lang: Lang) -> Section:
    code = chain.office.code
    fixed = chain.office.fixed_posts
    own = tables["posts"][tables["posts"]["office"] == code]
    sentences = [
        tr(
            "{posts} posts in the plan: {fixed} fixed, {sized} sized by work.",
            lang,
            posts=number(chain.posts, lang),
            fixed=number(fixed, lang),
            sized=number(chain.posts - fixed, lang),
        )
    ]
    if own["posts_now"].notna().any():
        now = int(own["posts_now"].fillna(0).sum())
        sentences.append(
            tr("Posts today: {now}; change: {change}.", lang, now=number(now, lang),
               change=signed(chain.posts - now, lang))
        )  # fmt: skip
    unit = tables["quotas"]
    unit = unit[(unit["unit"] == code) & unit["organisation"].isna() & unit["position_class"].isna()]
    bound = None if unit.empty or pd.isna(unit["bound"].iloc[0]) else int(unit["bound"].iloc[0])
    sentences.append(_proof(info, chain.posts, bound, lang))
    name = named(chain.facts.name("offices", code), code)
    return Section(tr("Why {office} has {posts} posts", lang, office=name, posts=chain.posts), (*sentences,))


def _proof(info: Mapping[str, Any], posts: int, bound: int | None, lang: Lang) -> str:
    """Say how far the number is proven: by the bound of the unit, else by the levels of the sizing."""
    if bound is not None and bound == posts:
        return tr("Proven: no plan that keeps the rules gives this office fewer than {bound}.", lang,
                  bound=number(bound, lang))  # fmt: skip
    levels = [level for level in info["levels"] if level["stage"] == "sizing"]
    if levels and all(level["status"] == "optimal" for level in levels):
        return tr("Proven: no plan is better, level by level; another with the same values may share out "
                  "posts differently.", lang)  # fmt: skip
    if bound is not None:
        return tr("Not proven: no plan that keeps the rules gives this office fewer than {bound}; whether "
                  "one gives fewer than {posts} is open.", lang, bound=number(bound, lang),
                  posts=number(posts, lang))  # fmt: skip
    first = next(level for level in levels if level["status"] != "optimal")
    return tr(
        "Not proven to be the best of all structures: open from the level “{level}” on. With the positions "
        "of this run the posts are shared out exactly.",
        lang,
        level=level_name(first, lang),
    )


def _cells(chain: Chain, lang: Lang) -> Section:
    """Lay out the steps by task group; the last row is their sum."""
    columns = ["registered", "estimated", "allowances", "irregular", "work", "fixed", "excess", "left"]
    shown = [name for name in columns if name in ("work", "left") or int(chain.cells[name].sum())]
    rows = []
    for record in chain.cells.to_dict("records"):
        rows.append(
            (
                named(chain.facts.name("task_groups", record["task_group"]), record["task_group"]),
                pool_text(chain, record["pool"], lang),
                *(number(int(record[name]), lang) for name in shown),
                chain.facts.name("positions", record["held_by"]) if record["held_by"] else "–",
            )
        )
    rows.append((tr("Sum", lang), "", *(number(int(chain.cells[name].sum()), lang) for name in shown), ""))
    heads = {
        "registered": tr("Registered", lang),
        "estimated": tr("+ estimated", lang),
        "allowances": tr("+ allowances", lang),
        "irregular": tr("− irregular", lang),
        "work": tr("= work", lang),
        "fixed": tr("− fixed posts do", lang),
        "excess": tr("− beyond leaders' time", lang),
        "left": tr("= left for sized posts", lang),
    }
    return Section(
        tr("Minutes by task group", lang),
        (tr("Registered work is quantity × norm × coefficients; item by item with --position or in the table "
            "saved with -o.", lang),),
        (tr("Task group", lang), tr("Staff", lang), *(heads[name] for name in shown),
         tr("Held by", lang)),
        tuple(rows),
        tuple(range(2, 2 + len(shown))),
    )  # fmt: skip


def pool_text(chain: Chain, pool: str, lang: Lang) -> str:
    """Write a pool: shared, own of an organisation, or its code."""
    if pool == "shared":
        return tr("shared", lang)
    if pool.startswith("own."):
        code = pool.removeprefix("own.")
        return tr("of {organisation}", lang, organisation=code)
    return pool


def post_sets(info: Mapping[str, Any], chain: Chain, lang: Lang) -> Section:
    """Lay out the division of every set of posts; the last row is the number printed."""
    by_need = info["sizing"] == "need"
    rows = [_set_row(chain, row, lang) for row in chain.rows]
    rows.append(
        (tr("Sum", lang), number(sum(row.minutes for row in chain.rows), lang), "", "", "", "", "",
         number(chain.posts, lang))
    )  # fmt: skip
    said = (
        tr(
            "Each set of posts holds what one person may hold together. What may not stay undone in its "
            "binding period is divided by the time of one post and rounded up once; the posts add up to "
            "{posts}.",
            lang,
            posts=number(chain.posts, lang),
        )
        if by_need
        else tr("Under a ceiling the posts go where they do most; “asked for” is what the service rule alone "
                "would take, “given” adds up to {posts}.", lang, posts=number(chain.posts, lang))
    )  # fmt: skip
    heads = (
        tr("Posts of", lang),
        tr("Work", lang),
        tr("FTE", lang),
        tr("Binding period", lang),
        tr("Must be done", lang),
        tr("Time of one post", lang),
        tr("Asked for", lang),
        tr("Given by the plan", lang),
    )
    return Section(tr("From minutes to whole posts", lang), (said,), heads, tuple(rows), (1, 2, 4, 5, 6, 7))


def _set_row(chain: Chain, row: PostRow, lang: Lang) -> tuple[str, ...]:
    name = named(chain.facts.name("positions", row.group.position), row.group.position)
    if row.group.pool.startswith("own."):
        name += f" – {row.group.pool.removeprefix('own.')}"
    start = (name, number(row.minutes, lang), number(Decimal(row.fte_dec4) / _BP, lang, 2))
    if row.group.fixed:
        return (*start, tr("fixed", lang), "", "", "", number(row.group.posts, lang))
    return (
        *start,
        span_text(row.need.months, lang),
        number(row.need.must, lang),
        number(row.need.time, lang),
        _ratio(row.need, lang),
        number(row.group.posts, lang),
    )


def _ratio(need: Need, lang: Lang) -> str:
    """Write the quotient before and after rounding: ``2,31 → 3``."""
    return f"{number(Decimal(need.must) / need.time, lang, 2)} → {number(need.posts, lang)}"


def span_text(months: tuple[str, ...], lang: Lang) -> str:
    """Write a run of months."""
    if not months:
        return ""
    first, last = month_text(months[0], lang), month_text(months[-1], lang)
    return first if first == last else f"{first} – {last}"


def _limits(tables: Mapping[str, pd.DataFrame], office: str, lang: Lang) -> Section:
    """Tell the ceilings above the office and the value of a post under each."""
    own = reasons_of(tables, f"office:{office}", lang, ("ceiling", "price"))
    rows = tables["reasons"]
    told = rows[(rows["figure"] == f"office:{office}") & (rows["kind"] == "ceiling")]["numbers"]
    units = [str(json.loads(text)["unit"]) for text in told if "unit" in json.loads(text)]
    for unit in dict.fromkeys(units):
        own += reasons_of(tables, f"quota:{unit}", lang, ("price",))
    return Section(tr("Ceilings, and what a post is worth", lang), own)


def _bounds(
    info: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    chain: Chain,
    model: PlanningModel,
    lang: Lang,
) -> Section:
    """Say which lower bounds the run keeps for the office, and compute them again."""
    code = chain.office.code
    frame = tables["certificates"]
    frame = frame[frame["figure"] == f"office:{code}"]
    frame = frame.iloc[[int(row) for kind in _BOUNDS for row in np.flatnonzero(frame["kind"] == kind)]]
    said = []
    least = 0
    for kind, text in zip(frame["kind"], frame["data"], strict=True):
        data = json.loads(text)
        said.append(_bound_sentence(chain, str(kind), data, lang))
        if kind in ("workload", "peak"):
            least = max(least, int(data["bound"]))
    if least > chain.posts:
        said.append(
            tr("The ceiling gives {posts}: {short} fewer than the service rule asks for at the least.", lang,
               posts=number(chain.posts, lang), short=number(least - chain.posts, lang))
        )  # fmt: skip
    if len(frame):
        here = {
            name: tables[name][tables[name]["office"] == code] for name in ("demand", "time_fund", "cover")
        }
        wrong = recheck(frame, here["demand"], here["time_fund"], cover=here["cover"], model=model)
        said += (
            [str(finding.render(lang)["message"]) for finding in wrong]
            if wrong
            else [tr("These bounds were computed again from the work and time of this run: they hold.", lang)]
        )
    else:
        said.append(tr("The run keeps no lower bound for this office.", lang))
    return Section(tr("Why fewer posts cannot do", lang), tuple(said))


def _bound_sentence(chain: Chain, kind: str, data: Mapping[str, Any], lang: Lang) -> str:
    if kind == "forbidden_pair":
        duties = "; ".join(chain.facts.name("duty", duty) for duty in data["duties"])
        return tr("No person may hold two of these duties: {duties}; they take at least {bound} people.",
                  lang, duties=duties, bound=number(data["bound"], lang))  # fmt: skip
    if kind == "price":
        return tr(
            "With {posts} sized posts at least {minutes} minutes are overtime or stay undone, even if "
            "everybody could do everything.",
            lang,
            posts=number(data["sized_posts"], lang),
            minutes=number(data["bound"], lang),
        )
    shares = zip(data["minutes"], data["unmet_pct_dec2"], strict=True)
    must = sum(m * (_BP - u) for m, u in shares) - _BP * data["fixed_minutes"]
    minutes = -(-max(0, must) // _BP)
    fund = int(data["fund_minutes"])
    return tr(
        "{span}: {must} minutes may not stay undone once fixed posts have done {done}; {must} / {fund} = "
        "{ratio}, rounded up {sized}, with {fixed} fixed posts {bound}: no plan that keeps the service rule "
        "has fewer posts here.",
        lang,
        span=span_text((data["months"][0], data["months"][-1]), lang),
        must=number(minutes, lang),
        done=number(data["fixed_minutes"], lang),
        fund=number(fund, lang),
        ratio=number(Decimal(minutes) / fund, lang, 2),
        sized=number(data["bound"] - data["fixed_posts"], lang),
        fixed=number(data["fixed_posts"], lang),
        bound=number(data["bound"], lang),
    )


def _others(info: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], chain: Chain, lang: Lang) -> Section:
    """Lay out the next best numbers of posts on every level of the sizing."""
    title = tr("What else was possible here", lang)
    code, now = chain.office.code, chain.posts
    if "frontier_levels" not in tables:
        return Section(title, (tr("This run was made before the levels of every number were kept.", lang),))
    frame = tables["frontier_levels"]
    frame = frame[frame["office"] == code]
    levels = [level for level in info["levels"] if level["stage"] == "sizing"]
    value = {
        (int(p), int(o)): int(v)
        for p, o, v in zip(frame["posts"], frame["order"], frame["value"], strict=True)
    }
    numbers = [p for p in sorted({p for p, _ in value}) if now - BESIDE <= p <= now + BESIDE]
    said = [
        tr(
            "Values of this office alone with the positions of this run, exact; in brackets the difference "
            "to {posts} posts. {tried} structures were compared; the others are not kept.",
            lang,
            posts=number(now, lang),
            tried=number(int((info.get("steps_comparison") or {}).get("structures_tried") or 1), lang),
        )
    ]
    if now - 1 not in numbers:
        said.append(tr("With fewer posts no plan keeps the rules.", lang))
    rows = []
    for order, level in enumerate(levels, start=1):
        cells = [
            number(value[p, order], lang)
            if p == now
            else f"{number(value[p, order], lang)} ({signed(value[p, order] - value[now, order], lang)})"
            for p in numbers
        ]
        rows.append((level_name(level, lang), tr(UNITS[level["unit"]], lang), *cells))
    heads = (
        tr("Level", lang),
        tr("Unit", lang),
        *(tr("{posts} posts", lang, posts=number(p, lang)) + (" *" if p == now else "") for p in numbers),
    )
    return Section(title, tuple(said), heads, tuple(rows), tuple(range(2, len(heads))))
