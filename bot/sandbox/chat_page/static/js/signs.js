// The bot's few signs, drawn by style sheet so that they show where no emoji font is installed.

const SIGNS = new Map([
  ["🟢", ["gain", "gain"]],
  ["🔴", ["loss", "loss"]],
  ["⚠️", ["warn", "warning"]],
  ["⚠", ["warn", "warning"]],
  ["🔒", ["lock", "locked"]],
  ["⏳", ["wait", "waiting"]],
]);
const PATTERN = /(🟢|🔴|⚠️|⚠|🔒|⏳)/u;

/** Cut a text into strings and {sign, name, text} pieces. */
export function splitSigns(text) {
  return text
    .split(PATTERN)
    .filter((piece) => piece !== "")
    .map((piece) => {
      const sign = SIGNS.get(piece);
      return sign ? { sign: sign[0], name: sign[1], text: piece } : piece;
    });
}
