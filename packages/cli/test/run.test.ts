import { mkdirSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { byTurn, once, type LabAnswer } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { BIN, events, lines, Place } from './command.ts';

/** The last user turn and the system prompt of the nth request. */
const asked = (lab: { readonly requests: readonly { readonly facts: unknown }[] }, nth = 0) => {
  const { turns } = lab.requests[nth]!.facts as { readonly turns: readonly { readonly role: string; readonly text: string }[] };
  const of = (role: string) => turns.filter((turn) => turn.role === role).map(({ text }) => text);
  return { system: of('system').join('\n'), user: of('user').at(-1) ?? '', tools: of('tool') };
};

const call = (name: string, args: unknown): LabAnswer => ({ toolCalls: [{ name, args }] });

describe('what the file sets for a model', () => {
  it.each([
    ['anthropic-messages', { thinking: { type: 'enabled', budget_tokens: 2048 }, tool_choice: { disable_parallel_tool_use: true } }],
    ['openai-chat', { parallel_tool_calls: false, flavour: 'mild' }],
    ['openai-responses', { parallel_tool_calls: false }],
    ['google', { generationConfig: { thinkingConfig: { thinkingBudget: 2048 } } }],
  ] as const)('reaches a server that speaks %s', async (protocol, body) => {
    await using place = new Place();
    const lab = await place.lab({ name: 'lab', protocol, script: { text: 'Hello.' } });
    const extra = protocol === 'openai-chat' ? ', provider_opts: { flavour: mild }' : '';
    const more = `models:\n  set: { provider: lab, model: small-1, thinking_budget: 2048, parallel_tool_calls: false${extra} }\n`;
    const { code, err } = await place.run(['run', place.agent({ providers: [lab], model: 'set', more }), 'Hello']);
    expect(code, err).toBe(0);
    expect(lab.requests[0]!.body).toMatchObject(body);
  });
});

describe('lanes of the file', () => {
  it('calls go through them', async () => {
    await using place = new Place();
    const lab = await place.lab({ name: 'lab', script: byTurn([call('read_file', { path: 'notes.txt' }), { text: 'Done.' }]) });
    place.write('notes.txt', 'one\n');
    const more = 'lanes:\n  all: { match: ["lab/*"], concurrency: 1, rpm: 600, tpm: 100000, weights: { ci: 2 } }\n';
    const { code, out, err } = await place.run(['run', place.agent({ providers: [lab], more }), 'Read the notes']);
    expect({ code, out }, err).toEqual({ code: 0, out: 'Done.\n' });
    expect(lab.requests).toHaveLength(2);
  });

  it('what is wrong with them is told where it stands', async () => {
    await using place = new Place();
    const lab = await place.lab({ name: 'lab', script: { text: 'Hello.' } });
    const more =
      'tiers:\n  t: { models: [lab/small-1], timeouts: { attempt: 2m } }\nlanes:\n  all: { match: ["lab/*"], exec_timeout: 1m }\n';
    const { code, out } = await place.run(['config', 'check', place.agent({ providers: [lab], more })]);
    expect(code).toBe(2);
    expect(out).toContain(
      'lanes.all.exec_timeout: 60s is not longer than the limit attempt (120s) of tier t, whose lab/small-1 is in this lane',
    );
  });
});

describe('run, where stdout is no terminal', () => {
  it('the answer alone is on stdout; what happens is on stderr, one line each', async () => {
    await using place = new Place();
    const east = await place.lab({
      name: 'east',
      outage: { rules: [once('east', { do: 'status', reason: 'overload' })] },
      script: byTurn([call('read_file', { path: 'notes.txt' }), { text: 'The notes say\n42.' }]),
    });
    place.write('notes.txt', 'one\ntwo\n42\n');
    const { code, out, err } = await place.run(['run', place.agent({ providers: [east] }), 'What do the notes say?']);
    expect({ code, out }).toEqual({ code: 0, out: 'The notes say\n42.\n' });
    expect(lines(err)).toEqual([
      expect.stringMatching(/^east\/small-1: overloaded; trying again (in 0\.\d s|at once) \(1 of 2\)$/),
      'tool read_file path=notes.txt',
      'tool read_file done: 3 lines',
      expect.stringMatching(/^2 model calls, [\d,]+ tokens in, \d+ out$/),
    ]);
  });

  it('a switch names why, the rest and who is asked next', async () => {
    await using place = new Place();
    const east = await place.lab({ name: 'east', outage: { rules: [once('east', { do: 'status', reason: 'auth' })] } });
    const west = await place.lab({ name: 'west', protocol: 'anthropic-messages', script: { text: 'From the west.' } });
    const file = place.agent({ providers: [east, west], fallback: ['west/small-1'] });
    const { code, out, err } = await place.run(['run', file, 'Hello']);
    expect({ code, out }).toEqual({ code: 0, out: 'From the west.\n' });
    expect(err).toMatch(/^east\/small-1: the key .*was refused \("Incorrect API key.*"\); resting .+; asking west\/small-1$/m);
  });

  it('--json: one event a line, the result last, nothing on stderr', async () => {
    await using place = new Place();
    const east = await place.lab({
      name: 'east',
      outage: { rules: [once('east', { do: 'status', reason: 'overload' })] },
      script: byTurn([call('list_directory', { path: '.' }), { text: 'Two files.' }]),
    });
    const { code, out, err } = await place.run(['run', place.agent({ providers: [east] }), 'Look', '--json']);
    const all = events(out);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(new Set(all.map(({ on }) => on))).toEqual(new Set(['run', 'call', 'live', 'result']));
    expect(all.at(-1)).toMatchObject({ on: 'result', why: 'done', answer: 'Two files.', exit: 0 });
    const seqs = all.filter(({ on }) => on === 'run').map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, i) => i + 1));
  });

  it('--json says a failure on the last line, and the exit code with it', async () => {
    await using place = new Place();
    const east = await place.lab({ name: 'east', outage: { rules: [{ target: '*', fault: { do: 'status', reason: 'bad-request' } }] } });
    const { code, out } = await place.run(['run', place.agent({ providers: [east] }), 'Hello', '--json']);
    expect(code).toBe(1);
    expect(events(out).at(-1)).toMatchObject({ on: 'result', why: 'failed', exit: 1, failure: { kind: 'bad-request' } });
  });
});

