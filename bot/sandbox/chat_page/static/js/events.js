// The live stream of the sandbox: it survives restarts of the server and a sleeping laptop.

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5000;

/**
 * Listen to /sandbox/events from the last event seen.
 * After each break `onResume` is awaited before listening again (it returns the sequence to go on
 * from), because a restarted server counts anew and edits may have been missed.
 */
export class EventStream {
  #source = null;
  #waitMs = FIRST_WAIT_MS;
  #sequence = 0;

  constructor({ onEvent, onResume, onConnection }) {
    this.onEvent = onEvent;
    this.onResume = onResume;
    this.onConnection = onConnection;
  }

  start(sequence) {
    this.#sequence = sequence;
    const source = new EventSource(`sandbox/events?after=${sequence}`);
    this.#source = source;
    source.onopen = () => this.#opened();
    source.onerror = () => this.#broken(source);
    source.onmessage = (message) => this.#received(message);
  }

  #opened() {
    this.#waitMs = FIRST_WAIT_MS;
    this.onConnection(true);
  }

  #received(message) {
    const event = JSON.parse(message.data);
    if (Number.isFinite(event.seq)) this.#sequence = event.seq;
    this.onEvent(event);
  }

  #broken(source) {
    if (source !== this.#source) return;
    source.close();
    this.onConnection(false);
    setTimeout(() => this.#resume(), this.#waitMs);
    this.#waitMs = Math.min(this.#waitMs * 2, LONGEST_WAIT_MS);
  }

  async #resume() {
    try {
      this.start(await this.onResume(this.#sequence));
    } catch {
      setTimeout(() => this.#resume(), this.#waitMs);
      this.#waitMs = Math.min(this.#waitMs * 2, LONGEST_WAIT_MS);
    }
  }
}
