"""Plain words for the holder of a ticket: where they stand in line, and how each matter of a case goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from shared.actions.case_views import CaseView, ToldItemView, case_view, told_item_view
from shared.actions.views import TicketView
from shared.domain.case import Case, CaseItem
from shared.domain.masking import mask_name
from shared.domain.site import Reasons
from shared.domain.waiting import WaitBand, minutes_band
from shared.store.unit_of_work import UnitOfWork

#: From so few people ahead on, a person is asked to come near.
NEAR = 3
#: The reason of the hall's list by which the hall waits for the applicant and nobody else.
_YOUR_PAPERS = "your_papers"


@dataclass(frozen=True, slots=True)
class Standing:
    """What the top of the page says; ``tone`` is its colour, ``call`` a sentence to act on now."""

    title: str
    detail: str
    tone: str
    call: bool = False


@dataclass(frozen=True, slots=True)
class ItemWords:
    """One matter of a case: word, shape and colour together, and what follows from it."""

    name: str
    official: str
    word: str
    shape: str
    tone: str
    note: str


@dataclass(frozen=True, slots=True)
class CasePart:
    """A case as its applicant reads it."""

    number: str
    title: str
    applicant: str
    summary: str
    items: Sequence[ItemWords]


def standing(ticket: TicketView) -> Standing:
    """Where the holder of a ticket stands, in one sentence."""
    if ticket.state == "waiting":
        return _waiting(ticket)
    if ticket.state in ("called", "serving"):
        where = f"{ticket.counter_floor}楼 {ticket.counter}号窗口"
        if ticket.state == "called":
            return Standing(f"请现在到 {where}", "叫到您了", "copper", call=True)
        return Standing("正在办理", where, "pine")
    return _STANDINGS[ticket.state]


def _waiting(ticket: TicketView) -> Standing:
    if ticket.stop > 1:
        title = f"您的下一站在 {ticket.floor}楼"
        return Standing(title, f"前面 {ticket.ahead} 人，{wait_words(ticket.wait_seconds)}", "blue")
    if ticket.ahead < NEAR:
        people = f"前面 {ticket.ahead} 人" if ticket.ahead else "下一位就是您"
        return Standing(f"快到您了，请到 {ticket.floor}楼 等", people, "copper", call=True)
    return Standing(f"前面还有 {ticket.ahead} 人", wait_words(ticket.wait_seconds), "blue")


_STANDINGS = {
    "held": Standing("请在窗口附近稍等", "您的号留着，一会儿接着办", "blue"),
    "no_show": Standing("叫过您，没等到您", "没听到没关系，点下面再为您排上", "amber"),
    "served": Standing("窗口办理结束了", "请慢走", "pine"),
    "cancelled": Standing("这个号已经取消", "要办事，请重新取号", "grey"),
    "expired": Standing("这个号已经过期", "要办事，请重新取号", "grey"),
}


def wait_words(wait: WaitBand | None) -> str:
    """A wait as a band of minutes; never 0, and said when it is not known."""
    if wait is None:
        return "等多久现在还说不准"
    low, high = minutes_band(wait)
    return f"约等 {high} 分钟以内" if low == 0 else f"约等 {low}～{high} 分钟"


def counter_words(counters: Sequence[int]) -> str:
    """Counters in the fewest words: ``4～9、12号窗口``; empty when none is known."""
    runs: list[list[int]] = []
    for number in sorted(counters):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    parts = [_run_words(run) for run in runs]
    return f"{'、'.join(parts)}号窗口" if parts else ""


def _run_words(run: Sequence[int]) -> str:
    if len(run) <= 2:
        return "、".join(str(number) for number in run)
    return f"{run[0]}～{run[-1]}"


def item_words(item: ToldItemView, reason_text: str | None) -> ItemWords:
    """One matter of a case; ``reason_text`` is what the hall's list says for the item's reason."""
    word, shape, tone = _item_state(item)
    return ItemWords(item.plain_name, item.name, word, shape, tone, _item_note(item, word, reason_text))


def _item_state(item: ToldItemView) -> tuple[str, str, str]:
    if item.state in ("completed", "delivered"):
        return ("没办成", "dash", "grey") if item.result == "not_granted" else ("办成", "tick", "pine")
    if item.state == "supplementing" or (item.state == "suspended" and item.reason == _YOUR_PAPERS):
        return "等您补材料", "hand", "amber"
    return _ITEM_STATES.get(item.state, ("办理中", "clock", "blue"))


_ITEM_STATES = {
    "received": ("已收件", "clock", "blue"),
    "suspended": ("在等别的部门", "pause", "blue"),
    "refused": ("没有受理", "dash", "grey"),
    "withdrawn": ("已撤回", "dash", "grey"),
    "not_applicable": ("不需要办", "dash", "grey"),
}
_ENDED = frozenset({"completed", "delivered", "refused", "withdrawn", "not_applicable"})


def _item_note(item: ToldItemView, word: str, reason_text: str | None) -> str:
    if item.state in _ENDED:
        told = reason_text if word in ("没办成", "没有受理") else None
        return f"原因：{told}。要问清楚，请带小票到窗口。" if told else ""
    if word == "等您补材料":
        missing = reason_text if reason_text and item.reason != _YOUR_PAPERS else "请看一次性告知单，带齐再来"
        return f"{missing}。请在 {item.until:%-m月%-d日} 前带来" if item.until else missing
    return due_words(item.due_on, item.due_state)


def due_words(due_on: date | None, due_state: str) -> str:
    """The promised date; said plainly when there is none."""
    if due_on is not None:
        promise = f"{due_on:%-m月%-d日}前办结"
        return f"预计 {promise}" if due_state == "provisional" else f"答应您 {promise}"
    if due_state == "calendar_unpublished":
        return "日历未发布，日期以后告诉您"
    return "日期要等结果出来再定" if due_state == "awaits_event" else ""


def case_words(case: CaseView) -> str:
    """The state of a whole case in one line."""
    words = {
        "received": "已收件，等受理",
        "completed": "全部办完",
        "closed": "全部办完",
        "refused": "没有受理",
        "withdrawn": "已撤回",
    }
    if case.state in words:
        return words[case.state]
    return f"全部办结：{case.due_on:%Y年%-m月%-d日}前" if case.due_on else "正在办理"


def case_part(uow: UnitOfWork, case: Case) -> CasePart:
    """A case with all its matters in plain words; a person's name is masked, a unit's is not."""
    view = case_view(uow, case)
    reasons = uow.configuration().site.reasons
    applicant = case.applicant
    return CasePart(
        number=view.case_number,
        title=view.service_name,
        applicant=mask_name(applicant.name) if applicant.kind == "person" else applicant.name,
        summary=case_words(view),
        items=[_told(uow, item, reasons) for item in case.items],
    )


def _told(uow: UnitOfWork, item: CaseItem, reasons: Reasons) -> ItemWords:
    view = told_item_view(uow, item)
    # What staff wrote by hand is in no list and is told as written.
    return item_words(view, reasons.words(view.reason) if view.reason else None)
