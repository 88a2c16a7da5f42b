"""``hall user add`` and ``hall device add``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click

from shared.actions.enrolling import add_device, device_view, renew_code, revoke
from shared.actions.signing_in import NewAccount, add_account, check_password, hash_password
from shared.commands.founding import require_founded
from shared.commands.refusals import telling
from shared.domain.account import DEVICE_ROLES, STAFF_ROLES, THE_HALL, Role
from shared.domain.clock import SystemClock
from shared.store.keyring import load_keyring
from shared.store.store import Store
from shared.store.unit_of_work import UnitOfWork
from shared.web.settings import read_settings

Answer = TypeVar("Answer")


def account_commands() -> list[click.Group]:
    """The groups ``user`` and ``device``."""
    user = click.Group("user", help="工作人员账号。")
    user.add_command(_user_add())
    device = click.Group("device", help="取号机、叫号屏等设备。")
    for command in (_device_add(), _device_list(), _device_code(), _device_revoke()):
        device.add_command(command)
    return [user, device]


def _user_add() -> click.Command:
    @click.command("add", help="建一个账号；密码从键盘输入。")
    @click.argument("username")
    @click.option("--role", type=click.Choice(sorted(str(role) for role in STAFF_ROLES)), required=True)
    @click.option("--name", default="", help="姓名")
    @click.option("--number", default="", help="工号")
    @click.option("--office", default=None, help="股室（role 为 office 时）")
    @click.password_option("--password", prompt="密码", confirmation_prompt="再输一次")
    @telling
    def command(username: str, role: str, name: str, number: str, office: str | None, password: str) -> None:
        check_password(password)
        new = NewAccount(username, name, Role(role), hash_password(password), number, office)
        made = _transact(lambda uow: add_account(uow, THE_HALL, new))
        click.echo(f"账号 {made.username}（{made.role}）已建立。")

    return command


def _device_add() -> click.Command:
    @click.command("add", help="建一台设备，给出它登记用的一次性代码。")
    @click.argument("name")
    @click.option("--role", type=click.Choice(sorted(str(role) for role in DEVICE_ROLES)), required=True)
    @click.option("--floor", type=int, default=None)
    @telling
    def command(name: str, role: str, floor: int | None) -> None:
        code = _transact(lambda uow: add_device(uow, THE_HALL, name, Role(role), floor))
        click.echo(f"设备 {name} 的登记码：{code}（在设备的页面上输入，用一次作废）")

    return command


def _device_list() -> click.Command:
    @click.command("list", help="列出设备。")
    @telling
    def command() -> None:
        for device in _transact(lambda uow: [device_view(one) for one in uow.devices.all()]):
            state = "停用" if device.revoked else "已登记" if device.enrolled else "等登记"
            click.echo(f"{device.name:<16} {device.role:<8} {state}")

    return command


def _device_code() -> click.Command:
    @click.command("code", help="换一个登记码；设备原来的登记随之失效。")
    @click.argument("name")
    @telling
    def command(name: str) -> None:
        code = _transact(lambda uow: renew_code(uow, THE_HALL, name))
        click.echo(f"设备 {name} 的登记码：{code}（用一次作废）")

    return command


def _device_revoke() -> click.Command:
    @click.command("revoke", help="停用一台设备。")
    @click.argument("name")
    @telling
    def command(name: str) -> None:
        _transact(lambda uow: revoke(uow, THE_HALL, name))
        click.echo(f"设备 {name} 已停用。")

    return command


def _transact(fn: Callable[[UnitOfWork], Answer]) -> Answer:
    settings = read_settings()
    require_founded(settings)
    keyring = load_keyring(settings.data_dir, settings.secret_key)
    store = Store(settings.database_url, keyring, SystemClock(), settings.address())
    try:
        return store.transact(fn)
    finally:
        store.close()
