"""``hall catalogue``: reading the lists and the hall's settings, and telling what is wrong with them."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

import click

from shared.domain.configuration import Configuration, DamagedFiles, parse_configuration
from shared.domain.list_conflicts import HEADINGS, find_conflicts
from shared.seed import read_seed


def catalogue_group() -> click.Group:
    """``hall catalogue`` with its parts."""
    group = click.Group("catalogue", help="两份清单和大厅资料。")
    group.add_command(_check())
    return group


def _check() -> click.Command:
    @click.command("check", help="检查清单和大厅资料：数目、清单自相矛盾之处、全部错误及其行号。")
    @click.option("--folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=None)
    def check(folder: Path | None) -> None:
        try:
            configuration = parse_configuration(read_seed(folder), 0)
        except DamagedFiles as damaged:
            for problem in damaged.problems:
                click.echo(str(problem), err=True)
            click.echo(f"共 {len(damaged.problems)} 处错误，未采用。", err=True)
            raise SystemExit(1) from None
        _tell_counts(configuration)
        _tell_conflicts(configuration)
        click.echo("没有错误。")

    return check


def _tell_counts(configuration: Configuration) -> None:
    catalogue, site = configuration.catalogue, configuration.site
    codes = [code for bundle in catalogue.bundles for item in bundle.items for code in item.codes]
    items = sum(len(bundle.items) for bundle in catalogue.bundles)
    confirmed = sum(material.status == "confirmed" for material in catalogue.materials)
    years = "、".join(str(year) for year in sorted(configuration.calendar.published_years))
    lines = (
        f"一件事 {len(catalogue.bundles)} 个：{items} 项，{len(codes)} 个子事项",
        f"不同代码 {len(set(codes))} 个",
        f"提速办 {len(catalogue.single_services)} 项；其他单项 {len(catalogue.other_services)} 项",
        f"股室 {len(catalogue.offices)} 个；材料 {len(catalogue.materials)} 条，已核对 {confirmed} 条",
        f"楼层 {len(site.floors)}，窗口 {len(site.counters)}，取号机 {len(site.kiosks)}；日历：{years} 年",
        f"尚未由大厅确认：{'、'.join(site.assumed) or '无'}",
    )
    for line in lines:
        click.echo(line)


def _tell_conflicts(configuration: Configuration) -> None:
    conflicts = find_conflicts(configuration)
    click.echo(f"清单自身的矛盾和空缺 {len(conflicts)} 处（照原样保留）：")
    for kind, group in groupby(conflicts, key=lambda conflict: conflict.kind):
        found = list(group)
        click.echo(f"  {HEADINGS[kind]}（{len(found)}）")
        for conflict in found:
            click.echo(f"    {conflict.where}  {conflict.text}")
