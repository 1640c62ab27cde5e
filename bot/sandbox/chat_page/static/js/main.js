// The page's beginning: loads the state, then lets events move the screens.

import { api } from "./api.js";
import { commandsFor, isWhispered } from "./commands.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { byId } from "./dom.js";
import { EventStream } from "./events.js";
import { Incoming } from "./incoming.js";
import { copy, openLink, showPhoto, toast } from "./overlays.js";
import { chatName, chatPicture, Sidebar } from "./sidebar.js";
import { Store } from "./store.js";
import { Typing } from "./typing.js";
import { show, watchViews } from "./views.js";
import { WorldPane } from "./world/pane.js";

const RETRY_MS = 1000;

const store = new Store();
const actions = {
  openLink,
  copy,
  showPhoto,
  tell: toast,
  sendCommand: (text) => send(text),
  press: (message, data) =>
    attempt(
      api.press(store.viewerId, {
        chat_id: store.chatId,
        message_id: message.message_id,
        callback_data: data,
      }),
    ),
  pay: (invoice) =>
    attempt(
      api.pay(store.viewerId, { chat_id: store.chatId, ...invoice }).then((paid) =>
        toast(paid.charge_id ? "Paid." : paid.error || "The bot gave no word within 10 s."),
      ),
    ),
  replyTo: (message) => composer.replyTo(message),
  editMessage: (message) => composer.edit(message),
  goTo: (id) => conversation.goTo(id),
};
const conversation = new Conversation(store, actions);
const sidebar = new Sidebar(store, (viewer, chat) => select(viewer, chat));
const typing = new Typing(store);
const world = new WorldPane();
const composer = new Composer(store, {
  onSend: (text, replyTo) => send(text, replyTo),
  onEdit: (message, text) =>
    attempt(
      api.edit(store.viewerId, { chat_id: store.chatId, message_id: message.message_id, text }),
    ),
  onUnblock: () => setBlocked(false),
});

const incoming = new Incoming({
  store,
  conversation,
  composer,
  typing,
  onRead: markRead,
  onCommands: loadCommands,
  onChat: () => attempt(reload()),
});

/** Say what went wrong instead of failing in the console. */
async function attempt(promise) {
  try {
    await promise;
    return true;
  } catch (error) {
    conversation.settle();
    toast(error.message || "The sandbox did not answer");
    return false;
  }
}

async function send(text, replyTo) {
  const message = {
    chat_id: store.chatId,
    text,
    ...(replyTo ? { reply_to_message_id: replyTo } : {}),
    ...(isWhispered(text, store.commands) ? { ephemeral: true } : {}),
  };
  if (!(await attempt(api.send(store.viewerId, message)))) composer.giveBack(text);
}

function viewKey() {
  return `${store.viewerId}:${store.chatId}`;
}

function select(viewerId, chatId) {
  const lastKey = viewKey();
  store.select(viewerId, chatId);
  openChat(lastKey);
  if (chatId !== undefined) show("chat");
}

function openChat(lastKey) {
  conversation.open();
  composer.open(viewKey(), lastKey);
  drawHead();
  markRead();
  loadCommands();
}

function drawHead() {
  const chat = store.chat;
  const name = chatName(store, chat);
  const isPrivate = chat?.type === "private";
  byId("chat-title").textContent = name;
  byId("chat-avatar").replaceWith(Object.assign(chatPicture(chat, name), { id: "chat-avatar" }));
  document.title = `${store.viewer?.first_name ?? "Nobody"} · ${name} · Kitrader sandbox`;
  const isBlocked = isPrivate && chat.blocked === true;
  const isAway = !isPrivate && chat !== undefined && !chat.members.includes(store.bot.id);
  byId("block-toggle").title = isPrivate
    ? "Block the bot, as a person would"
    : "Remove the bot from the group, or take it back";
  byId("block-toggle").setAttribute("aria-pressed", String(isBlocked || isAway));
  composer.setBlocked(isBlocked);
  typing.draw();
  sidebar.draw();
}

function markRead() {
  if (document.visibilityState === "visible") store.markRead();
}

async function setBlocked(isBlocked) {
  if (store.chat.type !== "private") {
    const status = isBlocked ? "kicked" : "member";
    await attempt(api.seatBot(store.chatId, status, store.viewerId).then(reload));
    return;
  }
  const call = isBlocked ? api.block : api.unblock;
  if (await attempt(call(store.viewerId))) store.chat.blocked = isBlocked;
  drawHead();
}

async function loadCommands() {
  try {
    const answer = await api.commands();
    store.commands = commandsFor(answer.commands, store.chat, store.viewer);
  } catch {
    store.commands = [];
  }
}

async function reload() {
  const { started_at: worldId, problems } = await api.world();
  store.worldId = String(worldId);
  world.bot.showProblems(problems ?? []);
  const { last_seq: sequence } = await store.loadState();
  store.restoreRead();
  await store.loadMessages();
  openChat(viewKey());
  return sequence;
}

async function start() {
  const stream = new EventStream({
    onEvent: (event) => incoming.take(event),
    onResume: reload,
    onConnection: (isUp) =>
      (byId("connection").textContent = isUp ? "" : "Connection lost, trying again…"),
  });
  try {
    stream.start(await reload());
  } catch {
    byId("connection").textContent = "The sandbox does not answer yet…";
    setTimeout(start, RETRY_MS);
  }
}

store.addEventListener("message", () => sidebar.draw());
store.addEventListener("unread", () => sidebar.draw());
byId("block-toggle").addEventListener("click", () =>
  setBlocked(byId("block-toggle").getAttribute("aria-pressed") !== "true"),
);
document.addEventListener("visibilitychange", markRead);
watchViews();
world.start();
start();
