/** Filling a place with what it shows, and walking among its buttons with the arrow keys. */

const STEPS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

/** Replace what a place shows; nothing, null and false are left out. */
export function fill(place, ...children) {
  place.replaceChildren(...children.flat(Infinity).filter((child) => child || child === 0));
}

/** Let arrow keys step through what `selector` finds in `place`; Home and End go to its ends. */
export function walkable(place, selector, keys = Object.keys(STEPS)) {
  place.addEventListener("keydown", (event) => {
    const entries = [...place.querySelectorAll(selector)];
    const at = entries.indexOf(document.activeElement);
    if (at < 0) return;
    const next = { Home: entries[0], End: entries.at(-1) }[event.key]
      ?? (keys.includes(event.key) ? entries[at + STEPS[event.key]] : undefined);
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
}
