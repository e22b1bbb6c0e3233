import { existsSync } from 'node:fs';
import { systemClock } from '@holdfast/core/engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { groupAlive } from '../io/process-group.ts';
import { WorkFolder } from '../testing/work-folder.ts';
import { toolsetsFor, type ToolsetSettings } from './index.ts';

let here: WorkFolder;
beforeEach(() => void (here = new WorkFolder()));
afterEach(() => here[Symbol.dispose]());

const made = (...sets: ToolsetSettings[]) =>
  toolsetsFor(sets, { clock: systemClock, home: here.outside, childEnvironment: () => ({ PATH: process.env['PATH'] ?? '' }) });
const names = (tools: readonly { readonly name: string }[]) => tools.map(({ name }) => name);

describe('the settings of a toolset', () => {
  it('name: stands before each name, and the tool does not notice', async () => {
    const { tools } = made({ type: 'shell', tools: ['shell', 'box_stop_background_job'], raw: { name: 'box' } });
    expect(names(tools)).toEqual(['box_shell', 'box_stop_background_job']);
    expect(await (await tools[0]!.prepare({ cmd: 'echo hi' }, here.context())).run()).toEqual({
      output: 'hi\n[exit code 0]',
      failed: false,
    });
    await expect(tools[0]!.touches({}, here.context())).rejects.toThrow('cmd is missing');
  });

  it('T16: model: each of its tools says which model answers next', () => {
    const { tools } = made(
      { type: 'filesystem', raw: { model: 'openai/gpt-5-mini' }, readOnly: true },
      { type: 'shell', tools: ['shell'] },
    );
    expect(tools.map(({ name, model }) => [name, model])).toEqual([
      ...['read_file', 'read_multiple_files', 'list_directory', 'directory_tree', 'search_files_content'].map((name) => [
        name,
        'openai/gpt-5-mini',
      ]),
      ['shell', undefined],
    ]);
  });

  it('two toolsets with the same tool are refused, unless a name tells them apart', () => {
    expect(() => made({ type: 'shell' }, { type: 'shell' })).toThrow('Two toolsets have the tool "shell"');
    expect(() => made({ type: 'shell', raw: { defer: true } }, { type: 'shell' })).toThrow('Two toolsets have the tool "shell"');
    expect(names(made({ type: 'shell', tools: ['shell'] }, { type: 'shell', tools: ['shell'], raw: { name: 'b' } }).tools)).toEqual([
      'shell',
      'b_shell',
    ]);
  });

  it('instruction: what the file says, in place of what the toolset says', () => {
    const { instructions } = made(
      { type: 'shell', instruction: 'Use it with care. {ORIGINAL_INSTRUCTIONS}' },
      { type: 'filesystem' },
      { type: 'openapi', instruction: 'not here', raw: { url: 'https://a.example/' } },
    );
    expect(instructions).toEqual(['Use it with care.']);
  });

  it('defer: all of them, or those it names, are a toolset of their own', async () => {
    const all = made({ type: 'shell', raw: { defer: true } }, { type: 'filesystem', raw: { defer: ['write_file'] } });
    expect(names(all.tools)).not.toContain('write_file');
    expect(names(all.tools)).not.toContain('shell');
    const signal = new AbortController().signal;
    const later = await Promise.all(all.toolsets.map(async (one) => [one.name, one.deferred, names(await one.tools(signal)).length]));
    expect(later).toEqual([
      ['shell', true, 5],
      ['filesystem', true, 1],
    ]);
  });

  it('close ends what every toolset started, and making them starts nothing', async () => {
    const all = made({ type: 'shell' }, { type: 'background_jobs', raw: { name: 'more' } });
    const start = all.tools.find(({ name }) => name === 'more_run_background_job')!;
    const held = await start.prepare({ cmd: 'touch up; sleep 1000' }, here.context());
    await held.run();
    while (!existsSync(`${here.cwd}/up`)) await systemClock.sleep(5, here.context().signal);
    expect(groupAlive(held.process!)).toBe(true);
    await all.close();
    expect(groupAlive(held.process!)).toBe(false);
  });
});
