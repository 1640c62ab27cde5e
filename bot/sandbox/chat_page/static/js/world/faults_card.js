// Switches that make the Bot API, the price API, the swaps and the landing of transactions ill.

import { api } from "../api.js";
import { element } from "../dom.js";
import { cardParts, keepRows } from "./rows.js";

const WELL = {
  latency_ms: 0,
  fail_rate: 0,
  fail_code: 500,
  hang: false,
  limits: false,
  lose_reply: false,
};
const BOT_API = {
  path: "faults",
  name: "Bot API",
  well: WELL,
  presets: [
    ["Slow", "answers after 1.5 s", { latency_ms: 1500 }],
    ["Fails", "half of the calls answer 500", { fail_rate: 0.5, fail_code: 500 }],
    [
      "Floods",
      "half of the calls answer 429, retry after 3 s",
      { fail_rate: 0.5, fail_code: 429, retry_after: 3 },
    ],
    [
      "Loses replies",
      "half of the calls take effect, then fail",
      { fail_rate: 0.5, fail_code: 502, lose_reply: true },
    ],
    ["Strict limits", "Telegram's own flood limits", { limits: true }],
    ["Hangs", "never answers", { hang: true }],
  ],
};
const PRICE_API = {
  path: "price-api/faults",
  name: "Price API",
  well: { latency_ms: 0, dead: false },
  presets: [
    ["Slow", "answers after 1.5 s", { latency_ms: 1500 }],
    ["Dead", "refuses connections", { dead: true }],
  ],
};
const SWAPS = {
  path: "swaps/faults",
  name: "Jupiter's swaps (for live trading)",
  well: { execute_answer: "", swallow: false, tamper: "", storm_429: 0, no_route: false },
  presets: [
    [
      "Fails, but lands",
      "answers 500 to swaps that it carried out",
      { execute_answer: "error_500" },
    ],
    [
      "Says dead, but lands",
      "says that swaps did not land which did",
      { execute_answer: "not_landed" },
    ],
    [
      "Says done, too early",
      "says that swaps are done before they are",
      { execute_answer: "success" },
    ],
    ["Swallows", "takes signed swaps and sends them to nobody", { swallow: true }],
    ["Steals", "puts a transfer to a stranger into each swap", { tamper: "extra_instruction" }],
    ["Misdirects", "sends what was bought to a stranger", { tamper: "other_destination" }],
    ["Storm", "answers the next 50 requests with 429", { storm_429: 50 }],
    ["No route", "knows no way between any tokens", { no_route: true }],
  ],
};
const LANDING = {
  path: "chain/landing",
  name: "Landing of transactions",
  well: { drop: false, fork: false, last_block: false, fail: false },
  presets: [
    ["Drop", "loses transactions silently", { drop: true }],
    ["Fork", "shows them in a block that is dropped", { fork: true }],
    ["Last block", "lands them in the last block that they are good for", { last_block: true }],
    ["Fail", "has swaps fail on the chain, their fee paid", { fail: true }],
  ],
};
const DOORS = [BOT_API, PRICE_API, SWAPS, LANDING];

function isOn(faults, settings) {
  return Object.entries(settings).every(([name, value]) => faults?.[name] === value);
}

export class FaultsCard {
  #doors = [];

  constructor(card, act) {
    this.act = act;
    this.body = cardParts(card, "Other services").body;
    this.card = card;
    card.hidden = true;
  }

  async load() {
    const answers = await Promise.allSettled(DOORS.map((door) => api.faults(door.path)));
    this.#doors = DOORS.map((door, index) => ({ ...door, faults: answers[index].value })).filter(
      (door) => door.faults,
    );
    this.card.hidden = this.#doors.length === 0;
    keepRows(this.body, this.#doors, {
      key: (door) => door.path,
      make: (door) => this.#make(door),
      fill,
    });
  }

  #make(door) {
    const switches = door.presets.map(([name, title, settings]) =>
      element(
        "button",
        {
          type: "button",
          class: "switch",
          "data-fault": name,
          "aria-pressed": "false",
          title,
          onclick: (event) => this.#toggle(door, settings, event.currentTarget),
        },
        name,
      ),
    );
    return element(
      "div",
      { class: "endpoint" },
      element("div", { class: "endpoint-head" }, element("b", {}, door.name)),
      element(
        "div",
        { class: "switches", role: "group", "aria-label": `Faults of the ${door.name}` },
        ...switches,
      ),
    );
  }

  #toggle(door, settings, button) {
    const isOff = button.getAttribute("aria-pressed") === "true";
    const names = Object.keys(settings).filter((name) => name in door.well);
    const well = Object.fromEntries(names.map((name) => [name, door.well[name]]));
    const present = this.#doors.find((one) => one.path === door.path)?.faults;
    this.act(api.setFaults(door.path, { ...present, ...(isOff ? well : settings) }));
  }
}

function fill(node, door) {
  for (const [name, , settings] of door.presets)
    node
      .querySelector(`[data-fault="${name}"]`)
      ?.setAttribute("aria-pressed", String(isOn(door.faults, settings)));
}
