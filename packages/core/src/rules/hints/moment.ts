import { UNITS } from './units.data.ts';

/** From what a provider writes to a moment. Pure: the clock's reading is handed in, and no time zone of this machine is used. */

const UNIT = Object.keys(UNITS)
  .toSorted((a, b) => b.length - a.length)
  .join('|');
const STEP = new RegExp(`^(?:and |,)?\\s*(?:(\\d+(?:\\.\\d+)?)|(an?|one))\\s*(${UNIT})(?![a-z])(?:\\(s\\))?[\\s,]*`, 'i');

/** Ms of a duration that `text` begins with: `20s`, `6m0s`, `1.5 hours`, `2 weeks`, `an hour and 5 minutes`. */
export function leadingDuration(text: string): number | undefined {
  let rest = text.slice(0, 80).replace(/^\s*(?:~|about|around|approximately|roughly|up to)?\s*/i, '');
  let total: number | undefined;
  for (let found = STEP.exec(rest); found; found = STEP.exec(rest)) {
    const count = found[1] === undefined ? 1 : Number(found[1]);
    total = (total ?? 0) + count * UNITS[found[3]!.toLowerCase()]!;
    rest = rest.slice(found[0].length);
  }
  return total;
}

/** Ms of a whole text that is a duration and nothing else. */
export function duration(text: string): number | undefined {
  if (!/^\s*(?:\d+(?:\.\d+)?\s*[a-zµ]+\s*)+$/i.test(text)) return undefined;
  return leadingDuration(text);
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const ZONES: Readonly<Record<string, number>> = { utc: 0, gmt: 0, z: 0, pst: -8, pdt: -7, est: -5, edt: -4 };
const NUMERIC =
  /(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:(?:[T ]|,? at | )\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?\s*(z\b|utc|gmt|[+-]\d{2}:?\d{2})?/i;
const NAMED =
  /\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})(?:,? (?:at )?(\d{1,2})(?::(\d{2}))?(?::(\d{2}))?\s*(am|pm)?)?\s*\(?(utc|gmt|pst|pdt|est|edt|[+-]\d{2}:?\d{2})?/i;

/** Epoch ms of the first date in a text. A date without a zone is read in `zone` (hours east of UTC). */
export function dateIn(text: string, zone = 0): number | undefined {
  const head = text.slice(0, 400);
  const http = /\b\d{1,2}[ -][A-Z][a-z]{2}[ -]\d{2,4} \d{2}:\d{2}:\d{2} (?:GMT|UTC)/.exec(head);
  if (http) return finite(Date.parse(http[0]));
  const numeric = NUMERIC.exec(head);
  if (numeric) {
    const [, year, month, day, hour = '0', minute = '0', second = '0', offset] = numeric;
    return at([Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)], offset, zone);
  }
  const named = NAMED.exec(head);
  if (!named) return undefined;
  const [, month, day, year, hour = '0', minute = '0', second = '0', half, offset] = named;
  const shift = half?.toLowerCase() === 'pm' ? 12 : 0;
  const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + shift;
  return at([Number(year), MONTHS.indexOf(month!.toLowerCase()), Number(day), hours, Number(minute), Number(second)], offset, zone);
}

function at(
  parts: readonly [number, number, number, number, number, number],
  offset: string | undefined,
  zone: number,
): number | undefined {
  const [, month, day, hour, minute, second] = parts;
  if (month < 0 || month > 11 || day < 1 || day > 31 || hour > 24 || minute > 59 || second > 60) return undefined;
  return finite(Date.UTC(...parts) - hoursOf(offset, zone) * 3_600_000);
}

function hoursOf(offset: string | undefined, zone: number): number {
  if (offset === undefined || offset === '') return zone;
  const named = ZONES[offset.toLowerCase()];
  if (named !== undefined) return named;
  const [, sign, hours, minutes] = /([+-])(\d{2}):?(\d{2})/.exec(offset)!;
  return (sign === '-' ? -1 : 1) * (Number(hours) + Number(minutes) / 60);
}

const finite = (value: number): number | undefined => (Number.isFinite(value) ? value : undefined);

/** Epoch ms of the next midnight in California, where Gemini's days end; summer time included. */
export function pacificMidnight(now: number): number {
  const local = new Intl.DateTimeFormat('en-US', {
    timeZone: 'America/Los_Angeles',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    hourCycle: 'h23',
  });
  const read = (moment: number, part: string): number => Number(local.formatToParts(moment).find(({ type }) => type === part)?.value);
  // The clocks change at two in the morning, so midnight is either 8 or 7 hours behind UTC.
  const standard = Date.UTC(read(now, 'year'), read(now, 'month') - 1, read(now, 'day') + 1, 8);
  return read(standard, 'hour') === 1 ? standard - 3_600_000 : standard;
}
