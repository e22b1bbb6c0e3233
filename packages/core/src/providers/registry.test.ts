import { describe, expect, it } from 'vitest';
import { clampEffort } from './effort.ts';
import { isLoopback, keyMayGoTo, knownKeyVariables } from './hosts.ts';
import { KNOWN_PROVIDERS } from './known.data.ts';
import { resolveProvider, type ProviderEntry, type ProviderError, type ResolvedProvider } from './registry.ts';

const env = (values: Record<string, string>) => (name: string) => values[name];
const ok = (entry: ProviderEntry, values: Record<string, string> = {}): ResolvedProvider => {
  const answer = resolveProvider(entry, env(values));
  if ('error' in answer) throw new Error(answer.error.message);
  return answer.ok;
};
const error = (entry: ProviderEntry, values: Record<string, string> = {}): ProviderError => {
  const answer = resolveProvider(entry, env(values));
  if ('ok' in answer) throw new Error('resolved');
  return answer.error;
};

describe('names', () => {
  it.each([
    ['openai', 'openai-responses', 'https://api.openai.com/v1', 'OPENAI_API_KEY'],
    ['anthropic', 'anthropic-messages', 'https://api.anthropic.com/v1', 'ANTHROPIC_API_KEY'],
    ['google', 'google', 'https://generativelanguage.googleapis.com/v1beta', 'GOOGLE_API_KEY'],
    ['openrouter', 'openai-chat', 'https://openrouter.ai/api/v1', 'OPENROUTER_API_KEY'],
    ['groq', 'openai-chat', 'https://api.groq.com/openai/v1', 'GROQ_API_KEY'],
    ['mistral', 'openai-chat', 'https://api.mistral.ai/v1', 'MISTRAL_API_KEY'],
    ['xai', 'openai-chat', 'https://api.x.ai/v1', 'XAI_API_KEY'],
    ['deepseek', 'openai-chat', 'https://api.deepseek.com/v1', 'DEEPSEEK_API_KEY'],
  ])('%s is %s at %s with %s', (name, protocol, baseUrl, variable) => {
    expect(ok({ name }, { [variable]: 'k-123456' })).toMatchObject({
      name,
      protocol,
      baseUrl,
      loopback: false,
      consent: [],
      keys: [{ variable, value: 'k-123456', credential: `${name}#${variable}`, account: `${name}#${variable}` }],
    });
  });

  it('ollama needs no key', () => {
    expect(ok({ name: 'ollama' })).toMatchObject({ loopback: true, keys: [{ credential: 'ollama#-' }] });
    expect(ok({ name: 'ollama', base_url: 'http://gpu.lan:11434/v1' })).toMatchObject({
      loopback: false,
      keys: [{ credential: 'ollama#-' }],
    });
  });

  it('openai with a URL of its own speaks chat completions, unless that is OpenAI or `api` says so', () => {
    expect(ok({ name: 'openai', base_url: 'http://127.0.0.1:1/v1' }).protocol).toBe('openai-chat');
    expect(ok({ name: 'openai', base_url: 'https://api.openai.com/v1' }, { OPENAI_API_KEY: 'k' }).protocol).toBe('openai-responses');
    expect(ok({ name: 'openai', base_url: 'http://127.0.0.1:1/v1', api: 'openai-responses' }).protocol).toBe('openai-responses');
  });

  it("Docker's spellings are taken", () => {
    expect(ok({ name: 'w', api_type: 'openai_chatcompletions', base_url: 'http://localhost/v1' }).protocol).toBe('openai-chat');
    expect(ok({ name: 'w', api_type: 'openai_responses', base_url: 'http://localhost/v1' }).protocol).toBe('openai-responses');
  });

  it('a name like a property of every object is not known', () => {
    for (const name of ['constructor', '__proto__', 'toString']) expect(error({ name }).kind).toBe('unknown-provider');
    expect(error({ name: 'w', base_url: 'http://localhost', api: 'constructor' }).kind).toBe('unknown-api');
  });
});

