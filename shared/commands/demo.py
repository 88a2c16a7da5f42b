"""``hall demo``: a whole hall with nothing to configure, open round the clock, for people and scripts."""

from __future__ import annotations

import json
import os
import secrets
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from shared.actions.enrolling import add_device_with_token
from shared.actions.signing_in import NewAccount, add_account, hash_password
from shared.commands.founding import found
from shared.commands.refusals import Told, telling
from shared.commands.serving import run_server
from shared.commands.wiring import CreateApp, Start
from shared.domain.account import DEVICE_ROLES, THE_HALL, Role
from shared.domain.adapting import demo_hall, kiosk_name
from shared.domain.clock import Clock, ManualClock, SystemClock, real_now
from shared.seed import read_seed
from shared.store.data_folder import founding_alone, owning
from shared.store.keyring import load_keyring
from shared.store.store import Store
from shared.store.unit_of_work import UnitOfWork
from shared.web.logs import configure_logs
from shared.web.settings import DEFAULT_PORT, Settings

_STATE = "demo.json"


@dataclass(frozen=True)
class DemoOptions:
    """What a demonstration is asked for."""

    json: bool
    host: str
    port: int
    clerks: int
    kiosks: int
    data_dir: Path | None
    database_url: str | None
    message_queue: str | None
    printer: str | None
    limits: str
    clock: str
    at: datetime | None


def demo_command(create_app: CreateApp, start: Start) -> click.Command:
    """``hall demo``."""

    @click.command("demo", help="不用任何设置，在本机演示整个大厅。")
    @click.option("--json", "json", is_flag=True, help="打印一行 JSON，给脚本用")
    @click.option("--host", default="127.0.0.1")
    @click.option("--port", type=click.IntRange(0, 65535), default=DEFAULT_PORT)
    @click.option("--clerks", type=click.IntRange(1, 200), default=12, help="窗口和窗口人员的数量")
    @click.option("--kiosks", type=click.IntRange(1, 100), default=2, help="取号机的数量")
    @click.option("--data-dir", type=click.Path(file_okay=False, path_type=Path), default=None)
    @click.option("--database-url", default=None)
    @click.option("--message-queue", default=None)
    @click.option("--printer", default=None, help="例如 tcp://192.168.1.50:9100")
    @click.option("--limits", type=click.Choice(["on", "off"]), default="off", help="限制按键次数")
    @click.option("--clock", type=click.Choice(["system", "manual"]), default="system")
    @click.option("--at", default=None, help="手动时钟的开始时间，带时区")
    @telling
    def command(at: str | None, **options: Any) -> None:
        run_demo(create_app, start, DemoOptions(at=_moment(at), **options))

    return command


def run_demo(create_app: CreateApp, start: Start, options: DemoOptions) -> None:
    """Found the demonstration's hall, or go on with the one in the data folder, and serve it."""
    if options.at is not None and options.clock != "manual":
        raise Told("--at 只和 --clock manual 一起用。")
    with ExitStack() as ending:
        folder = options.data_dir
        if folder is None:
            folder = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="baiyin-hall-")))
        settings = _settings(options, folder.resolve())
        configure_logs("WARNING" if not options.json else settings.log_level)
        ending.enter_context(owning(settings.database_url))
        clock: Clock = SystemClock()
        if options.clock == "manual":
            clock = ManualClock(options.at or real_now())
        # Processes that share the folder may be started at one moment.
        with founding_alone(settings.data_dir):
            document = demo_hall(read_seed(None), options.clerks, options.kiosks, together=options.json)
            found(settings, document)
            state = _state(settings, clock, options)
        app = create_app(settings, clock, _first_tokens(state))
        run_server(app, start, settings, lambda port: _tell(settings, port, state, options))


def _settings(options: DemoOptions, folder: Path) -> Settings:
    return Settings(
        data_dir=folder,
        database_url=options.database_url or f"sqlite:///{folder}/hall.db",
        host=options.host,
        port=options.port,
        base_url=os.environ.get("HALL_BASE_URL"),
        printer=options.printer or os.environ.get("HALL_PRINTER"),
        message_queue=options.message_queue,
        press_limits=options.limits == "on",
        demo=True,
        async_mode="gevent",
        log_level="WARNING",
        failpoint=os.environ.get("HALL_FAILPOINT"),
    )


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Told(f"--at “{text}” 不是时间，例如 2026-09-18T10:00:00+08:00。") from None
    if not 2000 <= at.year < 2100:
        raise Told("--at 的年份应在 2000 到 2099 之间。")
    if at.tzinfo is None:
        raise Told("--at 要带时区，例如 2026-09-18T10:00:00+08:00。")
    return at