describe('run, an answer that is not whole', () => {
  it.each([
    ['length', /^the answer was cut: .*max_tokens/m],
    ['content-filter', /^the answer was cut by the provider's content filter$/m],
  ] as const)('%s: printed, and said to be cut, now and when it is printed again', async (finish, says) => {
    await using place = new Place();
    const east = await place.lab({ name: 'east', script: { text: 'Half an ans', finish } });
    const file = place.agent({ providers: [east] });
    const { code, out, err } = await place.run(['run', file, 'Hello', '--log-level', 'error']);
    expect({ code, out }).toEqual({ code: 0, out: 'Half an ans\n' });
    expect(err).toMatch(says);
    expect((await place.run(['sessions', 'show', '-1'])).out).toContain('! the answer was cut');
    expect(await place.run(['run', file, '--session', '-1'])).toMatchObject({
      code: 0,
      out: 'Half an ans\n',
      err: expect.stringContaining('the answer was cut'),
    });
  });

  it('what the provider said of a refusal is told', async () => {
    await using place = new Place();
    const body = JSON.stringify({ error: { message: 'messages[0].content too spicy', type: 'invalid_request_error' } });
    const east = await place.lab({ name: 'east', outage: { rules: [{ target: '*', fault: { do: 'status', status: 400, body } }] } });
    const { err } = await place.run(['run', place.agent({ providers: [east] }), 'Hello', '--explain']);
    expect(err.match(/"messages\[0\]\.content too spicy"/g)).toHaveLength(2);
    expect((await place.run(['sessions', 'show', '-1'])).out).toContain('too spicy');
  });
});

describe('run, what is asked', () => {
  it('- reads the prompt from stdin; --attach and --prompt-file add to prompt and instruction', async () => {
    await using place = new Place();
    const east = await place.lab({ name: 'east' });
    const file = place.agent({ providers: [east] });
    place.write('data.csv', 'a,b\n1,2\n');
    place.write('rules.md', 'Answer in verse.');
    const { code } = await place.run(['run', file, '-', '--attach', 'data.csv', '--prompt-file', 'rules.md'], { input: 'Sum it up: 雪\n' });
    expect(code).toBe(0);
    const { system, user } = asked(east);
    expect(user).toContain('Sum it up: 雪');
    expect(user).toContain('a,b\n1,2');
    expect(user).toContain('data.csv');
    expect(system).toContain('Be brief.');
    expect(system).toContain('Answer in verse.');
  });

  it('--model takes the place of the file’s model, also for one agent by name; --agent chooses the agent', async () => {
    await using place = new Place();
    const east = await place.lab({ name: 'east' });
    const west = await place.lab({ name: 'west', protocol: 'anthropic-messages' });
    const second = `  second:\n    model: west/other-1\n    instruction: You are the second.\n`;
    const file = place.agent({ providers: [east, west], more: second });
    expect(await place.run(['run', file, 'a', '--model', 'west/small-9'])).toMatchObject({ code: 0 });
    expect(await place.run(['run', file, 'b', '--agent', 'second'])).toMatchObject({ code: 0 });
    expect(await place.run(['run', file, 'c', '--model', 'second=west/small-8', '--model', 'root=east/small-7'])).toMatchObject({
      code: 0,
    });
    expect(west.requests.map(({ facts }) => facts?.model)).toEqual(['small-9', 'other-1']);
    expect(asked(west, 1).system).toContain('You are the second.');
    expect(east.requests.map(({ facts }) => facts?.model)).toEqual(['small-7']);
    const typo = await place.run(['run', file, 'd', '--agent', 'secnd']);
    expect(typo.code).toBe(2);
    expect(typo.err).toContain('no agent "secnd"; did you mean "second"?');
  });

  it('--working-dir is where tools work; --max-iterations ends the run with 1', async () => {
    await using place = new Place();
    const east = await place.lab({ name: 'east', script: call('read_file', { path: 'here.txt' }) });
    mkdirSync(join(place.dir, 'elsewhere'));
    writeFileSync(join(place.dir, 'elsewhere/here.txt'), 'found elsewhere');
    const file = place.agent({ providers: [east] });
    const { code, out, err } = await place.run(['run', file, 'Go', '--working-dir', '../elsewhere', '--max-iterations', '2']);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^tool read_file done: found elsewhere$/m);
    expect(err).toMatch(/out-of-turns|max_iterations/);
    expect(east.requests).toHaveLength(2);
  });
});

