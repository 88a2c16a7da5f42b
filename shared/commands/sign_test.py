"""``hall sign-test``: every strip of a line says the number of its counter, for whoever puts them up."""

from __future__ import annotations

from collections.abc import Callable

import click

from shared.actions.signs import line_named
from shared.commands.founding import require_founded
from shared.commands.refusals import Told, telling
from shared.domain.address import PublicAddress
from shared.domain.clock import SystemClock
from shared.domain.errors import HallError
from shared.domain.sign import Sign, SignLine
from shared.domain.site import Site
from shared.store.keyring import load_keyring
from shared.store.store import Store
from shared.web.settings import Settings, read_settings

#: Lets every strip of a line say the number of its counter; raises HallError or OSError.
TryLine = Callable[[SignLine, tuple[Sign, ...]], None]


def sign_test_command(try_line: TryLine) -> click.Command:
    """``hall sign-test``."""

    @click.command("sign-test", help="让一条线路上的条屏各自显示自己的窗口号；大厅要先停下来。")
    @click.argument("line")
    @telling
    def command(line: str) -> None:
        settings = read_settings()
        require_founded(settings)
        site = _site(settings)
        found, signs = line_named(site, line), site.signs_of(line)
        if found is None:
            known = "、".join(one.name for one in site.sign_lines) or "site.toml 里还没有"
            raise Told(f"没有叫 {line} 的线路，有的是：{known}")
        try:
            try_line(found, signs)
        except HallError as refusal:
            raise Told(f"线路 {line}：{refusal.text}") from refusal
        except OSError as fault:
            raise Told(f"线路 {line} 打不开（{fault}）。大厅在运行时端口归大厅用，请先停下来。") from fault
        for sign in signs:
            click.echo(f"地址 {sign.address}：应显示窗口号 {sign.counter}")
        click.echo(f"线路 {line}：{len(signs)} 块条屏都发过了。没有亮或号不对的，请查地址、波特率和接线。")

    return command


def _site(settings: Settings) -> Site:
    keyring = load_keyring(settings.data_dir, settings.secret_key)
    address = PublicAddress(settings.address().base_url)
    store = Store(settings.database_url, keyring, SystemClock(), address)
    try:
        return store.read(lambda uow: uow.configuration().site)
    finally:
        store.close()
