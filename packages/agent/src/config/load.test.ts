import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { load } from './load.ts';
import type { FileKind } from './load.ts';
import { problemLine } from './problem.ts';

const KEYS: Readonly<Record<string, string>> = { OPENAI_API_KEY: 'k1', ANTHROPIC_API_KEY: 'k2', TEAM: 'blue', HOST: 'llm.example.com' };
const env = (name: string): string | undefined => KEYS[name];
const said = (text: string, kind?: FileKind): readonly string[] =>
  load(text, 'f.yaml', { env, ...(kind === undefined ? {} : { kind }) }).problems.map(problemLine);

/** A right file with one more piece of text; what is said about it. */
const inAgent = (text: string): readonly string[] => said(`agents:\n  root:\n    model: openai/gpt-5\n    ${text}\n`);
const beside = (text: string): readonly string[] => said(`agents: { root: { model: openai/gpt-5 } }\n${text}\n`);

describe('the file as a whole', () => {
  it.each([
    ['', 'f.yaml:1:1: error: the file is empty; an agent file begins with "agents:"'],
    ['# only words\n', 'f.yaml:1:1: error: the file is empty; an agent file begins with "agents:"'],
    ['~\n', 'f.yaml:1:1: error: the file is empty; an agent file begins with "agents:"'],
    ['- a\n- b\n', 'f.yaml:1:1: error: the file holds a list, not a map of keys and values; an agent file begins with "agents:"'],
    ['just words\n', 'f.yaml:1:1: error: the file holds text, not a map of keys and values; an agent file begins with "agents:"'],
    [
      '<!doctype html>\n<html>',
      'f.yaml:1:1: error: the file holds text, not a map of keys and values; an agent file begins with "agents:"',
    ],
    ['agents:\n  a\0b: 1\n', 'f.yaml:2:4: error: not a text file: it holds a NUL character'],
    ['agents: {}\n', 'f.yaml:1:1: error: agents: no agent is defined'],
    ['agents:\n', 'f.yaml:1:1: error: agents: is empty; a map of keys and values is due here; give it a value, or take the key out'],
    ['models: {}\n', 'f.yaml:1:1: error: "agents" is missing'],
    [
      'version: 13\nagents: { root: { model: openai/gpt-5 } }\n',
      'f.yaml:1:10: error: version: "13" is not one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12',
    ],
  ])('%j', (text, line) => {
    expect(said(text)).toContain(line);
  });

  it('a misspelt "agents" is told, not taken for a gateway file', () => {
    expect(said('agnets: {}\ntiers: { a: openai/gpt-5 }\n')).toEqual([
      'f.yaml:1:1: error: "agents" is missing',
      'f.yaml:1:1: warning: agnets: unknown key "agnets"; it has no effect; did you mean "agents"?',
    ]);
  });

  it.each([['version: 2'], ['version: "2"'], ['version: "12"']])('%s is a version', (version) => expect(beside(version)).toEqual([]));
});

