"""Fixtures of the report's tests: one synthetic result, written once in each language."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from synthetic_result import FakeResult, build, fake_model, names

from vitri.report import write_workbook


@pytest.fixture(scope="session")
def result() -> FakeResult:
    """Return the eight-office result."""
    return build()


@pytest.fixture(scope="session")
def workbook_vi(result: FakeResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the workbook of the eight-office result in Vietnamese."""
    path = tmp_path_factory.mktemp("vi") / "phuong-an.xlsx"
    return write_workbook(result, path, "vi", names(), model=fake_model())


@pytest.fixture(scope="session")
def workbook_en(result: FakeResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the workbook of the eight-office result in English."""
    path = tmp_path_factory.mktemp("en") / "plan.xlsx"
    return write_workbook(result, path, "en", names(), model=fake_model())


@pytest.fixture(scope="session")
def values(workbook_vi: Path) -> Any:
    """Return the Vietnamese workbook read with cached values; tests only look at it."""
    return openpyxl.load_workbook(workbook_vi, data_only=True)


@pytest.fixture(scope="session")
def formulas(workbook_vi: Path) -> Any:
    """Return the Vietnamese workbook read with formulas; tests only look at it."""
    return openpyxl.load_workbook(workbook_vi)


@pytest.fixture(scope="session")
def values_en(workbook_en: Path) -> Any:
    """Return the English workbook read with cached values; tests only look at it."""
    return openpyxl.load_workbook(workbook_en, data_only=True)
