/** Claude Code as it asks a gateway (field note 30): its requests as version 2.1 sends them, the gateway in a process of its own. */
import { texts, type Facts, type LabAnswer } from '@holdfast/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { carriesOn } from './carries-on.ts';
import { front, GATEWAY, KEY, type Front, type Tiers } from './gateway-process.ts';
import { hear, type Heard, type Loose } from './readers/index.ts';
import { readMessages } from './readers/messages.ts';

const TEAM = 'gateway-key-of-a-team-0123456789';
const BETAS = [
  'claude-code-20250219',
  'interleaved-thinking-2025-05-14',
  'context-management-2025-06-27',
  'mid-conversation-tool-changes-2026-07-01',
  'thinking-token-count-2026-05-13',
  'advanced-tool-use-2025-11-20',
  'effort-2025-11-24',
  'thinking-display-updates-2026-08-18',
];
const HEADERS = {
  authorization: `Bearer ${TEAM}`,
  'anthropic-beta': BETAS.join(','),
  'anthropic-version': '2023-06-01',
  'anthropic-dangerous-direct-browser-access': 'true',
  'anthropic-not-yet-known': 'as it is',
  'user-agent': 'claude-cli/2.1.329 (external, sdk-cli)',
  'x-app': 'cli',
  'x-claude-code-session-id': '9c6d6895-c766-4dbc-a19d-612e48ff31cc',
  'x-stainless-retry-count': '0',
  'x-stainless-timeout': '600',
};

const ATTRIBUTION = { type: 'text', text: 'x-anthropic-billing-header: cc_version=2.1.329.3f3; cc_entrypoint=sdk-cli;' };
const MARK = { type: 'ephemeral' };
const TOOL = { name: 'Read', description: 'Reads a file.', input_schema: { type: 'object', properties: { path: { type: 'string' } } } };

/** With fields that nobody here has heard of. */
const bodyOf = (model: string, more: object = {}) => ({
  model,
  messages: [
    { role: 'user', content: [{ type: 'text', text: 'Tell me.', cache_control: MARK }] },
    { role: 'system', content: [{ type: 'text', text: '# Environment\nThe platform is linux.' }] },
  ] as readonly object[],
  system: [ATTRIBUTION, { type: 'text', text: 'You are an agent.', cache_control: MARK }],
  tools: [TOOL, { ...TOOL, name: 'Later', defer_loading: true }],
  metadata: { user_id: '{"session_id":"9c6d"}' },
  max_tokens: 32_000,
  thinking: { type: 'adaptive', display: 'updates' },
  context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
  output_config: { effort: 'high' },
  not_yet_known: { at: ['all'] },
  stream: true,
  ...more,
});

const say = (facts: Facts): LabAnswer => ({ text: texts.plain, ...(facts.maxTokens === 1 && { text: 'The', finish: 'length' }) });
const thinks = (facts: Facts): LabAnswer => ({ ...say(facts), reasoning: 'Let me see.' });
const failing =
  (fault: LabAnswer['fault'], script = thinks): ((facts: Facts) => LabAnswer) =>
  (facts) => ({ ...carriesOn(script)(facts), fault: fault! });
const only = (when: string, fault: LabAnswer['fault']) => (facts: Facts) =>
  facts.turns.at(-1)?.text === when ? failing(fault)(facts) : thinks(facts);

const refusal = (message: string): LabAnswer => ({
  fault: {
    do: 'status',
    status: 400,
    body: JSON.stringify({ type: 'error', error: { type: 'invalid_request_error', message }, request_id: 'req_lab' }),
  },
});

interface Refused {
  readonly says: string;
  /** Whether a request has something of what is refused, or lacks what has nothing to do with it. */
  readonly holds: (sent: Sent) => boolean;
}
interface Sent {
  readonly betas: string;
  readonly body: Loose;
}

