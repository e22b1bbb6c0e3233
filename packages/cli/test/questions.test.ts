import { openSqliteSessions } from '@holdfast/agent/engine';
import { byTurn, type Facts, type LabAnswer } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { events, Place, SCRIPT, type Running } from './command.ts';
import { shell } from './interrupt-states.ts';

/** Waits for the newest of what is said. */
async function after(running: Running, typed: string, until: RegExp): Promise<string> {
  const at = running.out.length;
  await running.type(typed);
  await running.says(new RegExp(`^[^]{${at}}[^]*${until.source}`));
  return running.out.slice(at);
}

const ask = (args: object): LabAnswer => ({ toolCalls: [{ name: 'user_prompt', args }] });
const lastResult = ({ turns }: Facts): string => turns.findLast(({ role }) => role === 'tool')?.text ?? '';
const ASKS = '      - type: user_prompt\n';

const order = {
  type: 'object',
  properties: {
    size: { type: 'string', enum: ['small', 'large'] },
    count: { type: 'integer', minimum: 1, maximum: 9, default: 2 },
    gift: { type: 'boolean', title: 'As a gift?' },
  },
  required: ['size', 'gift'],
};

/** An agent that may ask, run commands and read. */
async function file(place: Place, script: (facts: Facts) => LabAnswer, more = ''): Promise<string> {
  const east = await place.lab({ name: 'east', script });
  return place.agent({ providers: [east], agent: ASKS, more });
}

describe.skipIf(!SCRIPT)('a question on a terminal', () => {
  it('a form is filled in field by field; what does not fit is asked again', async () => {
    await using place = new Place();
    const script = byTurn<LabAnswer>([ask({ message: 'Your order?', schema: order }), (facts) => ({ text: `Got ${lastResult(facts)}.` })]);
    const running = place.terminal(['run', await file(place, script), 'Go']);
    await running.says(/Your order\?[^]*1\) small[^]*size: /);
    await after(running, 'medium\n', /one of small, large[^]*size: /);
    await after(running, '2\n', /count: /);
    await after(running, '10\n', /at most 9[^]*count: /);
    await after(running, '\n', /As a gift\?[^]*gift: /);
    await running.type('yes\n');
    const { code, out } = await running.ended;
    expect(code).toBe(0);
    expect(out.replace(/\s+/g, '')).toContain('{"action":"accept","content":{"size":"large","count":2,"gift":true}}');
  });

  it('a dash declines the form', async () => {
    await using place = new Place();
    const script = byTurn<LabAnswer>([ask({ message: 'Your order?', schema: order }), (facts) => ({ text: `Got ${lastResult(facts)}.` })]);
    const running = place.terminal(['run', await file(place, script), 'Go']);
    await running.says(/size: /);
    await running.type('-\n');
    const { code, out } = await running.ended;
    expect([code, out.includes('"decline"')]).toEqual([0, true]);
  });

  it('what is like a call is allowed by one letter, and another call still asks', async () => {
    await using place = new Place();
    const script = byTurn<LabAnswer>([shell('git status'), shell('git status -s'), shell('touch made'), { text: 'Done.' }]);
    const running = place.terminal(['run', await file(place, script), 'Go']);
    await running.says(/always what is like it: shell:cmd=git status\*[^]*say why not: /);
    await after(running, 'p\n', /touch made[^]*say why not: /);
    await running.type('n\n');
    expect((await running.ended).code).toBe(0);
    expect(running.out.match(/say why not/g)).toHaveLength(2);
    expect(() => place.read('made')).toThrow();
  });

  it('everything in this session: nothing more is asked', async () => {
    await using place = new Place();
    const script = byTurn<LabAnswer>([shell('echo 1 >> log'), shell('echo 2 >> log; echo 3 >> log'), { text: 'Done.' }]);
    const running = place.terminal(['run', await file(place, script), 'Go']);
    await running.says('say why not: ');
    await running.type('e\n');
    expect((await running.ended).code).toBe(0);
    expect(place.read('log')).toBe('1\n2\n3\n');
  });

  it('a limit: yes goes ten further, no ends the run', async () => {
    await using place = new Place();
    const script = byTurn<LabAnswer>([shell('echo 1'), shell('echo 2'), { text: 'Done.' }]);
    const path = await file(place, script, 'permissions:\n  allow: [shell]\n');
    const running = place.terminal(['run', path, 'Go', '--max-iterations', '1']);
    await running.says(/max_iterations[^]*\[y\]es, 10 more/);
    await running.type('y\n');
    const { code, out } = await running.ended;
    expect([code, out.includes('up to 11 model calls'), out.includes('Done.')]).toEqual([0, true, true]);
    const again = place.terminal(['run', path, 'Go', '--max-iterations', '1']);
    await again.says('10 more');
    await again.type('n\n');
    expect((await again.ended).code).toBe(1);
  });

  it('one that is answered elsewhere leaves the screen, and the run goes on', async () => {
    await using place = new Place();
    const script = byTurn<LabAnswer>([shell('echo ran >> log'), { text: 'Done.' }]);
    const running = place.terminal(['run', await file(place, script), 'Go']);
    await running.says('say why not: ');
    const store = await openSqliteSessions({ folder: place.state, alive: () => true });
    const [head] = await store.list({});
    const rows = await store.read(head!.id, 0);
    const asked = rows.findLast(({ event }) => event.type === 'question')!.event as { readonly id: string };
    const text = JSON.stringify({ question: asked.id, decision: 'allow' });
    await store.enqueue(head!.id, { id: 'elsewhere', kind: 'answer', text, at: 0 });
    await store.close();
    const { code, out } = await running.ended;
    expect([code, out.includes('(answered elsewhere)'), out.includes('Done.')]).toEqual([0, true, true]);
    expect(place.read('log')).toBe('ran\n');
  });

  it('a child’s question names it; its work is shown below who asked it', async () => {
    await using place = new Place();
    const script = (facts: Facts): LabAnswer => {
      const child = facts.turns.some(({ text }) => text.includes('You help'));
      if (facts.turns.at(-1)?.role === 'tool') return { text: child ? 'It is seven.' : `So: ${lastResult(facts)}` };
      return child
        ? shell('echo seven')
        : { toolCalls: [{ name: 'transfer_task', args: { agent: 'helper', task: 'Count', expected_output: 'a number' } }] };
    };
    const east = await place.lab({ name: 'east', script });
    const team =
      '    sub_agents: [helper]\n  helper:\n    model: east/small-1\n    instruction: You help.\n    toolsets: [{ type: shell }]\n';
    const running = place.terminal(['run', place.agent({ providers: [east], agent: team }), 'Go']);
    await running.says(/\? helper: shell cmd=echo seven[^]*say why not: /);
    await running.type('y\n');
    const { code, out } = await running.ended;
    expect(code).toBe(0);
    // oxlint-disable-next-line no-control-regex
    const bare = out.replace(/\x1b\[[0-9;]*m/g, '');
    for (const line of [
      '⤷ helper works on: Count',
      'helper → shell cmd=echo seven',
      'helper │ It is seven.',
      '⤶ helper is done',
      'So: It is seven.',
    ])
      expect(bare).toContain(line);
  });
});

