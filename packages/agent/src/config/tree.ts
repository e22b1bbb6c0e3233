import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Document, Node as YamlNode, Pair, YAMLMap } from 'yaml';
import type { Mark } from './problem.ts';

/**
 * A YAML text as a plain tree with positions: aliases resolved, `<<` merged, keys as text.
 * T1. What aliases expand to is counted before anybody walks it: a small file cannot become a large one.
 * T2. A key stands once in a map; own keys win over merged ones.
 * T3. No deeper than anybody writes by hand: what walks the tree may recurse.
 */
export type TreeNode =
  | { readonly kind: 'map'; readonly at: Mark; readonly entries: ReadonlyMap<string, Entry> }
  | { readonly kind: 'list'; readonly at: Mark; readonly items: readonly TreeNode[] }
  | { readonly kind: 'text'; readonly at: Mark; readonly value: string }
  | { readonly kind: 'number'; readonly at: Mark; readonly value: number; readonly written: string }
  | { readonly kind: 'boolean'; readonly at: Mark; readonly value: boolean }
  | { readonly kind: 'null'; readonly at: Mark };

export type MapNode = TreeNode & { readonly kind: 'map' };

export interface Entry {
  readonly key: string;
  /** Of the key. */
  readonly at: Mark;
  readonly node: TreeNode;
}

export interface Fault extends Mark {
  readonly level: 'error' | 'warning';
  readonly message: string;
  readonly wayOut?: string;
}

export interface Tree {
  readonly root?: TreeNode;
  readonly faults: readonly Fault[];
}

const MAX_NODES = 100_000;
const MAX_DEPTH = 200;
const MAX_FAULTS = 5;

export function parseTree(text: string): Tree {
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false, logLevel: 'error' });
    const builder = new Builder(document, lines);
    if (document.errors.length > 0) {
      return { faults: document.errors.slice(0, MAX_FAULTS).map((error) => syntaxFault(error, builder.mark(error.pos[0]))) };
    }
    for (const warning of document.warnings) builder.fault('warning', builder.mark(warning.pos[0]), warning.message);
    const root = document.contents === null ? undefined : builder.build(document.contents);
    return { ...(root === undefined ? {} : { root }), faults: builder.faults };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { faults: [{ level: 'error', line: 1, column: 1, message: 'not readable: its values are nested too deeply' }] };
  }
}

const syntaxFault = (error: { readonly code: string; readonly message: string }, at: Mark): Fault =>
  error.code === 'MULTIPLE_DOCS'
    ? { level: 'error', ...at, message: 'a second document begins here', wayOut: 'keep one document a file; remove the "---" line' }
    : { level: 'error', ...at, message: `not valid YAML: ${error.message.split('\n')[0] ?? error.code}`, ...wayOutOf(error.code) };

const wayOutOf = (code: string): { wayOut?: string } => {
  if (code === 'TAB_AS_INDENT') return { wayOut: 'indent with spaces' };
  if (code === 'BAD_SCALAR_START') return { wayOut: 'put the value in quotes' };
  return {};
};

class Builder {
  readonly faults: Fault[] = [];
  readonly #document: Document;
  readonly #lines: LineCounter;
  readonly #built = new Map<YamlNode, { readonly node: TreeNode; readonly size: number }>();
  readonly #open = new Set<YamlNode>();
  #nodes = 0;
  #over = false;

  constructor(document: Document, lines: LineCounter) {
    this.#document = document;
    this.#lines = lines;
  }

  mark(offset: number): Mark {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }

  fault(level: Fault['level'], at: Mark, message: string, wayOut?: string): void {
    this.faults.push({ level, ...at, message, ...(wayOut === undefined ? {} : { wayOut }) });
  }

  build(yaml: YamlNode): TreeNode {
    if (isAlias(yaml)) return this.#alias(yaml, yaml.source, yaml.resolve(this.#document));
    if (this.#open.size >= MAX_DEPTH) throw new RangeError('too deep');
    this.#nodes++;
    const before = this.#nodes;
    this.#open.add(yaml);
    const node = this.#plain(yaml, this.mark(yaml.range?.[0] ?? 0));
    this.#open.delete(yaml);
    this.#built.set(yaml, { node, size: this.#nodes - before + 1 });
    return node;
  }

  /** T1: an alias counts as much as what it stands for, aliases within it included. */
  #alias(alias: YamlNode, name: string, target: YamlNode | undefined): TreeNode {
    const at = this.mark(alias.range?.[0] ?? 0);
    if (target === undefined || this.#open.has(target)) {
      this.fault('error', at, target === undefined ? `*${name} stands for nothing` : `*${name} contains itself`);
      return { kind: 'null', at };
    }
    const known = this.#built.get(target);
    this.#nodes += known?.size ?? 0;
    if (this.#nodes > MAX_NODES) {
      if (!this.#over) this.fault('error', at, `aliases stand for more than ${MAX_NODES} values in all`, 'use fewer of them');
      this.#over = true;
      return { kind: 'null', at };
    }
    return known?.node ?? this.build(target);
  }

  #plain(yaml: YamlNode, at: Mark): TreeNode {
    if (isMap(yaml)) return { kind: 'map', at, entries: this.#entries(yaml) };
    if (isSeq(yaml)) return { kind: 'list', at, items: yaml.items.map((item) => this.build(item as YamlNode)) };
    const value: unknown = isScalar(yaml) ? yaml.value : undefined;
    if (typeof value === 'string') return { kind: 'text', at, value };
    if (typeof value === 'number') return { kind: 'number', at, value, written: (isScalar(yaml) && yaml.source) || String(value) };
    if (typeof value === 'boolean') return { kind: 'boolean', at, value };
    return { kind: 'null', at };
  }

  #entries(map: YAMLMap): ReadonlyMap<string, Entry> {
    const own = new Map<string, Entry>();
    const merged: Entry[] = [];
    for (const pair of map.items as Pair<YamlNode, YamlNode | null>[]) {
      const at = this.mark(pair.key.range?.[0] ?? 0);
      const node: TreeNode = pair.value === null ? { kind: 'null', at } : this.build(pair.value);
      const key = this.#key(pair.key, at);
      if (key === undefined) continue;
      if (key === '<<' && isScalar(pair.key) && pair.key.type === 'PLAIN') merged.push(...this.#merge(node, at));
      else if (own.has(key))
        this.fault('error', at, `"${key}" stands here a second time; the first is on line ${own.get(key)?.at.line}`, 'keep one of them');
      else own.set(key, { key, at, node });
    }
    for (const entry of merged) if (!own.has(entry.key)) own.set(entry.key, entry);
    return own;
  }

  #key(yaml: YamlNode, at: Mark): string | undefined {
    const key = isAlias(yaml) ? yaml.resolve(this.#document) : yaml;
    if (isScalar(key)) return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
    this.fault('error', at, 'a key must be a word, not a list or a map');
    return undefined;
  }

  #merge(node: TreeNode, at: Mark): readonly Entry[] {
    if (node.kind === 'map') return [...node.entries.values()];
    if (node.kind === 'list' && node.items.every((item) => item.kind === 'map')) {
      return node.items.flatMap((item) => (item.kind === 'map' ? [...item.entries.values()] : []));
    }
    this.fault('error', at, '"<<" takes a map, or a list of maps, from an anchor');
    return [];
  }
}