describe('values', () => {
  it.each([
    [
      'max_iterations: "12"',
      'f.yaml:4:21: error: agents.root.max_iterations: must be a whole number, at least 0, not text; write 12 without quotes',
    ],
    ['max_iterations: -1', 'f.yaml:4:21: error: agents.root.max_iterations: must be a whole number, at least 0, not -1'],
    ['max_iterations: 1.5', 'f.yaml:4:21: error: agents.root.max_iterations: must be a whole number, at least 0, not 1.5'],
    ['max_iterations: .inf', 'f.yaml:4:21: error: agents.root.max_iterations: must be a whole number, at least 0, not Infinity'],
    ['add_date: yes', 'f.yaml:4:15: error: agents.root.add_date: must be true or false, not text; write true, without quotes'],
    ['add_date: [true]', 'f.yaml:4:15: error: agents.root.add_date: must be true or false, not a list'],
    ['description: 8080', 'f.yaml:4:18: error: agents.root.description: must be text, not the number 8080; put it in quotes: "8080"'],
    ['instruction:', 'f.yaml:4:5: error: agents.root.instruction: is empty; text is due here; give it a value, or take the key out'],
    ['instruction:\n      - a', 'f.yaml:4:5: error: agents.root.instruction: must be text, not a list'],
    [
      'toolsets: shell',
      'f.yaml:4:15: error: agents.root.toolsets: must be a list (each a map of keys and values), not text; write it as a list: [shell]',
    ],
    ['toolsets: [shell]', 'f.yaml:4:16: error: agents.root.toolsets[0]: must be a map of keys and values, not text'],
    ['toolsets: [{ type: api }]', 'f.yaml:4:16: error: agents.root.toolsets[0]: "api_config" is missing'],
    ['toolsets: [{ tools: [a] }]', 'f.yaml:4:16: error: agents.root.toolsets[0]: "type" is missing'],
    ['fallback: { retries: -2 }', 'f.yaml:4:26: error: agents.root.fallback.retries: must be a whole number, at least -1, not -2'],
    [
      'fallback: { cooldown: 5m1h }',
      'f.yaml:4:27: error: agents.root.fallback.cooldown: "5m1h" is no duration: units go from large to small, each once',
    ],
  ])('%s', (text, line) => {
    expect(inAgent(text)).toContain(line);
  });

  it.each([
    [
      'toolsets: [{ type: filesystem, tools: [read_fle] }]',
      'f.yaml:4:44: error: agents.root.toolsets[0].tools[0]: the filesystem toolset has no tool "read_fle"; did you mean "read_file"?',
    ],
    [
      'toolsets: [{ type: shell, tools: [bash] }]',
      'f.yaml:4:39: error: agents.root.toolsets[0].tools[0]: the shell toolset has no tool "bash"; there are shell, run_background_job, list_background_jobs, view_background_job, stop_background_job',
    ],
    [
      'toolsets: [{ type: filesystem, tools: [move_file] }]',
      'f.yaml:4:44: warning: agents.root.toolsets[0].tools[0]: the filesystem toolset has no "move_file" here; it is left out',
    ],
  ])('tools that are not there: %s', (text, line) => {
    expect(inAgent(text)).toEqual([line]);
  });

  it('a toolset type that does not exist is refused with the nearest', () => {
    expect(inAgent('toolsets: [{ type: filesytem }]')[0]).toMatch(
      /^f\.yaml:4:24: error: agents\.root\.toolsets\[0\]\.type: "filesytem" is not one of .*; did you mean "filesystem"\?$/,
    );
  });

  it('a key that stands where the name of a variable is due is not repeated', () => {
    const lines = beside('models: { a: { provider: openai, model: b, token_key: sk-proj-1234567890 } }');
    expect(lines[0]).toMatch(
      /^f\.yaml:2:55: error: models\.a\.token_key: must be the name of an environment variable; keep the key itself out of the file/,
    );
    expect(lines.join()).not.toContain('1234567890');
  });

  it('what a file says cannot move the cursor of a terminal', () => {
    expect(inAgent('"\\e[31mred\\nline": 1')[0]).not.toMatch(/\p{Cc}/u);
  });
});