describe('errors say what, where and the way out', () => {
  it.each<[ProviderEntry, string, string, RegExp, RegExp]>([
    [{ name: 'nowhere' }, 'unknown-provider', 'name', /"nowhere"/, /base_url/],
    [{ name: 'w', api: 'grpc', base_url: 'http://x' }, 'unknown-api', 'api', /"grpc"/, /openai-chat/],
    [{ name: 'w', api: 'openai-chat' }, 'missing-url', 'base_url', /"w"/, /base_url/],
    [{ name: 'w', base_url: 'llm.example.com/v1' }, 'bad-url', 'base_url', /not a URL/, /http/],
    [{ name: 'w', base_url: 'ftp://llm/v1' }, 'bad-url', 'base_url', /not http/, /http/],
    [{ name: 'w', base_url: 'https://u:p@llm/v1' }, 'bad-url', 'base_url', /password/, /token_key/],
    [{ name: 'w', base_url: 'https://llm/v1?key=1' }, 'bad-url', 'base_url', /query/, /http/],
    [{ name: 'anthropic' }, 'missing-key', 'token_key', /"anthropic".*ANTHROPIC_API_KEY/, /export ANTHROPIC_API_KEY/],
    [{ name: 'w', base_url: 'https://llm/v1', token_keys: ['A_KEY', 'B_KEY'] }, 'missing-key', 'token_keys', /A_KEY, B_KEY/, /A_KEY/],
  ])('%j', (entry, kind, field, message, wayOut) => {
    expect(error(entry)).toMatchObject({ kind, field, provider: entry.name });
    expect(error(entry).message).toMatch(message);
    expect(error(entry).wayOut).toMatch(wayOut);
  });
});

describe('keys', () => {
  it('several keys are accounts of their own unless a label joins them; unset ones are named', () => {
    const entry: ProviderEntry = { name: 'w', base_url: 'https://llm/v1', token_keys: ['A', 'B', 'C'] };
    expect(ok(entry, { A: 'k1', C: ' k3\n' })).toMatchObject({
      keys: [
        { variable: 'A', account: 'w#A' },
        { variable: 'C', value: 'k3', account: 'w#C' },
      ],
      missing: ['B'],
    });
    expect(ok({ ...entry, account: 'acme' }, { A: 'k1', C: 'k3' }).keys.map((key) => key.account)).toEqual(['acme', 'acme']);
  });

  it('a loopback server needs no key, and gets one that is set', () => {
    expect(ok({ name: 'w', base_url: 'http://[::1]:8000/v1' })).toMatchObject({ keys: [{ credential: 'w#-' }], missing: [] });
    expect(ok({ name: 'w', base_url: 'http://localhost:8000/v1', token_key: 'A' }, { A: 'k' }).keys[0]).toMatchObject({ value: 'k' });
  });

  it('a key that the file names is due on loopback too; one that only its vendor uses is not', () => {
    const entry: ProviderEntry = { name: 'w', base_url: 'http://[::1]:8000/v1', token_key: 'A' };
    expect(resolveProvider(entry, () => undefined)).toMatchObject({ error: { kind: 'missing-key', field: 'token_key', variable: 'A' } });
    const keys = [{ credential: 'w#-' }];
    expect(resolveProvider({ ...entry, impliedKey: true }, () => undefined)).toMatchObject({ ok: { keys, missing: [] } });
    expect(ok({ ...entry, impliedKey: true }, { A: 'k' }).keys[0]).toMatchObject({ value: 'k' });
  });

  it('google takes the other names of its key', () => {
    expect(ok({ name: 'google' }, { GEMINI_API_KEY: 'k' }).keys[0]).toMatchObject({ variable: 'GEMINI_API_KEY' });
  });

  it('anthropic-messages gets /v1 unless the path ends in a version', () => {
    const at = (base_url: string) => ok({ name: 'w', api: 'anthropic-messages', base_url }, {}).baseUrl;
    expect(at('http://localhost:1')).toBe('http://localhost:1/v1');
    expect(at('http://localhost:1/')).toBe('http://localhost:1/v1');
    expect(at('http://localhost:1/v1/')).toBe('http://localhost:1/v1');
    expect(at('http://localhost:1/v2')).toBe('http://localhost:1/v2');
    expect(at('http://localhost:1/anthropic')).toBe('http://localhost:1/anthropic/v1');
    expect(ok({ name: 'w', base_url: 'http://localhost:1/api' }).baseUrl).toBe('http://localhost:1/api');
  });
});

