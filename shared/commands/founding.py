"""``hall init``: the key, the schema and the first configuration of a hall."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import click

from shared.actions.configuring import change_configuration, found_hall
from shared.commands.refusals import Told, telling
from shared.domain.account import THE_HALL
from shared.domain.address import PublicAddress
from shared.domain.clock import SystemClock
from shared.domain.errors import HallError
from shared.seed import read_seed
from shared.store.data_folder import FolderInUse, founding_alone, owning, sqlite_file
from shared.store.engine import writing_engine
from shared.store.keyring import KEY_FILE, load_keyring, make_key
from shared.store.schema import is_up_to_date
from shared.store.store import Store
from shared.web.settings import Settings, read_settings


def found(settings: Settings, document: Mapping[str, Any], *, renew: bool = False) -> int:
    """Make whatever is missing and answer the number of the configuration that came into force, or 0.

    In a hall that exists, ``renew`` puts ``document`` in force when it differs from what is.

    Raises:
        KeyMissing: there is a database but its key is gone.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    if settings.secret_key is None and not _has_sqlite_file(settings):
        make_key(settings.data_dir)
    keyring = load_keyring(settings.data_dir, settings.secret_key)
    engine = writing_engine(settings.database_url, keyring)
    if not is_up_to_date(engine):
        # Loaded here and not above: a hall that is up to date starts sooner and smaller without it.
        from shared.store.migrating import bring_up_to_date

        bring_up_to_date(engine)
    engine.dispose()
    store = Store(settings.database_url, keyring, SystemClock(), PublicAddress(""))
    try:
        if store.read(lambda uow: not uow.is_founded):
            store.transact(lambda uow: found_hall(uow, document))
            return 1
        if renew and store.read(lambda uow: uow.configuration_document() != document):
            return store.transact(lambda uow: change_configuration(uow, THE_HALL, document, "hall init"))
        return 0
    finally:
        store.close()


def require_founded(settings: Settings) -> None:
    """Refuse to serve a hall that is not founded, or whose schema is older or newer than the program.

    Raises:
        Told: with what to do.
        KeyMissing, UnsafeKey: the key is not there or not safe.
    """
    if settings.database_url.startswith("sqlite") and not _has_sqlite_file(settings):
        raise Told("还没有数据库：请先运行 hall init。")
    if not _is_up_to_date(settings):
        raise Told("数据库与程序的版本不同：请运行 hall init 更新；若数据库更新，请换新的程序。")


def init_command(check_address: Callable[[str], None]) -> click.Command:
    """``hall init``; ``check_address`` refuses a printer's address with a HallError."""

    @click.command("init", help="建立或更新数据库、密钥和第一份配置。")
    @click.option("--seed", type=click.Path(exists=True, file_okay=False, path_type=Path), default=None)
    @telling
    def init(seed: Path | None) -> None:
        settings = read_settings()
        document = read_seed(seed)
        _check_printers(settings, document, check_address)
        with _beside_no_older_server(settings), founding_alone(settings.data_dir):
            number = found(settings, document, renew=seed is not None)
        where = settings.data_dir / KEY_FILE
        click.echo(f"数据：{settings.data_dir}；密钥：{where}（请另存一份）。")
        click.echo(f"配置 {number} 号已生效。" if number else "数据库是最新的，配置没有变。")
        if number == 1:
            click.echo("下一步：hall user add 建管理员账号，然后 hall serve。")

    return init


def _check_printers(
    settings: Settings, document: Mapping[str, Any], check_address: Callable[[str], None]
) -> None:
    """Refuse a hall whose printers cannot be reached by their addresses, naming all of them at once."""
    addresses = {printer["name"]: printer["address"] for printer in document["site"]["printers"]}
    if settings.printer:
        addresses["HALL_PRINTER"] = settings.printer
    wrong = []
    for name, address in addresses.items():
        try:
            check_address(address)
        except HallError as refusal:
            wrong.append(f"{name}：{refusal.text}（{refusal.code}）")
    if wrong:
        raise Told("\n".join(wrong))


@contextmanager
def _beside_no_older_server(settings: Settings) -> Iterator[None]:
    """Keep servers off a SQLite file while its schema may change; one that is up to date may be served.

    A running hall takes a new configuration as it comes, but a new schema would be changed under its feet.
    """
    with ExitStack() as ending:
        try:
            ending.enter_context(owning(settings.database_url))
        except FolderInUse:
            if not _is_up_to_date(settings):
                raise
        yield


def _is_up_to_date(settings: Settings) -> bool:
    engine = writing_engine(settings.database_url, load_keyring(settings.data_dir, settings.secret_key))
    try:
        return is_up_to_date(engine)
    finally:
        engine.dispose()


def _has_sqlite_file(settings: Settings) -> bool:
    file = sqlite_file(settings.database_url)
    return file is not None and file.exists()
