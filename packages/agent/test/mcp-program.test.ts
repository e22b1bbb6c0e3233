import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@holdfast/core/engine';
import { describe, expect, it } from 'vitest';
import { RESTARTS } from '../src/rules/mcp-restart.ts';
import { alive, callOf, events, folder, happens, inFolders, NEVER, pids, saidBy, toolsetOf, troubled } from './mcp-kit.ts';

inFolders();

describe('an MCP server as a program', () => {
  it('is started when its tools are first asked for, once for all who ask, and ended by close', async () => {
    const toolset = troubled();
    expect(pids()).toEqual([]);
    const [first, second] = await Promise.all([toolset.tools(NEVER), toolset.tools(NEVER)]);
    expect(first).toBe(second);
    expect(pids().filter(alive)).toHaveLength(1);
    await toolset.close();
    expect(pids().filter(alive)).toEqual([]);
    expect(await saidBy(toolset.tools(NEVER))).toBe('mcp "trouble" was closed.');
  });

  it('T28: is asked for its list once, however many turns there are', async () => {
    const toolset = troubled();
    const lists = [await toolset.tools(NEVER), await toolset.tools(NEVER), await toolset.tools(NEVER)];
    expect(new Set(lists).size).toBe(1);
    expect(events()).toEqual(['listed']);
  });

  it('shows tools by their prefixed names and calls them by their own, without what is null', async () => {
    const toolset = troubled([], { prefix: 'kv', tools: ['echo', 'kv_fail'], model: 'small' });
    const tools = await toolset.tools(NEVER);
    expect(tools.map(({ name, readOnly, model, category }) => [name, readOnly, model, category])).toEqual([
      ['kv_echo', true, 'small', 'mcp'],
      ['kv_fail', false, 'small', 'mcp'],
    ]);
    expect(await callOf(toolset, 'kv_echo', { text: 'a', more: null })).toMatchObject({ output: '{"text":"a"}', failed: false });
  });

  it('tells the model of wrong arguments before the server is asked', async () => {
    expect(await saidBy(callOf(troubled(), 'echo', { text: { a: 1 } }))).toContain('The arguments of echo are wrong: text must be text');
  });

  it.each([
    [undefined, 'Handle with care.'],
    ['First: {ORIGINAL_INSTRUCTIONS}', 'First: Handle with care.'],
  ])('the instruction %j is %j once it is known', async (instruction, text) => {
    const toolset = troubled([], instruction === undefined ? {} : { instruction });
    await toolset.tools(NEVER);
    expect(toolset.instruction?.()).toBe(text);
  });

  it('gets an environment without secrets, but for what is given to it', async () => {
    const env = { GITHUB_TOKEN: 'hunter2' };
    const asked: (readonly string[])[] = [];
    const toolset = toolsetOf(
      {
        server: {
          kind: 'program',
          command: process.execPath,
          args: [new URL('mcp-server-worker.ts', import.meta.url).pathname],
          env,
          cwd: folder,
        },
      },
      { childEnvironment: (allow) => (asked.push(allow), { PATH: '/usr/bin' }) },
    );
    const { output } = await callOf(toolset, 'environment');
    expect(JSON.parse(output)).toMatchObject({ GITHUB_TOKEN: 'hunter2', PATH: '/usr/bin' });
    expect(JSON.parse(output)).not.toHaveProperty('HOME');
    expect(asked).toEqual([['GITHUB_TOKEN']]);
  });

  it('fails a call as the server says, and goes on', async () => {
    const toolset = troubled();
    expect(await callOf(toolset, 'fail')).toMatchObject({ output: 'there is no such thing', failed: true });
    expect(await saidBy(callOf(toolset, 'refuse'))).toBe('mcp "trouble" answered: not in this mood');
    expect(await callOf(toolset, 'picture')).toMatchObject({
      output: '[image image/png]',
      files: [{ mediaType: 'image/png', data: 'aGk=' }],
    });
    expect(pids()).toHaveLength(1);
  });

  it('shows how far a call is', async () => {
    const { live, output } = await callOf(troubled(), 'steps');
    expect(output).toBe('done');
    expect(live).toEqual(['step 1 (1/3)\n', 'step 2 (2/3)\n', 'step 3 (3/3)\n']);
  });

  it('has new tools once it says that its list changed', async () => {
    const toolset = troubled();
    await callOf(toolset, 'grow');
    expect(await callOf(toolset, 'grown')).toMatchObject({ output: 'I am new' });
  });
});

