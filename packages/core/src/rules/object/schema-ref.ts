import { isObject } from './json-value.ts';

const unescaped = (step: string): string => {
  let text = step;
  try {
    text = decodeURIComponent(step);
  } catch {
    // A percent sign that encodes nothing stands for itself.
  }
  return text.replaceAll('~1', '/').replaceAll('~0', '~');
};

/** The part of a schema that a reference within it names: `#`, `#/$defs/x`, `#anchor`. Undefined: there is none. */
export function pointed(root: unknown, ref: string): unknown {
  if (ref === '#') return root;
  if (!ref.startsWith('#/')) return ref.startsWith('#') ? anchored(root, ref.slice(1)) : undefined;
  let at: unknown = root;
  for (const step of ref.slice(2).split('/').map(unescaped)) {
    if (Array.isArray(at)) at = (at as unknown[])[Number(step)];
    else at = isObject(at) && Object.hasOwn(at, step) ? at[step] : undefined;
  }
  return at;
}

function anchored(root: unknown, name: string): unknown {
  for (const defs of ['$defs', 'definitions']) {
    const found = isObject(root) && isObject(root[defs]) ? Object.values(root[defs]) : [];
    for (const one of found) if (isObject(one) && (one['$anchor'] === name || one['$id'] === `#${name}`)) return one;
  }
  return undefined;
}
