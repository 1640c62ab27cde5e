// The balance sheet: of each mode every asset's accounts by kind, and their sum, which must be zero.

import { element, icon } from "../dom.js";
import { amount, isZero } from "../numbers.js";
import { cardParts, keepRows, setText } from "./rows.js";

function asset(row) {
  const head = element(
    "summary",
    {},
    element(
      "b",
      {},
      `${String(row.mode ?? "paper").toUpperCase()} `,
      element("bdi", {}, row.symbol ?? row.asset),
    ),
    element("span", { class: "sum" }),
  );
  const details = element("details", { class: "asset" }, head, element("dl", { class: "kinds" }));
  details.open = row.isFirst;
  return details;
}

function fillAsset(node, row) {
  const isBalanced = isZero(row.sum);
  const sum = node.querySelector(".sum");
  sum.classList.toggle("is-zero", isBalanced);
  setText(sum, isBalanced ? "sum 0" : `sum ${amount(row.sum, 9)}`);
  keepRows(node.lastElementChild, Object.entries(row.by_kind ?? {}), {
    key: ([kind]) => kind,
    make: ([kind]) =>
      element("div", {}, element("dt", {}, kind.replaceAll("_", " ")), element("dd")),
    fill: (line, [, value]) => {
      setText(line.lastElementChild, amount(value));
      line.title = String(value);
      line.lastElementChild.classList.toggle("is-negative", String(value).startsWith("-"));
    },
  });
}

export class LedgerCard {
  constructor(card) {
    this.verdict = element("span", { class: "verdict" });
    const { note, body } = cardParts(card, "Balance sheet", this.verdict);
    this.note = note;
    this.list = element("div", { class: "assets" });
    this.empty = element("p", { class: "waiting" }, "The bot's ledger shows here once it is up.");
    body.append(this.empty, this.list);
  }

  show(bot) {
    const ledger = bot?.ledger ?? null;
    this.empty.hidden = ledger !== null;
    this.list.hidden = ledger === null;
    this.verdict.hidden = ledger === null;
    setText(this.note, ledger === null ? "" : `${amount(ledger.transfers)} transfers`);
    if (ledger !== null) this.#fill(ledger);
  }

  #fill(ledger) {
    const isBalanced = ledger.is_balanced === true;
    this.verdict.className = `verdict ${isBalanced ? "is-good" : "is-bad"}`;
    this.verdict.replaceChildren(
      icon(isBalanced ? "check" : "alert"),
      isBalanced ? "balanced" : "not balanced",
    );
    const rows = (ledger.assets ?? []).map((row, index) => ({ ...row, isFirst: index === 0 }));
    keepRows(this.list, rows, { key: (row) => `${row.mode} ${row.asset}`, make: asset, fill: fillAsset });
  }
}
