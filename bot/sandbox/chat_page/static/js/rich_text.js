// The tree of a text -> DOM nodes that behave as in a messenger.

import { element } from "./dom.js";
import { entityTree, plainText, safeUrl } from "./entities.js";
import { splitSigns } from "./signs.js";

const SIMPLE = { bold: "b", italic: "i", underline: "u", strikethrough: "s" };

function textNodes(text) {
  return splitSigns(text).map((piece) =>
    typeof piece === "string"
      ? document.createTextNode(piece)
      : element(
          "span",
          { class: `sign sign-${piece.sign}`, role: "img", "aria-label": piece.name },
          piece.text,
        ),
  );
}

function pressable(tag, attributes, onpress, ...content) {
  const onkeydown = (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    onpress(event);
  };
  return element(
    tag,
    { tabindex: "0", role: "button", onclick: onpress, onkeydown, ...attributes },
    ...content,
  );
}

function link(url, inner, actions) {
  const href = safeUrl(url);
  if (href === null) return element("span", {}, ...inner);
  const onclick = (event) => {
    event.preventDefault();
    actions.openLink(href);
  };
  return element(
    "a",
    { href, rel: "noopener noreferrer", target: "_blank", title: href, onclick },
    ...inner,
  );
}

function spoiler(inner) {
  const reveal = (event) => {
    const shown = event.currentTarget;
    if (shown.classList.contains("is-shown")) return;
    shown.classList.add("is-shown");
    shown.setAttribute("aria-label", "Hidden text, shown");
    event.stopPropagation();
    event.preventDefault();
  };
  return pressable(
    "span",
    { class: "spoiler", "aria-label": "Hidden text, press to show" },
    reveal,
    element("span", {}, ...inner),
  );
}

function code(node, inner, actions) {
  const copy = () => actions.copy(plainText(node));
  return pressable("code", { title: "Copy" }, copy, ...inner);
}

function pre(node, inner, actions) {
  const language = node.entity.language;
  const copy = () => actions.copy(plainText(node));
  const head = element(
    "span",
    { class: "pre-head" },
    element("span", {}, language ?? "code"),
    element("button", { type: "button", onclick: copy }, "copy"),
  );
  return element("pre", {}, head, element("code", {}, ...inner));
}

function quote(inner, isExpandable) {
  if (!isExpandable) return element("blockquote", {}, ...inner);
  const body = element("span", { class: "quote-text" }, ...inner);
  const toggle = element(
    "button",
    { type: "button", class: "quote-toggle", "aria-expanded": "false" },
    "Show all",
  );
  const box = element("blockquote", { class: "is-folded" }, body, toggle);
  toggle.addEventListener("click", () => {
    const isFolded = box.classList.toggle("is-folded");
    toggle.setAttribute("aria-expanded", String(!isFolded));
    toggle.textContent = isFolded ? "Show all" : "Show less";
  });
  return box;
}

const RENDERERS = {
  text_link: (node, inner, actions) => link(node.entity.url ?? "", inner, actions),
  url: (node, inner, actions) => link(plainText(node), inner, actions),
  email: (node, inner, actions) => link(`mailto:${plainText(node)}`, inner, actions),
  bot_command: (node, inner, actions) =>
    pressable(
      "span",
      { class: "link", role: "link", title: "Send this command" },
      () => actions.sendCommand(plainText(node)),
      ...inner,
    ),
  mention: (_node, inner) => element("span", { class: "mention" }, ...inner),
  text_mention: (_node, inner) => element("span", { class: "mention" }, ...inner),
  hashtag: (_node, inner) => element("span", { class: "mention" }, ...inner),
  cashtag: (_node, inner) => element("span", { class: "mention" }, ...inner),
  spoiler: (_node, inner) => spoiler(inner),
  code,
  pre,
  blockquote: (_node, inner) => quote(inner, false),
  expandable_blockquote: (_node, inner) => quote(inner, true),
};

function render(node, actions) {
  if (typeof node === "string") return textNodes(node);
  const inner = node.children.flatMap((child) => render(child, actions));
  const kind = node.entity.type;
  if (Object.hasOwn(SIMPLE, kind)) return [element(SIMPLE[kind], {}, ...inner)];
  if (Object.hasOwn(RENDERERS, kind)) return [RENDERERS[kind](node, inner, actions)];
  return inner;
}

/** DOM nodes for a text; `actions` gives openLink(url), copy(text) and sendCommand(text). */
export function richText(text, entities, actions) {
  return entityTree(text, entities).flatMap((node) => render(node, actions));
}
