"""An agent needs nothing of the hall but its drivers: it runs from a folder that holds nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from agents import AT_AGENT, PATIENCE, keep_token, start_agent, until_it_says
from crashing import Printed
from demos import Demo, one_demo
from test_agent_printing import SIZE, kiosk_of
from test_dependency_rule import DEVICE_WORDS
from test_transport import network_printer

pytestmark = pytest.mark.one_process("what an agent loads has nothing to do with the hall's processes")

ROOT = Path(__file__).resolve().parent.parent
#: Runs a file or module, but refuses what a kiosk's computer need not have.
GUARDED = """
import runpy, sys
REFUSED = {"flask", "flask_socketio", "sqlalchemy", "alembic", "gevent", "msgspec", "cryptography",
    "werkzeug", "redis", "psycopg", "shared.web", "shared.actions", "shared.store", "shared.commands",
    "shared.seed", "kiosk", "counter", "display"}
class Guard:
    def find_spec(self, name, path=None, target=None):
        if name in REFUSED or name.split(".")[0] in REFUSED:
            raise ImportError(f"the agent may not load {name}")
sys.meta_path.insert(0, Guard())
what, sys.argv = sys.argv[1], sys.argv[1:]
sys.path.insert(0, "")
if what.endswith(".py"):
    runpy.run_path(what, run_name="__main__")
else:
    runpy.run_module(what, run_name="__main__", alter_sys=True)
"""


@pytest.fixture(scope="module")
def hall_with_agent() -> Iterator[Demo]:
    with one_demo(*AT_AGENT, *SIZE) as demo:
        yield demo


@pytest.fixture
def bare_folder(tmp_path: Path) -> Path:
    """The drivers and what they share with the hall, and nothing else."""
    bare = tmp_path / "bare"
    shutil.copytree(ROOT / "hardware", bare / "hardware", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("shared", "shared.domain", *DEVICE_WORDS):
        copy_module(name, bare)
    return bare


def copy_module(name: str, bare: Path) -> None:
    """Copy a module or a package; of a package that only holds others its own file alone."""
    place = Path(*name.split("."))
    if name in ("shared", "shared.domain"):
        (bare / place).mkdir(parents=True)
        shutil.copy(ROOT / place / "__init__.py", bare / place)
    elif (ROOT / place).is_dir():
        shutil.copytree(ROOT / place, bare / place, ignore=shutil.ignore_patterns("__pycache__"))
    elif (ROOT / place).with_suffix(".py").exists():
        shutil.copy((ROOT / place).with_suffix(".py"), bare / place.parent)


def prints(demo: Demo, state: Path, command: tuple[str, ...], place: Path) -> None:
    """Start an agent like this, and let it print a slip."""
    printed = Printed()
    state.mkdir()
    keep_token(state, demo.base_url, demo.token("agent"))
    with network_printer(printed.peer()) as printer, kiosk_of(demo) as kiosk:
        agent = start_agent(demo.base_url, state, "--printer", printer, command=command, cwd=place)
        try:
            until_it_says(agent, "connected to the hall")
            number = kiosk.take()
            assert kiosk.slip(number) == "confirmed"
        finally:
            agent.kill()
            agent.communicate(timeout=PATIENCE)
    assert printed.times(number) == 1


def test_an_agent_prints_from_a_folder_with_the_drivers_alone(
    hall_with_agent: Demo, bare_folder: Path, tmp_path: Path
) -> None:
    command = ("-c", GUARDED, "hardware.agent_command")
    prints(hall_with_agent, tmp_path / "state", command, bare_folder)


def test_the_command_hall_agent_loads_nothing_of_the_server(hall_with_agent: Demo, tmp_path: Path) -> None:
    prints(hall_with_agent, tmp_path / "state", ("-c", GUARDED, "hall.py", "agent"), ROOT)
