"""How a command tells what went wrong: in one line each, without a traceback."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import click
from sqlalchemy.exc import OperationalError

from shared.domain.configuration import DamagedFiles
from shared.domain.errors import HallError
from shared.domain.failpoints import UnknownFailpoint
from shared.store.data_folder import FolderInUse
from shared.store.keyring import KeyMissing, UnsafeKey
from shared.web.server import CannotListen, PortTaken
from shared.web.settings import BadSettings

P = ParamSpec("P")
R = TypeVar("R")


class Told(Exception):
    """A refusal of a command in its own words."""


_KNOWN = (
    *(BadSettings, DamagedFiles, KeyMissing, UnsafeKey, PortTaken, CannotListen, FolderInUse, Told),
    UnknownFailpoint,
)


def telling(command: Callable[P, R]) -> Callable[P, R]:
    """Turn the known refusals of a command into lines on standard error and exit status 1."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except _KNOWN as refusal:
            click.echo(str(refusal), err=True)
        except HallError as refusal:
            click.echo(f"{refusal.text}（{refusal.code}）", err=True)
        except PermissionError as refusal:
            click.echo(f"没有权限：{refusal.filename}", err=True)
        except OSError as refusal:
            click.echo(f"用不了 {refusal.filename}：{refusal.strerror}", err=True)
        except OperationalError as away:
            click.echo(f"数据库用不了：{away.orig}", err=True)
        sys.exit(1)

    return run
