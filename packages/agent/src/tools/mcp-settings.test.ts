import { describe, expect, it } from 'vitest';
import { RESTARTS } from '../rules/mcp-restart.ts';
import { mcpSettings } from './mcp-settings.ts';

const of = (raw: Readonly<Record<string, unknown>>) => mcpSettings({ type: 'mcp', raw }, '/work');

describe('a toolset of type mcp', () => {
  it('that is a program', () => {
    const raw = { command: 'npx', args: ['-y', 7], working_dir: 'sub', name: 'gh', instruction: 'Be brief.', model: 'small', defer: true };
    expect(mcpSettings({ type: 'mcp', raw, env: { TOKEN: 'x' }, tools: ['a'], readOnly: true }, '/work')).toEqual({
      server: { kind: 'program', command: 'npx', args: ['-y', '7'], env: { TOKEN: 'x' }, cwd: '/work/sub' },
      label: 'gh',
      prefix: 'gh',
      tools: ['a'],
      readOnly: true,
      instruction: 'Be brief.',
      model: 'small',
      deferred: true,
      restarts: RESTARTS,
    });
  });

  it.each([
    [undefined, undefined],
    ['sse', 'sse'],
    ['streamable', 'streamable'],
    ['streamable-http', 'streamable'],
  ])('that is remote, of kind %s', (transport_type, transport) => {
    const remote = { url: 'https://a.example/mcp', transport_type, headers: { Authorization: 'Bearer x' } };
    expect(of({ remote })?.server).toEqual({
      kind: 'remote',
      url: 'https://a.example/mcp',
      headers: { Authorization: 'Bearer x' },
      ...(transport && { transport }),
    });
  });

  it('that is in Docker’s catalogue is not served', () => {
    expect(of({ ref: 'docker:github' })).toBeUndefined();
  });

  it.each([
    [{}, RESTARTS],
    [{ profile: 'best-effort' }, { ...RESTARTS, attempts: 0 }],
    [{ profile: 'strict', restart: 'always' }, RESTARTS],
    [
      { restart: 'never', max_restarts: 3 },
      { ...RESTARTS, attempts: 0 },
    ],
    [{ max_restarts: -1 }, { ...RESTARTS, attempts: -1 }],
    [{ max_restarts: 0 }, RESTARTS],
    [{ backoff: { initial: '2s', max: '1m', multiplier: 3 } }, { attempts: 5, initialMs: 2000, maxMs: 60_000, multiplier: 3 }],
  ])('lives as %j says', (lifecycle, restarts) => {
    expect(of({ command: 'x', lifecycle })?.restarts).toEqual(restarts);
  });

  it('takes limits of time', () => {
    expect(of({ command: 'x', lifecycle: { startup_timeout: '5s', call_timeout: '2m' } })).toMatchObject({
      startMs: 5000,
      callMs: 120_000,
    });
    expect(of({ command: 'x', lifecycle: { startup_timeout: '0', call_timeout: 'soon' } })).not.toHaveProperty('startMs');
  });
});
