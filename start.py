#!/usr/bin/env python3
"""Set up vitri and run it, with nothing but Python itself (3.11 or later; Linux, macOS, Windows).

    python3 start.py                  set up, solve the eight-office scenario, write its workbook
    python3 start.py test [...]       set up the tests and run them; what follows is given to pytest

The first run makes a virtual environment and installs exactly what the lock file names, each file checked
by its hash; later runs start at once.
"""

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
SCENARIO = Path("scenarios", "bac-kan-2021")
RUN = Path("runs", "bac-kan-2021")
OLDEST = (3, 11)


def say(vietnamese, english):
    """Print one message in both languages."""
    print(f"{vietnamese}\n  {english}", flush=True)


def fail(vietnamese, english):
    """Print one message in both languages and end with exit code 2."""
    print(f"{vietnamese}\n  {english}", file=sys.stderr, flush=True)
    raise SystemExit(2)


def python_of(folder):
    """Return the path of a virtual environment's Python."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def quietly(command):
    """Run a command and return its exit code and its output."""
    done = subprocess.run(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return done.returncode, done.stdout.decode("utf-8", errors="replace")


def have_venv():
    """Return whether this Python can make a virtual environment with pip in it."""
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        return False
    return True


def make_environment(folder):
    """Make an empty virtual environment, or say which one package is missing."""
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    code, output = (
        (1, "") if not have_venv() else quietly([sys.executable, "-m", "venv", "--clear", str(folder)])
    )
    if code == 0:
        return
    if not have_venv() or "ensurepip" in output:
        fail(
            f"Python này thiếu venv. Cài một gói rồi chạy lại: apt-get install {package}",
            f"This Python comes without venv. Install one package and run again: apt-get install {package}",
        )
    fail(f"Không tạo được {folder.name}:\n{output}", f"{folder.name} could not be made (see above).")


def set_up(folder, lock):
    """Fill the environment with exactly what `lock` names, and vitri itself; return its Python."""
    python = python_of(folder)
    stamp = folder / "vitri.stamp"
    wanted = hashlib.sha256(lock.read_bytes() + (ROOT / "pyproject.toml").read_bytes()).hexdigest()
    wanted = f"{wanted} {sys.version_info[0]}.{sys.version_info[1]} {ROOT}"
    if python.is_file() and stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    say(
        f"Đang chuẩn bị môi trường {folder.name} (lần đầu mất khoảng một phút) ...",
        f"Preparing the environment {folder.name} (about a minute the first time) ...",
    )
    make_environment(folder)
    pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input", "install"]
    for what in (
        ["--require-hashes", "-r", str(lock)],
        ["--no-deps", "--no-build-isolation", "--editable", str(ROOT)],
    ):
        code, output = quietly([*pip, *what])
        if code != 0:
            print(output, file=sys.stderr)
            fail(
                "Không cài được các thư viện. Kiểm tra kết nối mạng hoặc cấu hình pip rồi chạy lại.",
                "The libraries could not be installed. Check the network or pip's settings, then run again.",
            )
    stamp.write_text(wanted, encoding="utf-8")
    return python


def run_scenario():
    """Solve the eight-office scenario and write its workbook; return the exit code."""
    python = set_up(ROOT / ".venv", ROOT / "requirements.lock")
    vitri = [str(python), "-m", "vitri"]
    workbook = RUN.with_suffix(".xlsx")
    code = subprocess.run([*vitri, "solve", str(SCENARIO), "-o", str(RUN)], cwd=ROOT, check=False).returncode
    if code == 0:
        code = subprocess.run(
            [*vitri, "export", str(RUN), "-o", str(workbook)], cwd=ROOT, check=False
        ).returncode
    if code == 0:
        print()
        say(f"Bảng tính: {ROOT / workbook}", f"Workbook: {ROOT / workbook}")
    return code


def run_tests(arguments):
    """Run every test, or what the arguments ask of pytest; return the exit code."""
    python = set_up(ROOT / ".venv-dev", ROOT / "requirements-dev.lock")
    parallel = (
        [] if any(word in ("-n", "--pdb") or word.startswith("-n") for word in arguments) else ["-n", "2"]
    )
    return subprocess.run(
        [str(python), "-m", "pytest", *parallel, *arguments], cwd=ROOT, check=False
    ).returncode


def main(arguments):
    """Do what the arguments ask; return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    if sys.version_info < OLDEST:
        fail(
            f"Cần Python 3.11 trở lên; đây là Python {sys.version.split()[0]}.",
            f"Python 3.11 or later is needed; this is Python {sys.version.split()[0]}.",
        )
    if arguments and arguments[0] not in ("test", "-h", "--help"):
        print(__doc__, file=sys.stderr)
        return 2
    if arguments and arguments[0] != "test":
        print(__doc__)
        return 0
    started = time.monotonic()
    code = run_tests(arguments[1:]) if arguments else run_scenario()
    seconds = round(time.monotonic() - started, 1)
    say(f"Xong sau {seconds} giây.", f"Done after {seconds} s.")
    return code


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
