// The RPC endpoints: how the bot fares with them, and switches that make one of them ill.

import { api } from "../api.js";
import { element } from "../dom.js";
import { amount } from "../numbers.js";
import { cardParts, keepRows, setText } from "./rows.js";

const FAULTS = [
  ["slow", "Slow", "answers after 1.5 s", { latency_ms: 1500 }],
  ["lagging", "Lagging", "150 slots behind", { lag_slots: 150 }],
  ["limited", "Limited", "one request a second, then 429", { rate_limit_per_second: 1 }],
  ["dead", "Dead", "refuses connections", { dead: true }],
  ["garbage", "Garbage", "answers nonsense", { garbage: true }],
  ["hang", "Hangs", "never answers", { hang: true }],
];
const WELL = {
  latency_ms: 0,
  lag_slots: 0,
  rate_limit_per_second: 0,
  dead: false,
  garbage: false,
  hang: false,
};

/** Is a named fault on? A limit of null or 0 is none. */
export function isOn(faults, settings) {
  return Object.entries(settings).every(([name, value]) =>
    typeof value === "boolean" ? faults?.[name] === value : Number(faults?.[name] ?? 0) > 0,
  );
}

export class RpcCard {
  #faults = new Map();

  constructor(card, act) {
    this.act = act;
    const { note, body } = cardParts(card, "Solana RPC");
    this.note = note;
    this.list = element("div", { class: "endpoints" });
    body.append(this.list);
  }

  show(bot, rpc) {
    const endpoints = rpc ?? [];
    const tip = Math.max(0, ...endpoints.map((endpoint) => endpoint.slot));
    setText(this.note, tip === 0 ? "" : `slot ${amount(tip)}`);
    const rows = endpoints.map((endpoint, index) => ({
      ...endpoint,
      seen: seenBy(bot, endpoint, index),
    }));
    for (const row of rows) this.#faults.set(row.number, row.faults);
    keepRows(this.list, rows, {
      key: (row) => row.number,
      make: (row) => this.#make(row),
      fill: (node, row) => this.#fill(node, row),
    });
  }

  #make(row) {
    const switches = FAULTS.map(([name, label, title, settings]) =>
      element(
        "button",
        {
          type: "button",
          class: "switch",
          "data-fault": name,
          "aria-pressed": "false",
          title,
          onclick: (event) => this.#toggle(row.number, settings, event.currentTarget),
        },
        label,
      ),
    );
    return element(
      "div",
      { class: "endpoint" },
      element(
        "div",
        { class: "endpoint-head" },
        element("span", { class: "health" }),
        element("b", {}),
        element("span", { class: "endpoint-words" }),
      ),
      element("p", { class: "endpoint-error", hidden: true }),
      element(
        "div",
        {
          class: "switches",
          role: "group",
          "aria-label": `Faults of ${row.name ?? `endpoint ${row.number}`}`,
        },
        ...switches,
      ),
    );
  }

  #toggle(number, settings, button) {
    const isOff = button.getAttribute("aria-pressed") === "true";
    const change = isOff
      ? Object.fromEntries(Object.keys(settings).map((name) => [name, WELL[name]]))
      : settings;
    this.act(api.rpcFaults(number, { ...this.#faults.get(number), ...change }));
  }

  #fill(node, row) {
    const { seen, faults } = row;
    const isIll = FAULTS.some(([, , , settings]) => isOn(faults, settings));
    const isResting = seen?.is_resting === true;
    node.querySelector(".health").className =
      `health ${isResting ? "is-bad" : isIll ? "is-ill" : "is-good"}`;
    setText(node.querySelector("b"), row.name ?? `Endpoint ${row.number}`);
    setText(node.querySelector(".endpoint-words"), words(seen, row));
    const error = node.querySelector(".endpoint-error");
    error.hidden = !seen?.last_error;
    setText(error, seen?.last_error ?? "");
    for (const [name, , , settings] of FAULTS)
      node
        .querySelector(`[data-fault="${name}"]`)
        .setAttribute("aria-pressed", String(isOn(faults, settings)));
  }
}

/** The bot's own view of an endpoint: by its name or address, else by its place in the list. */
function seenBy(bot, endpoint, index) {
  const list = bot?.rpc ?? [];
  const host = (endpoint.url ?? "").replace(/^https?:\/\//, "").replace(/\/$/, "");
  return (
    list.find(
      (one) => one.name === endpoint.name || (host !== "" && String(one.name).includes(host)),
    ) ??
    list[index] ??
    null
  );
}

function words(seen, row) {
  if (!seen) return `${amount(row.requests_served ?? 0)} requests served`;
  const latency =
    seen.latency_ms === null || seen.latency_ms === undefined
      ? "–"
      : `${Math.round(Number(seen.latency_ms))} ms`;
  const state = seen.is_resting
    ? "resting after failures"
    : `${latency} · lag ${seen.lag_slots ?? 0}`;
  return `${state} · ${seen.failures ?? 0} of ${seen.requests ?? 0} failed`;
}
