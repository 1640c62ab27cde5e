// Who you are and which chat is open, with unread marks for everybody.

import { previewOf } from "./bubble.js";
import { avatar, botAvatar, byId, element } from "./dom.js";
import { clock } from "./numbers.js";

export class Sidebar {
  constructor(store, onSelect) {
    this.store = store;
    this.onSelect = onSelect;
    byId("people").addEventListener("keydown", (event) => this.#arrow(event));
  }

  draw() {
    const focused = document.activeElement?.dataset?.key;
    byId("people").replaceChildren(...this.store.people.map((person) => this.#person(person)));
    byId("chats").replaceChildren(
      ...this.store.chatsOf(this.store.viewerId).map((chat) => this.#chat(chat)),
    );
    this.#drawOtherUnread();
    if (focused) document.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  #unreadOf(person) {
    return this.store
      .chatsOf(person.id)
      .reduce((sum, chat) => sum + this.store.unread(chat.id, person.id), 0);
  }

  #drawOtherUnread() {
    const others = this.store.people.filter((person) => person.id !== this.store.viewerId);
    const count = others.reduce((sum, person) => sum + this.#unreadOf(person), 0);
    byId("other-unread").hidden = count === 0;
    byId("other-unread").textContent = badgeText(count);
  }

  #person(person) {
    const isViewer = person.id === this.store.viewerId;
    const count = isViewer ? 0 : this.#unreadOf(person);
    return element(
      "button",
      {
        type: "button",
        role: "radio",
        class: "person",
        "data-key": `person-${person.id}`,
        "aria-checked": String(isViewer),
        tabindex: isViewer ? "0" : "-1",
        onclick: () => this.onSelect(person.id),
      },
      avatar(person.id, person.first_name),
      element("span", { class: "person-name" }, element("bdi", {}, person.first_name)),
      element("span", { class: `role role-${person.role_hint}` }, person.role_hint ?? ""),
      badge(count),
    );
  }

  #arrow(event) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const people = this.store.people;
    const index = people.findIndex((person) => person.id === this.store.viewerId);
    const next = people[(index + step + people.length) % people.length];
    this.onSelect(next.id);
    document.querySelector(`[data-key="person-${next.id}"]`)?.focus();
  }

  #chat(chat) {
    const last = this.store.messagesOf(chat.id, this.store.viewerId).at(-1);
    const isOpen = chat.id === this.store.chatId;
    const name = chatName(this.store, chat);
    const sender = last && last.from?.id === this.store.viewerId ? "You: " : "";
    const words = element(
      "span",
      { class: "chat-words" },
      element(
        "span",
        { class: "chat-line" },
        element("b", {}, name),
        element("time", {}, last ? clock(last.date) : ""),
      ),
      element(
        "span",
        { class: "chat-line" },
        element(
          "span",
          { class: "preview", dir: "auto" },
          last ? sender + previewOf(last) : "No messages yet",
        ),
        badge(isOpen ? 0 : this.store.unread(chat.id, this.store.viewerId)),
      ),
    );
    const attributes = {
      type: "button",
      class: "chat-button",
      "data-key": `chat-${chat.id}`,
      "aria-current": isOpen ? "true" : null,
      onclick: () => this.onSelect(this.store.viewerId, chat.id),
    };
    return element("li", {}, element("button", attributes, chatPicture(chat, name), words));
  }
}

/** A private chat is named after the bot, a group by its title. */
export function chatName(store, chat) {
  return chat?.type === "private" ? store.bot.first_name : (chat?.title ?? "Group");
}

/** A private chat shows the bot's picture, a group its first letter. */
export function chatPicture(chat, name) {
  return !chat || chat.type === "private" ? botAvatar() : avatar(chat.id, name);
}

function badge(count) {
  return count > 0
    ? element(
        "span",
        { class: "badge" },
        badgeText(count),
        element("span", { class: "visually-hidden" }, " unread"),
      )
    : null;
}

function badgeText(count) {
  return count > 99 ? "99+" : String(count);
}
