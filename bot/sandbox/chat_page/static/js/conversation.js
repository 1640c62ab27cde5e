// The list of messages: draws only what changed and scrolls as messengers do.

import { bubble } from "./bubble.js";
import { byId, element } from "./dom.js";
import { settleButtons } from "./inline_keyboard.js";
import { day } from "./numbers.js";

const MOST_SHOWN = 300;
const NEAR_END_PX = 80;
const RUN_BREAK_S = 300;
const SETTLED_MS = 500;

function isSameRun(a, b) {
  return (
    a &&
    b &&
    a.from?.id === b.from?.id &&
    Math.abs(b.date - a.date) < RUN_BREAK_S &&
    isSameDay(a, b)
  );
}

function isSameDay(a, b) {
  return new Date(a.date * 1000).toDateString() === new Date(b.date * 1000).toDateString();
}

export class Conversation {
  #drawn = new Map();
  #missed = 0;

  constructor(store, actions) {
    this.store = store;
    this.actions = actions;
    this.box = byId("messages");
    this.list = element("div", { class: "message-list" });
    this.box.append(this.list);
    this.box.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    byId("jump-down").addEventListener("click", () => this.toEnd(true));
    new ResizeObserver(() => this.#keepEnd()).observe(this.box);
    new ResizeObserver(() => this.#keepEnd()).observe(this.list);
  }

  #isAtEnd = true;

  #scrolled() {
    this.#isAtEnd =
      this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight < NEAR_END_PX;
    if (this.#isAtEnd) this.#missed = 0;
    this.#showJump();
  }

  #keepEnd() {
    if (this.#isAtEnd) this.box.scrollTop = this.box.scrollHeight;
  }

  #showJump() {
    byId("jump-down").hidden = this.#isAtEnd;
    byId("jump-count").hidden = this.#missed === 0;
    byId("jump-count").textContent = String(this.#missed);
  }

  toEnd(isSmooth = false) {
    this.#isAtEnd = true;
    this.#missed = 0;
    this.box.scrollTo({
      top: this.box.scrollHeight,
      behavior: isSmooth && !reducesMotion() ? "smooth" : "instant",
    });
    this.#showJump();
  }

  /** Draw another chat from scratch; a screen reader is spared its whole past. */
  open() {
    this.box.setAttribute("aria-live", "off");
    this.#drawn.clear();
    this.list.replaceChildren();
    this.update();
    this.toEnd();
    setTimeout(() => this.box.setAttribute("aria-live", "polite"), SETTLED_MS);
  }

  /** Draw what changed; a message from the viewer always brings the end into sight. */
  update(news = null) {
    const wasAtEnd = this.#isAtEnd;
    const rows = this.#rows();
    this.#place(rows);
    for (const row of rows) this.#drawn.set(row.key, row);
    if (news?.kind === "message" && news.message?.from?.id !== this.store.viewerId && !wasAtEnd)
      this.#missed += 1;
    if (wasAtEnd || news?.message?.from?.id === this.store.viewerId) this.toEnd();
    this.#showJump();
  }

  #rows() {
    const messages = this.store
      .messagesOf()
      .sort((a, b) => a.message_id - b.message_id)
      .slice(-MOST_SHOWN);
    if (messages.length === 0)
      return [this.#row("empty", "", () => emptyChat(this.store, this.actions))];
    return messages.flatMap((message, index) =>
      this.#rowsOf(message, messages[index - 1], messages[index + 1]),
    );
  }

  #rowsOf(message, before, after) {
    const view = {
      isMine: message.from?.id === this.store.viewerId,
      isGroup: this.store.chat?.type !== "private",
      startsRun: !isSameRun(before, message),
      endsRun: !isSameRun(message, after),
    };
    const rows = [
      this.#row(message.message_id, JSON.stringify([message, view]), () =>
        bubble(message, view, this.actions),
      ),
    ];
    if (!before || !isSameDay(before, message)) {
      const name = day(message.date);
      rows.unshift(
        this.#row(`day-${message.message_id}`, name, () =>
          element("div", { class: "row is-day" }, element("span", { class: "chip" }, name)),
        ),
      );
    }
    return rows;
  }

  #row(key, signature, draw) {
    const drawn = this.#drawn.get(key);
    return drawn?.signature === signature ? drawn : { key, signature, node: draw() };
  }

  #place(rows) {
    const focus = this.#focusedButton();
    const wanted = new Set(rows.map((row) => row.node));
    for (const [key, row] of this.#drawn) {
      if (wanted.has(row.node)) continue;
      if (!rows.some((other) => other.key === key)) row.node.remove();
    }
    rows.forEach((row, index) => this.#placeAt(row, index));
    while (this.list.children.length > rows.length) this.list.lastElementChild.remove();
    this.#refocus(focus);
  }

  #placeAt(row, index) {
    const present = this.list.children[index];
    if (present === row.node) return;
    const drawn = this.#drawn.get(row.key)?.node;
    if (present && drawn === present) present.replaceWith(row.node);
    else this.list.insertBefore(row.node, present ?? null);
  }

  /** An edited message is drawn anew: the button that was pressed keeps the focus. */
  #focusedButton() {
    const row = document.activeElement?.closest?.(".row");
    if (!row || !this.list.contains(row)) return null;
    return {
      id: row.id,
      index: [...row.querySelectorAll("button")].indexOf(document.activeElement),
    };
  }

  #refocus(focus) {
    if (!focus || this.list.contains(document.activeElement)) return;
    document
      .getElementById(focus.id)
      ?.querySelectorAll("button")
      [focus.index]?.focus({ preventScroll: true });
  }

  goTo(messageId) {
    const row = document.getElementById(`message-${messageId}`);
    if (!row) return;
    row.scrollIntoView({ block: "center", behavior: reducesMotion() ? "instant" : "smooth" });
    row.classList.remove("is-found");
    requestAnimationFrame(() => row.classList.add("is-found"));
  }

  settle() {
    settleButtons(this.list);
  }
}

/** A private chat begins with a press on Start, as in Telegram. */
function emptyChat(store, actions) {
  if (store.chat?.type !== "private") {
    return element("div", { class: "row is-day" }, chip("No messages yet in this group."));
  }
  const start = {
    type: "button",
    class: "start-button",
    onclick: () => actions.sendCommand("/start"),
  };
  const words = "No messages yet. The bot answers once you start it.";
  return element("div", { class: "row is-empty" }, chip(words), element("button", start, "Start"));
}

function chip(words) {
  return element("span", { class: "chip" }, words);
}

function reducesMotion() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
