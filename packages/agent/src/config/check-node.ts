import { nearest } from '@holdfast/core/engine';
import type { Environment } from '@holdfast/core/engine';
import { ACTED_ON, actsInToolset, INSTEAD, isServedToolset, PROSE } from './acts.data.ts';
import { checkDuration, checkNumber, checkText } from './check-value.ts';
import type { VariableUse } from './file.ts';
import type { Names } from './names.ts';
import type { Mark, Problem } from './problem.ts';
import { checkRef } from './refs.ts';
import type { Finding } from './refs.ts';
import type { MapShape, ObjectShape, Shape, TextShape } from './shape.ts';
import { substitute } from './substitute.ts';
import type { Entry, MapNode, TreeNode } from './tree.ts';
import { due, found, short, wayOutOf } from './words.ts';

/** Where the walk is. `at` is what a message points to: the value, or its key when the value begins on another line. */
interface Spot {
  readonly path: string;
  readonly at: Mark;
  /** Nothing below is acted on, and that was said: only what is wrong there is still told. */
  readonly quiet: boolean;
  readonly prose: boolean;
}

/** Holds a tree against a shape. All that is wrong is told, in the order of the file; nothing stops at the first. */
export class Checker {
  readonly problems: Problem[] = [];
  readonly variables: VariableUse[] = [];
  readonly #file: string;
  readonly #names: Names;
  readonly #env: Environment;
  readonly #said = new Set<string>();

  constructor(file: string, names: Names, env: Environment) {
    this.#file = file;
    this.#names = names;
    this.#env = env;
  }

  check(root: TreeNode, shape: ObjectShape): void {
    this.#visit(root, shape, { path: '', at: root.at, quiet: false, prose: false });
  }

  tell(spot: Mark & { readonly path: string }, finding: Finding): void {
    if (finding.once !== undefined) {
      if (this.#said.has(finding.once)) return;
      this.#said.add(finding.once);
    }
    const { once: _once, ...rest } = finding;
    this.problems.push({ file: this.#file, line: spot.line, column: spot.column, path: spot.path, ...rest });
  }

  #tellAll(spot: Spot, findings: readonly Finding[]): void {
    for (const finding of findings) this.tell({ ...spot.at, path: spot.path }, finding);
  }

  #visit(node: TreeNode, shape: Shape, spot: Spot): void {
    if (shape.is === 'any') return;
    if (shape.is === 'either') {
      const fit = shape.of.find((branch) => suits(node, branch));
      return fit === undefined ? this.#wrongType(node, shape, spot) : this.#visit(node, fit, spot);
    }
    if (!suits(node, shape)) return this.#wrongType(node, shape, spot);
    if (shape.is === 'text') this.#text(node, shape, spot);
    else if (shape.is === 'number' && node.kind === 'number') this.#tellAll(spot, checkNumber(shape, node.value));
    else if (shape.is === 'duration') this.#tellAll(spot, checkDuration(node));
    else if (shape.is === 'list' && node.kind === 'list') {
      if (node.items.length < (shape.min ?? 0)) this.#tellAll(spot, [{ level: 'error', message: 'must not be empty' }]);
      node.items.forEach((item, index) => this.#visit(item, shape.of, { ...spot, path: `${spot.path}[${index}]`, at: item.at }));
    } else if (shape.is === 'map' && node.kind === 'map') this.#map(node, shape, spot);
    else if (shape.is === 'object' && node.kind === 'map') this.#object(node, shape, spot);
  }

  #wrongType(node: TreeNode, shape: Shape, spot: Spot): void {
    const wayOut = wayOutOf(node, shape);
    const message = node.kind === 'null' ? `is empty; ${due(shape)} is due here` : `must be ${due(shape)}, not ${found(node)}`;
    this.#tellAll(spot, [{ level: 'error', message, ...(wayOut === undefined ? {} : { wayOut }) }]);
  }

  #text(node: TreeNode, shape: TextShape, spot: Spot): void {
    const text = node.kind === 'text' ? node.value : node.kind === 'number' ? node.written : '';
    this.#tellAll(spot, checkText(shape, text, this.#env));
    if (spot.prose || spot.quiet) return shape.ref === undefined ? undefined : this.#tellAll(spot, checkRef(shape.ref, text, this.#names));
    const { text: full, used, missing } = substitute(text, this.#env, shape.variable);
    for (const name of used) this.variables.push({ name, file: this.#file, path: spot.path, at: spot.at, missing: missing.includes(name) });
    for (const name of missing) {
      this.#tellAll(spot, [
        {
          level: 'warning',
          message: `the environment variable ${name} is not set`,
          wayOut: `set ${name}`,
          once: `variable ${name} ${spot.path}`,
        },
      ]);
    }
    if (shape.ref !== undefined && missing.length === 0) this.#tellAll(spot, checkRef(shape.ref, full, this.#names));
  }

  #map(node: MapNode, shape: MapShape, spot: Spot): void {
    const like = shape.like === undefined ? undefined : new RegExp(shape.like, 'u');
    for (const entry of node.entries.values()) {
      const inner = below(spot, entry);
      if (like !== undefined && !like.test(entry.key)) {
        this.#tellAll({ ...inner, at: entry.at }, [{ level: 'error', message: `"${short(entry.key)}" is no valid name here` }]);
      }
      if (!(shape.bare === true && entry.node.kind === 'null')) this.#visit(entry.node, shape.of, inner);
    }
  }

