// Elements made from plain values; text always becomes text nodes, never markup.

const SVG = "http://www.w3.org/2000/svg";

/** Make an element: element("button", {class: "x", onclick: f, "aria-label": "y"}, child, ...). */
export function element(tag, attributes = {}, ...content) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) assign(made, name, value);
  made.append(
    ...content.flat().filter((child) => child !== null && child !== undefined && child !== false),
  );
  return made;
}

function assign(made, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
  else made.setAttribute(name, value === true ? "" : String(value));
}

/** One icon of the sprite in index.html. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
}

/** A line chart of a few values, drawn in its own box of 100 by 28. */
export function sparkline(values) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 100 28");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("class", "sparkline");
  svg.setAttribute("aria-hidden", "true");
  if (values.length > 1) svg.append(polyline(values));
  return svg;
}

function polyline(values) {
  const low = Math.min(...values);
  const span = Math.max(...values) - low;
  const step = 100 / (values.length - 1);
  const points = values.map(
    (v, i) =>
      `${(i * step).toFixed(1)},${(span === 0 ? 14 : 25 - ((v - low) / span) * 22).toFixed(1)}`,
  );
  const line = document.createElementNS(SVG, "polyline");
  line.setAttribute("points", points.join(" "));
  return line;
}

export function byId(id) {
  return document.getElementById(id);
}

/** A round picture with initials in a colour of its own. */
export function avatar(id, name, extra = "") {
  const letters = [...name.trim()].slice(0, 1).join("").toUpperCase() || "?";
  return element(
    "span",
    { class: `avatar tone-${Math.abs(Number(id)) % 6} ${extra}`, "aria-hidden": "true" },
    letters,
  );
}

/** The bot's own round picture. */
export function botAvatar(extra = "") {
  return element(
    "span",
    { class: `avatar ${extra}`, "aria-hidden": "true" },
    element("img", { src: "page/bot.svg", alt: "" }),
  );
}
