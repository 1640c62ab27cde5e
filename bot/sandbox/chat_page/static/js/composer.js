// Where people write: the field, replies, edits, the command menu and reply keyboards.

import { previewOf } from "./bubble.js";
import { CommandMenu } from "./command_menu.js";
import { byId, element, icon } from "./dom.js";

const TALLEST_PX = 160;
const LONGEST_TEXT = 4096;

export class Composer {
  #context = null;
  #drafts = new Map();

  constructor(store, { onSend, onEdit, onUnblock }) {
    this.store = store;
    this.onSend = onSend;
    this.onEdit = onEdit;
    this.field = element("textarea", {
      id: "message-text",
      rows: "1",
      maxlength: LONGEST_TEXT,
      placeholder: "Message",
      "aria-label": "Message",
      role: "combobox",
      "aria-controls": "command-menu",
      "aria-expanded": "false",
      "aria-autocomplete": "list",
      autocomplete: "off",
      enterkeyhint: "send",
    });
    this.menu = new CommandMenu({
      store,
      field: this.field,
      onChoose: (command, isFinal) => this.#chosen(command, isFinal),
    });
    this.#build(onUnblock);
    this.field.addEventListener("keydown", (event) => this.#key(event));
    this.field.addEventListener("input", () => this.#typed());
    this.field.addEventListener("blur", () => this.menu.close());
  }

  #build(onUnblock) {
    this.context = element("div", { class: "composer-context", hidden: true });
    this.keyboard = element("div", { class: "reply-keyboard", hidden: true });
    const keepFocus = (event) => event.preventDefault();
    const toggle = () =>
      this.menu.isOpen ? this.menu.close() : (this.field.focus(), this.menu.open());
    const menu = element(
      "button",
      {
        type: "button",
        class: "menu-button",
        "aria-label": "Commands",
        onpointerdown: keepFocus,
        onclick: toggle,
      },
      icon("slash"),
      element("span", {}, "Menu"),
    );
    this.sendButton = element(
      "button",
      {
        type: "button",
        class: "send-button",
        "aria-label": "Send",
        onpointerdown: keepFocus,
        onclick: () => this.#submit(),
      },
      icon("send"),
    );
    this.line = element("div", { class: "composer-line" }, menu, this.field, this.sendButton);
    this.blocked = element(
      "button",
      { type: "button", class: "unblock-button", hidden: true, onclick: onUnblock },
      "You blocked the bot. Unblock",
    );
    byId("composer").append(this.menu.box, this.context, this.line, this.keyboard, this.blocked);
    this.#fit();
  }

  #key(event) {
    if (event.isComposing || this.menu.key(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#submit();
    }
    if (event.key === "Escape") this.clearContext();
  }

  #typed() {
    this.#fit();
    const typed = this.field.value;
    if (/^\/[a-z0-9_]*$/i.test(typed)) this.menu.open(typed);
    else this.menu.close();
  }

  #fit() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, TALLEST_PX)}px`;
    this.sendButton.classList.toggle("is-ready", this.field.value.trim() !== "");
  }

  #chosen(command, isFinal) {
    this.menu.close();
    this.field.value = isFinal ? `/${command}` : `/${command} `;
    this.field.focus();
    if (isFinal) this.#submit();
    else this.#fit();
  }

  #submit() {
    const text = this.field.value.trim();
    if (text === "") return;
    const { kind, message } = this.#context ?? {};
    if (kind === "edit") this.onEdit(message, text);
    else this.onSend(text, message?.message_id);
    this.field.value = "";
    this.clearContext();
    this.#fit();
  }

  /** Put a text that could not be sent back, unless something else was written meanwhile. */
  giveBack(text) {
    if (this.field.value === "") this.field.value = text;
    this.#fit();
  }

  replyTo(message, placeholder = "Message") {
    this.#setContext({
      kind: "reply",
      message,
      title: `Reply to ${message.from?.first_name ?? "message"}`,
    });
    this.field.placeholder = placeholder || "Message";
    this.field.focus();
  }

  edit(message) {
    this.#setContext({ kind: "edit", message, title: "Edit message" });
    this.field.value = message.text;
    this.field.focus();
    this.#fit();
  }

  #setContext(context) {
    this.#context = context;
    const words = element(
      "div",
      {},
      element("b", {}, context.title),
      element("span", { dir: "auto" }, previewOf(context.message)),
    );
    const close = element(
      "button",
      {
        type: "button",
        class: "icon-button",
        "aria-label": "Cancel",
        onclick: () => this.clearContext(),
      },
      icon("close"),
    );
    this.context.replaceChildren(icon(context.kind), words, close);
    this.context.hidden = false;
  }

  clearContext() {
    if (this.#context?.kind === "edit") this.field.value = "";
    this.#context = null;
    this.context.hidden = true;
    this.field.placeholder = "Message";
    this.#fit();
  }

  /** Each person and chat has a draft of its own. */
  open(key, lastKey) {
    if (lastKey) this.#drafts.set(lastKey, this.field.value);
    this.clearContext();
    this.menu.close();
    this.field.value = this.#drafts.get(key) ?? "";
    this.#fit();
    this.showKeyboard();
  }

  /** The newest reply keyboard of the chat, unless it was removed since. */
  showKeyboard() {
    const markup = this.store
      .messagesOf()
      .map((m) => m.reply_markup)
      .findLast((m) => m?.keyboard || m?.remove_keyboard);
    const rows = markup?.keyboard ?? [];
    const made = rows.map((row) =>
      element("div", { class: "inline-row" }, ...row.map((button) => this.#replyButton(button))),
    );
    this.keyboard.replaceChildren(...made);
    this.keyboard.hidden = made.length === 0;
  }

  #replyButton(button) {
    const text = typeof button === "string" ? button : button.text;
    return element(
      "button",
      { type: "button", class: "inline-button", onclick: () => this.onSend(text) },
      text,
    );
  }

  setBlocked(isBlocked) {
    this.line.hidden = isBlocked;
    this.blocked.hidden = !isBlocked;
  }
}
