/** Numbers in sentences. A number is a status only in a status context (E1): ports, durations and token counts are none. */

const PHRASE =
  'too many requests|service unavailable|bad gateway|internal server error|gateway time-?out|unauthori[sz]ed|forbidden|not found|payment required|bad request|overloaded|request timeout|payload too large|site is overloaded|unprocessable';
const CONTEXTS: readonly RegExp[] = [
  /\b(?:status(?:[ _-]?code)?|http(?:\/[\d.]+)?(?:[ _-](?:status|error|code))*|error[ _-]code|response code|code)["']?\s*(?:is|was|of)?\s*[:=]?\s*["'(]?([1-5]\d\d)\b(?![\d.,]*\s*(?:ms|s|sec|seconds|tokens|bytes)\b)/i,
  new RegExp(`(?<![\\d.:])\\b([1-5]\\d\\d)\\b[\\s:,"'()-]{0,4}(?:${PHRASE})`, 'i'),
  /^\s*(?:\w*error:?\s*)?\(?([45]\d\d)\)?\s*(?:$|[:{"[,-]|\(no body\))/i,
  /\b(?:error|failed with|returned|received|responded with|got)(?: an?)?(?: http)?[ :(]+([45]\d\d)\b(?![\d.,]*\s*(?:ms|s|sec|seconds|tokens|bytes|characters|items|words)\b)(?=[\s:;,.)\]]|$)/i,
];

export function statusInProse(message: string): number | undefined {
  for (const context of CONTEXTS) {
    const found = context.exec(message)?.[1];
    if (found !== undefined && Number(found) >= 300) return Number(found);
  }
  return undefined;
}

interface Sizes {
  readonly requested?: number;
  readonly limit?: number;
}

/** `r` stands for what was requested, `l` for the limit, `a` for a summand of what was requested. */
const SIZES: readonly { readonly match: RegExp; readonly as: string }[] = [
  { match: /([\d,]+) tokens? > ([\d,]+)/, as: 'rl' },
  { match: /([\d,]+) \+ ([\d,]+) > ([\d,]+)/, as: 'aal' },
  { match: /limit:? ([\d,]+)[^\d]{1,20}used:? [\d,]+[^\d]{1,20}requested:? ([\d,]+)/i, as: 'lr' },
  { match: /limit:? ?([\d,]+)[^\d]{1,20}requested:? ?([\d,]+)/i, as: 'lr' },
  {
    match:
      /maximum context length (?:is|of) ([\d,]+)(?: tokens)?[^\d]{1,60}(?:requested|resulted in|contains?|total of)[^\d]{0,30}([\d,]+)/i,
    as: 'lr',
  },
  {
    match: /(?:count|length|input|request|prompt)[^\d]{0,20}\(?([\d,]+)(?: tokens)?\)? (?:exceeds|is longer than)[^\d]{1,80}\(?([\d,]+)/i,
    as: 'rl',
  },
  { match: /prompt length is ([\d,]+) but the request contains ([\d,]+)/i, as: 'lr' },
  { match: /has ([\d,]+) tokens[^\d]{1,60}(?:size|length|window) is ([\d,]+)/i, as: 'rl' },
  { match: /contains? ([\d,]+) tokens[^\d]{0,20}too large for model with ([\d,]+)/i, as: 'rl' },
  { match: /(?:maximum context length|maximum model length|maximum prompt length|maximum number of tokens)[^\d]{1,30}([\d,]+)/i, as: 'l' },
];

/** The numbers a refusal by size tells. */
export function sizesIn(message: string): Sizes | undefined {
  for (const { match, as } of SIZES) {
    const found = match.exec(message);
    if (!found) continue;
    const values = [...as].map((role, i) => [role, Number(found[i + 1]!.replaceAll(',', ''))] as const);
    const limit = values.find(([role]) => role === 'l')?.[1];
    const asked = values.filter(([role]) => role !== 'l').reduce((sum, [, value]) => sum + value, 0);
    return { ...(asked > 0 && { requested: asked }), ...(limit !== undefined && { limit }) };
  }
  return undefined;
}

/** Families whose name stands for the model in a message about limits. */
const FAMILY = /\b(?:opus|sonnet|haiku|fable)\b/i;

/** Whether a message is about the model that was sent, and not about another thing. */
export function namesModel(message: string, model: string | undefined): boolean {
  if (model === undefined || model.length < 2) return false;
  const said = message.toLowerCase();
  const id = model.toLowerCase();
  const last = id.slice(id.lastIndexOf('/') + 1);
  if (said.includes(id) || (last.length > 2 && said.includes(last))) return true;
  const family = FAMILY.exec(said)?.[0];
  return family !== undefined && id.includes(family);
}

const BARE =
  /^(?:error|http)?[\s:]*(?:404|405)?[\s:,-]*(?:not[ _]?found|(?:the )?(?:page|path|route|resource|endpoint|url) (?:was )?not found|no route[^\n]*|cannot (?:post|get) [^\n]*|method not allowed|(?:invalid|unknown) (?:url|path|route|request url)[^\n]*|the requested (?:url|resource)[^\n]*)?\W*$/i;

/** What a server says that does not know the path: no provider's own words. */
export const isBare = (messages: readonly string[]): boolean =>
  messages.every((message) => message.length < 300 && BARE.test(message.trim()));
