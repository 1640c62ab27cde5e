// Numbers and times as people read them; display only, nothing here is booked.

const SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉";

function subscript(count) {
  return [...String(count)].map((digit) => SUBSCRIPTS[Number(digit)]).join("");
}

function trimmed(text) {
  return text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text;
}

function short(value) {
  const units = [
    [1e9, "B"],
    [1e6, "M"],
    [1e4, "k"],
  ];
  for (const [limit, letter] of units) {
    if (value >= limit)
      return trimmed((value / (letter === "k" ? 1e3 : limit)).toPrecision(4)) + letter;
  }
  return trimmed(value >= 1000 ? value.toFixed(0) : value.toPrecision(4));
}

/** Four significant digits; tiny prices with subscript zeros: 0.0₇4157. */
export function price(raw) {
  const value = Number(raw);
  if (raw === null || raw === undefined || raw === "" || !Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  if (value < 0) return `−${price(-value)}`;
  if (value >= 0.001) return short(value);
  const [digits, exponent] = value.toExponential(3).split("e");
  const zeros = -Number(exponent) - 1;
  return `0.0${subscript(zeros)}${trimmed(digits).replace(".", "")}`;
}

/** An amount of the ledger: grouped, at most `places` digits behind the point, sign kept. */
export function amount(raw, places = 4) {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(raw ?? ""));
  if (!match) return String(raw ?? "–");
  const [, sign, whole, part = ""] = match;
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, "\u202f");
  const cut = part.slice(0, places).replace(/0+$/, "");
  const hidden = cut === "" && whole === "0" && /[1-9]/.test(part);
  if (hidden) return `${sign && "−"}<0.${"0".repeat(places - 1)}1`;
  return `${sign && "−"}${grouped}${cut && `.${cut}`}`;
}

/** Is a decimal string exactly zero? Checked on digits, never on a rounded number. */
export function isZero(raw) {
  return /^-?0+(\.0+)?$/.test(String(raw ?? "x"));
}

/** Seconds as an age: 2 s, 4 min, 3 h. */
export function age(seconds) {
  if (seconds === null || seconds === undefined || !Number.isFinite(Number(seconds))) return "–";
  const value = Math.max(0, Number(seconds));
  if (value < 90) return `${Math.round(value)} s`;
  if (value < 5400) return `${Math.round(value / 60)} min`;
  return `${Math.round(value / 3600)} h`;
}

/** A file's size: 12.3 kB. */
export function bytes(size) {
  if (!Number.isFinite(size)) return "";
  if (size < 1000) return `${size} B`;
  return size < 1e6 ? `${(size / 1e3).toFixed(1)} kB` : `${(size / 1e6).toFixed(1)} MB`;
}

/** 14:03 in the reader's own time zone, from Unix seconds. */
export function clock(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString([], {
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
  });
}

/** Today, Yesterday, or 3 November. */
export function day(seconds, now = Date.now()) {
  const date = new Date(seconds * 1000);
  if (date.toDateString() === new Date(now).toDateString()) return "Today";
  if (date.toDateString() === new Date(now - 864e5).toDateString()) return "Yesterday";
  return date.toLocaleDateString([], { day: "numeric", month: "long", year: "numeric" });
}