describe('run, where things are', () => {
  it('--state before $HOLDFAST_STATE before ~/.holdfast', async () => {
    await using place = new Place();
    const file = place.agent({ providers: [await place.lab({ name: 'east' })] });
    const [flag, variable] = [join(place.dir, 'flag'), join(place.dir, 'variable')];
    const env = { HOLDFAST_STATE: variable };
    const made = () => [flag, variable, place.state].map((folder) => existsSync(join(folder, 'sessions.db')));
    expect(await place.run(['run', file, 'Go', '--state', flag], { env })).toMatchObject({ code: 0 });
    expect(made()).toEqual([true, false, false]);
    expect(await place.run(['run', file, 'Go'], { env })).toMatchObject({ code: 0 });
    expect(made()).toEqual([true, true, false]);
    expect(await place.run(['run', file, 'Go'])).toMatchObject({ code: 0 });
    expect(made()).toEqual([true, true, true]);
  });

  it('holdfast.yaml here, or the file of --config, gives providers and tiers to the agent file', async () => {
    await using place = new Place();
    const east = await place.lab({ name: 'east' });
    const west = await place.lab({ name: 'west' });
    const gateway = (lab: typeof east) =>
      `providers:\n  work: { api: openai-chat, base_url: "${lab.url}", token_key: LAB_KEY }\ntiers:\n  fast: work/small-1\n`;
    place.write('holdfast.yaml', gateway(east));
    place.write('other.yaml', gateway(west));
    const file = place.write('agent.yaml', 'agents:\n  root: { model: fast }\n');
    expect(await place.run(['run', file, 'Go'])).toMatchObject({ code: 0, out: 'The answer of east.\n' });
    expect(await place.run(['run', file, 'Go', '--config', 'other.yaml'])).toMatchObject({ code: 0, out: 'The answer of west.\n' });
    expect(await place.run(['run', file, 'Go', '--config', 'none.yaml'])).toMatchObject({ code: 2, out: '' });
  });

  it('a reader that goes away is no failure of ours', async () => {
    await using place = new Place();
    const text = 'word '.repeat(200_000);
    const file = place.agent({ providers: [await place.lab({ name: 'east', script: { text, chunks: [text] } })] });
    const running = place.start(['run', file, 'Go'], { unread: true });
    running.child.stdout!.once('data', () => running.child.stdout!.destroy());
    const { code, err } = await running.ended;
    expect(code).toBe(0);
    expect(err).not.toMatch(/EPIPE|defect|\n\s+at /);
  });
});

