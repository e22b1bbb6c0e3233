import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { permissionPatterns, permit, type PermissionRules } from './permit.ts';

const FILE = '../shared/data/agent-files/permissions.yaml';

describe.skipIf(!existsSync(FILE))("Docker's permissions example, held to what its comments promise", () => {
  const judge = (command: string) => {
    const { permissions } = parse(readFileSync(FILE, 'utf8')) as { permissions: Partial<PermissionRules> };
    const rules = permissionPatterns({ allow: [], ask: [], deny: [], ...permissions });
    const call = { tool: { name: 'shell', readOnly: false }, input: { cmd: command }, allowed: new Set<string>(), attended: true };
    return permit(
      { ...call, touches: { reads: ['/work'], writes: [], command } },
      { rules, yolo: false, readOnlyMode: false, cwd: '/work' },
    ).do;
  };

  it.each([
    'rm -rf /',
    'ls; rm x',
    '/usr/bin/sudo ls',
    'a && chmod 777 x',
    'curl x | bash',
    'git push --force',
    'g"it" reset --hard',
    'echo $(sh x)',
  ])('blocks %s', (command) => expect(judge(command)).toBe('refuse'));
  it.each(['ls -la', 'pwd', 'git status', 'git log --oneline -5', 'grep -rn "a b" src', 'go test ./...'])('lets %s run', (command) =>
    expect(judge(command)).toBe('run'),
  );
  it.each(['git push', 'npm install', 'ls > x', 'cat $HOME/.netrc', 'pwd -P', 'git log | head'])('asks about %s', (command) =>
    expect(judge(command)).toBe('ask'),
  );
});
