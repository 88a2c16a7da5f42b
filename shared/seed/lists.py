"""The two official lists, with our words for them, as a catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from shared.domain.catalogue import (
    ADVICE,
    ITEM_KINDS,
    LIMIT_KINDS,
    NO_LIMIT,
    Branch,
    Bundle,
    Catalogue,
    FolkWord,
    Item,
    LeafItem,
    Limit,
    Material,
    Office,
    SingleService,
)
from shared.seed.rows import (
    BundleRow,
    HallServiceRow,
    ItemRow,
    LeafRow,
    LimitRow,
    SingleFloorsRow,
    SingleRow,
    TileRow,
    WordsRow,
    limit_of,
)
from shared.seed.tables import Place, TableFile


class Lists:
    """Reads the lists file by file; what does not fit is noted at its line."""

    def __init__(self, files: Mapping[str, TableFile]) -> None:
        self.lists, self.singles = files["catalogue.toml"], files["single_services.toml"]
        self.tiles, self.words = files["tiles.toml"], files["words.toml"]
        self.materials, self.site = files["materials.toml"], files["site.toml"]
        self.offices = tuple(office for _, office in self.lists.rows(("offices",), Office))
        self._canonical = {
            spelling: office.name for office in self.offices for spelling in (office.name, *office.aliases)
        }
        self._plain = self.words.table("codes", dict[str, str]) or {}
        self._plain_lines = self.words.table("lines", dict[str, str]) or {}
        self._floors = self.site.table("single_floors", SingleFloorsRow) or SingleFloorsRow((), {})

    def catalogue(self) -> Catalogue:
        """The catalogue as the files tell it, without ruling limits and series."""
        bundles = self._bundles()
        singles = self._single_services(bundles)
        return Catalogue(
            bundles=bundles,
            single_services=singles,
            other_services=(*self._other_codes(bundles, singles), *self._hall_services(), self._advice()),
            offices=self.offices,
            materials=tuple(row for _, row in self.materials.rows(("materials",), Material)),
            folk_words=tuple(row for _, row in self.words.rows(("folk",), FolkWord)),
            elsewhere=(self.words.table("elsewhere", WordsRow) or WordsRow(())).words,
            undecided=(self.words.table("undecided", WordsRow) or WordsRow(())).words,
        )

    def _bundles(self) -> tuple[Bundle, ...]:
        tiles = {row.bundle: (place, row) for place, row in self.tiles.rows(("tiles",), TileRow)}
        bundles = []
        for index, row in self.lists.rows(("bundles",), BundleRow, without="items"):
            place, tile = tiles.pop(row.id, (len(tiles), TileRow(row.id, row.name, "", "")))
            if not tile.line:
                self.tiles.wrong((), f"{row.id} 没有磁贴")
            bundles.append(self._bundle(index, row, place + 1, tile))
        for place, tile in tiles.values():
            self.tiles.wrong(("tiles", place, "bundle"), f"没有这个一件事 {tile.bundle}")
        return tuple(bundles)

    def _bundle(self, index: int, row: BundleRow, place: int, tile: TileRow) -> Bundle:
        here = ("bundles", index)
        return Bundle(
            id=row.id,
            seq=index + 1,
            name=row.name,
            title=tile.title,
            line=tile.line,
            english=tile.english,
            tile=place,
            floors=row.floors,
            limit=self._limit(self.lists, (*here, "limit"), row.limit),
            lead_offices=self._names(self.lists, (*here, "lead_offices"), row.lead_offices),
            cooperating_offices=self._names(
                self.lists, (*here, "cooperating_offices"), row.cooperating_offices
            ),
            handling=row.handling,
            channels=row.channels,
            location=row.location,
            online=row.online,
            process=row.process,
            items=tuple(
                self._item((*here, "items", number), number + 1, item)
                for number, item in self.lists.rows((*here, "items"), ItemRow)
            ),
            question=tile.question,
        )

    def _item(self, place: Place, ordinal: int, row: ItemRow) -> Item:
        if row.kind not in ITEM_KINDS:
            self.lists.wrong((*place, "kind"), f"不认识的事项种类 {row.kind}")
        if row.code is None and not row.leaf_items:
            self.lists.wrong(place, f"{row.name} 既没有代码也没有子事项")
        return Item(
            ordinal=ordinal,
            code=row.code,
            name=row.name,
            plain_name=self._plain_name(self.lists, place, row.code, row.name),
            kind=row.kind,
            offices=self._names(self.lists, (*place, "offices"), row.offices),
            leaf_items=self._leaves(self.lists, place, row.leaf_items),
        )

    def _single_services(self, bundles: Sequence[Bundle]) -> tuple[SingleService, ...]:
        kinds = {code: item.kind for bundle in bundles for item in bundle.items for code in item.codes}
        return tuple(
            self._single(index, row, kinds.get(row.codes[0], "application"))
            for index, row in self.singles.rows(("single_services",), SingleRow)
            if self._has_code(index, row)
        )

    def _has_code(self, index: int, row: SingleRow) -> bool:
        if not row.codes:
            self.singles.wrong(("single_services", index, "codes"), f"{row.name} 没有代码")
        return bool(row.codes)

    def _single(self, index: int, row: SingleRow, kind: str) -> SingleService:
        here = ("single_services", index)
        code = row.codes[0]
        plain = self._plain_name(self.singles, (*here, "codes"), code, row.name)
        offices = self._names(self.singles, (*here, "offices"), row.offices)
        leaves = self._leaves(self.singles, here, row.leaf_items)
        if leaves and tuple(leaf.code for leaf in leaves) != row.codes:
            self.singles.wrong((*here, "leaf_items"), f"{row.name} 的子事项与代码不一致")
        return SingleService(
            id=code,
            seq=index + 1,
            codes=row.codes,
            name=row.name,
            plain_name=plain,
            current_limit=self._limit(self.singles, (*here, "current"), row.current),
            new_limit=self._limit(self.singles, (*here, "new"), row.new),
            offices=offices,
            floors=self._floors_of(code),
            offered=row.new.kind != "not_offered",
            kind=kind,
            official=True,
            items=(Item(1, code, row.name, plain, kind, offices, leaves),),
        )

    def _other_codes(
        self, bundles: Sequence[Bundle], singles: Sequence[SingleService]
    ) -> tuple[SingleService, ...]:
        """Every code of the lists that is not yet a service by its own id.

        A code of several bundles has the offices of all of them, in the order of the list.
        """
        others: dict[str, SingleService] = {}
        for single in singles:
            for leaf in single.items[0].leaf_items[1:]:
                others[leaf.code] = self._by_itself(leaf, single.kind, single.offices, single)
        taken = {code for single in singles for code in single.codes}
        for item in (item for bundle in bundles for item in bundle.items):
            own = () if item.code is None else (LeafItem(item.code, item.name, item.plain_name),)
            for leaf in item.leaf_items or own:
                if leaf.code not in taken:
                    known = others[leaf.code].offices if leaf.code in others else ()
                    offices = tuple(dict.fromkeys((*known, *item.offices)))
                    others[leaf.code] = self._by_itself(leaf, item.kind, offices)
        return tuple(others[code] for code in sorted(others, key=_by_parts))

    def _by_itself(
        self, leaf: LeafItem, kind: str, offices: tuple[str, ...], row: SingleService | None = None
    ) -> SingleService:
        return SingleService(
            id=leaf.code,
            seq=None,
            codes=(leaf.code,),
            name=leaf.name,
            plain_name=leaf.plain_name,
            current_limit=NO_LIMIT if row is None else row.current_limit,
            new_limit=NO_LIMIT if row is None else row.new_limit,
            offices=offices,
            floors=self._floors_of(leaf.code),
            offered=True if row is None else row.offered,
            kind=kind,
            official=True,
            items=(Item(1, leaf.code, leaf.name, leaf.plain_name, kind, offices),),
        )

    def _hall_services(self) -> Iterable[SingleService]:
        for index, row in self.site.rows(("services",), HallServiceRow):
            here = ("services", index)
            if row.kind not in ITEM_KINDS:
                self.site.wrong((*here, "kind"), f"不认识的事项种类 {row.kind}")
            offices = self._names(self.site, (*here, "offices"), row.offices)
            if not offices and row.kind != "service":
                self.site.wrong(here, f"{row.name} 要受理，却没有承办股室")
            item = Item(1, None, row.name, row.plain_name, row.kind, offices)
            yield self._outside_the_lists(row.id, row.name, row.plain_name, item)

    def _advice(self) -> SingleService:
        return replace(self._outside_the_lists(ADVICE, "咨询", "问工作人员", None), kind="service")

    def _outside_the_lists(
        self, name_id: str, name: str, plain_name: str, item: Item | None
    ) -> SingleService:
        return SingleService(
            id=name_id,
            seq=None,
            codes=(),
            name=name,
            plain_name=plain_name,
            current_limit=NO_LIMIT,
            new_limit=NO_LIMIT,
            offices=() if item is None else item.offices,
            floors=self._floors_of(name_id),
            offered=True,
            kind="service" if item is None else item.kind,
            official=False,
            items=() if item is None else (item,),
        )

    def _floors_of(self, service_id: str) -> tuple[int, ...]:
        return self._floors.by_service.get(service_id, self._floors.default)

    def _names(self, file: TableFile, place: Place, spellings: Iterable[str]) -> tuple[str, ...]:
        names = []
        for spelling in spellings:
            if spelling not in self._canonical:
                file.wrong(place, f"没有这个股室 {spelling}")
            names.append(self._canonical.get(spelling, spelling))
        return tuple(dict.fromkeys(names))

    def _leaves(self, file: TableFile, place: Place, rows: Iterable[LeafRow]) -> tuple[LeafItem, ...]:
        return tuple(
            LeafItem(
                row.code, row.name, self._plain_name(file, (*place, "leaf_items", index), row.code, row.name)
            )
            for index, row in enumerate(rows)
        )

    def _plain_name(self, file: TableFile, place: Place, code: str | None, name: str) -> str:
        plain = self._plain_lines.get(name) if code is None else self._plain.get(code)
        if plain is None:
            file.wrong(place, f"{code or name} 没有通俗名称（words.toml）")
            return name
        return plain

    def _limit(self, file: TableFile, place: Place, row: LimitRow) -> Limit:
        limit = limit_of(row)
        parts: tuple[Limit | Branch, ...] = (limit, *limit.branches)
        for part in parts:
            if part.kind not in LIMIT_KINDS:
                file.wrong(place, f"不认识的时限种类 {part.kind}")
            counted = part.kind in ("working_days", "periodic", "after_event")
            if counted and not part.working_days:
                file.wrong(place, f"时限 {part.text} 没有写工作日数")
            if not counted and part.working_days is not None:
                file.wrong(place, f"时限 {part.text} 不该写工作日数")
        if limit.kind == "conditional" and not limit.branches:
            file.wrong(place, "有条件的时限没有写各种情形")
        return limit


def _by_parts(code: str) -> tuple[int, ...]:
    """Sorts dotted codes by their numbers: 1.6.10 after 1.6.8."""
    return tuple(int(part) if part.isdigit() else 0 for part in code.split("."))
