import { expect, it } from 'vitest';
import { textOf } from './source-files.ts';

const sections = textOf('docs/rules.md')
  .split(/^##+ /m)
  .flatMap((section) => {
    const [head = '', ...rest] = section.split('\n');
    const files = [...head.matchAll(/`([^`]+)`/g)].map((match) => match[1]!);
    const body = rest.join('\n');
    const ids = [...body.matchAll(/\*\*([A-Z]\d+)/g)].map((match) => match[1]!);
    return files.length > 0 && files[0]!.startsWith('packages/agent') ? [{ head: head.split(' · ')[0]!, files, ids }] : [];
  });

it.each(sections)('docs/rules.md, $head: each rule stands at the head of its file', ({ files, ids }) => {
  expect(ids.length).toBeGreaterThan(0);
  const text = [...files, 'packages/agent/src/rules/permit-shell.ts'].map(textOf).join('\n');
  expect(ids.filter((id) => !new RegExp(`^ ?\\*? ?\\*? ?${id}\\. `, 'm').test(text))).toEqual([]);
});