const REFUSED: Readonly<Record<string, readonly Refused[]>> = {
  'a field': [
    {
      says: 'context_management: Extra inputs are not permitted',
      holds: ({ betas, body }) => betas.includes('context-management') || body.context_management !== undefined,
    },
  ],
  'a beta': [
    {
      says: 'Unexpected value(s) `advanced-tool-use-2025-11-20` for the `anthropic-beta` header. Please consult our documentation.',
      holds: ({ betas, body }) => betas.includes('advanced-tool-use') || body.tools.some((tool: Loose) => tool.defer_loading !== undefined),
    },
  ],
  'several betas': [
    {
      says: 'Unexpected value(s) `context-management-2025-06-27`, `effort-2025-11-24` for the `anthropic-beta` header.',
      holds: ({ betas, body }) =>
        /context-management|effort/.test(betas) || body.context_management !== undefined || body.output_config !== undefined,
    },
  ],
  'betas, without their names': [
    {
      says: 'invalid beta flag',
      holds: ({ betas, body }) => betas !== '' || body.context_management !== undefined || body.tools[1].defer_loading !== undefined,
    },
  ],
  'a field of a tool': [
    {
      says: 'tools.1.custom.defer_loading: Extra inputs are not permitted',
      holds: ({ betas, body }) => betas.includes('advanced-tool-use') || body.tools[1].defer_loading !== undefined,
    },
  ],
  'adaptive thinking': [
    {
      says: 'adaptive thinking is not supported on this model',
      holds: ({ betas, body }) => /thinking/.test(betas) || body.thinking !== undefined || /clear_thinking/.test(JSON.stringify(body)),
    },
  ],
  'adaptive thinking, by its schema': [
    {
      says: "thinking: Input tag 'adaptive' found using 'type' does not match any of the expected tags: 'disabled', 'enabled'",
      holds: ({ body }) => body.thinking !== undefined,
    },
  ],
  'how thoughts are shown': [
    {
      says: 'thinking.adaptive.display: Extra inputs are not permitted',
      holds: ({ betas, body }) => betas.includes('thinking-display') || body.thinking?.display !== undefined || body.thinking === undefined,
    },
  ],
  effort: [
    {
      says: 'This model does not support the effort parameter.',
      holds: ({ betas, body }) => betas.includes('effort') || body.output_config !== undefined || body.thinking === undefined,
    },
  ],
  'effort, by its schema': [
    {
      says: 'output_config: Extra inputs are not permitted',
      holds: ({ betas, body }) => betas.includes('effort') || body.output_config !== undefined || body.thinking === undefined,
    },
  ],
  'instructions among the messages': [
    { says: "messages.1.role: Input should be 'user' or 'assistant'", holds: ({ body }) => body.messages[1].role === 'system' },
  ],
  'one thing after the other': [
    { says: "messages.1.role: Input should be 'user' or 'assistant'", holds: ({ body }) => body.messages[1].role === 'system' },
    { says: 'This model does not support the effort parameter.', holds: ({ body }) => body.output_config !== undefined },
  ],
};

const refusingTier = (name: string) => `refuses-${Object.keys(REFUSED).indexOf(name)}`;
const sentIn = ({ headers, body }: { readonly headers: Readonly<Record<string, string | undefined>>; readonly body: unknown }): Sent => ({
  betas: headers['anthropic-beta'] ?? '',
  body,
});

const about = describe.runIf(GATEWAY);

let on: Front;

/** Each refusal once, then an answer: a script sees no headers, so a test looks itself at what was sent after them. */
function refusing(text: string, list: readonly Refused[]): () => LabAnswer {
  let past = 0;
  return () => {
    const next = list[past++];
    return next ? refusal(next.says) : { text };
  };
}

