"""Plain words for the holder of a ticket: where they stand in line, and how each matter of a case goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from shared.actions.case_views import CaseView, ToldItemView, case_view, told_item_view
from shared.actions.views import TicketView
from shared.domain.case import Case, CaseItem
from shared.domain.masking import mask_name
from shared.domain.site import Site
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
    official: str
    applicant: str
    summary: str
    advice: str
    items: Sequence[ItemWords]


def standing(ticket: TicketView, *, returns: bool = True, attended: bool = True) -> Standing:
    """Where the holder of a ticket stands, in one sentence.

    ``returns`` says whether whoever missed the call may go back into line without staff, ``attended`` whether
    somebody is at the counter of the ticket.
    """
    if ticket.state == "waiting":
        return _waiting(ticket)
    if ticket.state in ("called", "serving"):
        where = f"{ticket.counter_floor}楼 {ticket.counter}号窗口"
        if not attended:
            then = "叫您" if ticket.state == "called" else "接着办"
            return Standing("窗口正在换人，请在旁边稍等", f"{where}，有人接手就{then}", "blue")
        if ticket.state == "called":
            return Standing(f"请现在到 {where}", "叫到您了", "copper", call=True)
        return Standing("正在办理", where, "pine")
    if ticket.state == "no_show" and not returns:
        return Standing("叫过您，没等到您", "没听到没关系，请到窗口或导办台，由工作人员再排", "amber")
    return _STANDINGS[ticket.state]


def _waiting(ticket: TicketView) -> Standing:
    after = ticket.called_after
    # Without a wait no counter is open for it, and over a break none calls: nobody is next, however few
    # stand before.
    called_soon = ticket.wait_seconds is not None and after is None and ticket.ahead < NEAR
    wait = wait_words(ticket.wait_seconds, after) if ticket.wait_seconds or after else "等多久现在还说不准"
    people = f"前面还有 {ticket.ahead} 人" if ticket.ahead else "前面没有人"
    if ticket.stop > 1:
        return Standing(f"您的下一站在 {ticket.floor}楼", f"{people}，{wait}", "blue")
    if called_soon:
        return Standing(
            f"快到您了，请到 {ticket.floor}楼 等",
            people if ticket.ahead else "下一位就是您",
            "copper",
            call=True,
        )
    return Standing(people, wait, "blue")


_STANDINGS = {
    "held": Standing("请在窗口附近稍等", "您的号留着，一会儿接着办", "blue"),
    "no_show": Standing("叫过您，没等到您", "没听到没关系，点下面再为您排上", "amber"),
    "served": Standing("窗口办理结束了", "请慢走", "pine"),
    "cancelled": Standing("这个号已经取消", "要办事，请重新取号", "grey"),
    "expired": Standing("这个号已经过期", "要办事，请重新取号", "grey"),
}


def wait_words(wait: WaitBand | None, after: datetime | None = None) -> str:
    """A wait as a band of minutes; never 0, and said when it is not known.

    ``after`` is the hall-local moment to tell instead when a break lies before the call.
    """
    if after is not None:
        return f"约在{'下午' if after.hour >= 12 else '上午'} {after:%H:%M} 以后叫到"
    if wait is None:
        return "现在还说不准"
    low, high = minutes_band(wait)
    return f"约等 {high} 分钟以内" if low == 0 else f"约等 {low}～{high} 分钟"


def stepped_back(places: int) -> str:
    """What a step back has done."""
    return f"已退后 {places} 位，号还有效。"


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


def item_words(item: ToldItemView, reason_text: str | None, today: date, pickup: str = "") -> ItemWords:
    """One matter of a case as of ``today``.

    ``reason_text`` is what the hall's list says for the item's reason, ``pickup`` where results are fetched.
    """
    word, shape, tone = _item_state(item)
    reason = reason_text.rstrip(_STOPS) if reason_text else None
    note = (
        _ended_note(item, word, reason, pickup)
        if item.state in _ENDED
        else _open_note(item, word, reason, today)
    )
    return ItemWords(item.plain_name, item.name, word, shape, tone, note)


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
#: Marks that a written reason may end in; the sentence around it has its own.
_STOPS = "。．.；;，, "


def _ended_note(item: ToldItemView, word: str, reason: str | None, pickup: str) -> str:
    if word in _FAILED:
        return f"原因：{reason}。{_ASK}。" if reason else f"{_ASK}。"
    if word == "办成" and item.state != "delivered":
        return fetch_words(pickup)
    return ""


def _open_note(item: ToldItemView, word: str, reason: str | None, today: date) -> str:
    if word == "等您补材料":
        missing = reason if reason and item.reason != _YOUR_PAPERS else "请看一次性告知单，带齐再来"
        return f"{missing}。请在 {item.until:%-m月%-d日} 前带来" if item.until else missing
    return due_words(item.due_on, item.due_state, today)


_FAILED = frozenset({"没办成", "没有受理"})
_ASK = "请带小票到窗口问清楚"


def fetch_words(pickup: str) -> str:
    """Where a granted result is fetched; who has to be asked while the hall has set no place."""
    return f"取结果：{pickup}" if pickup else "取结果请问导办台"


def due_words(due_on: date | None, due_state: str, today: date) -> str:
    """The promised date, as of ``today``; said plainly when there is none."""
    if due_on is not None:
        promise = "今天办结" if due_on == today else f"{due_on:%-m月%-d日}前办结"
        return f"预计 {promise}" if due_state == "provisional" else f"答应您 {promise}"
    if due_state == "calendar_unpublished":
        return "日历未发布，日期以后告诉您"
    return "日期要等结果出来再定" if due_state == "awaits_event" else ""


def case_words(case: CaseView, today: date) -> str:
    """The state of a whole case in one line, as of ``today``; done is not the same as granted."""
    if case.state in ("completed", "closed"):
        failed = _failed(case)
        return f"已办完，其中 {failed} 项没办成" if failed else "全部办完"
    words = {"received": "已收件，等受理", "refused": "没有受理", "withdrawn": "已撤回"}
    if case.state in words:
        return words[case.state]
    if case.due_on is None:
        return "正在办理"
    return "今天全部办结" if case.due_on == today else f"全部办结：{case.due_on:%Y年%-m月%-d日}前"


def _failed(case: CaseView) -> int:
    return sum(item.state == "refused" or item.result == "not_granted" for item in case.items)


def case_advice(case: CaseView) -> str:
    """What can be done next about a case that ended without everything granted; else empty."""
    ended = case.state in ("completed", "closed", "refused")
    return f"没办成的，{_ASK}。" if ended and _failed(case) else ""


def case_part(uow: UnitOfWork, case: Case) -> CasePart:
    """A case with all its matters in plain words; a person's name is masked, a unit's is not."""
    view = case_view(uow, case)
    site = uow.configuration().site
    applicant = case.applicant
    return CasePart(
        number=view.case_number,
        title=view.service_title,
        official=view.service_name,
        applicant=mask_name(applicant.name) if applicant.kind == "person" else applicant.name,
        summary=case_words(view, uow.day),
        advice=case_advice(view),
        items=[_told(uow, item, site) for item in case.items],
    )


def _told(uow: UnitOfWork, item: CaseItem, site: Site) -> ItemWords:
    view = told_item_view(uow, item)
    # What staff wrote by hand is in no list and is told as written.
    reason = site.reasons.words(view.reason) if view.reason else None
    return item_words(view, reason, uow.day, site.pickup)