describe('with nobody there', () => {
  const rounds = (n: number) => byTurn<LabAnswer>([...Array.from({ length: n }, (_, at) => shell(`echo ${at}`)), { text: 'Done.' }]);

  it.each([[], ['--json']])('I7, I8: --yolo goes on five times past the limit, and no more %j', async (...flags) => {
    await using place = new Place();
    const args = ['run', await file(place, rounds(100)), 'Go', '--yolo', '--max-iterations', '1', ...flags];
    const { code, out, err } = await place.run(args);
    expect(code).toBe(1);
    expect(err).toContain('let go on 5 times by --yolo; that is the most');
    if (flags.length === 0) return;
    const answers = events(out).filter(({ type }) => type === 'answer');
    expect(answers.map(({ decision }) => decision)).toEqual(['allow', 'allow', 'allow', 'allow', 'allow', 'deny']);
    expect(events(out).at(-1)).toMatchObject({ on: 'result', why: 'out-of-turns', exit: 1 });
  });

  it('I7: one limit, one yes', async () => {
    await using place = new Place();
    const { code, out } = await place.run(['run', await file(place, rounds(3)), 'Go', '--yolo', '--max-iterations', '2', '--json']);
    expect(code).toBe(0);
    expect(events(out).filter(({ type }) => type === 'answer')).toHaveLength(1);
  });

  it('I9: --json without --yolo: a limit ends the run at once', async () => {
    await using place = new Place();
    const path = await file(place, rounds(100), 'permissions:\n  allow: [shell]\n');
    const { code, out } = await place.run(['run', path, 'Go', '--max-iterations', '1', '--json']);
    expect(code).toBe(1);
    expect(events(out).at(-1)).toMatchObject({ on: 'result', why: 'out-of-turns' });
    expect(events(out).filter(({ type }) => type === 'limit-raised')).toEqual([]);
  });

  it.each([[['--yolo']], [[]]])('E5: an elicitation is declined, and the run goes on %j', async (flags) => {
    await using place = new Place();
    const script = byTurn<LabAnswer>([ask({ message: 'Who?' }), (facts) => ({ text: `Got ${lastResult(facts)}.` })]);
    const { code, out, err } = await place.run(['run', await file(place, script), 'Go', ...flags]);
    expect([code, out.includes('"decline"')]).toEqual([0, true]);
    if (flags.length > 0) expect(err).toContain('user_prompt asked "Who?" and was declined');
  });
});
