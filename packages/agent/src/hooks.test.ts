import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock, type Clock } from '@holdfast/core/engine';
import { describe, expect, it } from 'vitest';
import { BUILTINS } from './io/hook-builtins.ts';
import { BUILTIN_HOOKS, UNSERVED_HOOKS } from './rules/hook-names.ts';
import { hooksFor, type HookPorts } from './hooks.ts';
import { UNHOOKED, type HookEvent, type HookInput } from './rules/hook-types.ts';
import type { Hook, HooksConfig } from './rules/hooks-config.ts';
import { WorkFolder } from './testing/work-folder.ts';

const sh = (line: string, more: Partial<Hook> = {}): Hook => ({ type: 'command', command: line, ...more });
const builtin = (name: string, ...args: readonly string[]): Hook => ({ type: 'builtin', command: name, args });
const NEVER = new AbortController().signal;
/** Time limits come when the test says so; short waits are real. */
class Limits {
  readonly #wakes: (() => void)[] = [];
  readonly clock: Clock = {
    ...systemClock,
    after: (ms, wake) => (ms < 5000 ? systemClock.after(ms, wake) : (this.#wakes.push(wake), () => {})),
  };

  async pass(): Promise<void> {
    while (this.#wakes.length === 0) await new Promise((resolve) => setImmediate(resolve));
    for (const wake of this.#wakes.splice(0)) wake();
  }
}

async function appears(path: string): Promise<void> {
  while (!existsSync(path)) await new Promise((resolve) => setImmediate(resolve));
}

function hooks(config: HooksConfig, more: Partial<HookPorts> = {}) {
  return hooksFor(config, {
    agent: 'root',
    cwd: '/tmp',
    home: '/nowhere',
    clock: systemClock,
    childEnvironment: () => ({ PATH: process.env['PATH']! }),
    ...more,
  });
}
const at = (event: HookEvent, list: readonly Hook[], input: HookInput = {}, more: Partial<HookPorts> = {}) =>
  hooks({ [event]: event.includes('tool_use') || event === 'tool_response_transform' ? [{ hooks: list }] : list }, more).run(
    event,
    { session_id: 's', ...input },
    NEVER,
  );

describe('hooks that are commands', () => {
  it('T29: exit 2 blocks the call', async () =>
    expect(await at('pre_tool_use', [sh('echo not here >&2; exit 2')], { tool_name: 'shell' })).toMatchObject({
      allowed: false,
      decision: 'deny',
      message: 'not here',
    }));

  it('T31, T35: what it prints decides', async () => {
    const print = (json: object) => sh(`cat <<'E'\n${JSON.stringify(json)}\nE`);
    expect(await at('pre_tool_use', [print({ decision: 'block', reason: 'no' })])).toMatchObject({ allowed: false, message: 'no' });
    expect(await at('post_tool_use', [print({ continue: false, stop_reason: 'enough' })])).toMatchObject({
      allowed: false,
      message: 'enough',
    });
    expect(await at('before_llm_call', [print({ decision: 'block', reason: 'budget' })])).toMatchObject({
      allowed: false,
      message: 'budget',
    });
  });

  it('T32: one that takes too long is ended, with everything it started; pre_tool_use is closed, the others are open', async () => {
    const ended = async (event: HookEvent) => {
      using folder = new WorkFolder();
      const limits = new Limits();
      const slow = sh('sleep 1000 & echo $! > pid; echo > ready; wait');
      const run = at(event, [slow], { tool_name: 'x' }, { clock: limits.clock, cwd: folder.cwd });
      await appears(join(folder.cwd, 'ready'));
      await limits.pass();
      const outcome = await run;
      expect(alive(Number(folder.get('pid')))).toBe(false);
      return outcome;
    };
    const closed = await ended('pre_tool_use');
    expect(closed).toMatchObject({ allowed: false, message: expect.stringContaining('failed to execute: it took longer than 60 s') });
    expect(await ended('post_tool_use')).toEqual({
      allowed: true,
      warnings: [expect.stringContaining('took longer than 60 s and was ended')],
    });
  });

  it('T33: exit 1 is told and blocks nothing', async () =>
    expect(await at('pre_tool_use', [sh('echo oh >&2; exit 1')])).toEqual({
      allowed: true,
      warnings: ['the pre_tool_use hook "echo oh >&2; exit 1" exited with 1: oh'],
    }));

  it('T34: text is told to the model where it may be', async () => {
    expect((await at('turn_start', [sh('echo hello')])).context).toBe('hello');
    expect(await at('notification', [sh('echo hello')])).toEqual(UNHOOKED);
  });

  it('T36, T30: the matcher decides by the name of the tool', async () => {
    const guard = hooks({
      pre_tool_use: [
        { matcher: 'edit_file', hooks: [sh('exit 2')] },
        { matcher: '[', hooks: [sh('exit 2')] },
      ],
    });
    expect(await guard.run('pre_tool_use', { tool_name: 'shell' }, NEVER)).toMatchObject({
      allowed: true,
      warnings: [expect.stringContaining('is not a regular expression')],
    });
    expect((await guard.run('pre_tool_use', { tool_name: 'edit_file' }, NEVER)).allowed).toBe(false);
    expect(guard.has('pre_tool_use')).toBe(true);
    expect(guard.has('stop')).toBe(false);
  });

  it('T37: listed twice it runs once; with other arguments twice', async () => {
    using folder = new WorkFolder();
    const write = (...args: string[]) => sh('echo "$1" >> log', { args });
    await at('turn_start', [write('a'), write('a'), write('b')], {}, { cwd: folder.cwd });
    expect(folder.get('log').split('\n').toSorted()).toEqual(['', 'a', 'b']);
  });

  it('T41, T42: it reads the facts of the event, and where it runs', async () => {
    const facts = { tool_name: 'shell', tool_use_id: 'c', tool_input: { cmd: 'ls' }, tool_response: 'out' };
    const { context } = await at('post_tool_use', [sh('cat')], facts).then(({ warnings, ...rest }) => (expect(warnings).toEqual([]), rest));
    expect(context).toBeUndefined();
    const seen = await at('stop', [sh('echo "read: $(cat)"')], { stop_response: 'bye' });
    expect(JSON.parse(seen.context!.slice('read: '.length))).toEqual({
      session_id: 's',
      cwd: '/tmp',
      agent_name: 'root',
      stop_response: 'bye',
      hook_event_name: 'stop',
    });
    const written = await at('stop', [sh('echo "read $(cat)"')], { tool_input: '{"cmd":"ls"}', x: {} });
    expect(written.context).toContain('"tool_input":{"cmd":"ls"}');
    const told = await at('post_tool_use', [sh('printf "saw %s" "$(cat)"')], facts);
    expect(told.context).toContain('"tool_response":"out"');
  });

  it('has the variables it names, its own folder, and no secret of ours', async () => {
    using folder = new WorkFolder();
    folder.put('sub/x');
    const asked: string[] = [];
    const childEnvironment = (allow: readonly string[]) => (asked.push(...allow), { PATH: process.env['PATH']! });
    const hook = sh('echo "$A ${SECRET-none}"; pwd', { env: { A: '1' }, working_dir: 'sub' });
    const { context } = await at('turn_start', [hook], {}, { cwd: folder.cwd, childEnvironment });
    expect(context).toBe(`1 none\n${folder.cwd}/sub`);
    expect(asked).toEqual(['A']);
  });

  it('H1: all run at once, and are joined in the order of the file', async () => {
    using folder = new WorkFolder();
    execFileSync('mkfifo', [join(folder.cwd, 'pipe')]);
    // The first can only end when the second has begun.
    const outcome = await at('turn_start', [sh('cat pipe; echo first'), sh('echo -n > pipe; echo second')], {}, { cwd: folder.cwd });
    expect(outcome.context).toBe('first\nsecond');
  });

  it('H2: what cannot be started is closed or told; secrets do not pass', async () => {
    const lost = sh('true', { working_dir: '/nowhere/at/all' });
    expect(await at('pre_tool_use', [lost])).toMatchObject({ allowed: false, message: expect.stringContaining('cannot be started') });
    expect((await at('stop', [lost])).warnings[0]).toContain('its working directory');
    const scrub = (text: string) => text.replaceAll('hunter2', '[secret]');
    expect((await at('stop', [sh(`sed 's/.*"x":"//; s/".*//'; echo hunter2`)], { x: 'a hunter2 z' }, { scrub })).context).toBe(
      'a [secret] z\n[secret]',
    );
  });

  it('H2: a hook that prints without end, or closes its input, harms nobody', async () => {
    expect((await at('stop', [sh('head -c 3000000 /dev/zero | tr "\\0" x')])).warnings[0]).toContain('wrote more than 1000000 characters');
    expect((await at('stop', [sh('exec <&-; echo fine')], { prompt: 'x'.repeat(500_000) })).context).toBe('fine');
  });

  it('H2: a stop ends all of them and rejects', async () => {
    using folder = new WorkFolder();
    const stop = new AbortController();
    const under = hooks({ turn_start: [sh('echo $$ > pid; echo > ready; sleep 1000'), sh('sleep 1000')] }, { cwd: folder.cwd });
    const run = under.run('turn_start', {}, stop.signal);
    await appears(join(folder.cwd, 'ready'));
    stop.abort(new Error('stopped'));
    await expect(run).rejects.toThrow('stopped');
    expect(alive(Number(readFileSync(join(folder.cwd, 'pid'), 'utf8')))).toBe(false);
  });

  it('H3: the same failure is told once a session', async () => {
    const under = hooks({ stop: [sh('exit 3')] });
    const warnings = async (session_id: string) => (await under.run('stop', { session_id }, NEVER)).warnings.length;
    expect([await warnings('a'), await warnings('a'), await warnings('b')]).toEqual([1, 0, 1]);
  });

  it('what a hook leaves behind is ended and cannot hold it', async () => {
    using folder = new WorkFolder();
    expect((await at('stop', [sh('sleep 1000 & echo $! > pid; echo done')], {}, { cwd: folder.cwd })).context).toBe('done');
    expect(alive(Number(folder.get('pid')))).toBe(false);
  });
});

function alive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

describe('built-in hooks', () => {
  const work = async (event: HookEvent, hook: Hook, input: HookInput = {}, more: Partial<HookPorts> = {}) => at(event, [hook], input, more);

  it('T38: an unknown type or name denies a call, and is told elsewhere', async () => {
    expect(await work('pre_tool_use', builtin('add_dat'))).toMatchObject({
      allowed: false,
      message: expect.stringContaining('is no built-in hook; did you mean "add_date"?'),
    });
    expect(await work('pre_tool_use', { type: 'model', command: 'x' })).toMatchObject({ allowed: false });
    expect((await work('turn_start', builtin('nothing_like_it'))).warnings[0]).toContain('is no built-in hook');
    expect((await work('turn_start', builtin('snapshot'))).warnings[0]).toContain('not served by Holdfast');
  });

  it('T40: date, environment, user', async () => {
    expect((await work('turn_start', builtin('add_date'))).context).toMatch(/^Today's date: \d{4}-\d\d-\d\d$/);
    using folder = new WorkFolder();
    const { context } = await work('session_start', builtin('add_environment_info'), {}, { cwd: folder.cwd });
    expect(context).toContain(`Working directory: ${folder.cwd}\nGit repository: no`);
    expect((await work('session_start', builtin('add_user_info'))).context).toMatch(/^User: .+\nHost: .+$/);
  });

  it('T40: prompt files: the nearest upwards, the home copy, each once, bounded', async () => {
    using folder = new WorkFolder();
    folder.put('AGENTS.md', 'far');
    folder.put('a/AGENTS.md', 'near');
    folder.put('a/b/x');
    folder.put('long.md', 'y'.repeat(70_000));
    symlinkSync(join(folder.cwd, 'a/AGENTS.md'), join(folder.outside, 'AGENTS.md'));
    const ports = { cwd: join(folder.cwd, 'a/b'), home: folder.outside };
    const read = (...names: string[]) => work('turn_start', builtin('add_prompt_files', ...names), {}, ports);
    expect(await read('AGENTS.md')).toEqual({ allowed: true, context: `Instructions from ${folder.cwd}/a/AGENTS.md:\nnear`, warnings: [] });
    expect((await read('long.md')).context).toMatch(/y\n\[… the rest is cut\]$/);
    expect((await read('MISSING.md')).warnings[0]).toContain('there is no MISSING.md');
    expect((await read('../../etc/passwd', '/etc/passwd')).warnings).toHaveLength(2);
  });

  it('T40: a name in an agent file cannot fetch what is private', async () => {
    using folder = new WorkFolder();
    mkdirSync(join(folder.outside, '.ssh'));
    execFileSync('sh', ['-c', 'echo key > "$1"', 'sh', join(folder.outside, '.ssh/id')]);
    symlinkSync(join(folder.outside, '.ssh/id'), join(folder.cwd, 'NOTES.md'));
    const outcome = await work(
      'turn_start',
      builtin('add_prompt_files', '.ssh/id', 'NOTES.md'),
      {},
      { cwd: folder.cwd, home: folder.outside },
    );
    expect(outcome.context).toBeUndefined();
    expect(outcome.warnings.join()).toContain('outside the working directory only text files');
  });

  it('git status, diff and commits of a repository, and nothing outside of one', async () => {
    using folder = new WorkFolder();
    const ports = {
      cwd: folder.cwd,
      childEnvironment: () => ({ PATH: process.env['PATH']!, HOME: folder.outside, GIT_CONFIG_NOSYSTEM: '1' }),
    };
    const told = async (name: string, ...args: string[]) => (await work('turn_start', builtin(name, ...args), {}, ports)).context;
    expect(await told('add_git_status')).toBeUndefined();
    folder.put('a.txt', 'one\n');
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@y', '-c', 'init.defaultBranch=main', ...args], { cwd: folder.cwd });
    git('init', '-q');
    git('add', '.');
    git('commit', '-qm', 'first');
    folder.put('a.txt', 'two\n');
    // A repository from elsewhere could bring a command that runs whenever somebody looks.
    git('config', 'core.fsmonitor', 'touch looked; false');
    expect(await told('add_git_status')).toBe('Git status:\n## main\n M a.txt');
    expect(await told('add_git_diff')).toContain('a.txt | 2 +-');
    expect(await told('add_git_diff', 'full')).toContain('+two');
    expect(await told('add_recent_commits', '5')).toMatch(/^Recent commits:\n[0-9a-f]+ first$/);
    expect(existsSync(join(folder.cwd, 'looked'))).toBe(false);
    expect((await work('turn_start', builtin('add_recent_commits', 'x'), {}, ports)).warnings[0]).toContain('it takes a count from 1');
  });

  it('a listing without hidden entries, bounded', async () => {
    using folder = new WorkFolder();
    for (let n = 0; n < 103; n++) folder.put(`f${String(n).padStart(3, '0')}`);
    folder.put('.hidden');
    folder.put('d/x');
    const { context } = await work('session_start', builtin('add_directory_listing'), {}, { cwd: folder.cwd });
    expect(context).toContain('\nd/\nf000\n');
    expect(context).toContain('… and 4 more');
    expect(context).not.toContain('hidden');
  });

  it('max_iterations ends a run after so many calls', async () => {
    const hook = builtin('max_iterations', '3');
    expect((await work('before_llm_call', hook, { iteration: 3 })).allowed).toBe(true);
    expect(await work('before_llm_call', hook, { iteration: 4 })).toMatchObject({
      allowed: false,
      message: expect.stringContaining('after 3 model calls'),
    });
    expect((await work('before_llm_call', builtin('max_iterations'), { iteration: 4 })).warnings[0]).toContain('missing');
    expect((await work('stop', hook)).warnings[0]).toContain('before_llm_call');
  });

  it('safer_shell asks about commands, or denies them', async () => {
    const call = (cmd: string) => ({ tool_name: 'shell', tool_input: { cmd } });
    const guard: HooksConfig = { pre_tool_use: [{ preempt_yolo: true, hooks: [builtin('safer_shell')] }] };
    expect(await hooks(guard).run('pre_tool_use', call('rm x'), NEVER)).toMatchObject({ allowed: true, decision: 'ask', preempts: true });
    expect(await hooks(guard).run('pre_tool_use', call('ls'), NEVER)).toEqual(UNHOOKED);
    expect(await work('pre_tool_use', builtin('safer_shell', 'deny'), call('rm x'))).toMatchObject({ allowed: false, decision: 'deny' });
    expect(await work('pre_tool_use', builtin('safer_shell'), { tool_name: 'fetch', tool_input: { url: 'x' } })).toEqual(UNHOOKED);
  });

  it('redact_secrets takes known secrets out of arguments and results', async () => {
    const scrub = (text: string) => text.replaceAll('hunter2', '[secret K]');
    const input = { tool_name: 'x', tool_input: { a: 'hunter2' }, tool_response: 'is hunter2' };
    expect((await work('pre_tool_use', builtin('redact_secrets'), input, { scrub })).input).toEqual({ a: '[secret K]' });
    expect((await work('tool_response_transform', builtin('redact_secrets'), input, { scrub })).response).toBe('is [secret K]');
    expect(await work('pre_tool_use', builtin('redact_secrets'), input)).toEqual(UNHOOKED);
    expect(await work('tool_response_transform', builtin('limit_large_tool_results'), input)).toEqual(UNHOOKED);
  });

  it('every built-in hook is one that agent files are checked against', () => {
    expect([...BUILTINS.keys()].toSorted()).toEqual([...BUILTIN_HOOKS, ...UNSERVED_HOOKS].toSorted());
  });

  it('http_post tells an address, without secrets, and follows no redirection', async () => {
    const bodies: string[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request
        .on('data', (chunk) => (body += chunk))
        .on('end', () => {
          bodies.push(body);
          response.writeHead(request.url === '/away' ? 302 : request.url === '/bad' ? 500 : 204, { location: '/taken' }).end();
        });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const scrub = (text: string) => text.replaceAll('hunter2', '[secret]');
      expect(await work('stop', builtin('http_post', `${url}/ok`), { stop_response: 'hunter2' }, { scrub })).toEqual(UNHOOKED);
      expect(JSON.parse(bodies[0]!)).toMatchObject({ hook_event_name: 'stop', stop_response: '[secret]' });
      expect((await work('stop', builtin('http_post', `${url}/away`))).warnings[0]).toContain('answered 302');
      expect((await work('stop', builtin('http_post', `${url}/bad`))).warnings[0]).toContain('answered 500');
      expect((await work('stop', builtin('http_post', 'file:///x'))).warnings[0]).toContain('http or https');
      expect(bodies).toHaveLength(3);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
