export type Duration = { readonly ms: number } | { readonly error: string };

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const PIECE = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/y;
const EXAMPLES = 'such as 30s, 2m30s, 1h or whole seconds';

/** `30s`, `2m30s`, `1h`, `500ms`, `1.5h`, or whole seconds as a number or digits. */
export function parseDuration(value: unknown): Duration {
  if (typeof value === 'number') return seconds(value);
  if (typeof value !== 'string') return { error: `expected a duration ${EXAMPLES}` };
  const text = value.trim();
  if (/^\d+$/.test(text)) return seconds(Number(text));
  if (text.startsWith('-')) return { error: `a duration cannot be negative: "${text}"` };
  let [ms, smallest, at] = [0, Infinity, 0];
  while (at < text.length) {
    PIECE.lastIndex = at;
    const [piece, amount, unit] = PIECE.exec(text) ?? [];
    const size = UNITS[unit ?? ''];
    if (piece === undefined || size === undefined) return { error: `"${text}" is no duration: write it ${EXAMPLES}` };
    if (size >= smallest) return { error: `"${text}" is no duration: units go from large to small, each once` };
    ms += Number(amount) * size;
    smallest = size;
    at = PIECE.lastIndex;
  }
  return text === '' ? { error: `expected a duration ${EXAMPLES}` } : bounded(Math.round(ms), text);
}

function seconds(value: number): Duration {
  if (!Number.isInteger(value)) return { error: `a number is whole seconds: write ${value} with a unit, ${EXAMPLES}` };
  if (value < 0) return { error: `a duration cannot be negative: ${value}` };
  return bounded(value * 1000, String(value));
}

const bounded = (ms: number, text: string): Duration =>
  Number.isSafeInteger(ms) ? { ms } : { error: `"${text}" is too long for a duration` };

const STEPS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const;

/** A limit, for people: below a second in whole ms, or 30 ms would read "0 s". */
export const limitText = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : humanDuration(ms));

/** For people: `0.3 s`, `20 s`, `4 min`, `3 h 10 min`. At most two units, the second only when it says something. */
export function humanDuration(ms: number): string {
  const whole = Math.max(0, ms);
  if (whole < 9950) return `${Number((whole / 1000).toFixed(1))} s`;
  // Rounded to what will be shown first, or 59.7 s would read "60 s".
  const grain = whole < 3_600_000 - 500 ? 1000 : whole < 86_400_000 - 30_000 ? 60_000 : 3_600_000;
  const left = Math.round(whole / grain) * grain;
  const at = STEPS.findIndex(([, size]) => left >= size);
  const [unit, size] = STEPS[at]!;
  const big = Math.floor(left / size);
  const [smallUnit, smallSize] = STEPS[at + 1] ?? [];
  const small = smallSize === undefined ? 0 : Math.round((left - big * size) / smallSize);
  return small > 0 ? `${big} ${unit} ${small} ${smallUnit}` : `${big} ${unit}`;
}