describe('an MCP server that does not start', () => {
  const startMs = 300;
  it.each<[string, string[], RegExp]>([
    [
      'hangs',
      ['hang'],
      /^mcp "trouble" did not answer within 0\.3 s\. Try it by hand in .*mcp-server-worker\.ts hang\nIts last words on stderr:\nstill warming up$/,
    ],
    [
      'prints something else',
      ['only-banner'],
      /did not answer .*\nOn stdout, where only messages may stand, it wrote: Listening on port 3000$/,
    ],
  ])('names itself when it %s', async (_, flags, words) => {
    // The limit begins with the process: what it prints must be there before.
    let begin = (): void => {};
    const clock = {
      ...systemClock,
      after: (ms: number, wake: () => void) => (ms === startMs ? ((begin = wake), () => {}) : systemClock.after(ms, wake)),
    };
    const toolset = troubled(flags, { startMs }, { clock });
    const said = saidBy(toolset.tools(NEVER));
    await happens('hangs');
    begin();
    expect(await said).toMatch(words);
    expect(pids().filter(alive)).toEqual([]);
  });

  it('names its exit code and its last words', async () => {
    expect(await saidBy(troubled(['exit']).tools(NEVER))).toMatch(
      /^mcp "trouble" ended with exit code 7 before it was ready\. Try it by hand in .*\nIts last words on stderr:\nno TOKEN in the environment$/,
    );
  });

  it('names a program that is not there, and a folder that is not there', async () => {
    const server = { kind: 'program', command: 'no-such-program', args: ['hunter2'], env: {}, cwd: folder } as const;
    expect(await saidBy(toolsetOf({ server }).tools(NEVER))).toBe(
      'mcp "no-such-program" cannot be started: there is no program "no-such-program". Install it, or name it with its path in "command"',
    );
    expect(await saidBy(toolsetOf({ server: { ...server, cwd: '/no/such/folder' } }).tools(NEVER))).toContain(
      'its working directory /no/such/folder does not exist',
    );
  });

  it('never shows a secret of its command line', async () => {
    const server = {
      kind: 'program',
      command: process.execPath,
      args: ['-e', 'console.error("hunter2"); process.exit(1)', 'hunter2'],
      env: {},
      cwd: folder,
    } as const;
    const said = await saidBy(toolsetOf({ server }).tools(NEVER));
    expect(said).toContain('[secret]');
    expect(said).not.toContain('hunter2');
  });

  it('T27: is tried again at the next turn', async () => {
    const toolset = troubled(['not-yet']);
    expect(await saidBy(toolset.tools(NEVER))).toContain('ended with exit code 1');
    writeFileSync(join(folder, 'ready'), '');
    expect((await toolset.tools(NEVER)).length).toBeGreaterThan(0);
  });

  it('says at once what happened while it rests', async () => {
    const toolset = troubled(['exit']);
    const said: string[] = [];
    for (let turn = 0; turn < 4; turn++) said.push(await saidBy(toolset.tools(NEVER)));
    expect(new Set(said).size).toBe(1);
    expect(pids()).toHaveLength(2);
  });

  it('says which tools there are when the file wants only others', async () => {
    expect(await saidBy(troubled([], { tools: ['put'] }).tools(NEVER))).toMatch(
      /^mcp "trouble" has none of the tools that "tools" names \(put\); it has echo, /,
    );
  });

  it('stops waiting when it is told to', async () => {
    const stop = new AbortController();
    const said = saidBy(troubled(['hang']).tools(stop.signal));
    await happens('hangs');
    stop.abort(new Error('stopped'));
    expect(await said).toBe('stopped');
  });

  it.each(['banner', 'loud'])('is understood although it prints a %s', async (flag) => {
    expect(await callOf(troubled([flag]), 'garbage')).toMatchObject({ output: 'answered' });
  });
});

describe('an MCP server that dies', () => {
  it('fails the call that was under way, and is there again for the next turn', async () => {
    const toolset = troubled();
    expect(await saidBy(callOf(toolset, 'die'))).toBe(
      'mcp "trouble" ended with exit code 3\nIts last words on stderr:\nsegmentation fault, sort of\nThe call may have done its work: look before you make it again.',
    );
    expect(events().filter((event) => event === 'died')).toHaveLength(1);
    expect(await callOf(toolset, 'echo', { text: 'back' })).toMatchObject({ output: '{"text":"back"}' });
    expect(pids()).toHaveLength(2);
  });

  it('is asked again by itself only where that does no harm', async () => {
    expect(await callOf(troubled(), 'die-once')).toMatchObject({ output: 'second time lucky', failed: false });
    expect(events().filter((event) => event === 'called')).toHaveLength(2);
  });

  it('is not started again when the file does not want that', async () => {
    const toolset = troubled([], { restarts: { ...RESTARTS, attempts: 0 } });
    await saidBy(callOf(toolset, 'die'));
    expect(await saidBy(toolset.tools(NEVER))).toContain('ended with exit code 3');
    expect(pids()).toHaveLength(1);
  });

  it('takes its children with it', async () => {
    const toolset = troubled();
    await callOf(toolset, 'children');
    expect(pids().filter(alive)).toHaveLength(2);
    await saidBy(callOf(toolset, 'die'));
    await toolset.close();
    expect(pids().filter(alive)).toEqual([]);
  });

  it('is ended with its children, also when it does not heed SIGTERM', async () => {
    const toolset = troubled(['stubborn']);
    await callOf(toolset, 'children');
    await toolset.close();
    expect(events()).toContain('SIGTERM');
    expect(pids().filter(alive)).toEqual([]);
  });
});

