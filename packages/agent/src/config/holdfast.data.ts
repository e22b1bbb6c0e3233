// The sections Holdfast adds to Docker's file (`tiers`, `lanes`, `budgets`, `server`, `classify`, `records`, `sessions`, and keys of providers and models), and the whole files.
import { EFFORTS, FAILURE_KINDS } from '@holdfast/core/engine';
import { AGENT, DOCKER_FILE, MODEL, PROVIDER } from './docker.data.ts';
import type { ObjectShape, Shape } from './shape.ts';

const TEXT: Shape = { is: 'text', filled: true };
const DURATION: Shape = { is: 'duration' };
const COUNT: Shape = { is: 'number', whole: true, min: 0 };
const TIER: Shape = { is: 'text', ref: 'tier' };

const API: Shape = {
  is: 'text',
  oneOf: ['openai-chat', 'openai-responses', 'anthropic-messages', 'google', 'openai_chatcompletions', 'openai_responses'],
  orLike: '^npm:(@[a-z0-9-~][a-z0-9-._~]*/)?[a-z0-9-~][a-z0-9-._~]*$',
};

const PROVIDER_ENTRY: ObjectShape = {
  ...PROVIDER,
  keys: {
    ...PROVIDER.keys,
    api: API,
    api_type: API,
    token_keys: { is: 'list', min: 1, of: { is: 'text', variableName: true } },
    token_file: TEXT,
    token_env: { is: 'list', min: 1, of: { is: 'text', variableName: true } },
    token_command: { is: 'list', min: 1, of: TEXT },
    account: TEXT,
    groups: { is: 'map', of: { is: 'list', min: 1, of: TEXT } },
    headers: { is: 'map', of: { is: 'text' } },
  },
};

const USD: Shape = { is: 'number', min: 0 };
/** US dollars per million tokens. */
const RATES = { input: USD, output: USD, cache_read: USD, cache_write: USD };

const COST: Shape = {
  is: 'object',
  strict: true,
  must: ['input', 'output'],
  keys: {
    ...RATES,
    longer: {
      is: 'object',
      strict: true,
      must: ['above', 'input', 'output'],
      keys: { ...RATES, above: { is: 'number', whole: true, min: 1 } },
    },
  },
};

const MODEL_ENTRY: ObjectShape = { ...MODEL, keys: { ...MODEL.keys, context: { is: 'number', whole: true, min: 1 }, cost: COST } };

/** One target of a tier and what it alone is asked with. */
const TIER_TARGET: ObjectShape = {
  is: 'object',
  strict: true,
  must: ['model'],
  keys: {
    model: { is: 'text', ref: 'model' },
    effort: { is: 'text', oneOf: EFFORTS },
    max_tokens: { is: 'number', min: 1, whole: true },
    temperature: { is: 'number', min: 0, max: 2 },
    top_p: { is: 'number', min: 0, max: 1 },
    frequency_penalty: { is: 'number', min: -2, max: 2 },
    presence_penalty: { is: 'number', min: -2, max: 2 },
    parallel_tool_calls: { is: 'boolean' },
    thinking_budget: { is: 'number', min: -1, whole: true },
    provider_opts: { is: 'map', of: { is: 'any' } },
  },
};

const TIER_LIST: Shape = { is: 'list', min: 1, of: { is: 'either', of: [{ is: 'text', ref: 'tier-part' }, TIER_TARGET] } };

const TIER_SPEC: ObjectShape = {
  is: 'object',
  strict: true,
  must: ['models'],
  keys: {
    models: {
      is: 'either',
      of: [{ is: 'text', ref: 'tier-part' }, TIER_LIST],
    },
    retries: COUNT,
    max_attempts: { is: 'number', whole: true, min: 1 },
    cooldown: DURATION,
    on_partial: { is: 'text', oneOf: ['continue', 'restart', 'fail'] },
    on_refusal: { is: 'text', oneOf: ['pass', 'next'] },
    hedge: { is: 'boolean' },
    structured: { is: 'text', oneOf: ['held', 'live'] },
    tool_deltas: { is: 'text', oneOf: ['complete', 'live'] },
    return_to_primary: { is: 'text', oneOf: ['when_cool', 'next_session', 'never'] },
    patience: DURATION,
    timeouts: {
      is: 'object',
      strict: true,
      keys: { connect: DURATION, first_token: DURATION, stall: DURATION, silence: DURATION, attempt: DURATION, total: DURATION },
    },
  },
};

const TIERS: Shape = {
  is: 'map',
  of: { is: 'either', of: [{ is: 'text', ref: 'tier-part' }, TIER_LIST, TIER_SPEC] },
};

const LANES: Shape = {
  is: 'map',
  of: {
    is: 'object',
    strict: true,
    keys: {
      match: { is: 'list', min: 1, of: TEXT },
      concurrency: { is: 'number', whole: true, min: 1 },
      queue: COUNT,
      queue_per_caller: COUNT,
      weights: { is: 'map', of: { is: 'number', above: 0 } },
      aging: DURATION,
      exec_timeout: DURATION,
      grace: DURATION,
      queue_timeout: DURATION,
      hold: { is: 'text', oneOf: ['stream', 'open'] },
      max_open_streams: { is: 'number', whole: true, min: 1 },
      detach: { is: 'text', oneOf: ['deadline', 'all'] },
      rpm: { is: 'number', whole: true, min: 1 },
      tpm: { is: 'number', whole: true, min: 1 },
    },
  },
};

