"""Settings of the process: from hall.toml and the environment, every mistake named at once."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from shared.domain.address import PublicAddress
from shared.domain.failpoints import UnknownFailpoint, read_failpoint

DEFAULT_PORT = 8000


class BadSettings(Exception):
    """Settings that cannot be used: each mistake in one line."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a server process is told: where it listens, where its data lies, how it is reached."""

    data_dir: Path
    database_url: str
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    base_url: str | None = None
    phone_reachable: bool = False
    secret_key: str | None = field(default=None, repr=False)
    printer: str | None = None
    message_queue: str | None = None
    trusted_proxies: frozenset[str] = frozenset()
    log_level: str = "INFO"
    #: Sign-ins, tickets per kiosk and wrong codes are limited unless a script switches it off.
    press_limits: bool = True
    demo: bool = False
    async_mode: str = "threading"
    #: For tests of this program: the step at which the process kills itself.
    failpoint: str | None = None

    def address(self, port: int | None = None) -> PublicAddress:
        """The address that QR codes say; without ``HALL_BASE_URL`` the one this process listens on."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::", "") else self.host
        base = self.base_url or f"http://{host}:{port or self.port}"
        return PublicAddress(base.rstrip("/"), self.phone_reachable)


_NAMES = {
    "data_dir",
    "database_url",
    "host",
    "port",
    "base_url",
    "phone_reachable",
    "secret_key",
    "printer",
    "message_queue",
    "trusted_proxies",
    "log_level",
    "failpoint",
}


def read_settings(environ: Mapping[str, str] = os.environ, file: Path = Path("hall.toml")) -> Settings:
    """Settings from ``hall.toml`` (if there is one) and ``HALL_*``; the environment goes first.

    Raises:
        BadSettings: with every mistake found.
    """
    problems: list[str] = []
    values: dict[str, object] = {}
    if file.exists():
        try:
            values = dict(tomllib.loads(file.read_text(encoding="utf-8")))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
            problems.append(f"{file}: 不是有效的 TOML：{wrong}")
        problems += [f"{file}: 不认识的设置 {name}" for name in values if name not in _NAMES]
    for key, value in environ.items():
        if not key.startswith("HALL_"):
            continue
        name = key.removeprefix("HALL_").lower()
        if name in _NAMES:
            values[name] = value
        else:
            problems.append(f"{key}: 不认识的环境变量")
    made = _make(values, problems)
    if problems or made is None:
        raise BadSettings(problems)
    return made


def _make(values: Mapping[str, object], problems: list[str]) -> Settings | None:
    data_dir = Path(str(values.get("data_dir", "var/hall"))).expanduser()
    port = _port(values.get("port", DEFAULT_PORT), problems)
    base_url = _text(values.get("base_url"))
    if base_url is not None:
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            problems.append(f"HALL_BASE_URL: “{base_url}” 应是 http:// 或 https:// 开头的地址")
    database_url = _text(values.get("database_url")) or f"sqlite:///{data_dir.resolve()}/hall.db"
    if not database_url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://", "postgres://")):
        problems.append("HALL_DATABASE_URL: 应以 sqlite:/// 或 postgresql:// 开头")
    queue = _text(values.get("message_queue"))
    if queue is not None and not queue.startswith(("redis://", "rediss://")):
        problems.append("HALL_MESSAGE_QUEUE: 应以 redis:// 开头")
    level = str(values.get("log_level", "INFO")).upper()
    if level not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        problems.append("HALL_LOG_LEVEL: 应是 DEBUG、INFO、WARNING 或 ERROR")
    reachable = _flag(values.get("phone_reachable", False), "HALL_PHONE_REACHABLE", problems)
    if reachable and base_url is None:
        problems.append("HALL_PHONE_REACHABLE: 手机能打开时，必须先设 HALL_BASE_URL")
    failpoint = _text(values.get("failpoint"))
    try:
        read_failpoint(failpoint) if failpoint else None
    except UnknownFailpoint as unknown:
        problems.append(str(unknown))
    proxies = values.get("trusted_proxies", "")
    names = proxies if isinstance(proxies, list) else str(proxies).split(",")
    if problems:
        return None
    return Settings(
        data_dir=data_dir,
        database_url=database_url,
        host=str(values.get("host", "127.0.0.1")),
        port=port,
        base_url=base_url,
        phone_reachable=reachable,
        secret_key=_text(values.get("secret_key")),
        printer=_text(values.get("printer")),
        message_queue=queue,
        trusted_proxies=frozenset(name for name in (str(n).strip() for n in names) if name),
        log_level=level,
        failpoint=failpoint,
    )


def _text(value: object) -> str | None:
    return None if value is None or not str(value).strip() else str(value).strip()


def _port(value: object, problems: list[str]) -> int:
    text = str(value)
    if not text.isdigit() or not 0 <= int(text) <= 65535:
        problems.append(f"HALL_PORT: “{text}” 应是 0 到 65535 的数")
        return DEFAULT_PORT
    return int(text)


def _flag(value: object, name: str, problems: list[str]) -> bool:
    known = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    if str(value).lower() not in known:
        problems.append(f"{name}: 应是 true 或 false")
        return False
    return known[str(value).lower()]
