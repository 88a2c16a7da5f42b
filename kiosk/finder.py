"""The three plain questions of 帮我找, and where each answer leads."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from shared.domain.catalogue import ADVICE

#: Nobody is asked more than this before a number is offered.
MOST_QUESTIONS = 3
FIRST = "who"


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer: it leads to a service or to another question; ``note`` is told beside the service.

    ``heading`` names the matter as whoever answered would say it, where the service's title speaks to others.
    """

    text: str
    service: str | None = None
    question: str | None = None
    note: str = ""
    heading: str = ""


@dataclass(frozen=True, slots=True)
class FinderQuestion:
    """A question with its answers; advice is always offered below them."""

    id: str
    text: str
    choices: tuple[Choice, ...]


_BOTH_CARDS = "请带上双方的身份证件"
_IN_PERSON = "转入须本人来"
_FOR_OTHERS = "替家人办，请带上双方的身份证件"

_OWN = (
    Choice("社保卡的事", "social-card"),
    Choice("快退休，要办退休", "retirement"),
    Choice("换领养老金的银行卡", "1.2.3"),
    Choice("没工作了", "unemployment"),
    Choice("刚毕业", "graduate"),
    Choice("想开店、办公司", "startup"),
)
_OWN_WIDE = (
    Choice("换了工作，社保要转过来", question="transfer"),
    Choice("档案、党组织关系", question="archive"),
    Choice("工作中受伤、得职业病", question="injury"),
    Choice("生活困难、找工作难", question="hardship"),
)

QUESTIONS = (
    FinderQuestion(
        FIRST,
        "您为谁来？",
        (
            Choice("我自己", question="self"),
            Choice("家里人", question="family"),
            Choice("单位", question="unit"),
            Choice("说不清", ADVICE),
        ),
    ),
    FinderQuestion("self", "最像哪一种？", (*_OWN, *_OWN_WIDE)),
    FinderQuestion(
        "family",
        "最像哪一种？",
        (
            Choice("退休的亲人过世", "retiree-death"),
            Choice("亲人因工去世", "work-death"),
            Choice("在职的亲人因病去世", ADVICE),
            Choice("替老人、孩子办社保卡", "social-card", note=_BOTH_CARDS),
            Choice("替家人办别的事", question="proxy"),
        ),
    ),
    # The third question already: whatever would need a fourth is left to a person who listens.
    FinderQuestion(
        "proxy",
        "替家人办哪一种？",
        (
            *(Choice(own.text, own.service, note=_FOR_OTHERS) for own in _OWN[1:]),
            *(Choice(wide.text, ADVICE, note=_FOR_OTHERS) for wide in _OWN_WIDE),
        ),
    ),
    FinderQuestion(
        "unit",
        "单位要办哪一种？",
        (
            Choice("招了新员工", "hire"),
            Choice("有员工离职", "terminate"),
            Choice("事业单位聘新人", "public-institution-hire"),
            Choice("员工受了伤", "1.7.4"),
            Choice("员工因工去世", "work-death", heading="员工因工去世"),
            Choice("稳岗返还", "1.8.9"),
            Choice("技能提升补贴", "1.8.10"),
            Choice("见习补贴", "2.7.2"),
        ),
    ),
    FinderQuestion(
        "transfer",
        "要转哪一种？",
        (
            Choice("企业养老保险", "1.6.10"),
            Choice("失业保险", "1.8.8"),
            Choice("机关事业单位养老保险", "1.6.13"),
            Choice("居民养老保险", "1.6.14"),
            Choice("当过兵，转军人养老保险", "1.6.15"),
            Choice("都有，或者不清楚", ADVICE),
        ),
    ),
    FinderQuestion(
        "archive",
        "要办哪一种？",
        (
            Choice("档案转进来、转出去", "3.4.1"),
            Choice("党组织关系转接", "3.4.7", note=_IN_PERSON),
        ),
    ),
    FinderQuestion(
        "injury",
        "走到哪一步了？",
        (
            Choice("还没认定工伤", "1.7.4"),
            Choice("第一次做劳动能力鉴定", "1.7.5"),
            Choice("对鉴定不服，再次鉴定", "1.7.6"),
            Choice("伤情有变，复查鉴定", "1.7.7"),
            Choice("报医疗费、领待遇", ADVICE),
        ),
    ),
    FinderQuestion(
        "hardship",
        "想办哪一种？",
        (
            Choice("认定就业困难", "2.6.1"),
            Choice("领社保补贴", "2.6.2"),
            Choice("请帮忙找工作", "2.2.1"),
        ),
    ),
)


def finder_json(service_ids: Collection[str]) -> dict[str, Any]:
    """The questions as the kiosk's page reads them, without leads that this hall's lists do not have."""
    return {
        "first": FIRST,
        "most": MOST_QUESTIONS,
        "questions": {question.id: _question(question, service_ids) for question in QUESTIONS},
    }


def _question(question: FinderQuestion, service_ids: Collection[str]) -> dict[str, Any]:
    known = [choice for choice in question.choices if choice.service is None or choice.service in service_ids]
    return {
        "text": question.text,
        "choices": [
            {
                "text": choice.text,
                "service": choice.service,
                "question": choice.question,
                "note": choice.note,
                "heading": choice.heading,
            }
            for choice in known
        ],
    }
