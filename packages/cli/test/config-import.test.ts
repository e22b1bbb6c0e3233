import { load, parseTree } from '@holdfast/agent/engine';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { importLitellm } from '../src/litellm/import.ts';
import { Place } from './command.ts';

/** As LiteLLM's documents show a proxy file: two regions, a vendor behind them, a server of one's own, and what no chat gateway carries. */
const TEAM = `model_list:
  - model_name: gpt-4o
    litellm_params:
      model: azure/gpt-4o-eu
      api_base: https://acme-eu.openai.azure.com/
      api_key: os.environ/AZURE_API_KEY_EU
      api_version: "2025-01-01-preview"
      rpm: 6
  - model_name: gpt-4o
    litellm_params:
      model: azure/gpt-4o-us
      api_base: https://acme-us.openai.azure.com/
      api_key: sk-live-9f8e7d6c5b4a
      rpm: "600"
      tpm: 100000
      order: 1
  - model_name: gpt-4o
    litellm_params: { model: gpt-4o, api_key: os.environ/OPENAI_API_KEY, max_tokens: 4096, reasoning_effort: low, order: 2 }
  - model_name: claude
    litellm_params: { model: anthropic/claude-sonnet-4-5, api_key: os.environ/ANTHROPIC_KEY_A }
    model_info: { max_input_tokens: 200000, input_cost_per_token: 0.000003, output_cost_per_token: 0.000015 }
  - model_name: claude
    litellm_params: { model: anthropic/claude-sonnet-4-5, api_key: os.environ/ANTHROPIC_KEY_B }
  - model_name: local/qwen
    litellm_params:
      model: hosted_vllm/Qwen/Qwen3-32B
      api_base: http://user:hunter2@10.0.0.5:8000/v1/chat/completions?token=hunter4
      extra_headers: { x-team: search, Authorization: Bearer vllm-secret, x-other: 0123456789abcdef0123456789 }
  - model_name: embed
    litellm_params: { model: text-embedding-3-small, api_key: os.environ/OPENAI_API_KEY }
    model_info: { mode: embedding }
  - model_name: bedrock-claude
    litellm_params: { model: bedrock/anthropic.claude-3, aws_secret_access_key: AWSSECRET123 }
  - model_name: "openai/*"
    litellm_params: { model: "openai/*" }
router_settings:
  routing_strategy: usage-based-routing-v2
  model_group_alias: { gpt-4: gpt-4o, best: { model: claude, hidden: true } }
  num_retries: 2
  timeout: 30
  cooldown_time: 0.5
  fallbacks: [{ gpt-4o: [claude] }]
  context_window_fallbacks: [{ gpt-4o: [local/qwen] }]
  content_policy_fallbacks: [{ claude: [gpt-4o] }]
  redis_password: hunter3
litellm_settings:
  drop_params: true
  frobnicate: 7
general_settings:
  master_key: sk-1234567890
  database_url: postgresql://user:pw5@db/litellm
`;

const imported = (text: string) => importLitellm(parseTree(text).root!, 'config.yaml');
const loaded = (text: string) => {
  const { file, problems } = load(text, 'holdfast.yaml', { env: () => 'set', kind: 'gateway' });
  expect(problems.filter(({ level }) => level === 'error')).toEqual([]);
  return file!;
};
const lineOf = (text: string, what: string) => text.split('\n').find((line) => line.includes(what));

