import { describe, expect, it } from 'vitest';
import { WorkFolder } from '../testing/work-folder.ts';
import { userSettings } from './settings-file.ts';

const NEVER = new AbortController().signal;
const EMPTY = { permissions: { allow: [], ask: [], deny: [] } };

describe('settings of the user', () => {
  it('are none without a file, and none in an empty one', async () => {
    using folder = new WorkFolder();
    expect(await userSettings(folder.cwd, NEVER)).toEqual(EMPTY);
    folder.put('settings.yaml', '# nothing yet\n');
    expect(await userSettings(folder.cwd, NEVER)).toEqual(EMPTY);
    folder.put('settings.yaml', 'permissions:\n');
    expect(await userSettings(folder.cwd, NEVER)).toEqual(EMPTY);
  });

  it('hold rules for every session', async () => {
    using folder = new WorkFolder();
    folder.put('settings.yaml', 'permissions:\n  deny: ["shell:cmd=rm *"]\n  allow:\n    - read_*\n');
    expect(await userSettings(folder.cwd, NEVER)).toEqual({ permissions: { allow: ['read_*'], ask: [], deny: ['shell:cmd=rm *'] } });
  });

  it.each([
    ['permissions: [\n', 'settings.yaml:'],
    ['permisions:\n  deny: [x]\n', 'settings.yaml:1:1: error: there is no setting "permisions"; did you mean "permissions"?'],
    ['permissions:\n  dney: [x]\n', 'settings.yaml:2:3: error: permissions: there is no setting "dney"; did you mean "deny"?'],
    ['permissions:\n  deny: shell\n', 'settings.yaml:2:9: error: permissions.deny: must be a list of rules, not a text'],
    ['permissions:\n  deny: [1]\n', 'settings.yaml:2:10: error: permissions.deny[0]: must be a rule such as shell:cmd=ls*'],
    ['- x\n', 'must hold keys'],
    ['\u0000', 'settings.yaml'],
  ])('that are damaged name file and place: %j', async (text, words) => {
    using folder = new WorkFolder();
    folder.put('settings.yaml', text);
    await expect(userSettings(folder.cwd, NEVER)).rejects.toThrow(words);
    await expect(userSettings(folder.cwd, NEVER)).rejects.toThrow('Mend the file or move it away');
  });

  it('that cannot be read are an error, not none', async () => {
    using folder = new WorkFolder();
    folder.put('settings.yaml/x');
    await expect(userSettings(folder.cwd, NEVER)).rejects.toThrow('is a folder');
  });
});
