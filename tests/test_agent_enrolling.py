"""Enrolling an agent: once by a code, a token kept to itself, and a clear end when it is not wanted."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from agents import (
    AT_AGENT,
    NAME,
    PATIENCE,
    as_administrator,
    keep_token,
    new_code,
    start_agent,
    until_it_says,
)
from demos import Demo, one_demo
from test_agent_printing import SIZE

pytestmark = pytest.mark.one_process("about the agent's own process and its folder")

REFUSED = 77


@pytest.fixture(scope="module")
def hall_with_agent() -> Iterator[Demo]:
    with one_demo(*AT_AGENT, *SIZE) as demo:
        yield demo


@pytest.fixture(scope="module")
def token(hall_with_agent: Demo) -> str:
    return hall_with_agent.token("agent")


def test_a_wrong_code_ends_the_agent_with_a_clear_word(hall_with_agent: Demo, tmp_path: Path) -> None:
    agent = start_agent(hall_with_agent.base_url, tmp_path, "--code", "WRONG", "--printer", "virtual:")
    _, told = agent.communicate(timeout=PATIENCE)
    assert (agent.returncode, "登记码不对或已经用过" in told) == (REFUSED, True)
    assert not (tmp_path / "agent.json").exists()


def test_without_a_code_or_a_token_the_agent_says_what_it_needs(
    hall_with_agent: Demo, tmp_path: Path
) -> None:
    agent = start_agent(hall_with_agent.base_url, tmp_path, "--printer", "virtual:")
    _, told = agent.communicate(timeout=PATIENCE)
    assert (agent.returncode, "--code" in told) == (REFUSED, True)


def test_a_token_is_never_shown_to_another_hall(hall_with_agent: Demo, token: str, tmp_path: Path) -> None:
    keep_token(tmp_path, "http://hall.example", token)
    agent = start_agent(hall_with_agent.base_url, tmp_path, "--printer", "virtual:")
    _, told = agent.communicate(timeout=PATIENCE)
    assert (agent.returncode, "http://hall.example" in told) == (REFUSED, True)


def test_an_agent_enrols_once_keeps_its_token_to_itself_and_ends_when_it_is_revoked(tmp_path: Path) -> None:
    with one_demo(*AT_AGENT, *SIZE) as demo:
        words, environ = ("--printer", "virtual:"), {"HALL_AGENT_CODE": new_code(demo)}
        agent = start_agent(demo.base_url, tmp_path, *words, environ=environ)
        until_it_says(agent, "connected to the hall")
        assert (tmp_path / "agent.json").stat().st_mode & 0o777 == 0o600
        agent.send_signal(signal.SIGTERM)
        agent.communicate(timeout=PATIENCE)
        again = start_agent(demo.base_url, tmp_path, *words, environ=environ)
        until_it_says(again, "connected to the hall")
        as_administrator(demo, f"/devices/{NAME}/revoke")
        _, told = again.communicate(timeout=PATIENCE)
        assert (again.returncode, "大厅不认这个打印代理了" in told) == (REFUSED, True)


def test_two_agents_do_not_share_a_state_folder(hall_with_agent: Demo, token: str, tmp_path: Path) -> None:
    keep_token(tmp_path, hall_with_agent.base_url, token)
    first = start_agent(hall_with_agent.base_url, tmp_path, "--printer", "virtual:")
    until_it_says(first, "connected to the hall")
    second = start_agent(hall_with_agent.base_url, tmp_path, "--printer", "virtual:")
    _, told = second.communicate(timeout=PATIENCE)
    assert (second.returncode, "另一个打印代理" in told) == (REFUSED, True)
    first.kill()
    first.communicate(timeout=PATIENCE)
