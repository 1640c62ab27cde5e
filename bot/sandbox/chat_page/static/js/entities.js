// Message text with entities -> a tree of plain objects (pure, so it runs without a browser).

/** Clip entities to the text and put outer ones before inner ones. */
function inOrder(text, entities) {
  return (entities ?? [])
    .filter((e) => Number.isInteger(e.offset) && Number.isInteger(e.length))
    .map((e) => ({ ...e, offset: Math.max(0, e.offset) }))
    .map((e) => ({ ...e, length: Math.min(e.length, text.length - e.offset) }))
    .filter((e) => e.length > 0)
    .sort(outerFirst);
}

function outerFirst(a, b) {
  return a.offset - b.offset || b.length - a.length;
}

/** An entity that crosses its parent's end goes on behind the parent. */
function clipTo(end, entity, queue) {
  const stop = entity.offset + entity.length;
  if (stop <= end) return stop;
  queue.push({ ...entity, offset: end, length: stop - end });
  queue.sort(outerFirst);
  return end;
}

function children(text, start, end, queue) {
  const nodes = [];
  let cursor = start;
  while (queue.length > 0 && queue[0].offset < end) {
    const entity = queue.shift();
    const stop = clipTo(end, entity, queue);
    if (entity.offset > cursor) nodes.push(text.slice(cursor, entity.offset));
    nodes.push({ entity, children: children(text, entity.offset, stop, queue) });
    cursor = stop;
  }
  if (cursor < end) nodes.push(text.slice(cursor, end));
  return nodes;
}

/**
 * The tree of a text: strings and {entity, children}.
 * Offsets are UTF-16 units (core.telegram.org/bots/api#messageentity), as JavaScript strings are.
 */
export function entityTree(text, entities) {
  return children(text, 0, text.length, inOrder(text, entities));
}

/** The text under a node, without its entities. */
export function plainText(node) {
  return typeof node === "string" ? node : node.children.map(plainText).join("");
}

/** Only links that a messenger would open; anything else (javascript:, data:) is refused. */
export function safeUrl(candidate) {
  const withScheme = /^[a-z][a-z0-9+.-]*:/i.test(candidate) ? candidate : `https://${candidate}`;
  try {
    const url = new URL(withScheme);
    return ["http:", "https:", "tg:", "mailto:", "tel:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}