describe('a call of an MCP server', () => {
  it('that is stopped is stopped there too', async () => {
    const toolset = troubled();
    const stop = new AbortController();
    const said = saidBy(callOf(toolset, 'wait', {}, { signal: stop.signal }));
    await happens('waiting');
    stop.abort(new Error('the user has enough'));
    expect(await said).toBe('the user has enough');
    await happens('cancelled');
    expect(await callOf(toolset, 'echo')).toMatchObject({ output: '{}' });
  });

  it('that takes too long is stopped, and says so', async () => {
    const toolset = troubled([], { callMs: 50 });
    expect(await saidBy(callOf(toolset, 'wait'))).toBe('mcp "trouble" did not finish wait within 0.05 s; it was told to stop.');
    await happens('cancelled');
  });

  it('with an answer of more than 10 MB fails alone', async () => {
    const toolset = troubled();
    expect(await saidBy(callOf(toolset, 'huge'))).toBe(
      'mcp "trouble" answered: The answer was longer than 10 MB and was thrown away. Ask for less at a time.',
    );
    expect(await callOf(toolset, 'echo')).toMatchObject({ output: '{}' });
    expect(pids()).toHaveLength(1);
  });

  it('asks the user in its middle', async () => {
    const toolset = troubled();
    const { asked, output } = await callOf(toolset, 'ask', {}, { answer: () => ({ action: 'accept', content: { name: 'Ada' } }) });
    expect(asked).toEqual([
      { mode: 'form', message: 'Who are you?', from: 'mcp "trouble"', schema: expect.objectContaining({ required: ['name'] }) },
    ]);
    expect(JSON.parse(output)).toEqual({ action: 'accept', content: { name: 'Ada' } });
    expect(JSON.parse((await callOf(toolset, 'ask')).output)).toEqual({ action: 'decline' });
    expect(JSON.parse((await callOf(toolset, 'ask', {}, { answer: () => Promise.reject(new Error('gone')) })).output)).toEqual({
      action: 'cancel',
    });
  });

  it('shows the user a page', async () => {
    const { asked, output } = await callOf(troubled(), 'visit', {}, { answer: () => ({ action: 'accept' }) });
    expect(asked).toEqual([{ mode: 'url', message: 'Sign in', url: 'https://a.example/', from: 'mcp "trouble"' }]);
    expect(JSON.parse(output)).toEqual({ action: 'accept' });
  });

  it('that needs a page visited first is made again once it was, and not otherwise', async () => {
    const refused = await saidBy(callOf(troubled(), 'gate'));
    expect(refused).toContain('The user did not visit the page.');
    expect(events().filter((event) => event === 'gate')).toHaveLength(1);
  });

  it('that needs a page visited first goes on when it was', async () => {
    const { asked, output } = await callOf(troubled(), 'gate', {}, { answer: () => ({ action: 'accept' }) });
    expect(asked).toMatchObject([{ mode: 'url', message: 'Sign in first' }]);
    expect(output).toBe('come in');
  });

  it('is not timed while the user thinks', async () => {
    const timers: number[] = [];
    const clock = {
      ...systemClock,
      after: (ms: number, wake: () => void) => {
        if (ms !== 4321) return systemClock.after(ms, wake);
        const at = timers.push(1) - 1;
        return () => void (timers[at] = 0);
      },
    };
    const during: number[] = [];
    const answer = () => {
      during.push(timers.filter(Boolean).length);
      return { action: 'decline' } as const;
    };
    await callOf(troubled([], { callMs: 4321 }, { clock }), 'ask', {}, { answer });
    expect(during).toEqual([0]);
    expect(timers).toEqual([0, 0]);
  });
});

describe('prompts of an MCP server', () => {
  it('are listed with their arguments and give text', async () => {
    const [prompt] = await troubled().prompts!(NEVER);
    expect(prompt).toMatchObject({ name: 'greet', description: 'Says hello', arguments: [{ name: 'who', required: true }] });
    expect(await prompt!.text({ who: 'Ada' }, NEVER)).toBe('Greet Ada.\n\n[image image/png]');
    expect(await saidBy(prompt!.text({}, NEVER))).toBe('The prompt "greet" needs "who".');
  });
});