  #object(node: MapNode, shape: ObjectShape, spot: Spot): void {
    const quiet = spot.quiet || this.#leftOut(node, shape, spot);
    for (const entry of node.entries.values()) {
      const inner = { ...below(spot, entry), quiet };
      const of = Object.hasOwn(shape.keys, entry.key) ? shape.keys[entry.key] : undefined;
      if (of === undefined) this.#unknown(entry, shape, inner);
      else this.#visit(entry.node, of, { ...inner, quiet: quiet || this.#notActedOn(entry, shape, inner, node) });
    }
    this.#tellAll(spot, missing(node, shape));
  }

  #unknown(entry: Entry, shape: ObjectShape, spot: Spot): void {
    if (shape.open === true) return;
    const near = nearest(entry.key, Object.keys(shape.keys));
    const level = shape.strict === true || (shape.strict === 'slips' && near !== undefined) ? 'error' : 'warning';
    const message = `unknown key "${short(entry.key)}"${level === 'warning' ? '; it has no effect' : ''}`;
    this.#tellAll({ ...spot, at: entry.at }, [{ level, message, ...(near === undefined ? {} : { nearest: near }) }]);
  }

  /** True when this key is known and has no effect here; said once a file. */
  #notActedOn(entry: Entry, shape: ObjectShape, spot: Spot, within: MapNode): boolean {
    const type = shape.name === 'toolset' ? typeOf(within) : undefined;
    const acted = type === undefined ? actedOn(shape, entry.key) : actsInToolset(type, entry.key);
    if (acted) return false;
    if (spot.quiet) return true;
    const kind = type === undefined ? '' : ` in a toolset of type "${type}"`;
    const message = `Holdfast does not act on "${entry.key}"${kind}; it has no effect`;
    const instead = INSTEAD[`${shape.name}.${entry.key}`];
    const once = `key ${shape.name}.${type ?? ''}.${entry.key}`;
    this.#tellAll({ ...spot, at: entry.at }, [{ level: 'warning', message, once, ...(instead === undefined ? {} : { wayOut: instead }) }]);
    return true;
  }

  #leftOut(node: MapNode, shape: ObjectShape, spot: Spot): boolean {
    const type = shape.name === 'toolset' ? node.entries.get('type') : undefined;
    if (type?.node.kind !== 'text' || isServedToolset(type.node.value)) return false;
    const known = shape.keys['type'];
    if (known?.is !== 'text' || known.oneOf?.includes(type.node.value) !== true || spot.quiet) return spot.quiet;
    const message = `toolsets of type "${type.node.value}" are not served; an agent that has one is run without its tools`;
    this.tell({ ...type.node.at, path: `${spot.path}.type` }, { level: 'warning', message, once: `toolset ${type.node.value}` });
    return true;
  }
}

const typeOf = (node: MapNode): string => {
  const type = node.entries.get('type')?.node;
  return type?.kind === 'text' ? type.value : '';
};

const actedOn = ({ name }: ObjectShape, key: string): boolean => name === undefined || (ACTED_ON[name]?.includes(key) ?? true);

const suits = (node: TreeNode, shape: Shape): boolean => {
  if (shape.is === 'object') return node.kind === 'map';
  if (shape.is === 'duration') return node.kind === 'text' || node.kind === 'number';
  if (shape.is === 'either') return shape.of.some((branch) => suits(node, branch));
  return shape.is === 'any' || node.kind === shape.is || (shape.is === 'text' && shape.orNumber === true && node.kind === 'number');
};

const below = (spot: Spot, entry: Entry): Spot => ({
  path: join(spot.path, entry.key),
  at: entry.node.kind !== 'null' && entry.node.at.line === entry.at.line ? entry.node.at : entry.at,
  quiet: spot.quiet,
  prose: spot.prose || PROSE.has(entry.key),
});

export const join = (path: string, key: string): string => {
  if (!/^[\w-]+$/u.test(key)) return `${path}[${JSON.stringify(short(key))}]`;
  return path === '' ? key : `${path}.${key}`;
};

function missing(node: MapNode, shape: ObjectShape): readonly Finding[] {
  const has = (key: string): boolean => node.entries.has(key);
  const needs = (key: string): Finding => ({ level: 'error', message: `"${key}" is missing` });
  const findings = (shape.must ?? []).filter((key) => !has(key)).map(needs);
  if (shape.atLeastOne?.some(has) === false) findings.push({ level: 'error', message: `one of ${shape.atLeastOne.join(', ')} is missing` });
  if (shape.exactlyOne !== undefined && shape.exactlyOne.filter(has).length !== 1) {
    findings.push({ level: 'error', message: `exactly one of ${shape.exactlyOne.join(', ')} is due` });
  }
  const chosen = shape.when === undefined ? undefined : node.entries.get(shape.when.key)?.node;
  const then = chosen?.kind === 'text' ? shape.when?.then[chosen.value] : undefined;
  findings.push(...(then?.must ?? []).filter((key) => !has(key)).map(needs));
  if (then?.any?.some(has) === false) findings.push({ level: 'error', message: `one of ${then.any.join(', ')} is missing` });
  return findings;
}
