import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { byTurn, type LabAnswer } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { Place } from './command.ts';

const shell = (cmd: string): LabAnswer => ({ toolCalls: [{ name: 'shell', args: { cmd } }] });

async function scene(settings: string) {
  const place = new Place();
  const east = await place.lab({ name: 'east', script: byTurn([shell('touch made.txt'), { text: 'Done.' }]) });
  mkdirSync(place.state, { recursive: true, mode: 0o700 });
  writeFileSync(join(place.state, 'settings.yaml'), settings);
  return { place, east, file: place.agent({ providers: [east] }) };
}

describe('settings.yaml of the state folder', () => {
  it('what the user denies is refused in every session, --yolo included, and who denied it is said', async () => {
    const { place, file } = await scene('permissions:\n  deny: ["shell:cmd=touch *"]\n');
    await using _ = place;
    const { code, out } = await place.run(['--json', 'run', file, 'Make it', '--yolo']);
    expect(code).toBe(0);
    expect(out).toContain("is denied by the user's settings");
    expect(existsSync(join(place.work, 'made.txt'))).toBe(false);
  });

  it('what the user allows runs with nobody there to ask', async () => {
    const { place, file } = await scene('permissions:\n  allow: ["shell:cmd=touch *"]\n');
    await using _ = place;
    const { code, err } = await place.run(['run', file, 'Make it']);
    expect({ code }, err).toEqual({ code: 0 });
    expect(existsSync(join(place.work, 'made.txt'))).toBe(true);
  });

  it('a file that is not understood stops everything, at its place', async () => {
    const { place, east, file } = await scene('permissions:\n  dney: ["shell"]\n');
    await using _ = place;
    const { code, err } = await place.run(['run', file, 'Make it']);
    expect(code).toBe(2);
    expect(err).toMatch(/settings\.yaml:2:3: error: permissions: there is no setting "dney"; did you mean "deny"\?.*Mend the file/);
    expect(east.requests).toHaveLength(0);
  });
});