const AMOUNT: Shape = { is: 'number', min: 0 };

const BUDGET: ObjectShape = {
  is: 'object',
  strict: true,
  must: ['name'],
  keys: {
    name: TEXT,
    caller: TEXT,
    run: TEXT,
    each: { is: 'text', oneOf: ['caller'] },
    usd_per_run: AMOUNT,
    usd_per_day: AMOUNT,
    usd_per_month: AMOUNT,
    tokens_per_run: COUNT,
    tokens_per_day: COUNT,
    tokens_per_month: COUNT,
    calls_per_run: COUNT,
    calls_per_day: COUNT,
    calls_per_month: COUNT,
    unpriced: { is: 'text', oneOf: ['allow', 'refuse'] },
    time_zone: TEXT,
    renews_at: TEXT,
  },
};

const BUDGETS: Shape = { is: 'list', of: BUDGET };

/** What a key may spend: the amounts of a budget. Whose it is, is said. */
const KEY_BUDGET: ObjectShape = {
  is: 'object',
  strict: true,
  keys: Object.fromEntries(Object.entries(BUDGET.keys).filter(([key]) => !['name', 'caller', 'run', 'each'].includes(key))),
};

const MOST: Shape = { is: 'number', whole: true, min: 1 };

const SERVER_KEY: ObjectShape = {
  is: 'object',
  strict: true,
  must: ['name', 'env'],
  keys: {
    name: TEXT,
    env: { is: 'text', variableName: true },
    tiers: { is: 'list', min: 1, of: { is: 'text', ref: 'chain' } },
    budget: KEY_BUDGET,
    admin: { is: 'boolean' },
    record: { is: 'text', oneOf: ['content'] },
    weight: { is: 'number', above: 0 },
    rate: { is: 'object', strict: true, atLeastOne: ['rpm', 'tpm', 'concurrent'], keys: { rpm: MOST, tpm: MOST, concurrent: MOST } },
  },
};

const SERVER: Shape = {
  is: 'object',
  strict: true,
  keys: {
    keys: { is: 'list', of: SERVER_KEY },
    aliases: { is: 'map', like: '\\S', of: { is: 'text', ref: 'chain' } },
    default_tier: TIER,
    hosts: { is: 'list', of: TEXT },
    origins: { is: 'list', of: TEXT },
    max_body: { is: 'text', orNumber: true, filled: true },
    json_depth: { is: 'number', whole: true, min: 1, max: 1_000 },
    head_after: DURATION,
    keep_alive: DURATION,
    grace: DURATION,
    json_keepalive: { is: 'boolean' },
    forward_headers: { is: 'list', of: TEXT },
    responses: { is: 'object', strict: true, keys: { store: { is: 'text', orNumber: true, filled: true } } },
    header_timeout: DURATION,
    body_timeout: DURATION,
    idle_timeout: DURATION,
    slow_client: DURATION,
    max_connections: MOST,
  },
};

const CLASSIFY: Shape = {
  is: 'list',
  of: {
    is: 'object',
    strict: true,
    must: ['kind'],
    atLeastOne: ['provider', 'status', 'code', 'match'],
    keys: {
      provider: { is: 'text', ref: 'provider' },
      status: { is: 'number', whole: true, min: 100, max: 599 },
      code: { is: 'text', orNumber: true, filled: true },
      match: TEXT,
      // `resting` is the outcome of a whole call, never what one answer means.
      kind: { is: 'text', oneOf: FAILURE_KINDS.filter((kind) => kind !== 'resting') },
    },
  },
};

const RECORDS: Shape = {
  is: 'object',
  strict: true,
  keys: { keep: DURATION, persist_prompts: { is: 'boolean' }, keep_prompts: DURATION },
};

/** Of one run, children included. */
const LIMITS: ObjectShape = {
  is: 'object',
  strict: true,
  atLeastOne: ['time', 'tokens', 'usd'],
  keys: { time: DURATION, tokens: { is: 'number', whole: true, min: 1 }, usd: { is: 'number', above: 0 } },
};

const SESSIONS: Shape = { is: 'object', strict: true, keys: { keep: DURATION, max: { is: 'number', whole: true, min: 1 } } };

const SECTIONS = { tiers: TIERS, lanes: LANES, budgets: BUDGETS, server: SERVER, classify: CLASSIFY, records: RECORDS, sessions: SESSIONS };

export const AGENT_FILE: ObjectShape = {
  ...DOCKER_FILE,
  must: ['agents'],
  keys: {
    ...DOCKER_FILE.keys,
    providers: { is: 'map', of: PROVIDER_ENTRY, bare: true },
    models: { is: 'map', of: MODEL_ENTRY },
    agents: { is: 'map', of: { ...AGENT, keys: { ...AGENT.keys, limits: LIMITS } } },
    ...SECTIONS,
  },
};

export const GATEWAY_FILE: ObjectShape = {
  is: 'object',
  strict: true,
  keys: {
    providers: { is: 'map', of: { ...PROVIDER_ENTRY, strict: true }, bare: true },
    models: { is: 'map', of: { ...MODEL_ENTRY, strict: true } },
    ...SECTIONS,
  },
};
