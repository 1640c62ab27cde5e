// What the page knows: people, chats, messages and what was read; screens listen for changes.

import { api } from "./api.js";

const READ_KEY = "kitrader-sandbox-read";

export class Store extends EventTarget {
  bot = { id: 0, first_name: "Kitrader", username: "" };
  people = [];
  chats = [];
  viewerId = 0;
  chatId = 0;
  worldId = "";
  commands = [];
  #messages = new Map();
  #read = new Map();

  /** Tell listeners; `kind` is state, view, messages, message, unread, commands or typing. */
  tell(kind, detail = {}) {
    this.dispatchEvent(new CustomEvent(kind, { detail }));
  }

  get viewer() {
    return this.people.find((person) => person.id === this.viewerId);
  }

  get chat() {
    return this.chats.find((chat) => chat.id === this.chatId);
  }

  async loadState() {
    const state = await api.state();
    Object.assign(this, { bot: state.bot, people: state.people, chats: state.chats });
    if (!this.viewer) this.viewerId = this.people[0]?.id ?? 0;
    if (!this.chatsOf(this.viewerId).includes(this.chat))
      this.chatId = this.chatsOf(this.viewerId)[0]?.id ?? 0;
    this.tell("state");
    return state;
  }

  /** Chats that a person sees: the private one first, then groups. */
  chatsOf(personId) {
    return this.chats
      .filter((chat) =>
        chat.type === "private"
          ? (chat.person_id ?? chat.id) === personId
          : isMember(chat, personId),
      )
      .sort((a, b) => (a.type === "private" ? -1 : 0) - (b.type === "private" ? -1 : 0));
  }

  /** Everybody's view of everything, so that previews and unread marks are right from the start. */
  async loadMessages() {
    const views = this.people.flatMap((person) =>
      this.chatsOf(person.id).map((chat) => [chat.id, person.id]),
    );
    const lists = await Promise.all(views.map(([chat, person]) => api.messages(chat, person)));
    this.#messages.clear();
    views.forEach(([chat, person], index) => this.#fill(chat, person, lists[index].messages));
    this.tell("messages");
  }

  #fill(chatId, personId, messages) {
    const kept = messages.filter((message) => !message.deleted);
    this.#messages.set(
      `${personId}:${chatId}`,
      new Map(kept.map((message) => [message.message_id, message])),
    );
  }

  messagesOf(chatId = this.chatId, personId = this.viewerId) {
    return [...(this.#messages.get(`${personId}:${chatId}`)?.values() ?? [])];
  }

  message(id) {
    return this.#messages.get(`${this.viewerId}:${this.chatId}`)?.get(id);
  }

  /** Who may see what happened: one viewer, or all who are in the chat. */
  #audience(event) {
    if (event.viewer) return [Number(event.viewer)];
    return this.people
      .filter((p) => this.chatsOf(p.id).some((chat) => chat.id === event.chat_id))
      .map((p) => p.id);
  }

  put(event) {
    for (const person of this.#audience(event)) {
      const view = this.#messages.get(`${person}:${event.chat_id}`) ?? new Map();
      view.set(event.message.message_id, event.message);
      this.#messages.set(`${person}:${event.chat_id}`, view);
    }
    this.tell("message", event);
  }

  remove(event) {
    const id = event.message_id ?? event.message?.message_id;
    for (const person of this.#audience(event))
      this.#messages.get(`${person}:${event.chat_id}`)?.delete(id);
    this.tell("message", { ...event, deleted: id });
  }

  select(viewerId, chatId) {
    const isOtherPerson = viewerId !== this.viewerId;
    this.viewerId = viewerId;
    this.chatId = chatId ?? this.#sameKindOfChat(viewerId);
    this.tell("view", { isOtherPerson });
  }

  #sameKindOfChat(viewerId) {
    const chats = this.chatsOf(viewerId);
    return (chats.find((chat) => chat.id === this.chatId) ?? chats[0])?.id ?? 0;
  }

  unread(chatId, personId) {
    const read = this.#read.get(`${personId}:${chatId}`) ?? 0;
    return this.messagesOf(chatId, personId).filter(
      (m) => m.message_id > read && m.from?.id !== personId,
    ).length;
  }

  markRead() {
    const last = this.messagesOf().at(-1)?.message_id ?? 0;
    this.#read.set(`${this.viewerId}:${this.chatId}`, last);
    sessionStorage.setItem(
      READ_KEY,
      JSON.stringify({ world: this.worldId, read: [...this.#read] }),
    );
    this.tell("unread");
  }

  /** Reading marks outlive a reload, but not a new world, whose messages are other messages. */
  restoreRead() {
    try {
      const saved = JSON.parse(sessionStorage.getItem(READ_KEY) ?? "null");
      this.#read = new Map(saved?.world === this.worldId ? saved.read : []);
    } catch {
      this.#read = new Map();
    }
  }
}

function isMember(chat, personId) {
  const ids = (chat.members ?? []).map((member) =>
    typeof member === "object" ? member.id : member,
  );
  return ids.length === 0 || ids.includes(personId);
}
