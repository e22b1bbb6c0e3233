import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@holdfast/core/engine';
import { describe, expect, it } from 'vitest';
import { yamlData } from '../config/yaml-data.ts';
import { toolsetsFor, type ToolsetSettings } from './index.ts';

const FILES = join(import.meta.dirname, '../../../../../shared/data/agent-files');

/** What the toolsets of a file's root agent came to. */
function made(file: string) {
  const { agents } = yamlData(readFileSync(join(FILES, file), 'utf8')) as { agents: { root: { toolsets: ToolsetSettings[] } } };
  const settings = agents.root.toolsets.map((raw) => ({ type: raw.type, raw: { ...raw } }));
  return toolsetsFor(settings, { clock: systemClock, home: '/home/nobody', childEnvironment: () => ({}) });
}

describe.skipIf(!existsSync(FILES))("Docker's own examples (skipped where the agent files are not)", () => {
  it('script_shell.yaml', () =>
    expect(made('script_shell.yaml').tools.map(({ name, parameters }) => [name, parameters['required']])).toEqual([
      ['get_ip', []],
      ['docker_images', []],
      ['github_user_repos', ['username']],
    ]));

  it('api-tool.yaml', () =>
    expect(made('api-tool.yaml').tools).toMatchObject([{ name: 'daily-puzzle', description: 'Get daily puzzle', readOnly: true }]));

  it('openapi-petstore.yaml', () =>
    expect(made('openapi-petstore.yaml').toolsets.map(({ name }) => name)).toEqual([
      'openapi "https://petstore3.swagger.io/api/v3/openapi.json"',
    ]));
});
