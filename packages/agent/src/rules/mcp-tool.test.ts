import { describe, expect, it } from 'vitest';
import { instructionOf, nothingLeft, shownTools, type ListedTool } from './mcp-tool.ts';

const tool = (name: string, annotations?: ListedTool['annotations']): ListedTool => ({
  name,
  inputSchema: { type: 'object' },
  annotations,
});

describe('tools of a server', () => {
  it('are called by their prefixed names by the model and by their own on the server', () => {
    const shown = shownTools([tool('get'), tool('set')], { prefix: 'kv' });
    expect(shown.map(({ own, spec }) => [own, spec.name])).toEqual([
      ['get', 'kv_get'],
      ['set', 'kv_set'],
    ]);
  });

  it.each([
    [['get'], ['kv_get']],
    [['kv_set'], ['kv_set']],
    [
      ['get', 'kv_set', 'gone'],
      ['kv_get', 'kv_set'],
    ],
    [undefined, ['kv_get', 'kv_set']],
  ])('only %j are shown as %j', (only, names) => {
    expect(shownTools([tool('get'), tool('set')], { prefix: 'kv', only }).map(({ spec }) => spec.name)).toEqual(names);
  });

  it.each([
    [undefined, false, false],
    [{ readOnlyHint: true }, true, true],
    [{ idempotentHint: true }, false, true],
    [{ readOnlyHint: false, idempotentHint: false }, false, false],
  ])('hints %j mean read-only %s, idempotent %s', (annotations, readOnly, idempotent) => {
    expect(shownTools([tool('x', annotations)], {})[0]!.spec).toMatchObject({ readOnly, idempotent, category: 'mcp', sequential: false });
  });

  it('may be only those that change nothing', () => {
    const shown = shownTools([tool('get', { readOnlyHint: true }), tool('set', { idempotentHint: true })], { readOnly: true });
    expect(shown.map(({ own }) => own)).toEqual(['get']);
  });

  it('keeps the first of two tools with one name, and makes an object of any schema', () => {
    const shown = shownTools([tool('a'), { ...tool('a'), description: 'second' }], { model: 'small' });
    expect(shown).toHaveLength(1);
    expect(shown[0]!.spec).toMatchObject({ description: '', model: 'small', parameters: { type: 'object', properties: {} } });
  });

  it('says so when the file wants only tools that are not there', () => {
    expect(nothingLeft([tool('get'), tool('set')], { only: ['put'] })).toBe(
      'has none of the tools that "tools" names (put); it has get, set',
    );
    expect(nothingLeft([tool('get')], { only: ['get', 'put'] })).toBeUndefined();
    expect(nothingLeft([], { only: ['put'] })).toBeUndefined();
    expect(nothingLeft([tool('get')], {})).toBeUndefined();
  });

  it.each([
    [undefined, undefined, undefined],
    [undefined, 'Be kind.', 'Be kind.'],
    ['Mine.', 'Be kind.', 'Mine.'],
    ['{ORIGINAL_INSTRUCTIONS} And brief.', 'Cost: $& $1.', 'Cost: $& $1. And brief.'],
    ['{ORIGINAL_INSTRUCTIONS}', undefined, undefined],
  ])('the instruction %j over the server’s %j is %j', (given, own, text) => {
    expect(instructionOf(given, own)).toBe(text);
  });
});
