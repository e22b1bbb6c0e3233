import { describe, expect, it } from 'vitest';
import { needs, unmet } from '../rules/trust.ts';
import { actNeeds, consentPlaces } from './consents.ts';
import type { AgentFile } from './file.ts';
import { load } from './load.ts';
import { problemLine } from './problem.ts';
import { teamOf } from './team.ts';

const env = (name: string) => (name === 'OPENAI_API_KEY' ? 'sk-openai-000000' : name === 'HUB_TOKEN' ? 'hub-secret-value' : undefined);
const read = (text: string) => load(text, 'f.yaml', { env });
const said = (text: string) => read(text).problems.map(problemLine);
const fileOf = (text: string): AgentFile => {
  const { file, problems } = read(text);
  if (file === undefined) throw new Error(problems.map(problemLine).join('\n'));
  return file;
};
const agent = (text: string) => fileOf(text).agents.get('root')!;
const ROOT = 'agents:\n  root:\n    model: openai/gpt-5\n';

describe('what an agent says of itself', () => {
  it('keys of the prompt, the limits and the conversation are read', () => {
    const spec = agent(
      `${ROOT}    welcome_message: Hi \${env.HUB_TOKEN}\n    add_prompt_files: [AGENTS.md]\n    num_history_items: 12\n    max_old_tool_call_tokens: 900\n` +
        '    session_compaction: false\n    compaction_threshold: 0.5\n    limits: { time: 2m, tokens: 5000, usd: 0.5 }\n' +
        '    structured_output: { name: answer, strict: true, schema: { type: object, properties: { a: { type: string } } } }\n',
    );
    expect(spec).toMatchObject({
      welcome: 'Hi ${env.HUB_TOKEN}',
      promptFiles: ['AGENTS.md'],
      historyItems: 12,
      oldToolTokens: 900,
      compaction: { auto: false, threshold: 0.5 },
      limits: { timeMs: 120_000, tokens: 5000, usd: 0.5 },
      structured: { name: 'answer', schema: { type: 'object' } },
    });
  });

  it.each([
    ['limits: {}', 'f.yaml:4:13: error: agents.root.limits: one of time, tokens, usd is missing'],
    ['limits: { usd: 0 }', 'f.yaml:4:20: error: agents.root.limits.usd: must be a number above 0, not 0'],
    ['limits: { tokns: 4 }', 'f.yaml:4:15: error: agents.root.limits.tokns: unknown key "tokns"; did you mean "tokens"?'],
    [
      'instruction_file: ../x.md',
      'f.yaml:4:5: error: agents.root.instruction_file: "../x.md" is not below the folder of the agent file; write a path from there',
    ],
    [
      'force_handoff: root',
      'f.yaml:4:5: error: agents.root.force_handoff: the conversation would go in a circle for ever: root → root; take one of them out, or use "handoffs"',
    ],
    [
      'sub_agents: [root]',
      'f.yaml:4:5: warning: agents.root.sub_agents: tasks can go in a circle: root → root; how deep they go is limited when it runs',
    ],
    ['sub_agents: [rot]', 'f.yaml:4:18: error: agents.root.sub_agents[0]: there is no agent "rot"; did you mean "root"?'],
    [
      'sub_agents: ["https://x.dev/a.yaml"]',
      'f.yaml:4:18: warning: agents.root.sub_agents[0]: "https://x.dev/a.yaml" is at a URL, and agents are not fetched from there; write that agent into this file; a run that may come to it is refused',
    ],
    [
      'handoffs: ["bob:github.com/a/b"]',
      'f.yaml:4:16: warning: agents.root.handoffs[0]: "bob:github.com/a/b" is in a git repository, and agents are not fetched from there; write that agent into this file; a run that may come to it is refused',
    ],
    [
      'skills: [local, "https://skills.dev"]',
      'f.yaml:4:21: warning: agents.root.skills[1]: skills are not loaded from "https://skills.dev"; put them into a folder of .agents/skills, .claude/skills',
    ],
    [
      'commands: { a: "x ${1 + 1}" }',
      'f.yaml:4:17: warning: agents.root.commands.a: "${1 + 1}" is left as it is; $1, ${args}, ${args[0]}, ${env.NAME} and ${TOOL({…})} are filled in',
    ],
    [
      'commands: { a: "!shel(cmd=ls)" }\n    toolsets: [{ type: shell }]',
      'f.yaml:4:17: warning: agents.root.commands.a: the agent has no tool "shel"; did you mean "shell"?',
    ],
    [
      'cache: { enabled: true }',
      'f.yaml:4:5: warning: agents.root.cache: Holdfast does not act on "cache"; it has no effect; every question is asked anew',
    ],
    [
      'code_mode_tools: true',
      'f.yaml:4:5: warning: agents.root.code_mode_tools: Holdfast does not act on "code_mode_tools"; it has no effect; its tools are called one by one',
    ],
    [
      'toolsets: [{ type: shell, path: x }]',
      'f.yaml:4:31: warning: agents.root.toolsets[0].path: Holdfast does not act on "path" in a toolset of type "shell"; it has no effect',
    ],
    [
      'toolsets: [{ type: a2a, url: "http://x" }]',
      'f.yaml:4:24: warning: agents.root.toolsets[0].type: toolsets of type "a2a" are not served; an agent that has one is run without its tools',
    ],
    ['toolsets: [{ type: thnk }]', /^f\.yaml:4:24: error: agents\.root\.toolsets\[0\]\.type: .*did you mean "think"\?$/],
    [
      'toolsets: [{ type: todo, tools: [create_tod] }]',
      'f.yaml:4:38: error: agents.root.toolsets[0].tools[0]: the todo toolset has no tool "create_tod"; did you mean "create_todo"?',
    ],
    ['toolsets: [{ type: mcp, ref: "docker:x" }]', /^f\.yaml:4:34: warning: .*"docker:x" is a server of Docker's MCP gateway/],
    [
      'toolsets: [{ type: fetch, allowed_domains: [a.b], blocked_domains: [c.d] }]',
      /^f\.yaml:4:16: error: .*"allowed_domains" or "blocked_domains", not both/,
    ],
    [
      'hooks: { pre_tool_us: [] }',
      'f.yaml:4:14: error: agents.root.hooks.pre_tool_us: unknown key "pre_tool_us"; did you mean "pre_tool_use"?',
    ],
    ['hooks: { of_a_later_version: [] }', /^f\.yaml:4:14: warning: .*unknown key "of_a_later_version"; it has no effect/],
    [
      'hooks: { pre_tool_use: [{ matcher: "(", hooks: [{ type: command, command: x }] }] }',
      'f.yaml:4:31: error: agents.root.hooks.pre_tool_use[0].matcher: the matcher "(" is not a regular expression: its hooks would never run',
    ],
    [
      'hooks: { stop: [{ type: builtin, command: add_dat }] }',
      /^f\.yaml:4:38: error: agents\.root\.hooks\.stop\[0\]\.command: there is no built-in hook "add_dat"; did you mean "add_date"\?$/,
    ],
    [
      'hooks: { stop: [{ type: builtin, command: zzzzzz }] }',
      /^f\.yaml:4:38: warning: .*there is no built-in hook "zzzzzz"; there are add_date/,
    ],
    ['hooks: { stop: [{ type: builtin, command: snapshot }] }', /^f\.yaml:4:38: warning: .*the built-in hook "snapshot" is not served/],
    [
      'hooks: { stop: [{ type: builtin, command: http_post }] }',
      /^f\.yaml:4:38: error: .*http_post takes the address it tells as its first argument/,
    ],
    [
      'hooks: { pre_tool_use: [{ hooks: [{ type: model, model: openai/gpt-5, prompt: x }] }] }',
      /^f\.yaml:4:41: warning: agents\.root\.hooks\.pre_tool_use\[0\]\.hooks\[0\]\.type: hooks of type "model" are not served.*every call of a tool is refused/,
    ],
    [
      'hooks: { worktree_create: [] }',
      'f.yaml:4:14: warning: agents.root.hooks.worktree_create: Holdfast does not act on "worktree_create"; it has no effect',
    ],
  ])('%s', (line, expected) => {
    const lines = said(`${ROOT}    ${line}\n`);
    expect(lines.find((one) => (typeof expected === 'string' ? one === expected : expected.test(one))) ?? lines).toEqual(
      expect.any(String),
    );
  });

  it('commands: of groups and of its own, as text or as an object, in a map or a list', () => {
    const spec = agent(
      `${ROOT}    use_commands: [shared]\n    commands:\n      - fix: Fix it.\n      - plan: { description: Plans., agent: root }\n` +
        'commands:\n  shared: { fix: Not this., lint: { instruction: "!shell(cmd=lint) ${env.HUB_TOKEN}" } }\n',
    );
    expect([...spec.commands.values()].map(({ at: _at, ...one }) => one)).toEqual([
      { name: 'fix', instruction: 'Fix it.' },
      { name: 'lint', instruction: '!shell(cmd=lint) ${env.HUB_TOKEN}' },
      { name: 'plan', instruction: '', description: 'Plans.', agent: 'root' },
    ]);
  });

  it.each([
    ['true', { local: true, inline: [] }],
    ['false', { local: false, inline: [] }],
    ['[git, docker]', { local: true, names: ['git', 'docker'], inline: [] }],
    ['["https://x.dev", git]', { local: false, names: ['git'], inline: [] }],
    [
      '[{ name: a, description: b, instructions: "c ${env.HUB_TOKEN}", context: fork, allowed_tools: ["read_*"] }]',
      { local: false, inline: [{ name: 'a', description: 'b', instructions: 'c ${env.HUB_TOKEN}', fork: true, allowedTools: ['read_*'] }] },
    ],
  ])('skills: %s', (text, skills) => expect(agent(`${ROOT}    skills: ${text}\n`).skills).toEqual(skills));

  it('a definition of mcps is merged in, and what the toolset says wins', () => {
    const [toolset] = agent(
      `${ROOT}    toolsets: [{ type: mcp, ref: hub, tools: [a] }]\nmcps: { hub: { command: hub, args: [serve], tools: [a, b], env: { T: "\${env.HUB_TOKEN}" } } }\n`,
    ).toolsets;
    expect(toolset).toMatchObject({ type: 'mcp', tools: ['a'], env: { T: 'hub-secret-value' }, raw: { command: 'hub', args: ['serve'] } });
    expect(toolset!.raw).not.toHaveProperty('ref');
  });

  it('the team of an agent is all it can come to, itself first; circles end', () => {
    const file = fileOf(
      `${ROOT}    sub_agents: [a]\n    commands: { x: { agent: c } }\n  a: { model: openai/gpt-5, handoffs: [root, b] }\n  b: { model: openai/gpt-5, force_handoff: a }\n  c: { model: openai/gpt-5 }\n  far: { model: openai/gpt-5 }\n`,
    );
    expect(teamOf(file, 'root').map(({ name }) => name)).toEqual(['root', 'a', 'c', 'b']);
  });
});

describe('what agents run and send by themselves', () => {
  const TEXT =
    `${ROOT}    hooks:\n      pre_tool_use: [{ matcher: "*", hooks: [{ type: command, command: ./check.sh, env: { TOKEN: "\${env.HUB_TOKEN}" } }] }]\n` +
    '      session_start: [{ type: builtin, command: add_user_info }]\n' +
    '    commands: { lint: "!shell(cmd=lint)" }\n' +
    '    toolsets:\n' +
    '      - { type: mcp, command: npx, args: [-y, hub, "${env.HUB_TOKEN}"], env: { HUB_TOKEN: "${env.HUB_TOKEN}" }, working_dir: sub }\n' +
    '      - { type: mcp, remote: { url: "https://hub.dev/mcp", headers: { Authorization: "Bearer ${env.HUB_TOKEN}" } } }\n' +
    '      - { type: mcp, remote: { url: "http://127.0.0.1:9/mcp", headers: { Authorization: "Bearer ${env.HUB_TOKEN}" } } }\n' +
    '      - { type: filesystem, post_edit: [{ path: "*.go", cmd: "gofmt -w ${path}" }] }\n';

  it('needs consent, each by what it says; no value of a variable is in it', () => {
    const says = actNeeds(fileOf(TEXT).acts).map((need) => need.says);
    expect(says).toEqual([
      'an MCP server of agent "root" sends what is in HUB_TOKEN to https://hub.dev',
      'hook pre_tool_use of agent "root" runs the command ./check.sh and gives it "TOKEN=${env.HUB_TOKEN}"',
      'an MCP server of agent "root", in sub, runs the command npx -y hub "${env.HUB_TOKEN}" and gives it HUB_TOKEN',
      'post_edit of agent "root", after a change of *.go, runs the command "gofmt -w ${path}"',
      'the command /lint of agent "root" runs the command "!shell" cmd=lint',
    ]);
    expect(JSON.stringify(actNeeds(fileOf(TEXT).acts))).not.toContain('hub-secret-value');
    expect(consentPlaces(fileOf(TEXT), env).map(({ line }) => line)).toEqual([5, 9, 10, 12, 7]);
  });

  it('a hook that tells an address what happens needs consent; one that tells this machine does not', () => {
    const post = (url: string): string => `      stop: [{ type: builtin, command: http_post, args: ["${url}"] }]\n`;
    const said = (url: string) => actNeeds(fileOf(`${ROOT}    hooks:\n${post(url)}`).acts).map((need) => need.says);
    expect(said('https://log.dev/in')).toEqual(['hook stop of agent "root" sends what is said and done in a run to https://log.dev']);
    expect(said('https://log.dev/${env.HUB_TOKEN}')).toEqual([
      'hook stop of agent "root" sends what is said and done in a run, and what is in HUB_TOKEN, to https://log.dev',
    ]);
    expect(said('http://127.0.0.1:9/in')).toEqual([]);
  });

  it.each(['http://127.evil.dev/mcp', 'http://127.0.0.1.evil.dev/mcp', 'http://localhost.evil.dev/mcp'])(
    'a name that only looks like this machine is another one: %s',
    (url) => {
      const toolset = `{ type: mcp, remote: { url: "${url}", headers: { Authorization: "Bearer \${env.HUB_TOKEN}" } } }`;
      expect(actNeeds(fileOf(`${ROOT}    toolsets: [${toolset}]\n`).acts)).toHaveLength(1);
    },
  );

  it('a command that was edited, and what it is given, is asked for again; the rest is not', () => {
    const given = new Set(actNeeds(fileOf(TEXT).acts).map(({ fingerprint }) => fingerprint));
    const missing = (text: string) => unmet(actNeeds(fileOf(text).acts), given).map((need) => need.says);
    expect(missing(TEXT.replace('model: openai/gpt-5', 'model: openai/gpt-5-mini'))).toEqual([]);
    expect(missing(TEXT.replace('./check.sh', './evil.sh'))).toHaveLength(1);
    expect(missing(TEXT.replace('env: { TOKEN:', 'env: { LD_PRELOAD: ./x.so, TOKEN:'))).toHaveLength(1);
    expect(missing(TEXT.replace('hub.dev/mcp', 'evil.dev/mcp'))).toHaveLength(1);
  });

  it('of other agents nothing is asked', () => {
    const file = fileOf(`${TEXT}  b: { model: openai/gpt-5, hooks: { stop: [{ type: command, command: b.sh }] } }\n`);
    expect(actNeeds(file.acts, new Set(['b'])).map((need) => need.says)).toEqual(['hook stop of agent "b" runs the command b.sh']);
    expect(needs({ sends: [], commands: [] })).toEqual([]);
  });
});
