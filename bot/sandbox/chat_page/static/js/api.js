// Calls to the sandbox's own HTTP routes, all of the same origin as the page.

const LONGEST_REASON = 200;

export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function call(path, options = {}) {
  const response = await fetch(`sandbox/${path}`, { cache: "no-store", ...options });
  const body = await response.text();
  if (!response.ok) throw new ApiError(response.status, reason(body, response.status));
  return body === "" ? {} : JSON.parse(body);
}

/** The server's own words: {"error": ...} of the people's side, plain text of the switches. */
function reason(body, status) {
  try {
    return JSON.parse(body).error ?? `HTTP ${status}`;
  } catch {
    return body.length > 0 && body.length < LONGEST_REASON ? body : `HTTP ${status}`;
  }
}

function post(path, payload = {}) {
  return call(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(payload),
  });
}

export const api = {
  world: () => call("world"),
  state: () => call("state"),
  messages: (chat, viewer, after = 0) =>
    call(`chats/${chat}/messages?viewer=${viewer}&after=${after}`),
  commands: () => call("commands"),
  send: (viewer, message) => post(`people/${viewer}/send`, message),
  edit: (viewer, message) => post(`people/${viewer}/edit`, message),
  press: (viewer, button) => post(`people/${viewer}/press`, button),
  pay: (viewer, invoice) => post(`people/${viewer}/pay?wait=10`, invoice),
  block: (viewer) => post(`people/${viewer}/block`),
  unblock: (viewer) => post(`people/${viewer}/unblock`),
  seatBot: (chat, status, by) => post(`chats/${chat}/members`, { status, by }),
  botStatus: () => call("bot-status"),
  rpc: () => call("rpc"),
  rpcFaults: (number, faults) => post(`rpc/${number}/faults`, faults),
  market: () => call("market"),
  shock: (mint, percent) => post("market/shock", { mint, percent }),
  migrate: (mint) => post("market/migrate", { mint }),
  fund: (address, lamports) => post("chain/fund", { address, lamports }),
  pause: (isPaused) => post("market/pause", { paused: isPaused }),
  faults: (door) => call(door),
  setFaults: (door, faults) => post(door, faults),
  fileUrl: (fileId) => `sandbox/files/${encodeURIComponent(fileId)}`,
};
