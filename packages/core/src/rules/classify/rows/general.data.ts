import type { Row } from '../row.ts';

/** Words that anybody may use. They refine a status that says too little; what is most specific comes first. */
export const GENERAL: readonly Row[] = [
  // The provider judged the content.
  {
    id: 'refusal/policy',
    status: [0, 400, 403, 422, 500],
    match: /content (?:management )?policy|usage polic(?:y|ies)|safety (?:system|filter|policy|guidelines)|responsible ai|acceptable use/i,
    kind: 'refusal',
  },
  {
    id: 'refusal/filter',
    status: [0, 400, 403, 422, 500],
    match: /content[ _-]?filter|flagged (?:as|by|for)|moderation|prohibited content/i,
    kind: 'refusal',
  },
  {
    id: 'refusal/content',
    status: [0, 400, 403, 422],
    match: /inappropriate content|sensitive (?:content|information)|unsafe content|harmful content/i,
    kind: 'refusal',
  },

  // Money.
  { id: 'quota/current', status: [0, 400, 403, 429], match: /exceeded your current quota|check your plan and billing/i, kind: 'quota' },
  {
    id: 'quota/insufficient',
    status: [0, 400, 403, 429, 500],
    match: /insufficient[ _](?:quota|credits?|balance|funds?)|not enough (?:credits?|balance|funds?)/i,
    kind: 'quota',
  },
  {
    id: 'quota/balance',
    status: [0, 400, 403, 429],
    match: /(?:credit )?balance (?:is )?(?:too low|insufficient|exhausted|empty|negative)|balance[^\n]{0,20}insufficient/i,
    kind: 'quota',
  },
  {
    id: 'quota/credits',
    status: [0, 400, 403, 429],
    match:
      /(?:out of|no|more|requires?) (?:remaining |more )?credits|credits? (?:is |are |have been )?(?:exhausted|depleted|used up|expired)/i,
    kind: 'quota',
  },
  {
    id: 'quota/spend',
    status: [0, 400, 403, 429],
    match: /spend(?:ing)? (?:limit|cap)|billing (?:hard[ _])?limit|monthly (?:cap|budget|limit)|budget (?:limit|exceeded)/i,
    kind: 'quota',
  },
  {
    id: 'quota/payment',
    status: [0, 400, 403, 429],
    match: /payment required|billing (?:is )?(?:not active|inactive|disabled)|purchase more|top[ -]?up your|recharge (?:and|your)/i,
    kind: 'quota',
  },
  {
    id: 'quota/arrears',
    status: [0, 400, 403, 429],
    match: /in arrears|overdue (?:balance|payment)|in good standing|fair use policy/i,
    kind: 'quota',
  },

  // Windows of hours and days.
  {
    id: 'quota/window',
    status: [0, 400, 403, 429],
    match: /\b(?:daily|weekly|monthly|hourly|\d+[- ]?(?:hour|day|week)s?)\b[^\n]{0,40}\b(?:limit|quota|cap|usage|allowance)\b/i,
    kind: 'quota',
    window: true,
  },
  {
    id: 'quota/per-day',
    status: [0, 400, 403, 429],
    match: /\b(?:per|each|\/) ?(?:day|week|month)\b|\b[RTA]PD\b/i,
    kind: 'quota',
    window: true,
  },
  {
    id: 'quota/usage',
    status: [0, 400, 403, 429],
    match:
      /usage[ _-]?limits?[^\n]{0,30}(?:reached|exceeded|hit)|reached your[^\n]{0,20}(?:usage|plan)[^\n]{0,10}limit|(?:plan|subscription) (?:limit|quota)/i,
    kind: 'quota',
    window: true,
  },
  { id: 'quota/exhausted', status: [0, 400, 403, 429], match: /limit exhausted/i, kind: 'quota', window: true },

  // Rates.
  {
    id: 'rate/per-minute',
    status: [0, 429, 503],
    match: /\b(?:per|\/) ?(?:min(?:ute)?|sec(?:ond)?)s?\b|\b[RTI]P[MS]\b|concurren(?:t|cy)/i,
    unless: /overloaded/i,
    kind: 'rate-limit',
  },
  {
    id: 'quota/exceeded',
    status: [0, 400, 403, 429],
    match: /quota[ _]?(?:has been |is |was )?(?:exceeded|exhausted|reached|used up)|exceed(?:ed|s)?[^\n]{0,40}quota|out of quota/i,
    kind: 'quota',
    window: true,
  },

  // Nobody's fault but the moment's.
  { id: 'overload/overloaded', status: [0, 429, 500, 502, 503, 504], match: /overloaded|over ?load\b/i, kind: 'overload' },
  {
    id: 'overload/capacity',
    status: [0, 429, 500, 503],
    match:
      /(?:no|insufficient|at|over|out of|limited|maximum|not enough)[^\n]{0,12} capacity|capacity (?:is |has been )?(?:exhausted|exceeded|constraint|limit|reached|error)/i,
    kind: 'overload',
  },
  {
    id: 'overload/demand',
    status: [0, 429, 500, 503],
    match:
      /high (?:demand|load|traffic)|(?:server|service|model|engine) (?:is )?(?:currently )?(?:too )?busy|heavy (?:load|traffic)|too many connections/i,
    kind: 'overload',
  },
  {
    id: 'rate/words',
    status: [0, 400, 409, 500, 502, 503],
    match: /rate.?limit|too.?many.?requests|throttl|requests? too (?:frequent|quickly)/i,
    kind: 'rate-limit',
  },

  // Keys.
  {
    id: 'auth/key',
    status: [0, 400, 403, 404, 500],
    match:
      /(?:invalid|incorrect|expired|missing|malformed|revoked|wrong|no|bad|disabled|unknown)[ _](?:x-)?api[ _-]?key|api[ _-]?key[^\n]{0,30}(?:not valid|not found|invalid|incorrect|expired|missing|revoked|disabled|required|must be|deleted|not provided|not set)/i,
    kind: 'auth',
  },
  {
    id: 'auth/token',
    status: [0, 400, 403],
    match:
      /\b(?:invalid|expired|missing|revoked|malformed)[ _](?:bearer|access|auth(?:entication|orization)?|session|oauth)[ _](?:token|credentials?|header)|\b(?:invalid|expired|revoked) (?:token|credentials?)(?=\s*(?:$|[.:,;!]))|\b(?:access|auth|bearer|oauth|api|id) token (?:has |is |was )?(?:expired|revoked|invalid)|\btoken (?:has |is |was )?(?:expired|revoked)/i,
    kind: 'auth',
  },
  {
    id: 'auth/words',
    status: [0, 400, 403, 500],
    match:
      /\bunauthenticated\b|authentication (?:failed|fails|required|error)|not logged in|please log ?in|could not (?:be )?authenticate|refresh token/i,
    kind: 'auth',
  },

  // Who may use which model where.
  {
    id: 'access/region',
    status: [0, 400, 404],
    match:
      /(?:country|region|territory|location)[^\n]{0,40}not (?:supported|available|allowed)|not (?:supported|available|allowed)[^\n]{0,20}(?:in|for) your (?:country|region|location)/i,
    kind: 'access-denied',
  },
  {
    id: 'access/model',
    status: [0, 400, 404],
    match:
      /(?:do(?:es)?(?: not|n't)|not) have (?:access|permission)|not (?:authorized|allowed|permitted|entitled|eligible) to (?:access|use|call|perform|invoke)|access (?:to [^\n]{0,60})?(?:is )?denied|(?:requires|upgrade to) (?:a )?(?:paid|pro|plus|team|enterprise|higher)\b/i,
    kind: 'access-denied',
  },

  // Models.
  {
    id: 'model/unknown',
    status: [0, 400, 403, 404, 410, 422, 500, 503],
    match:
      /\bmodel(?:s|_id|_name)?[\s:=]*[`'"]?[\w./:@+-]*[`'"]?(?: [\w-]+){0,4}? (?:(?:does|do)(?: not|n't) exist|not found|not exist|is unknown|unknown|(?:is|are)(?: not|n't) available|not available|no longer (?:available|supported)|(?:been|is) (?:deprecated|retired|removed|decommissioned|discontinued|shut down|sunset))/i,
    unless: /\b(?:parameter|field|feature|propert(?:y|ies)|tools?|functions?|argument)\b/i,
    kind: 'model-missing',
  },
  {
    id: 'model/invalid',
    status: [0, 400, 403, 404, 422, 500],
    match:
      /(?:unknown|invalid|unsupported|no such|nonexistent|unrecognized) (?:model|deployment)\b(?! (?:param|config|setting|output|input))/i,
    kind: 'model-missing',
  },
  {
    id: 'model/unsupported',
    status: [0, 400, 403, 404, 422],
    match:
      /model(?: [`'"]?[\w./:@-]{1,80}[`'"]?)? (?:is )?(?:not supported|unsupported)(?! (?:parameter|value))|requested model[^\n]{0,20}not supported/i,
    kind: 'model-missing',
  },
  {
    id: 'model/deployment',
    status: [0, 400, 404],
    match: /deployment[^\n]{0,40}(?:does not exist|not found)|no models? (?:available|configured)/i,
    kind: 'model-missing',
  },
];
