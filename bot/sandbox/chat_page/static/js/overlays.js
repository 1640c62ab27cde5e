// What lies above the page: toasts, alerts, the question before a link opens, photos.

import { byId, element } from "./dom.js";

const SHORTEST_MS = 2600;
const PER_LETTER_MS = 45;

/** A short note that leaves by itself; longer texts stay longer. */
export function toast(text) {
  const made = element("div", { class: "toast", dir: "auto" }, text);
  byId("toasts").append(made);
  setTimeout(() => made.remove(), SHORTEST_MS + PER_LETTER_MS * text.length);
}

function show(...content) {
  const dialog = byId("dialog");
  if (dialog.open) dialog.close();
  dialog.replaceChildren(...content);
  dialog.onclick = (event) => event.target === dialog && dialog.close();
  dialog.showModal();
  return dialog;
}

function buttons(...made) {
  return element("div", { class: "dialog-buttons" }, ...made);
}

/** A callback answer with show_alert: it waits for the person. */
export function alertBox(title, text) {
  const close = element(
    "button",
    { type: "button", autofocus: true, onclick: () => byId("dialog").close() },
    "OK",
  );
  show(
    element("h2", {}, title),
    element("p", { id: "dialog-text", dir: "auto" }, text),
    buttons(close),
  );
}

/** Show where a link goes before it opens, since its text may say something else. */
export function openLink(href) {
  const dialog = byId("dialog");
  const open = () => {
    dialog.close();
    window.open(href, "_blank", "noopener,noreferrer");
  };
  show(
    element("h2", {}, "Open this link?"),
    element("p", { id: "dialog-text", class: "link-target" }, href),
    buttons(
      element("button", { type: "button", onclick: () => dialog.close() }, "Cancel"),
      element("button", { type: "button", autofocus: true, onclick: open }, "Open"),
    ),
  );
}

export function showPhoto(source, alt) {
  const close = element(
    "button",
    {
      type: "button",
      autofocus: true,
      class: "photo-close",
      onclick: () => byId("dialog").close(),
    },
    "Close",
  );
  show(
    element("img", { class: "photo-large", src: source, alt }),
    element("p", { id: "dialog-text", class: "visually-hidden" }, alt),
    close,
  );
}

/** Copy, with a word about it; refused clipboards are said, not hidden. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied");
  } catch {
    toast("The browser did not allow copying");
  }
}
