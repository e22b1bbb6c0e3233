import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { byTurn, type LabAnswer } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { events, Place } from './command.ts';

const call = (name: string, args: unknown): LabAnswer => ({ toolCalls: [{ name, args }] });
const EXAMPLE = readFileSync(join(import.meta.dirname, '../../../examples/team.yaml'), 'utf8');

describe('examples/team.yaml', () => {
  it('a task, a handoff, a hook that refuses and a rule that allows', async () => {
    await using place = new Place();
    const lead = await place.lab({
      name: 'anthropic',
      protocol: 'anthropic-messages',
      script: byTurn([
        call('transfer_task', { agent: 'researcher', task: 'What is it for?' }),
        call('handoff', { agent: 'writer' }),
        call('write_file', { path: 'notes/a.final.md', content: 'It keeps on.' }),
        call('write_file', { path: 'notes/a.md', content: 'It keeps on.' }),
        { text: 'It stands in notes/a.md.' },
      ]),
    });
    const researcher = await place.lab({ name: 'openai', protocol: 'openai-responses', script: { text: 'It keeps on.' } });
    place.write('team.yaml', EXAMPLE);
    const at = ({ name, url }: { readonly name: string; readonly url: string }) =>
      `  ${name}: { base_url: "${url}", token_key: LAB_KEY }\n`;
    place.write('holdfast.yaml', `providers:\n${at(lead)}${at(researcher)}`);
    expect((await place.run(['trust', 'team.yaml'])).code).toBe(0);
    const { code, out, err } = await place.run(['--json', 'run', 'team.yaml', 'What is it for? Write it down.']);
    expect(code, err).toBe(0);
    expect(readFileSync(join(place.work, 'notes/a.md'), 'utf8')).toBe('It keeps on.');
    expect(existsSync(join(place.work, 'notes/a.final.md'))).toBe(false);
    expect(out).toContain('Files that end in .final.md are done');
    expect(out).toContain('team rule \\"write_file:path=notes/*\\"');
    expect(events(out).some(({ path }) => Array.isArray(path) && String(path[0]).startsWith('researcher@'))).toBe(true);
  });
});
