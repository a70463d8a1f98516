"""`vitri cliffs`: a small invented register always, the real one where its folder is present."""

from __future__ import annotations

import os
import re
import time
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from vitri.cli.app import run
from vitri.data.abk import import_abk
from vitri.data.instance import Instance
from vitri.policy import load_policy, model_for
from vitri.workload import Levers
from vitri.workload.cliffs import cliff_map, fresh_run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An invented register: two offices, two task groups, three items, a year."""
    place = tmp_path_factory.mktemp("cliffs") / "so-mo-phong"
    place.mkdir()
    files = {
        "scenario.toml": (
            'schema = 1\ncode = "mo-phong"\nname = "Sổ mô phỏng"\nname_en = "An invented register"\n'
            'model = "abk-75000"\nfirst_month = "2024-01"\nlast_month = "2024-12"\nas_of = 2024-01-01\n'
            'synthetic = true\nsizing = "need"\n'
        ),
        "offices.csv": "code,name\nVP1,Văn phòng Một\nVP2,Văn phòng Hai\n",
        "organisations.csv": "code,name\nMT,Tổ chức Một\n",
        "task_groups.csv": "code,name,class,scope\nTH,Tổng hợp,II,shared\nVT,Văn thư,III,shared\n",
        "work_items.csv": (
            "code,name,task_group,unit_minutes\nA,Báo cáo,TH,1440\nB,Tờ trình,TH,600\nC,Công văn đến,VT,15\n"
        ),
        "registrations.csv": (
            "code,office,work_item,quantity,period,status,basis\n"
            "R1,VP1,A,100,2024,approved,inventory\nR2,VP1,C,9900,2024,approved,inventory\n"
            "R3,VP2,A,50,2024,approved,inventory\nR4,VP2,B,210,2024,approved,inventory\n"
        ),
    }
    for name, text in files.items():
        (place / name).write_text(text, encoding="utf-8")
    return place


def outcome(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Run one command; return its code and what it printed."""
    code = run([str(argument) for argument in arguments])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [
        ("vi", "Văn phòng Hai: 3 biên chế; giảm quỹ thời gian 12,01 % thì thành 4."),
        ("en", "Văn phòng Hai: 3 posts; lowering the time fund by 12.01 % makes it 4."),
    ],
)
def test_the_command_in_both_languages(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], lang: str, sentence: str
) -> None:
    """Printed: sentences, nearest cliffs, single norms, totals; saved: workbook, picture and tables."""
    target = tmp_path / "ra"
    code, out, _ = outcome(capsys, "cliffs", folder, "--lang", lang, "-o", target, "--reach", 30)
    assert code == 0
    # 198,000 minutes in VP2 at 75,000: 66,000 still hold three posts, 65,999 do not.
    saved = pd.read_csv(target / "cliffs.csv")
    first = saved[
        (saved["office"] == "VP2") & (saved["lever"] == "time_fund") & (saved["change_bp"] == -1201)
    ]
    assert first[["posts_from", "posts_to"]].to_numpy().tolist() == [[3, 4]]
    assert sentence in out
    assert {path.name for path in target.iterdir()} == {
        "cliffs.csv", "cliffs.svg", "cliffs.xlsx", "fragile.csv", "items.csv", "summary.csv", "totals.csv",
    }  # fmt: skip
    picture = ET.fromstring((target / "cliffs.svg").read_text(encoding="utf-8"))
    words = " ".join(node.text or "" for node in picture.iter("{http://www.w3.org/2000/svg}text"))
    assert "Hai" in words
    assert "Một" in words
    assert "href" not in (target / "cliffs.svg").read_text(encoding="utf-8")
    with zipfile.ZipFile(target / "cliffs.xlsx") as book:
        sheets = re.findall(r'<sheet name="([^"]+)"', book.read("xl/workbook.xml").decode())
        assert len(sheets) == 4
        assert any("chart" in name for name in book.namelist())
        shown = book.read("xl/sharedStrings.xml").decode()
    assert "Văn phòng Hai" in shown
    assert "Tờ trình" in shown
    again, _, err = outcome(capsys, "cliffs", folder, "--lang", lang, "-o", target)
    assert again == 2
    assert "output_exists" in err


def test_bad_use_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A reach of nothing, an unknown scope and an unknown lever are findings and exit code 2."""
    code, _, err = outcome(
        capsys, "cliffs", folder, "--reach", 0, "--scope", "area", "--lever", "wind", "--lang", "en"
    )
    assert code == 2
    assert all(name in err for name in ("bad_reach", "unknown_scope", "unknown_lever"))
    assert "Traceback" not in err
    code, out, _ = outcome(capsys, "cliffs", folder, "--policy", "abk-72000", "--no-items", "--lang", "en")
    assert code == 0
    assert "Policy abk-72000" in out


def test_same_bytes_every_time(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The workbook and the picture of the same scenario are the same, byte for byte."""
    files = []
    for name in ("a", "b"):
        assert outcome(capsys, "cliffs", folder, "-o", tmp_path / name / "so.xlsx")[0] == 0
        files.append([(tmp_path / name / f"so{end}").read_bytes() for end in (".xlsx", ".svg")])
    assert files[0] == files[1]


@pytest.fixture(scope="module")
def register(root: Path) -> Instance:
    """The real register; the tests that need it are skipped where it is absent."""
    shared = os.environ.get("VITRI_SHARED_DATA")
    place = (Path(shared) if shared else root.parent / "shared" / "data") / "abk-provincial"
    if not place.is_dir():
        pytest.skip(f"the real register is not in {place}; set VITRI_SHARED_DATA to its parent folder")
    return import_abk(place, period="2024")


def test_the_story_of_the_real_register(register: Instance) -> None:
    """72,000 in place of 75,000 minutes: 857 → 1,028 posts by position, on the map and by the policy."""
    model = model_for(register)
    begin = time.process_time()
    found = cliff_map(register, model, scope="position", reach_pct=30)
    assert time.process_time() - begin < 10
    assert found.posts_now == 857
    totals = found.totals[(found.totals["lever"] == "time_fund") & (found.totals["change_bp"] <= -400)]
    assert totals["posts"].iloc[-1] == 1028
    moved = fresh_run(register, model, Levers.of("time_fund", -400)).needs
    other = model.with_policy(load_policy("abk-72000")).in_force(register.info.as_of)
    policy = fresh_run(register, other, Levers()).needs
    for needs in (moved, policy):
        assert needs.loc[needs["office"].isna(), "posts_by_position"].tolist() == [1028]
    offices = cliff_map(register, model, scope="office", reach_pct=20)
    assert offices.posts_now == 825
    for row in offices.nearest().head(3).itertuples(index=False):
        work = fresh_run(register, model, Levers.of(row.lever, row.change_bp)).needs
        mine = work[(work["office"] == row.office) & work["pool"].isna() & work["task_group"].isna()]
        assert mine["posts_by_pool"].tolist() == [row.posts_to]
