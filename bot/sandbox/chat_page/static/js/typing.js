// The line under the chat's name: typing, or who is there.

import { byId } from "./dom.js";

const TYPING_MS = 5000;

export class Typing {
  #until = new Map();

  constructor(store) {
    this.store = store;
  }

  /** Telegram shows a chat action for five seconds, or until the message comes. */
  start(chatId) {
    this.#until.set(chatId, performance.now() + TYPING_MS);
    setTimeout(() => this.draw(), TYPING_MS + 50);
    this.draw();
  }

  stop(chatId) {
    this.#until.delete(chatId);
    this.draw();
  }

  draw() {
    const chat = this.store.chat;
    const isTyping = (this.#until.get(chat?.id) ?? 0) > performance.now();
    const members = chat?.members ?? [];
    const names = this.store.people
      .filter((person) => members.includes(person.id))
      .map((person) => person.first_name);
    if (members.includes(this.store.bot?.id)) names.push("the bot");
    byId("chat-subtitle").classList.toggle("is-typing", isTyping);
    byId("chat-subtitle").textContent = isTyping
      ? "typing…"
      : chat?.type === "private"
        ? `bot · you are ${this.store.viewer?.first_name ?? ""}`
        : names.join(", ");
  }
}
