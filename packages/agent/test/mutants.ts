import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Node, Pair, Scalar } from 'yaml';
import { AGENT_FILE } from '../src/config/holdfast.data.ts';
import type { RefKind, Shape } from '../src/config/shape.ts';

/** An agent file with one thing wrong, and what must be said about it. */
export interface Mutant {
  readonly what: string;
  readonly text: string;
  readonly level: 'error' | 'warning';
  /** Lines the message may point to: of the field's key, or of its value. */
  readonly lines: readonly number[];
  /** Set when it must point there exactly. */
  readonly column?: number;
  readonly nearest?: string;
}

const WRONG = { map: '{ wrong: type }', list: '[[wrong]]', text: 'wrong', number: '7.25', boolean: 'true', null: '~' } as const;
type Kind = keyof typeof WRONG;

/** The kinds of value a shape takes; `any` takes all. */
function kindsOf(shape: Shape): readonly Kind[] {
  switch (shape.is) {
    case 'any':
      return ['map', 'list', 'text', 'number', 'boolean', 'null'];
    case 'duration':
      return ['text', 'number'];
    case 'text':
      return shape.orNumber === true ? ['text', 'number'] : ['text'];
    case 'either':
      return shape.of.flatMap(kindsOf);
    case 'object':
      return ['map'];
    default:
      return [shape.is];
  }
}

const kindOf = (node: Node): Kind =>
  isMap(node)
    ? 'map'
    : isSeq(node)
      ? 'list'
      : typeof (node as Scalar).value === 'string'
        ? 'text'
        : (typeof (node as Scalar).value as Kind);

/** Every field of the text, each wrong in every way that applies to it. */
export function mutantsOf(text: string): readonly Mutant[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const mutants: Mutant[] = [];
  const at = (offset: number) => lines.linePos(offset);
  const put = (from: number, to: number, by: string): string => text.slice(0, from) + by + text.slice(to);

  const value = (node: Node, shape: Shape, path: string, keyLine: number, bare = false): void => {
    if (!isMap(node) && !isSeq(node) && !isScalar(node)) return;
    const [from, to] = node.range ?? [0, 0];
    const here = at(from);
    // A block collection's text ends with its line break.
    const end = text[to - 1] === '\n' ? to - 1 : to;
    const anchored = node.anchor !== undefined;
    for (const kind of (Object.keys(WRONG) as Kind[]).filter(
      (one) => !anchored && !kindsOf(shape).includes(one) && !(bare && one === 'null'),
    )) {
      const wrong = `${path}: ${kind} instead of ${kindsOf(shape).join(' or ')}`;
      mutants.push({ what: wrong, text: put(from, end, WRONG[kind]), level: 'error', lines: [keyLine, here.line] });
    }
    const branch = shape.is === 'either' ? shape.of.find((one) => kindsOf(one).includes(kindOf(node))) : shape;
    if (branch === undefined) return;
    if (branch.is === 'text' && branch.ref !== undefined && isScalar(node) && !anchored) references(node, branch.ref, path);
    if (branch.is === 'list' && isSeq(node)) {
      node.items.forEach((item, index) => value(item as Node, branch.of, `${path}[${index}]`, at((item as Node).range?.[0] ?? 0).line));
    }
    if (isMap(node) && (branch.is === 'object' || branch.is === 'map'))
      (node.items as Pair<Scalar, Node | null>[]).forEach((pair) => entry(pair, branch, path));
  };

  const entry = (pair: Pair<Scalar, Node | null>, parent: Shape, path: string): void => {
    const key = String(pair.key.value);
    const [from, to] = pair.key.range ?? [0, 0];
    const { line, col } = at(from);
    const inner = parent.is === 'object' ? parent.keys[key] : parent.is === 'map' ? parent.of : undefined;
    if (parent.is === 'object' && parent.open !== true && key !== '<<') {
      const level = parent.strict === undefined ? 'warning' : 'error';
      mutants.push({
        what: `${path}.${key}x: unknown key`,
        text: put(from, to, `${key}x`),
        level,
        lines: [line],
        column: col,
        nearest: key,
      });
    }
    if (inner !== undefined && pair.value !== null)
      value(pair.value, inner, `${path}.${key}`, line, parent.is === 'map' && parent.bare === true);
  };

  const references = (node: Scalar, kind: RefKind, path: string): void => {
    const [from, to] = node.range ?? [0, 0];
    const { line, col } = at(from);
    const written = String(node.value);
    const told = { level: 'error', lines: [line], column: col } as const;
    mutants.push({ ...told, what: `${path}: refers to nothing`, text: put(from, to, 'nothing-of-that-name') });
    if (kind !== 'team' && kind !== 'definition') {
      mutants.push({ ...told, what: `${path}: a provider that is nobody`, text: put(from, to, 'nobody-at-all/model-1') });
    }
    const name = /^([\w-]{4,})(\/[^,]+)?$/.exec(written);
    if (name?.[1] !== undefined) {
      const misspelt = `${name[1].slice(0, 2)}q${name[1].slice(2)}${name[2] ?? ''}`;
      if (kind !== 'team' || name[2] === undefined) {
        mutants.push({ ...told, what: `${path}: "${misspelt}" misspelt`, text: put(from, to, misspelt), nearest: name[1] });
      }
    }
  };

  if (document.contents !== null) value(document.contents, AGENT_FILE, '', 1);
  return mutants;
}
