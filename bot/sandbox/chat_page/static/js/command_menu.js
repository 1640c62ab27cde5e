// The list of the bot's commands: opened by the menu button or by typing "/".

import { element } from "./dom.js";

export class CommandMenu {
  #shown = [];
  #active = -1;

  constructor({ store, field, onChoose }) {
    this.store = store;
    this.field = field;
    this.onChoose = onChoose;
    this.box = element("div", {
      class: "command-menu",
      id: "command-menu",
      role: "listbox",
      "aria-label": "Commands of the bot",
      hidden: true,
    });
  }

  get isOpen() {
    return !this.box.hidden;
  }

  /** Show commands that begin with the word typed so far; none begins, none is shown. */
  open(typed = "") {
    const word = typed.replace(/^\//, "").toLowerCase();
    this.#shown = this.store.commands.filter((entry) => entry.command.startsWith(word));
    this.#active = typed === "" ? -1 : 0;
    this.box.replaceChildren(...this.#shown.map((entry, index) => this.#option(entry, index)));
    this.box.hidden = this.#shown.length === 0;
    this.#mark();
  }

  close() {
    this.box.hidden = true;
    this.#mark();
  }

  #option(entry, index) {
    const onpointerdown = (event) => event.preventDefault();
    const onclick = () => this.onChoose(entry.command, true);
    const attributes = {
      role: "option",
      id: `command-${index}`,
      class: "command",
      onpointerdown,
      onclick,
    };
    return element(
      "div",
      attributes,
      element("b", {}, `/${entry.command}`),
      element("span", {}, entry.description),
    );
  }

  #mark() {
    [...this.box.children].forEach((option, index) =>
      option.setAttribute("aria-selected", String(index === this.#active)),
    );
    this.box.children[this.#active]?.scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-expanded", String(this.isOpen));
    if (this.isOpen && this.#active >= 0)
      this.field.setAttribute("aria-activedescendant", `command-${this.#active}`);
    else this.field.removeAttribute("aria-activedescendant");
  }

  /** Keys of the field while the menu is open; true when the key was for the menu. */
  key(event) {
    if (!this.isOpen) return false;
    const count = this.#shown.length;
    if (event.key === "Escape") this.close();
    else if (event.key === "ArrowDown") this.#active = (this.#active + 1) % count;
    else if (event.key === "ArrowUp") this.#active = (this.#active + count - 1) % count;
    else if (event.key === "Tab" && this.#active >= 0)
      this.onChoose(this.#shown[this.#active].command, false);
    else if (event.key === "Enter" && this.#active >= 0 && !event.shiftKey)
      this.onChoose(this.#shown[this.#active].command, true);
    else return false;
    event.preventDefault();
    this.#mark();
    return true;
  }
}
