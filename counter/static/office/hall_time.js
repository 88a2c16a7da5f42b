/** The hall's clock on this computer, whose own may be wrong or show another day than a clock that is set by hand. */

let offset = 0;

/** Take over the hall's moment from what it just answered. @param {string} at an ISO moment */
export function keepHallTime(at) {
  offset = Date.parse(at) - Date.now();
}

/** The hall's clock now, in ms since 1970. */
export function hallNow() {
  return Date.now() + offset;
}
