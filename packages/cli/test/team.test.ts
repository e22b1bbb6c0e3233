import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { byTurn, type LabAnswer, type LabProvider } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { Place } from './command.ts';

const call = (name: string, args: unknown): LabAnswer => ({ toolCalls: [{ name, args }] });

/** What one request told a model. */
function told(lab: LabProvider, nth = 0): { readonly system: string; readonly user: readonly string[]; readonly tools: readonly string[] } {
  const { turns } = lab.requests[nth]!.facts as { readonly turns: readonly { readonly role: string; readonly text: string }[] };
  const { tools = [] } = lab.requests[nth]!.body as { readonly tools?: readonly { readonly function: { readonly name: string } }[] };
  const of = (role: string) => turns.filter((turn) => turn.role === role).map(({ text }) => text);
  return { system: of('system').join('\n'), user: of('user'), tools: tools.map((tool) => tool.function.name) };
}

describe('the team of an agent file', () => {
  it('a task goes to a sub-agent with its own model, instruction and tools; who is not called is not asked', async () => {
    await using place = new Place();
    const east = await place.lab({
      name: 'east',
      script: byTurn([
        call('transfer_task', { agent: 'helper', task: 'Count the notes.', expected_output: 'A number' }),
        { text: 'There are three.' },
      ]),
    });
    const west = await place.lab({ name: 'west', script: { text: 'Three notes.' } });
    const north = await place.lab({ name: 'north', script: { text: 'Never.' } });
    place.write('helper.md', 'You count things.');
    const more =
      '    sub_agents: [helper, idle]\n' +
      '  helper: { model: west/small-1, description: Counts, instruction_file: helper.md, toolsets: [{ type: todo }] }\n' +
      '  idle: { model: north/small-1, description: Idles, toolsets: [{ type: mcp, remote: { url: "http://127.0.0.1:9/" } }] }\n';
    const file = place.agent({ providers: [east, west, north], bare: true, more });
    const { code, out, err } = await place.run(['run', file, 'How many notes?']);
    expect({ code, out }, err).toEqual({ code: 0, out: 'There are three.\n' });
    expect(told(east).tools).toContain('transfer_task');
    expect(told(west).system).toContain('You count things.');
    expect(told(west).system).toContain('Count the notes.');
    expect(told(west).tools).toEqual(['create_todo', 'create_todos', 'update_todos', 'list_todos']);
    expect(north.requests).toHaveLength(0);
  });

  it('what a member of the team lacks is said before anything is asked, at its place', async () => {
    await using place = new Place();
    const east = await place.lab({ name: 'east', script: { text: 'Hello.' } });
    const more = '    sub_agents: [helper, agentcatalog/pirate]\n  helper: { model: groq/llama }\n';
    const { code, err } = await place.run(['run', place.agent({ providers: [east], bare: true, more }), 'Hello']);
    expect(code).toBe(2);
    expect(err).toMatch(/agent\.yaml:11:13: error: agents\.helper\.model: provider "groq": no key/);
    expect(err).toMatch(/agent\.yaml:10:26: error: agents\.root\.sub_agents\[1\]: "agentcatalog\/pirate" is in an OCI registry/);
    expect(east.requests).toHaveLength(0);
  });

  it('a message like an example goes to the model of that rule', async () => {
    await using place = new Place();
    const east = await place.lab({ name: 'east', script: { text: 'From the router.' } });
    const west = await place.lab({ name: 'west', script: { text: 'From the fast one.' } });
    const more =
      'models:\n  router: { provider: east, model: small-1, routing: [{ model: west/small-1, examples: [hello, good morning] }] }\n';
    const file = place.agent({ providers: [east, west], model: 'router', bare: true, more });
    expect((await place.run(['run', file, 'Good morning!'])).out).toBe('From the fast one.\n');
    expect((await place.run(['run', file, 'Sort these numbers'])).out).toBe('From the router.\n');
  });

  it('a skill that forks is run apart, with its own model and the tools it allows', async () => {
    await using place = new Place();
    const east = await place.lab({
      name: 'east',
      script: byTurn([call('run_skill', { name: 'audit', task: 'Look at notes.txt' }), { text: 'All is well.' }]),
    });
    const west = await place.lab({ name: 'west', script: { text: 'Nothing found.' } });
    mkdirSync(join(place.work, '.agents/skills/greet'), { recursive: true });
    place.write('.agents/skills/greet/SKILL.md', '---\nname: greet\ndescription: How to greet\n---\nSay hello.\n');
    const more =
      '    skills:\n      - local\n      - { name: audit, description: Audits files, instructions: Audit what you are given., context: fork, model: west/small-1, allowed_tools: ["read_*"] }\n';
    const { code, out, err } = await place.run(['run', place.agent({ providers: [east, west], more }), 'Audit the notes']);
    expect({ code, out }, err).toEqual({ code: 0, out: 'All is well.\n' });
    expect(told(east).system).toMatch(/- greet: How to greet\n- audit: Audits files \(run_skill\)/);
    expect(told(west).system).toContain('Audit what you are given.');
    expect(told(west).user).toEqual(['Look at notes.txt']);
    expect(told(west).tools).toEqual(['read_file', 'read_multiple_files', 'read_skill', 'read_skill_file']);
  });
});

