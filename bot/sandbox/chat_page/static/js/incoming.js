// What the stream of events brings, shown where the person looks.

import { alertBox, toast } from "./overlays.js";

export class Incoming {
  #handlers = {
    message: (event) => this.#messageCame(event),
    edit: (event) => this.#changed(event),
    delete: (event) => this.#removed(event),
    toast: (event) => this.#answered(event),
    typing: (event) => this.typing.start(event.chat_id),
    commands: () => this.onCommands(),
    chat: () => this.onChat(),
  };

  constructor({ store, conversation, composer, typing, onRead, onCommands, onChat }) {
    Object.assign(this, { store, conversation, composer, typing, onRead, onCommands, onChat });
  }

  /** Take one event; a kind that this page does not know is left alone. */
  take(event) {
    this.#handlers[event.kind]?.(event);
  }

  #isForViewer(event) {
    return !event.viewer || Number(event.viewer) === this.store.viewerId;
  }

  #isHere(event) {
    return event.chat_id === this.store.chatId && this.#isForViewer(event);
  }

  #messageCame(event) {
    this.typing.stop(event.chat_id);
    this.#changed(event);
    const { from, reply_markup: markup } = event.message;
    if (!this.#isHere(event) || from?.id === this.store.viewerId || !markup?.force_reply) return;
    this.composer.replyTo(event.message, markup.input_field_placeholder);
  }

  #changed(event) {
    this.store.put(event);
    if (!this.#isHere(event)) return;
    this.conversation.update(event);
    this.conversation.settle();
    this.composer.showKeyboard();
    this.onRead();
  }

  #removed(event) {
    this.store.remove(event);
    if (this.#isHere(event)) this.conversation.update();
  }

  /** The answer to a pressed button is for the person who pressed it. */
  #answered(event) {
    if (!this.#isForViewer(event)) return;
    this.conversation.settle();
    if (!event.text) return;
    if (event.show_alert) alertBox(this.store.bot.first_name, event.text);
    else toast(event.text);
  }
}
