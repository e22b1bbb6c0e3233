/** What is taken out of a provider's words before they are kept: keys, tokens, ids of accounts and requests, people (field note 36). */
const SECRETS: readonly { readonly match: RegExp; readonly by: string }[] = [
  { match: /-----BEGIN [A-Z ]+-----[\s\S]*?(?:-----END [A-Z ]+-----|$)/g, by: '[key]' },
  { match: /\b(bearer|basic|token)\s+[\w.~+/=-]{8,}/gi, by: '$1 [secret]' },
  {
    match: /\b((?:x-)?(?:api|access|secret|session|auth)[-_ ]?(?:key|token|secret)["']?\s*[:=]\s*["']?)[^\s"',;&)}]{4,}/gi,
    by: '$1[secret]',
  },
  { match: /\b(key|token|secret|password|sig|signature)(=)[^\s"',;&)}]{4,}/gi, by: '$1$2[secret]' },
  // Any header that a company names after what it holds, echoed with its value.
  { match: /\b([\w-]*[-_](?:token|key|secret|auth|password|credential)["']?\s*[:=]\s*["']?)[^\s"',;&)}]{6,}/gi, by: '$1[secret]' },
  { match: /\b((?:set-)?cookie["']?\s*:\s*["']?)[^\s"',}][^\n"'}]*/gi, by: '$1[secret]' },
  { match: /\/\/[^\s/@:]+:[^\s/@]+@/g, by: '//[secret]@' },
  { match: /\beyJ[\w-]{8,}(?:\.[\w-]+){1,2}/g, by: '[token]' },
  { match: /\b(?:sk|pk|rk|xai|gsk|pplx|hf|nvapi|csk|fw|r8|glpat|tvly|key|ak|ark)[-_](?=[\w*.-]*[\d*])[\w*.-]{5,}[\w*]/gi, by: '[key]' },
  { match: /\bAIza[\w-]{20,}/g, by: '[key]' },
  { match: /\b(?:AKIA|ASIA)[A-Z0-9]{12,}/g, by: '[key]' },
  { match: /\bgh[pousr]_\w{20,}|\bgithub_pat_\w{20,}|\bya29\.[\w-]{10,}/g, by: '[token]' },
  {
    match:
      /\b(org|organization|proj|project|req|request|user|acct|team|ws|workspace|resp|chatcmpl|msg)[-_](?=[\w-]*\d)[A-Za-z0-9][\w-]{5,}/g,
    by: '[$1 id]',
  },
  { match: /\b[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\b/gi, by: '[id]' },
  { match: /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, by: '[e-mail]' },
  { match: /\b(?=[\w+/-]*\d)(?=[\w+/-]*[A-Za-z])[\w+/-]{40,}={0,2}/g, by: '[secret]' },
];

/** Each of them holds one of these: plain words are looked through once. */
const SUSPECT = /[\d@=:*]|-----|eyJ|AKIA|ASIA|[\w+/-]{20}|\b(?:bearer|basic|token)\s/i;

/** At most `max` characters of a provider's words, on one line, without what could identify or authorise anybody. */
export function scrub(text: string, max = 500): string {
  // Secrets are looked for in more than is kept, so that a cut does not hide half of one.
  let clean = text.slice(0, max * 4);
  if (SUSPECT.test(clean)) for (const { match, by } of SECRETS) clean = clean.replace(match, by);
  clean = clean.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  if (clean.length <= max) return clean;
  const cut = clean.slice(0, max - 1);
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}