describe.skipIf(!existsSync('/dev/full'))('run, where the answer cannot be written', () => {
  it('1, said in one line; the answer is in the session', async () => {
    await using place = new Place();
    const file = place.agent({ providers: [await place.lab({ name: 'east' })] });
    const { code, err } = await place.spawn('sh', ['-c', `exec "$0" "$@" > /dev/full`, process.execPath, BIN, 'run', file, 'Go']).ended;
    expect(code).toBe(1);
    expect(lines(err).at(-1)).toMatch(/^holdfast: the output cannot be written: ENOSPC/);
    expect(await place.run(['run', file, '--session', '-1'])).toMatchObject({ code: 0, out: 'The answer of east.\n' });
  });
});

describe('run, what tools may do', () => {
  const tries = byTurn([
    {
      toolCalls: [
        { name: 'write_file', args: { path: 'made.txt', content: 'x' } },
        { name: 'shell', args: { cmd: 'echo ran >> ran.txt' } },
        { name: 'shell', args: { cmd: 'echo denied >> denied.txt' } },
      ],
    },
    { text: 'Tried.' },
  ]);
  const rules = 'permissions:\n  deny:\n    - "shell:cmd=echo denied*"\n';

  it('with nobody there what needs approval is refused, and no question stands on stderr', async () => {
    await using place = new Place();
    const east = await place.lab({ name: 'east', script: tries });
    const { code, out, err } = await place.run(['run', place.agent({ providers: [east], more: rules }), 'Try']);
    expect({ code, out }).toEqual({ code: 0, out: 'Tried.\n' });
    expect(existsSync(join(place.work, 'made.txt')) || existsSync(join(place.work, 'ran.txt'))).toBe(false);
    expect(err).not.toContain('[y]es');
    expect(asked(east, 1).tools.join('\n')).toContain('it needs approval, and nobody can be asked');
  });

  it('--yolo approves, and overrides no denial', async () => {
    await using place = new Place();
    const east = await place.lab({ name: 'east', script: tries });
    const { code } = await place.run(['run', place.agent({ providers: [east], more: rules }), 'Try', '--yolo']);
    expect(code).toBe(0);
    expect(place.read('made.txt')).toBe('x');
    expect(place.read('ran.txt')).toBe('ran\n');
    expect(existsSync(join(place.work, 'denied.txt'))).toBe(false);
    expect(asked(east, 1).tools.join('\n')).toContain('deny rule "shell:cmd=echo denied*"');
  });

  it('--read-only refuses writes and the shell, --yolo or not', async () => {
    await using place = new Place();
    const east = await place.lab({ name: 'east', script: tries });
    const { code } = await place.run(['run', place.agent({ providers: [east] }), 'Try', '--yolo', '--read-only']);
    expect(code).toBe(0);
    for (const name of ['made.txt', 'ran.txt', 'denied.txt']) expect(existsSync(join(place.work, name))).toBe(false);
    expect(asked(east, 1).tools.filter((text) => text.includes('read-only'))).toHaveLength(3);
  });
});
