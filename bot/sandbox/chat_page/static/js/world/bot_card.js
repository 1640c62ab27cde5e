// The bot's own words about itself: mode, uptime, queues, how fresh its prices are.

import { byId, element } from "../dom.js";
import { age } from "../numbers.js";
import { cardParts, keepRows, setText } from "./rows.js";

function facts(bot) {
  const { queue = {}, refresh = {} } = bot;
  return [
    ["Inbox", queue.inbox_waiting ?? "–", "updates not yet handled"],
    ["Outbox", queue.outbox_waiting ?? "–", "replies and notices not yet sent"],
    ["Tracked", refresh.tokens ?? "–", "tokens refreshed"],
    [
      "Behind",
      refresh.behind_s === undefined ? "–" : age(refresh.behind_s),
      "how late the refresh is",
    ],
  ];
}

export class BotCard {
  constructor(card) {
    const { note, body } = cardParts(card, "Bot");
    this.note = note;
    this.grid = element("dl", { class: "facts" });
    this.waiting = element(
      "p",
      { class: "waiting" },
      "The bot is starting… the chat works as soon as it is up.",
    );
    this.problems = element(
      "details",
      { class: "problems", hidden: true },
      element("summary"),
      element("ul"),
    );
    body.append(this.waiting, this.grid, this.problems);
  }

  show(bot, status) {
    const state = byId("bot-state");
    state.classList.toggle("is-up", bot !== null);
    setText(
      state,
      bot === null
        ? status?.was_up
          ? "the bot is gone, waiting…"
          : "the bot is starting…"
        : `${String(bot.mode ?? "?").toUpperCase()} · up ${age(bot.uptime_s)}`,
    );
    this.waiting.hidden = bot !== null;
    this.grid.hidden = bot === null;
    setText(this.note, bot === null ? "" : `version ${bot.version ?? "?"}`);
    if (bot !== null) this.#fill(bot);
  }

  /** What the sandbox could not read when it started, in its own words. */
  showProblems(problems) {
    const [summary, list] = this.problems.children;
    this.problems.hidden = problems.length === 0;
    setText(
      summary,
      `${problems.length} account ${problems.length === 1 ? "file" : "files"} could not be loaded`,
    );
    list.replaceChildren(...problems.map((problem) => element("li", {}, problem)));
  }

  #fill(bot) {
    keepRows(this.grid, facts(bot), {
      key: ([name]) => name,
      make: ([name, , title]) => element("div", { title }, element("dt", {}, name), element("dd")),
      fill: (node, [, value]) => setText(node.lastElementChild, value),
    });
  }
}