def _state(settings: Settings, clock: Clock, options: DemoOptions) -> dict[str, Any]:
    """The accounts and device tokens of the demonstration: made once, kept beside its data."""
    path = settings.data_dir / _STATE
    if path.exists():
        known: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return known
    store = Store(
        settings.database_url, load_keyring(settings.data_dir, settings.secret_key), clock, settings.address()
    )
    try:
        state = store.transact(lambda uow: _people_and_devices(uow, options))
    finally:
        store.close()
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(state, file, ensure_ascii=False)
    return state


def _people_and_devices(uow: UnitOfWork, options: DemoOptions) -> dict[str, Any]:
    """One clerk per counter, one account per office and per staff role, devices of every role."""
    password = "-".join(secrets.token_hex(2) for _ in range(3))
    # All accounts of a demonstration share one password, so its slow hash is made once.
    password_hash = hash_password(password)
    accounts: list[dict[str, Any]] = []

    def add(username: str, name: str, role: Role, number: str = "", **more: Any) -> None:
        new = NewAccount(username, name, role, password_hash, number, more.get("office"))
        add_account(uow, THE_HALL, new)
        accounts.append({"username": username, "password": password, "role": str(role), **more})

    site = uow.configuration().site
    for place, counter in enumerate(site.counters, start=1):
        name = _NAMES[(place - 1) % len(_NAMES)]
        add(f"clerk{place}", name, Role.CLERK, f"{place:03d}", counter=counter.number, floor=counter.floor)
    for place, office in enumerate(uow.configuration().catalogue.offices, start=1):
        add(f"office{place}", f"{office.name}经办", Role.OFFICE, f"5{place:02d}", office=office.name)
    for role, name in _OTHERS:
        add(str(role).split("_")[0], name, role)
    devices: list[dict[str, str]] = []
    for number in range(1, options.kiosks + 1):
        devices.append(_device(uow, kiosk_name(number), Role.KIOSK, site.floors[0].number))
    for floor in site.floors:
        devices.append(_device(uow, f"display-{floor.number}", Role.DISPLAY, floor.number))
    for role in sorted(DEVICE_ROLES - {Role.KIOSK, Role.DISPLAY}):
        devices.append(_device(uow, f"{role}-1", role, None))
    return {"accounts": accounts, "devices": devices}


_NAMES = ("王芳", "李强", "张敏", "刘洋", "陈静", "杨帆", "赵磊", "马兰", "周涛", "吴娟", "徐斌", "孙丽")
_OTHERS = (
    (Role.GUIDE, "导办台"),
    (Role.DUTY_MANAGER, "值班主任"),
    (Role.ADMINISTRATOR, "系统管理员"),
    (Role.AUDITOR, "审计员"),
)


def _device(uow: UnitOfWork, name: str, role: Role, floor: int | None) -> dict[str, str]:
    return {"name": name, "role": str(role), "token": add_device_with_token(uow, THE_HALL, name, role, floor)}


def _first_tokens(state: dict[str, Any]) -> dict[str, str]:
    tokens: dict[str, str] = {}
    for device in state["devices"]:
        tokens.setdefault(device["role"], device["token"])
    return tokens


def _tell(settings: Settings, port: int, state: dict[str, Any], options: DemoOptions) -> None:
    if options.json:
        # Of several processes behind one address each says its own.
        own = replace(settings, base_url=None).address(port).base_url
        line = {"base_url": own, "data_dir": str(settings.data_dir), "limits": options.limits, **state}
        click.echo(json.dumps(line, ensure_ascii=False))
        sys.stdout.flush()
        return
    click.echo(_welcome(settings.address(port).base_url, state, kept=options.data_dir is not None))
    sys.stdout.flush()


def _welcome(base: str, state: dict[str, Any], *, kept: bool) -> str:
    pages = (
        ("取号机", "/kiosk"),
        ("窗口", "/counter"),
        ("股室收件箱", "/office"),
        ("值班管理", "/manage"),
        ("入口大屏", "/display"),
        ("二楼叫号屏", "/display?floor=2"),
        ("打出来的小票", "/hardware/printer"),
    )
    people = state["accounts"]
    end = "数据留在文件夹里，下次接着用" if kept else "演示的数据随之删除"
    made = "留在数据文件夹里" if kept else "本次运行现做的"
    lines = ["", f"大厅在运行（演示）。按 Ctrl-C 结束，{end}。", ""]
    lines += [f"  {base + path:<44} {name}" for name, path in pages]
    lines += ["", f"  账号（密码都是 {people[0]['password']}，{made}）："]
    lines += [f"  {account['username']:<14} {_role_words(account)}" for account in people]
    lines.append("")
    return "\n".join(lines)


def _role_words(account: dict[str, Any]) -> str:
    words = {
        "clerk": "窗口人员",
        "office": "股室",
        "guide": "导办台",
        "duty_manager": "值班主任",
        "administrator": "管理员",
        "auditor": "审计员",
    }
    where = f"，{account['floor']}楼{account['counter']}号窗口" if "counter" in account else ""
    return words[account["role"]] + where + (f"，{account['office']}" if account.get("office") else "")