const tiers: Tiers = {
  claude: { targets: [{ api: 'anthropic-messages', script: thinks }] },
  chat: { targets: [{ api: 'openai-chat', script: thinks }] },
  responses: { targets: [{ api: 'openai-responses', script: thinks }] },
  google: { targets: [{ api: 'google', script: thinks }] },
  moves: {
    targets: [
      { api: 'anthropic-messages', script: only('Fail.', { do: 'status', status: 529 }) },
      { api: 'anthropic-messages', script: thinks },
    ],
    settings: { retries: 0 },
  },
  'moves-chat': {
    targets: [
      { api: 'anthropic-messages', script: only('Fail.', { do: 'status', status: 529 }) },
      { api: 'openai-chat', script: thinks },
    ],
    settings: { retries: 0 },
  },
  cut: {
    targets: [
      { api: 'anthropic-messages', script: failing({ do: 'reasoning-break' }) },
      { api: 'anthropic-messages', script: thinks },
    ],
    settings: { retries: 0 },
  },
  'too-long': { targets: [{ api: 'anthropic-messages', script: failing({ do: 'status', reason: 'overflow' }) }] },
  'too-long-chat': { targets: [{ api: 'openai-chat', script: failing({ do: 'status', reason: 'overflow' }) }] },
  'too-long-responses': { targets: [{ api: 'openai-responses', script: failing({ do: 'status', reason: 'overflow' }) }] },
  unsigned: { targets: [{ api: 'anthropic-messages', script: () => refusal('tools.3: Tool names must be unique.') }] },
  overloaded: { targets: [{ api: 'anthropic-messages', script: failing({ do: 'status', status: 529 }) }], settings: { retries: 0 } },
  'bad-key': { targets: [{ api: 'anthropic-messages', script: failing({ do: 'status', status: 401 }) }], settings: { retries: 0 } },
  limited: {
    targets: [{ api: 'anthropic-messages', script: failing({ do: 'status', status: 429, retryAfter: 7200 }) }],
    settings: { retries: 0 },
  },
  ...Object.fromEntries(
    Object.entries(REFUSED).map(([name, list]) => [
      refusingTier(name),
      { targets: [{ api: 'anthropic-messages' as const, script: refusing(name, list) }] },
    ]),
  ),
};

beforeAll(async () => {
  if (!GATEWAY) return;
  on = await front(tiers, {
    file: {
      server: {
        keys: [
          { name: 'team', env: 'TEAM_KEY' },
          { name: 'root', env: 'ROOT_KEY', admin: true },
        ],
        aliases: { 'claude-*haiku*': 'chat', 'claude-*': 'claude' },
      },
    },
    env: { TEAM_KEY: TEAM, ROOT_KEY: `${TEAM}-root` },
  });
}, 60_000);
afterAll(() => on?.[Symbol.asyncDispose]());

