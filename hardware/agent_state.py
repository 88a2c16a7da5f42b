"""What an agent keeps between its starts: whose agent it is, by which token, and a lock on the folder."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

ROLE = "agent"
ENROL_SECONDS = 10.0
_FILE, _LOCK = "agent.json", "agent.lock"


class AgentRefused(Exception):
    """The hall does not want this agent, or it was started wrongly; only a person can mend that."""


class HallAway(Exception):
    """The hall could not be asked just now."""


@dataclass(frozen=True)
class Enrolment:
    """The hall that an agent belongs to, and the token that proves it."""

    server: str
    name: str
    token: str = field(repr=False)
    code_hash: str = field(repr=False)


def default_folder() -> Path:
    """Where systemd wants state to lie, else the user's own place for it."""
    given = os.environ.get("STATE_DIRECTORY")
    if given:
        return Path(given.partition(":")[0])
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "baiyin-hall-agent"


@contextmanager
def owning_folder(folder: Path) -> Iterator[None]:
    """Keep other agents away from this state folder; raises AgentRefused when one is there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise AgentRefused(f"另一个打印代理正在用这个文件夹：{folder}") from None
        yield


def load_enrolment(folder: Path, server: str, code: str | None) -> Enrolment | None:
    """What is kept, unless it belongs to another hall, or a new code asks for a new enrolment."""
    path = folder / _FILE
    if not path.exists():
        return None
    try:
        known = Enrolment(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError):
        raise AgentRefused(f"{path} 读不懂。删掉它，用新的登记码（--code）再登记一次。") from None
    if code is not None and _hash(code) != known.code_hash:
        return None
    # A token goes to nobody but the hall that gave it.
    if known.server != plain_address(server):
        raise AgentRefused(f"登记的是 {known.server}，不是 {server}。换大厅要用新的登记码（--code）。")
    return known


def enrol(folder: Path, server: str, code: str) -> Enrolment:
    """Exchange a code for a token and keep it, readable by nobody else.

    Raises:
        AgentRefused: the code is wrong or used, or belongs to another kind of device.
        HallAway: the hall could not be asked just now.
    """
    answer = _ask(f"{plain_address(server)}/api/v1/devices/enrol", code)
    if answer.get("role") != ROLE:
        raise AgentRefused(f"这个登记码是给 {answer.get('role')} 的，请新建一台 agent 设备。")
    enrolment = Enrolment(plain_address(server), str(answer["name"]), str(answer["token"]), _hash(code))
    _keep(folder / _FILE, json.dumps(asdict(enrolment), ensure_ascii=False))
    return enrolment


def plain_address(server: str) -> str:
    """The hall's address without a path; raises AgentRefused when it is none."""
    parts = urlsplit(server)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise AgentRefused(f"--server 应是大厅的地址，例如 http://192.168.1.10:8000，不是 {server}")
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _ask(address: str, code: str) -> dict[str, object]:
    request = urllib.request.Request(
        address,
        data=json.dumps({"code": code}).encode(),
        headers={"Content-Type": "application/json"},
        method="POST",
    )
    try:
        with urllib.request.urlopen(request, timeout=ENROL_SECONDS) as response:
            answer = json.load(response)
    except urllib.error.HTTPError as refusal:
        with refusal:
            if refusal.code == 403:
                raise AgentRefused("登记码不对或已经用过，请向管理员要新的。") from None
        raise HallAway(f"HTTP {refusal.code}") from None
    except (OSError, ValueError) as away:
        raise HallAway(str(away)) from away
    if not isinstance(answer, dict):
        raise HallAway("not a hall")
    return answer


def _keep(path: Path, text: str) -> None:
    """Write a secret so that a power cut leaves the old file or the new one, never half of it."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _hash(code: str) -> str:
    return hashlib.sha256(code.strip().upper().encode()).hexdigest()
