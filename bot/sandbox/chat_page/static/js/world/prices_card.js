// Prices: what the pools say now, what the bot believes, and how old its belief is.

import { api } from "../api.js";
import { element, icon, sparkline } from "../dom.js";
import { age, price } from "../numbers.js";
import { cardParts, keepRows, setText } from "./rows.js";

const MOST_POINTS = 60;
const OLD_S = 90;
const FOLDED_ROWS = 5;
const LAUNCHES = ["pump_curve", "meteora_dbc"];
const WSOL = "So11111111111111111111111111111111111111112";

/** Tokens of the market and of the bot in one list, by mint; SOL itself is priced in dollars. */
export function mergePrices(bot, market) {
  const merged = new Map();
  for (const token of market?.tokens ?? []) {
    const kinds = [...new Set((token.pools ?? []).map((pool) => pool.kind))];
    const row = {
      mint: token.mint,
      symbol: token.symbol,
      name: token.name,
      chain: token.price,
      inDollars: token.mint === WSOL,
    };
    merged.set(token.mint, {
      ...row,
      kind: kinds[0] ?? "genuine dump",
      moves: kinds.length > 0,
      isLaunch: LAUNCHES.includes(kinds[0]),
    });
  }
  for (const seen of bot?.prices ?? []) {
    const known = merged.get(seen.mint) ?? {
      mint: seen.mint,
      symbol: seen.symbol,
      inDollars: seen.mint === WSOL,
    };
    merged.set(seen.mint, { ...known, seen, kind: seen.pool_kind ?? known.kind });
  }
  return [...merged.values()];
}

function shownPrice(row) {
  return row.chain ?? (row.inDollars ? row.seen?.price_usd : row.seen?.price_sol);
}

export class PricesCard {
  #history = new Map();

  constructor(card, act) {
    this.act = act;
    this.pause = element(
      "button",
      {
        type: "button",
        class: "switch",
        "aria-pressed": "false",
        onclick: () => this.#togglePause(),
      },
      icon("pause"),
      element("span", {}, "Pause"),
    );
    const { note, body } = cardParts(card, "Prices", this.pause);
    this.note = note;
    this.list = element("ul", { class: "prices is-folded", id: "price-list" });
    this.more = element("button", {
      type: "button",
      class: "more",
      "aria-controls": "price-list",
      "aria-expanded": "false",
      hidden: true,
      onclick: () => this.#unfold(),
    });
    this.empty = element("p", { class: "waiting" }, "No prices yet.");
    body.append(this.empty, this.list, this.more);
  }

  #isPaused() {
    return this.pause.getAttribute("aria-pressed") === "true";
  }

  #unfold() {
    const isFolded = this.list.classList.toggle("is-folded");
    this.more.setAttribute("aria-expanded", String(!isFolded));
    this.#nameMore();
  }

  #nameMore() {
    const count = this.list.children.length;
    this.more.hidden = count <= FOLDED_ROWS;
    setText(
      this.more,
      this.list.classList.contains("is-folded") ? `Show all ${count}` : "Show fewer",
    );
  }

  #togglePause() {
    this.act(api.pause(!this.#isPaused()));
  }

  show(bot, market) {
    const isPaused = market?.paused === true;
    this.pause.hidden = market === null;
    this.pause.setAttribute("aria-pressed", String(isPaused));
    this.pause.replaceChildren(
      icon(isPaused ? "play" : "pause"),
      element("span", {}, isPaused ? "Resume" : "Pause"),
    );
    const rows = mergePrices(bot, market);
    this.empty.hidden = rows.length > 0;
    setText(this.note, rows.length > 0 ? "in SOL, from the pools" : "");
    keepRows(this.list, rows, {
      key: (row) => row.mint,
      make: (row) => this.#make(row),
      fill: (node, row) => this.#fill(node, row),
    });
    this.#nameMore();
  }

  #make(row) {
    const shock = (percent, label) =>
      element(
        "button",
        {
          type: "button",
          class: `shock ${percent > 0 ? "is-up" : "is-down"}`,
          "aria-label": `Move ${row.symbol} by ${label}`,
          title: `Move ${row.symbol} by ${label}`,
          onclick: () => this.act(api.shock(row.mint, percent)),
        },
        label,
      );
    return element(
      "li",
      { class: "price-row", title: `${row.name ?? ""} ${row.mint}`.trim() },
      element("bdi", { class: "price-name" }, row.symbol ?? "?"),
      element("span", { class: "price-line" }),
      element("span", { class: "price-figure" }),
      element("span", { class: "price-kind" }),
      element("span", { class: "price-seen" }),
      element(
        "span",
        { class: "shocks" },
        row.moves ? shock(10, "+10%") : null,
        row.moves ? shock(-10, "−10%") : null,
        row.moves ? this.#migration(row) : null,
      ),
    );
  }

  #migration(row) {
    const said = `Buy out the curve of ${row.symbol} and move it to its own pool`;
    return element(
      "button",
      {
        type: "button",
        class: "shock migration",
        "aria-label": said,
        title: said,
        onclick: () => this.act(api.migrate(row.mint)),
      },
      "Migrate",
    );
  }

  #fill(node, row) {
    const migration = node.querySelector(".migration");
    if (migration) migration.hidden = !row.isLaunch;
    const now = Number(shownPrice(row));
    const values = this.#remember(row.mint, now);
    const tint = values.length < 2 ? 0 : Math.sign(now - values.at(-2));
    const trend = values.length < 2 ? 0 : Math.sign(now - values[0]);
    node.classList.toggle("is-up", trend > 0);
    node.classList.toggle("is-down", trend < 0);
    setText(node.querySelector(".price-kind"), String(row.kind ?? "").replaceAll("_", " "));
    node.querySelector(".price-line").replaceChildren(sparkline(values));
    this.#figure(
      node.querySelector(".price-figure"),
      (row.inDollars ? "$" : "") + price(shownPrice(row)),
      tint,
    );
    seenLine(node.querySelector(".price-seen"), row);
  }

  #figure(node, text, tint) {
    setText(node, text);
    node.classList.toggle("tint-up", tint > 0);
    node.classList.toggle("tint-down", tint < 0);
  }

  #remember(mint, value) {
    const values = this.#history.get(mint) ?? [];
    if (Number.isFinite(value)) values.push(value);
    this.#history.set(mint, values.slice(-MOST_POINTS));
    return this.#history.get(mint);
  }
}

function seenLine(node, { seen, inDollars }) {
  const dollars = seen?.price_usd ? `$${price(seen.price_usd)}` : "";
  const figures = [inDollars ? "" : price(seen?.price_sol), dollars].filter(Boolean).join(" · ");
  setText(node, seen ? `bot ${figures} · ${age(seen.age_s)}` : "the bot has not looked");
  node.classList.toggle("is-old", Number(seen?.age_s) > OLD_S);
}