const origin = () => on.at('claude', 'anthropic-messages').origin;
const post = (path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Heard> =>
  hear(`${origin()}${path}`, body, { headers: { ...HEADERS, ...headers } });
const ask = (tier: string, more: object = {}, headers?: Readonly<Record<string, string>>) =>
  post('/v1/messages?beta=true', bodyOf(tier, more), headers);

async function answered(tier: string, more: object = {}) {
  const heard = await ask(tier, more);
  const told = readMessages(heard);
  expect({ ...told, heard: heard.text }).toMatchObject({ faults: [], error: undefined, finish: 'end_turn' });
  return told;
}

const lastOf = (tier: string, place = 0) => on.asked(tier, place).at(-1)!;

about("over Anthropic's own protocol", () => {
  it('the body goes on as it came but for the model, the order of its fields included', async () => {
    await answered('claude');
    const { path, body } = lastOf('claude');
    expect(path).toBe('/v1/messages?beta=true');
    expect(JSON.stringify(body)).toBe(JSON.stringify(bodyOf('claude-a')));
  });

  it('what it says of the protocol goes on, known or not; who it is and whom it asks does not', async () => {
    await answered('claude');
    const { headers } = lastOf('claude');
    expect(headers).toMatchObject({
      'anthropic-beta': HEADERS['anthropic-beta'],
      'anthropic-version': HEADERS['anthropic-version'],
      'anthropic-not-yet-known': 'as it is',
      'x-api-key': KEY,
    });
    for (const name of ['authorization', 'x-app', 'x-claude-code-session-id', 'x-stainless-timeout'])
      expect(headers).not.toHaveProperty(name);
    expect(JSON.stringify(headers)).not.toContain('claude-cli');
    expect(JSON.stringify(headers)).not.toContain(TEAM);
  });

  it('its session is the session of the call', async () => {
    const session = 'session-of-this-test';
    const { headers } = await ask('claude', {}, { 'x-claude-code-session-id': session });
    const call = await hear(`${origin()}/api/calls/${String(headers['x-holdfast-call'])}`, undefined, { method: 'GET', headers: HEADERS });
    expect(JSON.parse(call.text)).toMatchObject({ session, caller: expect.stringMatching(/^team/) });
  });

  it('a model that has its name behind an alias, with and without its long window', async () => {
    const before = on.asked('claude').length;
    await answered('claude-opus-9', {});
    await answered('claude-opus-9[1m]', {});
    expect(on.asked('claude')).toHaveLength(before + 2);
    expect(lastOf('claude').body).toMatchObject({ model: 'claude-a' });
  });

  it('a key that is none gets the error that makes it ask for a login; nobody is asked', async () => {
    const before = on.asked('claude').length;
    const heard = await ask('claude', {}, { authorization: 'Bearer somebody-else-entirely' });
    expect([heard.status, JSON.parse(heard.text)]).toMatchObject([401, { type: 'error', error: { type: 'authentication_error' } }]);
    expect(heard.headers['x-should-retry']).toBe('false');
    expect(on.asked('claude')).toHaveLength(before);
  });
});

about('over another protocol', () => {
  it.each(['chat', 'responses', 'google'])('%s: the attribution is left out, and the prompt begins alike call after call', async (tier) => {
    await answered(tier);
    const other = { ...ATTRIBUTION, text: ATTRIBUTION.text.replace('3f3', 'a71') };
    await answered(tier, { system: [other, ...bodyOf('').system.slice(1)] });
    const [first, second] = on.asked(tier).slice(-2);
    expect(JSON.stringify(second!.body)).toBe(JSON.stringify(first!.body));
    expect(JSON.stringify(first!.body)).not.toContain('billing-header');
    expect(JSON.stringify(first!.body)).toContain('You are an agent.');
    expect(JSON.stringify(first!.body)).toContain('The platform is linux.');
    expect(JSON.stringify(first!.headers)).not.toContain('anthropic');
  });

  it('an effort reaches a model that has one; adaptive thinking alone leaves it to the model', async () => {
    await answered('chat');
    expect(lastOf('chat').body).toMatchObject({ reasoning_effort: 'high' });
    await answered('chat', { output_config: undefined });
    expect(lastOf('chat').body).not.toHaveProperty('reasoning_effort');
  });
});

about('a provider that refuses a part of it', () => {
  it.each(Object.entries(REFUSED))('%s: both halves are left out, once, and from then on', async (name, list) => {
    const tier = refusingTier(name);
    expect((await answered(tier)).text).toBe(name);
    const asked = on.asked(tier).map(sentIn);
    expect(asked).toHaveLength(list.length + 1);
    list.forEach(({ holds }, n) => {
      expect(holds(asked[0]!)).toBe(true);
      for (const later of asked.slice(n + 1)) expect(holds(later)).toBe(false);
    });
    await answered(tier);
    expect(on.asked(tier)).toHaveLength(list.length + 2);
    expect(sentIn(lastOf(tier))).toEqual(asked.at(-1));
  });

  it('what is left of it is as it was', async () => {
    const { betas, body } = sentIn(lastOf(refusingTier('a field')));
    const { context_management: _, ...left } = bodyOf(`${refusingTier('a field')}-a`);
    expect(body).toEqual(left);
    expect(betas.split(',')).toEqual(BETAS.filter((beta) => !beta.startsWith('context-management')));
  });
});

const assistant = (heard: Heard): object => {
  const blocks: Loose[] = [];
  for (const line of heard.text.split('\n').filter((one) => one.startsWith('data:'))) {
    const event = JSON.parse(line.slice(5)) as Loose;
    if (event.type === 'content_block_start') blocks[event.index] = { ...event.content_block };
    if (event.type !== 'content_block_delta') continue;
    const block = blocks[event.index];
    if (event.delta.type === 'thinking_delta') block.thinking += event.delta.thinking;
    if (event.delta.type === 'signature_delta') block.signature = event.delta.signature;
    if (event.delta.type === 'text_delta') block.text += event.delta.text;
  }
  return { role: 'assistant', content: blocks };
};
const user = (content: string): object => ({ role: 'user', content });
const signatures = (message: Loose): readonly string[] =>
  message.content.flatMap((block: Loose) => (block.type === 'thinking' ? [block.signature] : []));
const awake = (tier: string, place: string) =>
  hear(`${origin()}/api/health/${encodeURIComponent(`endpoint:${tier}-${place}`)}`, undefined, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${TEAM}-root` },
  });

about('T1: a history with thoughts of several makers', () => {
  it.each(['moves', 'moves-chat'])('%s: each gets its own back, and none of another', async (tier) => {
    const turn = async (messages: readonly object[], session = 'the first') => {
      const heard = await ask(tier, { messages }, { 'x-claude-code-session-id': `${session} of ${tier}` });
      expect(readMessages(heard)).toMatchObject({ faults: [], error: undefined, text: texts.plain });
      return assistant(heard);
    };
    const first = await turn([user('Begin.')]);
    const failed = [user('Begin.'), first, user('Fail.')];
    const second = await turn(failed);
    const [own, foreign] = [signatures(first)[0]!, signatures(second)[0]!];
    expect([own, foreign].every((one) => one.length > 4)).toBe(true);
    const atB = JSON.stringify(lastOf(tier, 1).body);
    expect(atB).not.toContain(own);
    expect(atB).not.toContain('Let me see.');
    // The first one rests: the second answers again, with its own thoughts before it.
    const all = [...failed, second, user('Go on.')];
    const asked = on.asked(tier, 0).length;
    const third = await turn(all);
    expect(on.asked(tier, 0)).toHaveLength(asked);
    expect(JSON.stringify(lastOf(tier, 1).body)).not.toContain(own);
    expect(JSON.stringify(lastOf(tier, 1).body)).toContain('Let me see.');
    // T4: back at the first, in a session that keeps to nobody, what was left out is there again.
    expect((await awake(tier, 'a')).status).toBe(200);
    await turn([...all, third, user('And on.')], 'another');
    const atA = JSON.stringify(lastOf(tier, 0).body);
    expect(on.asked(tier, 0)).toHaveLength(asked + 1);
    expect(atA).toContain(own);
    for (const other of [foreign, ...signatures(third)]) expect(atA).not.toContain(other);
  });

  it('thoughts that were cut are closed with a mark of ours, which goes to nobody', async () => {
    const heard = await ask('cut', { messages: [user('Begin.')] });
    expect(readMessages(heard)).toMatchObject({ faults: [], error: undefined, finish: 'end_turn', text: texts.plain });
    const said = assistant(heard);
    const [mark, own] = signatures(said);
    expect(mark).toBe('hf1.cut');
    await awake('cut', 'a');
    await ask('cut', { messages: [user('Begin.'), said, user('Go on.')] });
    for (const place of [0, 1]) expect(JSON.stringify(lastOf('cut', place).body)).not.toContain('hf1.');
    expect(JSON.stringify(lastOf('cut', 1).body)).toContain(own);
  });

  it('a count is of what would be sent', async () => {
    const fresh = { 'x-claude-code-session-id': 'one that counts' };
    await awake('moves', 'a');
    const first = assistant(await ask('moves', { messages: [user('Begin.')] }, fresh));
    const second = assistant(await ask('moves', { messages: [user('Begin.'), first, user('Fail.')] }, fresh));
    await awake('moves', 'a');
    const messages = [user('Begin.'), first, user('Go on.'), second, user('And on.')];
    await post('/v1/messages/count_tokens?beta=true', { model: 'moves', messages });
    const { body } = on.counted('moves').at(-1)!;
    expect(JSON.stringify(body)).toContain(signatures(first)[0]);
    expect(JSON.stringify(body)).not.toContain(signatures(second)[0]);
  });
});

about('its other requests', () => {
  it('HEAD /: somebody is there, without a key', async () => {
    const { status, text } = await hear(`${origin()}/`, undefined, { method: 'HEAD' });
    expect([status, text]).toEqual([200, '']);
  });

  it.each(['claude', 'chat', 'responses', 'google'])('%s: the probe of one token is answered as it is, at once', async (tier) => {
    const before = on.asked(tier).length;
    const probe = { model: tier, max_tokens: 1, messages: [{ role: 'user', content: 'quota' }], metadata: { user_id: 'u' } };
    const { status, text } = await post('/v1/messages?beta=true', probe);
    expect([status, JSON.parse(text)]).toMatchObject([200, { type: 'message', stop_reason: 'max_tokens' }]);
    expect(on.asked(tier)).toHaveLength(before + 1);
  });

  it('the list of models: all that a key may ask for, and names that it shows', async () => {
    const { status, text } = await hear(`${origin()}/v1/models?limit=1000`, undefined, { method: 'GET', headers: HEADERS });
    const { data, has_more } = JSON.parse(text) as Loose;
    expect([status, has_more]).toEqual([200, false]);
    const shown = data.filter(({ id }: Loose) => /^(?:claude|anthropic)/.test(id));
    expect(shown.length).toBeGreaterThanOrEqual(2);
    for (const { id, type, display_name } of shown) {
      expect([type, display_name]).toEqual(['model', expect.stringMatching(/./)]);
      expect((await ask(id)).status).toBe(200);
    }
  });

  it.each(['claude', 'chat', 'responses', 'google'])('%s: a count', async (tier) => {
    const { stream: _, max_tokens: __, ...body } = bodyOf(tier);
    const { status, text } = await post('/v1/messages/count_tokens?beta=true', body);
    expect(status).toBe(200);
    expect((JSON.parse(text) as Loose).input_tokens).toBeGreaterThan(5);
  });

  it('a count is asked for with its betas, of the request with all its fields', async () => {
    const { stream: _, max_tokens: __, ...body } = bodyOf('claude');
    await post('/v1/messages/count_tokens?beta=true', body);
    const asked = on.counted('claude').at(-1)!;
    expect(asked).toMatchObject({ path: '/v1/messages/count_tokens?beta=true', body: { ...body, model: 'claude-a' } });
    expect(asked.headers['anthropic-beta']).toBe(HEADERS['anthropic-beta']);
  });

  it('where a provider refuses a part of the request, the count goes without it too', async () => {
    const tier = refusingTier('a field');
    await answered(tier);
    const { stream: _, max_tokens: __, ...body } = bodyOf(tier);
    await post('/v1/messages/count_tokens?beta=true', body);
    const asked = on.counted(tier).at(-1)!;
    expect(REFUSED['a field']![0]!.holds(sentIn(asked))).toBe(false);
  });
});

about('errors by whose words it knows what to do', () => {
  const told = ({ status, headers, text }: Heard) => ({
    status,
    retry: headers['x-should-retry'],
    after: headers['retry-after'],
    ...(JSON.parse(text) as Loose).error,
  });

  it.each([
    ['too-long', /^prompt is too long: 210000 tokens > 200000 maximum$/],
    ['too-long-chat', /^prompt is too long: \d+ tokens > \d+ maximum$/],
    ['too-long-responses', /^prompt is too long(?:: \d+ tokens > \d+ maximum)?$/],
  ])('%s', async (tier, message) => {
    const error = told(await ask(tier));
    expect(error).toMatchObject({ status: 400, retry: 'false', type: 'invalid_request_error', message: expect.stringMatching(message) });
    expect(error.after).toBeUndefined();
  });

  it("what is wrong with the request, in Anthropic's words", async () => {
    const heard = await ask('unsigned');
    expect(told(heard)).toMatchObject({ status: 400, retry: 'false', message: 'tools.3: Tool names must be unique.' });
    expect(heard.text).toContain('req_lab');
  });

  it('nobody can answer for a moment: never 529, a retry after a few seconds', async () => {
    const error = told(await ask('overloaded'));
    expect(error).toMatchObject({ status: 503, retry: 'true', type: 'api_error' });
    expect(Number(error.after)).toBeGreaterThanOrEqual(1);
    expect(Number(error.after)).toBeLessThan(60);
  });

  it('a limit for hours: no retry, and no wait', async () => {
    const error = told(await ask('limited'));
    expect(error).toMatchObject({ status: 429, retry: 'false', type: 'rate_limit_error' });
    expect(error.after).toBeUndefined();
  });

  it("the gateway's own key is refused: not a word by which it would ask for a login", async () => {
    const error = told(await ask('bad-key'));
    expect(error).toMatchObject({ status: 502, retry: 'false', type: 'api_error' });
    expect(error.message).not.toMatch(/authenticat|api.key|login|401/i);
  });
});

about('the gateway', () => {
  it('had no fault of its own', () => {
    expect(on.err).not.toMatch(/TypeError|ReferenceError|at .*\.ts:\d/);
  });
});
