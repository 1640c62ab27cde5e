// Rows that stay in place while their figures change, so that focus and hover are not lost.

import { element } from "../dom.js";

/** Keep one child per item: `make(item)` once, then `fill(node, item)` at each update. */
export function keepRows(box, items, { key, make, fill }) {
  const present = new Map([...box.children].map((node) => [node.dataset.key, node]));
  items.forEach((item, index) => {
    const name = String(key(item));
    const node = present.get(name) ?? named(make(item), name);
    present.delete(name);
    fill(node, item);
    if (box.children[index] !== node) box.insertBefore(node, box.children[index] ?? null);
  });
  for (const gone of present.values()) gone.remove();
}

function named(node, name) {
  node.dataset.key = name;
  return node;
}

/** Set a text only when it changed (screen readers and selections stay calm). */
export function setText(node, text) {
  const wanted = String(text);
  if (node.textContent !== wanted) node.textContent = wanted;
}

/** A card's head and body, made once. */
export function cardParts(card, title, ...extra) {
  const note = element("span", { class: "card-note" });
  const body = element("div", { class: "card-body" });
  card.append(
    element("header", { class: "card-head" }, element("h3", {}, title), note, ...extra),
    body,
  );
  return { note, body };
}
