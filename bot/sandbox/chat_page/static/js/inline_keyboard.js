// Buttons under a message: callbacks, links, copies, and their colours.

import { element, icon } from "./dom.js";
import { safeUrl } from "./entities.js";
import { splitSigns } from "./signs.js";

const STYLES = new Set(["danger", "success", "primary"]);
const LONGEST_BUSY_MS = 8000;
const INVOICE = "t.me/$";

function label(text) {
  return splitSigns(text).map((piece) =>
    typeof piece === "string"
      ? piece
      : element(
          "span",
          { class: `sign sign-${piece.sign}`, role: "img", "aria-label": piece.name },
          piece.text,
        ),
  );
}

function corner(button) {
  if (button.url !== undefined || button.login_url) return icon("link");
  return button.copy_text ? icon("copy") : null;
}

function press(button, message, actions, pressed) {
  if (button.copy_text) return actions.copy(button.copy_text.text);
  if (button.url?.includes(INVOICE)) return actions.pay({ link: button.url });
  if (button.pay) return actions.pay({ message_id: message.message_id });
  if (button.url !== undefined) {
    const href = safeUrl(button.url);
    return href === null
      ? actions.tell("That link is not one a messenger opens.")
      : actions.openLink(href);
  }
  if (button.callback_data === undefined) return actions.tell("The sandbox knows no such button.");
  pressed.classList.add("is-busy");
  setTimeout(() => pressed.classList.remove("is-busy"), LONGEST_BUSY_MS);
  return actions.press(message, button.callback_data);
}

function keyboardButton(button, message, actions) {
  const style = STYLES.has(button.style) ? `is-${button.style}` : "";
  const onclick = (event) => press(button, message, actions, event.currentTarget);
  return element(
    "button",
    { type: "button", class: `inline-button ${style}`, onclick },
    element("bdi", {}, ...label(button.text)),
    corner(button),
  );
}

/** The keyboard of a message, or null when it has none. */
export function inlineKeyboard(message, actions) {
  const rows = message.reply_markup?.inline_keyboard;
  if (!Array.isArray(rows) || rows.length === 0) return null;
  const made = rows.map((row) =>
    element(
      "div",
      { class: "inline-row" },
      ...row.map((button) => keyboardButton(button, message, actions)),
    ),
  );
  return element(
    "div",
    { class: "inline-keyboard", role: "group", "aria-label": "Buttons of this message" },
    ...made,
  );
}

/** Buttons stop waiting when an answer came. */
export function settleButtons(root) {
  for (const button of root.querySelectorAll(".inline-button.is-busy"))
    button.classList.remove("is-busy");
}
