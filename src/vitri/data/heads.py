"""Today's heads: posts and people by office, organisation and position, each counted once."""

from __future__ import annotations

import pandas as pd

from vitri.data.instance import Instance

_KEY = ["office", "organisation", "position"]


def heads_today(instance: Instance) -> pd.DataFrame:
    """Return office, organisation ("" for the office's own), position, posts and incumbents.

    A person counts at the row of ``current_posts`` for their own organisation, else at the office's row for
    their position, else on a row of their own (position "" where none is given). Posts left blank are the
    incumbents; incumbents left blank are the people counted.
    """
    posts = instance.table("current_posts")[[*_KEY, "posts", "incumbents"]].copy()
    posts["organisation"] = posts["organisation"].fillna("")
    known = set(posts[_KEY].itertuples(index=False, name=None))
    people = instance.table("officials")[_KEY].fillna("")
    counted: dict[tuple[str, str, str], int] = {}
    for office, organisation, position in people.itertuples(index=False, name=None):
        own = (office, organisation, position)
        key = own if own in known or (office, "", position) not in known else (office, "", position)
        counted[key] = counted.get(key, 0) + 1
    extra = [key for key in sorted(counted) if key not in known]
    heads = pd.concat([posts, pd.DataFrame(extra, columns=_KEY)], ignore_index=True)
    at = pd.Series(
        [counted.get(key, 0) for key in heads[_KEY].itertuples(index=False, name=None)], dtype="Int64"
    )
    heads["incumbents"] = heads["incumbents"].astype("Int64").fillna(at)
    heads["posts"] = heads["posts"].astype("Int64").fillna(heads["incumbents"])
    return heads.sort_values(_KEY, ignore_index=True)