describe('references', () => {
  it.each([
    ['model: sonet', 'f.yaml:1:26: error: agents.root.model: there is no model or tier "sonet"; did you mean "sonnet"?'],
    ['model: opnai/gpt-5', 'f.yaml:1:26: error: agents.root.model: there is no provider "opnai"; did you mean "openai"?'],
    [
      'model: good',
      'f.yaml:1:26: error: agents.root.model: there is no model or tier "good"; write PROVIDER/MODEL, or one of sonnet, fast',
    ],
    ['model: openai', 'f.yaml:1:26: error: agents.root.model: "openai" is a provider, not a model; write openai/MODEL'],
    ['model: "sonnet, fats"', 'f.yaml:1:26: error: agents.root.model: there is no model or tier "fats"; did you mean "fast"?'],
    ['sub_agents: [rot]', 'f.yaml:1:32: error: agents.root.sub_agents[0]: there is no agent "rot"; did you mean "root"?'],
    ['handoffs: [nobody-like-that]', 'f.yaml:1:30: error: agents.root.handoffs[0]: there is no agent "nobody-like-that"; there are root'],
    [
      'fallback: { models: [sonnet, fats] }',
      'f.yaml:1:48: error: agents.root.fallback.models[1]: there is no model or tier "fats"; did you mean "fast"?',
    ],
    ['use_toolsets: [x]', 'f.yaml:1:34: error: agents.root.use_toolsets[0]: there is no entry of "toolsets" "x"; this file defines none'],
  ])('%s', (text, line) => {
    expect(
      said(`agents: { root: { ${text} } }\nmodels: { sonnet: { provider: anthropic, model: m } }\ntiers: { fast: openai/gpt-5 }\n`),
    ).toContain(line);
  });

  it.each([
    [
      'tiers: { a: openai/x, b: a }',
      'f.yaml:2:26: error: tiers.b: "a" is a tier, and a tier cannot hold another; write the models of that tier out',
    ],
    ['tiers: { a: [openai/x, nosuch] }', 'f.yaml:2:24: error: tiers.a[1]: there is no model "nosuch"; write PROVIDER/MODEL'],
    ['tiers: { a: { models: [] } }', 'f.yaml:2:23: error: tiers.a.models: must not be empty'],
    ['tiers: { a: { models: openai/x, retrys: 2 } }', 'f.yaml:2:33: error: tiers.a.retrys: unknown key "retrys"; did you mean "retries"?'],
    [
      'tiers: { a: { models: openai/x, patience: soon } }',
      'f.yaml:2:43: error: tiers.a.patience: "soon" is no duration: write it such as 30s, 2m30s, 1h or whole seconds',
    ],
    [
      'tiers: { openai: openai/x }\nproviders: { openai: {} }',
      'f.yaml:2:10: error: tiers.openai: "openai" is also in "providers" (line 3); give one of them another name',
    ],
    ['models: { a: { provider: openai } }', 'f.yaml:2:11: error: models.a: "model" is missing'],
    ['models: { a: { provider: nosuch, model: b } }', 'f.yaml:2:26: error: models.a.provider: there is no provider "nosuch"; there are'],
    [
      'providers: { w: { base_url: http://h } }\ntiers: { t: good }',
      'f.yaml:3:13: error: tiers.t: there is no model "good"; write PROVIDER/MODEL, such as w/good',
    ],
    ['providers: { work: {} }', 'f.yaml:2:14: error: providers.work: provider "work" is not known by name'],
    [
      'providers: { work: { api: openai-chta, base_url: http://h } }',
      'f.yaml:2:27: error: providers.work.api: "openai-chta" is not one of',
    ],
    [
      'providers: { work: { base_url: not-a-url } }',
      'f.yaml:2:32: error: providers.work.base_url: "not-a-url" is not a URL; write it in full',
    ],
    ['tiers: { "Bad Name": openai/gpt-5 }', 'f.yaml:2:10: error: tiers["Bad Name"]: a tier\'s name consists of a–z, digits, _ and -'],
    ['providers: { a/b: { base_url: http://h } }', 'f.yaml:2:14: error: providers["a/b"]: a name here cannot be empty or hold'],
    ['lanes: { a: { match: ["x/*"], hold: shut } }', 'f.yaml:2:37: error: lanes.a.hold: "shut" is not one of stream, open'],
    ['lanes: { a: { concurrency: 2 } }', 'f.yaml:2:10: error: lanes.a: "match" is missing; write'],
    ['server: { default_tier: a }', 'f.yaml:2:25: error: server.default_tier: there is no tier "a"; this file defines none'],
    ['server: { port: 1 }', 'f.yaml:2:11: error: server.port: unknown key "port"'],
    ['classify: [{ status: 400 }]', 'f.yaml:2:12: error: classify[0]: "kind" is missing'],
    ['classify: [{ kind: overload }]', 'f.yaml:2:12: error: classify[0]: one of provider, status, code, match is missing'],
    ['classify: [{ status: 400, kind: overlaod }]', 'f.yaml:2:33: error: classify[0].kind: "overlaod" is not one of'],
  ])('%s', (text, start) => {
    expect(beside(text).find((line) => line.startsWith(start)) ?? beside(text)).toEqual(expect.stringContaining(start));
  });
});