describe('what a file runs by itself', () => {
  it('hooks need consent, once; what was edited is asked for again', async () => {
    await using place = new Place();
    const east = await place.lab({ name: 'east', script: { text: 'Hello.' } });
    const agent = (name: string) =>
      `    add_prompt_files: [RULES.md]\n    hooks:\n      session_start: [{ type: command, command: "touch ${name}" }]\n`;
    place.write('RULES.md', 'Be kind.');
    const file = place.agent({ providers: [east], agent: agent('ran') });
    const before = await place.run(['run', file, 'Hello']);
    expect(before.code).toBe(2);
    expect(before.err).toContain(`hook session_start of agent "root" runs the command "touch ran"`);
    expect(east.requests).toHaveLength(0);
    expect((await place.run(['config', 'check', file])).out).toMatch(
      /:15:23: warning: agents\.root\.hooks\.session_start: hook session_start .*holdfast trust/,
    );
    expect((await place.run(['trust', file])).code).toBe(0);
    const after = await place.run(['run', file, 'Hello']);
    expect(after.code, after.err).toBe(0);
    expect(existsSync(join(place.work, 'ran'))).toBe(true);
    expect(JSON.stringify(east.requests[0]!.body)).toContain('Be kind.');
    place.agent({ providers: [east], agent: agent('other') });
    expect((await place.run(['run', file, 'Hello'])).code).toBe(2);
  });

  it('V6: a command of the agent is said with its arguments and the output of its calls; a denied call says so', async () => {
    await using place = new Place();
    const east = await place.lab({ name: 'east', script: { text: 'Done.' } });
    const agent =
      '    commands:\n      show: "Show ${args[0]}: !shell(cmd=\\"echo ${args[0]}\\") and !shell(cmd=\\"rm x\\") and !nothing(a=1)"\n';
    const more = 'permissions: { deny: ["shell:cmd=rm *"] }\n';
    const file = place.agent({ providers: [east], agent, more });
    expect((await place.run(['trust', file])).out).toContain('the command /show of agent "root" runs the command "!shell"');
    const { code, err } = await place.run(['run', file, '/show "two words"']);
    expect(code, err).toBe(0);
    const [said] = told(east).user;
    expect(said).toMatch(
      /^Show two words: two words\n\[exit code 0\] and \[!shell: Tool 'shell' is denied .*\] and \[!nothing: there is no tool "nothing"/s,
    );
    expect((await place.run(['run', file, '/usr/bin/env is a path'])).code).toBe(0);
    expect(told(east, 1).user).toEqual(['/usr/bin/env is a path']);
  });

  it('a pre_tool_use hook judges the calls of a command too', async () => {
    await using place = new Place();
    const east = await place.lab({ name: 'east', script: { text: 'Done.' } });
    const agent = `    commands: { show: "It says !shell(cmd=\\"echo secret\\")" }
    hooks:
      pre_tool_use: [{ matcher: shell, hooks: [{ type: command, command: "echo no shell here >&2; exit 2" }] }]
`;
    const file = place.agent({ providers: [east], agent });
    expect((await place.run(['trust', file])).code).toBe(0);
    expect((await place.run(['run', file, '/show'])).code).toBe(0);
    const [said] = told(east).user;
    expect(said).toContain('no shell here');
    expect(said).not.toContain('exit code');
  });
});
