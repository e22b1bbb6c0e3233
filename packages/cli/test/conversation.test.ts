import { byTurn, gate, type Facts, type LabAnswer } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { Place, SCRIPT } from './command.ts';
import { shell } from './interrupt-states.ts';
import { echo } from './scripts.fixture.ts';

describe.skipIf(!SCRIPT)('an interactive session', () => {
  it('what is typed is echoed once, at the fourth prompt too', async () => {
    await using place = new Place();
    const running = place.terminal(['run', place.agent({ providers: [await place.lab({ name: 'east', script: echo })] })]);
    await running.says('> ');
    for (const word of ['first', 'second', 'third', 'fourth']) {
      await running.type(`${word}\n`);
      await running.says(new RegExp(`You said ${word}\\.[^]*> `));
    }
    await running.type('/exit\n');
    const { code, out } = await running.ended;
    expect(code).toBe(0);
    for (const word of ['first', 'second', 'third', 'fourth']) expect(out.split(word)).toHaveLength(3);
  });

  it('a model that cannot be asked is said to be where it is chosen, and is not chosen', async () => {
    await using place = new Place();
    const running = place.terminal(['run', place.agent({ providers: [await place.lab({ name: 'east', script: echo })] })]);
    await running.says('> ');
    await running.type('/model nowhere/big\n');
    await running.says(/the model "nowhere\/big" cannot be asked[^]*> /);
    await running.type('Hi\n');
    await running.says('You said Hi.');
    await running.type('/exit\n');
    expect((await running.ended).out).not.toContain('from its next answer on');
  });

  it('what was typed before a question is no answer to it', async () => {
    await using place = new Place();
    const held = gate('head');
    const script = byTurn<LabAnswer>([{ ...shell('echo ran >> log'), gate: held }, { text: 'Done.' }]);
    const running = place.terminal(['run', place.agent({ providers: [await place.lab({ name: 'east', script })] }), 'Go']);
    await held.reached;
    await running.type('y\ny');
    // The terminal has taken it: it echoes what it is given.
    await running.says('y');
    held.release();
    await running.says('[y]es');
    await running.type('n\n');
    expect((await running.ended).code).toBe(0);
    expect(() => place.read('log')).toThrow();
  });

  it('lines typed ahead of a prompt are prompts', async () => {
    await using place = new Place();
    const east = await place.lab({ name: 'east', script: echo });
    const running = place.terminal(['run', place.agent({ providers: [east] })]);
    await running.says('> ');
    await running.type('one\ntwo\n/exit\n');
    const { code, out } = await running.ended;
    expect(code).toBe(0);
    expect(out).toContain('You said one.');
    expect(out).toContain('You said two.');
    expect(east.requests).toHaveLength(2);
  });

  it('Ctrl-C stops an answer and the prompt is there again; at the prompt it ends', async () => {
    await using place = new Place();
    const held = gate(3);
    const script = ({ nth }: Facts): LabAnswer => (nth === 1 ? { text: 'A slow answer.', gate: held } : { text: 'Hello again.' });
    const running = place.terminal(['run', place.agent({ providers: [await place.lab({ name: 'east', script })] })]);
    await running.says('> ');
    await running.type('Hi\n');
    await held.reached;
    await running.type('\x03');
    await running.says(/stopped[^]*> /);
    await running.type('More\n');
    await running.says(/Hello again\.[^]*> /);
    await running.type('\x03');
    const { code, out } = await running.ended;
    expect(code).toBe(130);
    expect(out).not.toContain('go on with');
  });

  it('Ctrl-D in the middle of an answer: how to go on is said on a line of its own', async () => {
    await using place = new Place();
    const held = gate(3);
    const east = await place.lab({ name: 'east', script: (): LabAnswer => ({ text: 'A slow answer.', gate: held }) });
    const running = place.terminal(['run', place.agent({ providers: [east] })]);
    await running.says('> ');
    await running.type('Hi\n');
    await held.reached;
    await running.says('A slow');
    await running.type('\x04');
    const { code, out } = await running.ended;
    expect(code).toBe(130);
    // oxlint-disable-next-line no-control-regex
    expect(out.replace(/\x1b\[[?0-9;]*[A-Za-z]/g, '')).toMatch(/A slow\r\n.*is stopped\r\nholdfast: go on with: /);
  });

  it('Ctrl-C at a question stops the run, on a line of its own', async () => {
    await using place = new Place();
    const script = byTurn<LabAnswer>([shell('echo ran >> log'), { text: 'Done.' }]);
    const running = place.terminal(['run', place.agent({ providers: [await place.lab({ name: 'east', script })] })]);
    await running.says('> ');
    await running.type('Go\n');
    await running.says('say why not: ');
    await running.type('\x03');
    await running.says(/stopped[^]*> /);
    expect(running.out).toMatch(/say why not: [^\n]*\n[^\n]{0,6}stopped/);
    await running.type('/exit\n');
    expect((await running.ended).code).toBe(0);
    expect(() => place.read('log')).toThrow();
  });
});
