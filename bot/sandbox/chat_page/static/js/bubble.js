// One message as a bubble: sender, quote, media, text, time, buttons.

import { api } from "./api.js";
import { avatar, botAvatar, element, icon } from "./dom.js";
import { inlineKeyboard } from "./inline_keyboard.js";
import { bytes, clock } from "./numbers.js";
import { richText } from "./rich_text.js";

const SERVICE = {
  new_chat_members: (m) => `${m.new_chat_members.map((p) => p.first_name).join(", ")} joined`,
  left_chat_member: (m) => `${m.left_chat_member.first_name} left`,
  new_chat_title: (m) => `The group is now “${m.new_chat_title}”`,
  pinned_message: () => "A message was pinned",
  successful_payment: (m) => `Paid ${m.successful_payment.total_amount} Stars`,
  refunded_payment: (m) => `${m.refunded_payment.total_amount} Stars came back`,
};

export function bodyOf(message) {
  return message.text ?? message.caption ?? "";
}

/** One line for a chat list or a quote. */
export function previewOf(message) {
  const service = Object.keys(SERVICE).find((key) => key in message);
  if (service) return SERVICE[service](message);
  const media = message.photo
    ? "Photo"
    : message.document
      ? (message.document.file_name ?? "File")
      : "";
  return [media, bodyOf(message).replace(/\s+/g, " ").trim()].filter(Boolean).join(" · ");
}

function photo(message, actions) {
  const best = [...message.photo].sort((a, b) => b.width * b.height - a.width * a.height)[0];
  const source = api.fileUrl(best.file_id);
  const alt = message.caption ? `Photo: ${message.caption}` : "Photo";
  const image = element("img", {
    src: source,
    alt,
    width: best.width,
    height: best.height,
    loading: "lazy",
  });
  return element(
    "button",
    {
      type: "button",
      class: "photo",
      "aria-label": "Open the photo",
      onclick: () => actions.showPhoto(source, alt),
    },
    image,
  );
}

function file(message) {
  const { file_id: id, file_name: name, file_size: size } = message.document;
  const words = element(
    "span",
    { class: "file-words" },
    element("bdi", {}, name ?? "file"),
    element("small", {}, bytes(size)),
  );
  return element(
    "a",
    { class: "file", href: api.fileUrl(id), download: name ?? "file" },
    element("span", { class: "file-icon" }, icon("file")),
    words,
  );
}

function quoted(message, actions) {
  const original = message.reply_to_message;
  if (!original) return null;
  return element(
    "button",
    { type: "button", class: "quoted", onclick: () => actions.goTo(original.message_id) },
    element("b", {}, original.from?.first_name ?? "Message"),
    element("span", {}, previewOf(original)),
  );
}

function meta(message) {
  const when = new Date(message.date * 1000);
  const time = element(
    "time",
    { datetime: when.toISOString(), title: when.toLocaleString() },
    clock(message.date),
  );
  const note = message.ephemeral_message_id ? "only you see this · " : null;
  return element("span", { class: "meta" }, note, message.edit_date ? "edited " : null, time);
}

function tools(message, isMine, actions) {
  const reply = element(
    "button",
    {
      type: "button",
      class: "tool",
      "aria-label": "Reply",
      title: "Reply",
      onclick: () => actions.replyTo(message),
    },
    icon("reply"),
  );
  const edit = element(
    "button",
    {
      type: "button",
      class: "tool",
      "aria-label": "Edit",
      title: "Edit",
      onclick: () => actions.editMessage(message),
    },
    icon("edit"),
  );
  return element(
    "span",
    { class: "tools" },
    reply,
    isMine && message.text !== undefined ? edit : null,
  );
}

function text(message, actions) {
  const body = bodyOf(message);
  if (body === "") return meta(message);
  const entities = message.text !== undefined ? message.entities : message.caption_entities;
  return element(
    "div",
    { class: "text", dir: "auto" },
    ...richText(body, entities, actions),
    meta(message),
  );
}

function unknownKind(message) {
  if (bodyOf(message) !== "" || message.photo || message.document) return null;
  return element("em", { class: "unknown" }, "A kind of message that the sandbox does not draw");
}

function service(message, key) {
  return element(
    "div",
    { class: "row is-service", id: `message-${message.message_id}` },
    element("span", { class: "chip" }, SERVICE[key](message)),
  );
}

function picture(message, sender) {
  return message.from?.is_bot ? botAvatar("small") : avatar(message.from?.id ?? 0, sender, "small");
}

/** The row of a message; `view` says isMine, isGroup, startsRun and endsRun (of one sender). */
export function bubble(message, view, actions) {
  const key = Object.keys(SERVICE).find((name) => name in message);
  if (key) return service(message, key);
  const sender = message.from?.first_name ?? message.sender_chat?.title ?? "Somebody";
  const senderId = message.from?.id ?? 0;
  const isNamed = view.isGroup && !view.isMine;
  const keyboard = inlineKeyboard(message, actions);
  const box = element(
    "div",
    {
      class: `bubble ${message.photo ? "has-photo" : ""} ${message.ephemeral_message_id ? "is-whisper" : ""}`,
      tabindex: "-1",
    },
    isNamed && view.startsRun
      ? element(
          "span",
          { class: `sender ink-${Math.abs(senderId) % 6}` },
          element("bdi", {}, sender),
        )
      : null,
    quoted(message, actions),
    message.photo ? photo(message, actions) : null,
    message.document ? file(message) : null,
    unknownKind(message),
    text(message, actions),
  );
  const runs = `${view.startsRun ? "starts-run" : ""} ${view.endsRun ? "ends-run" : ""}`;
  return element(
    "article",
    {
      class: `row ${view.isMine ? "is-mine" : "is-theirs"} ${keyboard ? "has-keyboard" : ""} ${runs}`,
      id: `message-${message.message_id}`,
      "aria-label": `${view.isMine ? "You" : sender}, ${clock(message.date)}`,
    },
    isNamed
      ? view.endsRun
        ? picture(message, sender)
        : element("span", { class: "avatar-space" })
      : null,
    element(
      "div",
      { class: "column" },
      element("div", { class: "bubble-line" }, box, tools(message, view.isMine, actions)),
      keyboard,
    ),
  );
}
