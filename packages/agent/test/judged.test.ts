import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@holdfast/core';
import { expect, it } from 'vitest';
import { memorySessions } from '../src/io/sessions-memory.ts';
import { permissionPatterns, permit } from '../src/rules/permit.ts';
import { toolsFor } from '../src/tools/index.ts';
import { call, calls, eventsOf, modelOf, runtimeOf, says, toolOf } from './kit.ts';

it('a link laid by an earlier call of the same reply opens no door: what was allowed is looked at again before it runs', async () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-judged-')));
  try {
    const cwd = join(root, 'work');
    mkdirSync(cwd);
    mkdirSync(join(root, 'private'));
    writeFileSync(join(root, 'private', 'diary.txt'), 'dear diary');
    writeFileSync(join(cwd, 'notes.txt'), 'notes');
    const files = toolsFor([{ type: 'filesystem' }], { clock: systemClock, home: root, childEnvironment: () => ({}) });
    const link = toolOf('link', {
      sequential: true,
      run: () => (symlinkSync(join(root, 'private'), join(cwd, 'door')), { output: 'linked', failed: false }),
    });
    const model = modelOf((_, n) =>
      n === 1
        ? calls(call('1', 'link'), call('2', 'read_file', { path: 'door/diary.txt' }), call('3', 'read_file', { path: 'notes.txt' }))
        : says('done'),
    );
    const policy = { rules: permissionPatterns({ allow: ['link'], ask: [], deny: [] }), yolo: false, readOnlyMode: false, cwd };
    const store = memorySessions();
    const agent = { name: 'root', file: '/a.yaml', instruction: '', cwd };
    const run = await runtimeOf({ agent, model, store, tools: [link, ...files], permit: (ask) => permit(ask, policy) }).start({
      prompt: 'go',
    });
    await run.done;
    const results = (await eventsOf(store, run.session)).filter((event) => event.type === 'tool-result');
    expect(results.map(({ id, how }) => [id, how])).toEqual([
      ['1', 'done'],
      ['2', 'refused'],
      ['3', 'done'],
    ]);
    expect(JSON.stringify(results)).not.toContain('dear diary');
  } finally {
    rmSync(root, { recursive: true });
  }
});
