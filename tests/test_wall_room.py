"""The wall of a floor, with the lift and without: the tail of a Q, below its line, has room of its own."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, ViewportSize
from wall_stage import screen

__all__ = ["screen"]

SIZES: list[ViewportSize] = [
    {"width": 1920, "height": 1080},
    {"width": 3840, "height": 2160},
    {"width": 1080, "height": 1920},
]
WALL = """
<main class="wall floor-wall" data-fresh="true"><header class="wall-top"></header>
<section class="call-field"><ol class="field-calls" data-count="1">
<li class="call" data-direction="here" data-long="false"><span class="call-number">Q001</span>
<span class="call-counter"><span class="arrow"></span><b>11</b><span>号窗口</span></span></li></ol></section>
<section class="recents"></section>
<section class="soon"><h2 class="soon-label">快到了</h2>
<ol class="soon-numbers"><li>Q101</li><li>Q102</li><li>Q103</li><li>Q104</li></ol></section>
<section class="waits"></section><section class="wall-side"></section>
<p class="lift-out" HIDDEN>电梯停用，请走楼梯</p></main>
"""
#: Draws the wall with the hall's styles.
DRAW = """
async (wall) => {
  document.documentElement.dataset.screen = document.body.dataset.screen = "wall";
  for (const path of ["/static/css/tokens.css", "/static/css/base.css", "/display/static/wall.css"]) {
    await new Promise((done, fail) => {
      const link = document.createElement("link");
      Object.assign(link, { rel: "stylesheet", href: path, onload: done, onerror: fail });
      document.head.append(link);
    });
  }
  document.body.innerHTML = wall;
}
"""
#: Pixels left between the called number and its counter, below a number that is soon, and in and beside them.
ROOM = """
() => {
  const pen = document.createElement("canvas").getContext("2d");
  const ink = (selector) => {
    const part = document.querySelector(selector);
    const style = getComputedStyle(part);
    pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const text = pen.measureText(part.textContent);
    const range = document.createRange();
    range.selectNodeContents(part);
    const base = range.getBoundingClientRect().top + text.fontBoundingBoxAscent;
    return { top: base - text.actualBoundingBoxAscent, bottom: base + text.actualBoundingBoxDescent };
  };
  const field = document.querySelector(".call-field");
  return [
    ink(".call-counter b").top - ink(".call-number").bottom,
    document.querySelector(".soon").getBoundingClientRect().bottom - ink(".soon-numbers li").bottom,
    field.clientHeight - field.scrollHeight,
    field.clientWidth - field.scrollWidth,
    innerWidth - document.querySelector(".soon-numbers li:last-child").getBoundingClientRect().right,
  ];
}
"""


@pytest.mark.parametrize("size", SIZES, ids=["wide", "4k", "upright"])
@pytest.mark.parametrize("hidden", ["hidden", ""], ids=["lift", "no-lift"])
def test_the_tail_of_a_q_touches_neither_the_counter_nor_the_line_of_the_lift(
    screen: Page, size: ViewportSize, hidden: str
) -> None:
    screen.set_viewport_size(size)
    screen.evaluate(DRAW, WALL.replace("HIDDEN", hidden))
    room = screen.evaluate(ROOM)
    assert min(room) >= 0, room