describe('what is right but cannot run here', () => {
  it.each([
    ['models: { a: { provider: dmr, model: b } }', 'f.yaml:2:26: warning: models.a.provider: provider "dmr" is not served'],
    [
      'models: { a: { provider: groq, model: b } }\ntiers: { t: a }',
      'f.yaml:3:10: warning: tiers.t: provider "groq": no key, the environment variable GROQ_API_KEY is not set',
    ],
    [
      'providers: { w: { base_url: "http://h", token_key: NONE } }',
      'f.yaml:2:41: warning: providers.w: provider "w": no key, the environment variable NONE is not set',
    ],
    [
      'providers: { w: { api: "npm:@acme/ai", base_url: "http://h" } }',
      'f.yaml:2:19: warning: providers.w: provider "w": api "npm:@acme/ai" is not one that can be spoken',
    ],
    [
      'providers: { w: { base_url: "http://${env.NOWHERE}/v1" } }',
      'f.yaml:2:29: warning: providers.w.base_url: the environment variable NOWHERE is not set; set NOWHERE',
    ],
    [
      'providers: { openai: { bas_url: "http://h" } }',
      'f.yaml:2:24: warning: providers.openai.bas_url: unknown key "bas_url"; it has no effect; did you mean "base_url"?',
    ],
    ['rag: { a: { strategies: [{ type: bm25 }] } }', 'f.yaml:2:1: warning: rag: Holdfast does not act on "rag"; it has no effect'],
  ])('%s', (text, start) => {
    const { file, problems } = load(`agents: { root: { model: openai/gpt-5 } }\n${text}\n`, 'f.yaml', { env });
    expect(problems.map(problemLine).find((line) => line.startsWith(start)) ?? problems).toEqual(expect.stringContaining(start));
    expect(file).toBeDefined();
  });

  it('is said once a file: keys and toolset types that have no effect', () => {
    const lines = said(
      'agents:\n  root: &a\n    model: openai/gpt-5\n    cache: {}\n    toolsets: [{ type: lsp, command: gopls }, { type: lsp, command: x }]\n  b: { <<: *a }\n',
    );
    expect(lines).toHaveLength(2);
  });
});

describe('substitution', () => {
  it('puts variables into values, also bare ones into a base URL, and leaves prose alone', () => {
    const text = `
providers:
  w: { base_url: "https://$HOST/v1", headers: { x-team: "team \${env.TEAM}" } }
agents:
  root:
    model: w/m
    instruction: Say \${env.TEAM}.
`;
    const { file } = load(text, 'f.yaml', { env });
    expect(file?.providers.get('w')?.entry).toMatchObject({ base_url: 'https://llm.example.com/v1', headers: { 'x-team': 'team blue' } });
    expect(file?.agents.get('root')?.instruction).toBe('Say ${env.TEAM}.');
    expect(file?.variables.map(({ name, missing }) => [name, missing])).toEqual([
      ['HOST', false],
      ['TEAM', false],
    ]);
  });
});

describe('whatever the text', () => {
  const pieces = fc.constantFrom(
    'agents',
    ':',
    '\n',
    '  ',
    '- ',
    'root',
    'model',
    'openai/gpt-5',
    '{',
    '}',
    '[',
    ']',
    '&a',
    '*a',
    '<<',
    '"',
    '1',
    '~',
    '#',
    '\t',
    '__proto__',
    'tiers',
  );

  it('load answers, with a place in the file for everything it says', () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
        const text = parts.join('');
        const lines = text.split('\n').length;
        const { file, problems } = load(text, 'f.yaml', { env });
        expect(file === undefined).toBe(problems.some((problem) => problem.level === 'error'));
        for (const { line, column } of problems) expect(line >= 1 && line <= lines && column >= 1).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('load answers for any text at all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => void load(text, 'f.yaml', { env }).problems.map(problemLine)),
    );
  });
});