describe("a known vendor's key goes only to its own hosts or to loopback", () => {
  it.each([
    ['OPENAI_API_KEY', 'https://api.openai.com/v1', 'yes'],
    ['OPENAI_API_KEY', 'https://eu.api.openai.com/v1', 'yes'],
    ['OPENAI_API_KEY', 'https://api.openai.com./v1', 'yes'],
    ['OPENAI_API_KEY', 'http://api.openai.com/v1', 'needs-consent'],
    ['OPENAI_API_KEY', 'https://api.openai.com.evil.example/v1', 'needs-consent'],
    ['OPENAI_API_KEY', 'https://evilapi.openai.com/v1', 'needs-consent'],
    ['OPENAI_API_KEY', 'https://api.anthropic.com/v1', 'needs-consent'],
    ['OPENAI_API_KEY', 'http://127.0.0.1:4000/v1', 'yes'],
    ['OPENAI_API_KEY', 'http://127.evil.example/v1', 'needs-consent'],
    ['OPENAI_API_KEY', 'http://localhost.evil.example/v1', 'needs-consent'],
    ['GEMINI_API_KEY', 'https://evil.example', 'needs-consent'],
    ['MY_OWN_KEY', 'https://llm.example.com/v1', 'yes'],
  ])('%s to %s: %s', (variable, url, may) => expect(keyMayGoTo(variable, new URL(url))).toBe(may));

  it('an entry that would send one elsewhere says so, in a header too', () => {
    expect(ok({ name: 'openai', base_url: 'https://evil.example/v1' }, { OPENAI_API_KEY: 'sk-123456' }).consent).toEqual([
      { variable: 'OPENAI_API_KEY', host: 'evil.example' },
    ]);
    const headers = { 'x-auth': 'Bearer sk-ant-123456' };
    const values = { ANTHROPIC_API_KEY: 'sk-ant-123456', W: 'k' };
    expect(ok({ name: 'w', base_url: 'https://evil.example/v1', token_key: 'W', headers }, values).consent).toEqual([
      { variable: 'ANTHROPIC_API_KEY', host: 'evil.example' },
    ]);
  });

  it('every known key variable is listed', () => {
    const named = Object.values(KNOWN_PROVIDERS).flatMap((known) => known.keyVariable ?? []);
    expect(knownKeyVariables()).toEqual(expect.arrayContaining([...named, 'GEMINI_API_KEY']));
  });

  it.each(['http://localhost:1', 'http://a.localhost', 'http://127.0.0.1', 'http://127.1', 'http://[::1]:3'])('%s is loopback', (url) =>
    expect(isLoopback(new URL(url))).toBe(true),
  );
});

it.each([
  ['high', undefined, 'high'],
  ['max', undefined, 'high'],
  ['minimal', undefined, 'low'],
  ['none', undefined, undefined],
  ['medium', ['low', 'high'], 'low'],
  ['none', ['none', 'high'], 'none'],
  ['low', ['none', 'high'], 'high'],
  ['max', [], undefined],
] as const)('effort %s of %j is sent as %s', (wanted, offered, sent) => expect(clampEffort(wanted, offered)).toBe(sent));
