// Which part shows on a phone: the chat, the world, or the drawer with people.

import { byId } from "./dom.js";

/** Show "chat", "world" or "people" where there is room for one only. */
export function show(view) {
  document.body.dataset.view = view;
  const isDrawer = view === "people";
  byId("scrim").hidden = !isDrawer;
  byId("sidebar-open").setAttribute("aria-expanded", String(isDrawer));
}

/** Wire the buttons that change the view. */
export function watchViews() {
  byId("sidebar-open").addEventListener("click", () => {
    show("people");
    document.querySelector('.person[aria-checked="true"]')?.focus();
  });
  byId("sidebar-close").addEventListener("click", () => show("chat"));
  byId("scrim").addEventListener("click", () => show("chat"));
  byId("show-world").addEventListener("click", () => show("world"));
  byId("show-chat").addEventListener("click", () => show("chat"));
  byId("sidebar").addEventListener("keydown", (event) => event.key === "Escape" && show("chat"));
}