describe('config import litellm', () => {
  it('makes a file that is valid, with a tier for each model_name', () => {
    const { text } = imported(TEAM);
    const file = loaded(text);
    expect([...file.tiers.keys()]).toEqual(['gpt-4o', 'claude', 'local-qwen']);
    expect(text).toContain(`  gpt-4o:
    models:
      - azure-acme-eu/gpt-4o-eu
      - azure-acme-us/gpt-4o-us
      - { model: openai/gpt-4o, max_tokens: 4096, effort: low }
      - anthropic-claude-sonnet-4-5-model
      - "10-0-0-5-8000/Qwen/Qwen3-32B"
    retries: 2
    cooldown: 500ms
    timeouts: { attempt: 30s }`);
    expect(lineOf(text, 'anthropic: {')).toBe('  anthropic: { token_keys: [ANTHROPIC_KEY_A, ANTHROPIC_KEY_B] }');
    expect(lineOf(text, 'azure-acme-eu: {')).toContain(
      'base_url: "https://acme-eu.openai.azure.com/openai/v1", token_key: AZURE_API_KEY_EU',
    );
    expect(text).toContain('context: 200000, cost: { input: 3, output: 15 }');
    expect(text).toContain('{ match: [azure-acme-us/gpt-4o-us], rpm: 600, tpm: 100000 }');
    expect(text).toContain('    local/qwen: local-qwen\n    gpt-4: gpt-4o\n    best: claude\n');
    expect(text).toContain('- { name: master, env: HOLDFAST_KEY_MASTER, admin: true }');
    expect(text).toMatch(/claude:\n(?: .*\n)*? {4}on_refusal: next/);
  });

  it('I1: repeats nothing that may be a secret', () => {
    const { text, notes } = imported(TEAM);
    const all = text + JSON.stringify(notes);
    const secrets = ['9f8e7d6c5b4a', 'hunter', 'vllm-secret', 'AWSSECRET', '1234567890', 'pw5', '0123456789abcdef'];
    expect(secrets.filter((one) => all.includes(one))).toEqual([]);
    expect(lineOf(text, '10-0-0-5-8000": {')).toContain('x-team: search, Authorization: "${env.N10_0_0_5_8000_AUTHORIZATION}"');
  });

  it('I1: whatever a key looks like and wherever it stands', () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9+=_-]{16,60}$/).map((text) => `Zq${text}`);
    fc.assert(
      fc.property(secret, fc.constantFrom('api_key', 'aws_access_key_id', 'vertex_credentials', 'frobnicate'), (word, key) => {
        const file = [
          'model_list:',
          `  - { model_name: a, litellm_params: { model: gpt-4o, ${key}: "${word}", extra_headers: { Authorization: "Bearer ${word}" } } }`,
          `  - { model_name: b, litellm_params: { model: openai/x, api_base: "https://u:${word}@h.example/v1?k=${word}", ${key}: "${word}" } }`,
          `general_settings: { master_key: "${word}", ${key}: "${word}" }`,
          `environment_variables: { X_KEY: "${word}" }`,
          `router_settings: { redis_password: "${word}", ${key}: "${word}" }`,
        ].join('\n');
        const { text, notes } = imported(file);
        loaded(text);
        expect(text + JSON.stringify(notes)).not.toContain(word);
      }),
      { numRuns: 100 },
    );
  });

  it('I2: what has no place is a comment with its line, what nobody knows is told as such', () => {
    const { text, notes } = imported(TEAM);
    const place = (what: string) => TEAM.split('\n').findIndex((line) => line.includes(what)) + 1;
    for (const [what, path] of [
      ['api_version', 'model_list[0].litellm_params.api_version'],
      ['sk-live', 'api_key'],
      ['mode: embedding', 'model_list[6]'],
      ['routing_strategy', 'router_settings.routing_strategy'],
      ['redis_password', 'router_settings.redis_password'],
      ['frobnicate', 'litellm_settings.frobnicate'],
      ['master_key', 'general_settings.master_key'],
      ['database_url', 'general_settings.database_url'],
    ] as const) {
      const line = what === 'mode: embedding' ? place('model_name: embed') : place(what);
      expect(text).toMatch(new RegExp(`^#   ${line}:\\d+  ${path.replace(/[[\].]/g, '\\$&')}: \\S`, 'm'));
    }
    expect(notes.filter(({ unknown }) => unknown).map(({ path }) => path)).toEqual(['litellm_settings.frobnicate']);
  });

  it.each([
    ['claude-3-5-haiku-latest', '', 'anthropic/claude-3-5-haiku-latest'],
    ['gemini/gemini-2.5-pro', '', 'google/gemini-2.5-pro'],
    ['openrouter/anthropic/claude-sonnet-4', '', 'openrouter/anthropic/claude-sonnet-4'],
    ['together_ai/meta-llama/Llama-3.3-70B', '', 'together_ai/meta-llama/Llama-3.3-70B'],
    ['ollama_chat/llama3.1', ', api_base: "http://localhost:11434"', 'localhost-11434/llama3.1'],
    ['my-model', ', custom_llm_provider: openai, api_base: "https://llm.example.com/v1/"', 'llm-example-com/my-model'],
  ])('model: %s%s is asked as %s', (model, more, ref) => {
    const { text } = imported(`model_list:\n  - { model_name: m, litellm_params: { model: "${model}"${more} } }\n`);
    loaded(text);
    expect(text).toContain(`    models:\n      - ${/^\d|:/.test(ref) ? JSON.stringify(ref) : ref}\n`);
  });

  it('two keys of one model are one entry; keys that serve different models are two', () => {
    const one = (name: string, model: string, key: string) =>
      `  - { model_name: ${name}, litellm_params: { model: openai/${model}, api_key: os.environ/${key} } }\n`;
    expect(imported(`model_list:\n${one('a', 'x', 'K1')}${one('a', 'x', 'K2')}`).text).toContain('openai: { token_keys: [K1, K2] }');
    const { text } = imported(`model_list:\n${one('a', 'x', 'K1')}${one('b', 'y', 'K2')}`);
    expect(text).toContain('openai: { token_key: K1 }\n  openai-2: { provider: openai, token_key: K2 }');
    expect([...loaded(text).tiers.keys()]).toEqual(['a', 'b']);
  });

  it('a chain longer than a tier may be is cut, and says so; names of providers are not taken by tiers', () => {
    const many = Array.from({ length: 12 }, (_, n) => `  - { model_name: openai, litellm_params: { model: openai/m${n} } }\n`).join('');
    const { text } = imported(`model_list:\n${many}`);
    expect([...loaded(text).tiers.keys()]).toEqual(['openai-tier']);
    expect(text).toContain('    openai: openai-tier');
    expect(text).toMatch(/#   1:1 {2}tiers\.openai-tier: .* 4 are left out/);
  });
});

