/** Keeping a list on the page equal to a list of data, without making anew what stays. */

/**
 * Makes `parent`'s children match `items`, in order. A child stays as long as its key does, so a running
 * animation is never started again; children whose key is gone are removed, and nothing piles up.
 */
export function keep(parent, items, key, make, fill) {
  const old = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  items.forEach((item, index) => {
    const name = String(key(item));
    const child = old.get(name) ?? make(item);
    old.delete(name);
    child.dataset.key = name;
    fill?.(child, item);
    if (parent.children[index] !== child) parent.insertBefore(child, parent.children[index] ?? null);
  });
  for (const child of old.values()) child.remove();
}

/** Sets an element's text only when it differs. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Sets a data attribute only when it differs. */
export function mark(element, name, value) {
  const text = String(value);
  if (element.dataset[name] !== text) element.dataset[name] = text;
}

/** Shows or hides an element. */
export function show(element, visible) {
  if (element.hidden === visible) element.hidden = !visible;
}
