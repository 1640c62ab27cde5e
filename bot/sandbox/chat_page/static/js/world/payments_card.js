// Pays a wallet from outside, as a stranger on the chain would.

import { api } from "../api.js";
import { element } from "../dom.js";
import { cardParts } from "./rows.js";

const LAMPORTS = 1_000_000_000;

export class PaymentsCard {
  constructor(card, act) {
    const { body, note } = cardParts(card, "Pay a live wallet");
    const address = element("input", {
      placeholder: "address, as /deposit shows it",
      "aria-label": "Address of the wallet",
      spellcheck: "false",
    });
    const amount = element("input", {
      type: "number",
      min: "0",
      step: "any",
      value: "1",
      "aria-label": "How many SOL",
    });
    const pay = async () => {
      const lamports = Math.round(Number(amount.value) * LAMPORTS);
      const paid = await api.fund(address.value.trim(), lamports);
      note.textContent = `sent ${paid.lamports / LAMPORTS} SOL, final in some 13 s`;
    };
    body.append(
      element(
        "form",
        {
          class: "payment",
          onsubmit: (event) => {
            event.preventDefault();
            act(pay());
          },
        },
        address,
        amount,
        element("button", { type: "submit" }, "Send SOL"),
      ),
    );
  }
}
