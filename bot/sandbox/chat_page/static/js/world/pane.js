// The second pane: asks the bot, the chain and the market every two seconds while it is in sight.

import { api } from "../api.js";
import { byId } from "../dom.js";
import { toast } from "../overlays.js";
import { BotCard } from "./bot_card.js";
import { FaultsCard } from "./faults_card.js";
import { LedgerCard } from "./ledger_card.js";
import { PaymentsCard } from "./payments_card.js";
import { PricesCard } from "./prices_card.js";
import { RpcCard } from "./rpc_card.js";

const EVERY_MS = 2000;

export class WorldPane {
  constructor() {
    const act = (promise) => this.#act(promise);
    this.bot = new BotCard(byId("card-bot"));
    this.prices = new PricesCard(byId("card-prices"), act);
    this.payments = new PaymentsCard(byId("card-payments"), act);
    this.ledger = new LedgerCard(byId("card-ledger"));
    this.rpc = new RpcCard(byId("card-rpc"), act);
    this.faults = new FaultsCard(byId("card-faults"), act);
  }

  start() {
    this.#loop();
    document.addEventListener("visibilitychange", () => this.refresh());
  }

  async #loop() {
    await this.refresh();
    setTimeout(() => this.#loop(), EVERY_MS);
  }

  /** A switch was pressed: do it, then show what the sandbox says now. */
  async #act(promise) {
    try {
      await promise;
    } catch (error) {
      toast(error.message || "The sandbox did not answer");
    }
    await this.refresh();
  }

  async refresh() {
    if (document.visibilityState !== "visible") return;
    const doors = [api.botStatus(), api.market(), api.rpc(), this.faults.load()];
    const [status, market, rpc] = (await Promise.allSettled(doors)).map(
      (door) => door.value ?? null,
    );
    const bot = status?.is_up === false ? null : status;
    this.bot.show(bot, status);
    this.prices.show(bot, market);
    this.ledger.show(bot);
    this.rpc.show(bot, rpc);
  }
}
