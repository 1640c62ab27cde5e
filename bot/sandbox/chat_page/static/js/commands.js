// Which of the bot's menus a person sees in a chat (core.telegram.org/bots/api#botcommandscope).

function scopesOf(chat, viewer) {
  if (chat.type === "private")
    return [{ type: "chat", chat_id: chat.id }, { type: "all_private_chats" }, { type: "default" }];
  const isAdmin = (chat.admins ?? []).includes(viewer.id);
  const forAdmins = [{ type: "chat_administrators", chat_id: chat.id }];
  return [
    { type: "chat_member", chat_id: chat.id, user_id: viewer.id },
    ...(isAdmin ? forAdmins : []),
    { type: "chat", chat_id: chat.id },
    ...(isAdmin ? [{ type: "all_chat_administrators" }] : []),
    { type: "all_group_chats" },
    { type: "default" },
  ];
}

function isScope(menu, scope) {
  return ["type", "chat_id", "user_id"].every(
    (name) => (menu.scope?.[name] ?? null) === (scope[name] ?? null),
  );
}

/** The narrowest menu wins; within a scope the person's language does, then the one for all. */
export function commandsFor(menus, chat, viewer) {
  for (const scope of scopesOf(chat, viewer)) {
    const fitting = menus.filter((menu) => isScope(menu, scope));
    const chosen =
      fitting.find((menu) => menu.language_code === viewer.language_code) ??
      fitting.find((menu) => !menu.language_code);
    if (chosen) return chosen.commands;
  }
  return [];
}

/** Whether a text is a command that only its sender and the bot see (BotCommand.is_ephemeral). */
export function isWhispered(text, commands) {
  const name = /^\/([a-z0-9_]+)/i.exec(text)?.[1]?.toLowerCase();
  return commands.some((entry) => entry.command === name && entry.is_ephemeral === true);
}
