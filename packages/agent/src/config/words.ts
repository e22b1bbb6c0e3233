import type { EitherShape, NumberShape, Shape, TextShape } from './shape.ts';
import type { TreeNode } from './tree.ts';

const KINDS: Readonly<Record<TreeNode['kind'], string>> = {
  map: 'a map',
  list: 'a list',
  text: 'text',
  number: 'a number',
  boolean: 'true or false',
  null: 'empty',
};

/** What stands there, for people. */
export const found = (node: TreeNode): string => {
  if (node.kind === 'boolean') return `${node.value} (true or false)`;
  if (node.kind === 'number') return `the number ${node.written}`;
  return KINDS[node.kind];
};

/** What is due, for people. */
export function due(shape: Shape): string {
  switch (shape.is) {
    case 'any':
      return 'anything';
    case 'boolean':
      return 'true or false';
    case 'text':
      return dueText(shape);
    case 'number':
      return dueNumber(shape);
    case 'duration':
      return 'a duration such as 30s or 2m30s, or whole seconds';
    case 'list':
      return `a list${shape.of.is === 'any' ? '' : ` (each ${due(shape.of)})`}`;
    case 'map':
    case 'object':
      return 'a map of keys and values';
    case 'either':
      return dueEither(shape);
  }
}

function dueText(shape: TextShape): string {
  if (shape.oneOf !== undefined) return `one of ${shape.oneOf.join(', ')}`;
  if (shape.url === true) return 'a URL';
  if (shape.variableName === true) return 'the name of an environment variable';
  return 'text';
}

function dueNumber({ whole, min, max, above }: NumberShape): string {
  const what = whole === true ? 'a whole number' : 'a number';
  if (above !== undefined) return `${what} above ${above}${max === undefined ? '' : `, at most ${max}`}`;
  if (min !== undefined && max !== undefined) return `${what} from ${min} to ${max}`;
  if (min !== undefined) return `${what}, at least ${min}`;
  return max === undefined ? what : `${what}, at most ${max}`;
}

const dueEither = (shape: EitherShape): string => [...new Set(shape.of.map(due))].join(' or ');

/** How to turn what stands there into what is due, when that is plain to see. */
export function wayOutOf(node: TreeNode, shape: Shape): string | undefined {
  if (node.kind === 'null') return 'give it a value, or take the key out';
  if (shape.is === 'text' && (node.kind === 'number' || node.kind === 'boolean')) {
    return `put it in quotes: "${node.kind === 'number' ? node.written : node.value}"`;
  }
  if (shape.is === 'boolean' && node.kind === 'text') {
    if (/^(yes|on|true)$/i.test(node.value)) return 'write true, without quotes';
    if (/^(no|off|false)$/i.test(node.value)) return 'write false, without quotes';
  }
  if (shape.is === 'number' && node.kind === 'text' && /^-?\d+(\.\d+)?$/.test(node.value.trim())) {
    return `write ${node.value.trim()} without quotes`;
  }
  if (shape.is === 'list' && node.kind === 'text') return `write it as a list: [${short(node.value)}]`;
  return undefined;
}

/** Quoted in a message: never long. */
export const short = (text: string): string => (text.length > 60 ? `${text.slice(0, 57)}…` : text);