describe('the command', () => {
  it('prints the file on stdout, what it does not know on stderr, and its file passes config check', async () => {
    await using place = new Place();
    place.write('config.yaml', TEAM);
    const { code, out, err } = await place.run(['config', 'import', 'litellm', 'config.yaml']);
    expect(code).toBe(0);
    expect(err).toMatch(/^config\.yaml:48:3: warning: litellm_settings\.frobnicate: unknown key$/m);
    expect(err).not.toContain('routing_strategy');
    place.write('holdfast.yaml', out);
    expect(await place.run(['config', 'check', 'holdfast.yaml'])).toMatchObject({ code: 0 });
  });

  it.each([
    ['portkey', 'model_list: []', 2, /nothing is known of files of "portkey"; there is: litellm/],
    ['litellm', 'agents: {}', 2, /no file of LiteLLM's proxy: it has no "model_list"/],
    ['litellm', 'model_list: [\n  sk-secret-in-broken-yaml', 2, /config\.yaml:\d+:\d+: error: not valid YAML/],
    ['litellm', 'model_list: [{ model_name: a, litellm_params: { model: sagemaker/x } }]', 1, /none of its models can be asked from here/],
  ])('%s of %j: exit %i', async (format, text, exit, words) => {
    await using place = new Place();
    place.write('config.yaml', text);
    const { code, out, err } = await place.run(['config', 'import', format, 'config.yaml']);
    expect({ code, out }).toEqual({ code: exit, out: '' });
    expect(err).toMatch(words);
    expect(err).not.toContain('sk-secret');
  });

  it('a file that is not there: exit 2', async () => {
    await using place = new Place();
    expect(await place.run(['config', 'import', 'litellm', 'nowhere.yaml'])).toMatchObject({ code: 2, out: '' });
  });
});
