import type { Entry, Mark, TreeNode } from '@holdfast/agent/engine';

/** Something of the file that is said to its owner. Never holds a value of the file: it may be a secret. */
export interface Note {
  readonly at: Mark;
  readonly path: string;
  readonly message: string;
  /** Nobody here knows what it is, as against what is known and has no place. */
  readonly unknown: boolean;
}

export interface Notes {
  left(at: Mark, path: string, message: string): void;
  unknown(at: Mark, path: string, message: string): void;
  readonly all: readonly Note[];
}

export function newNotes(): Notes {
  const all: Note[] = [];
  return {
    all,
    left: (at, path, message) => void all.push({ at, path, message, unknown: false }),
    unknown: (at, path, message) => void all.push({ at, path, message, unknown: true }),
  };
}

type Maybe = TreeNode | undefined;

export const field = (node: Maybe, key: string): Maybe => (node?.kind === 'map' ? node.entries.get(key)?.node : undefined);
export const entriesOf = (node: Maybe): readonly Entry[] => (node?.kind === 'map' ? [...node.entries.values()] : []);
export const itemsOf = (node: Maybe): readonly TreeNode[] => (node?.kind === 'list' ? node.items : []);
export const textOf = (node: Maybe): string | undefined =>
  node?.kind === 'text' ? node.value : node?.kind === 'number' ? node.written : undefined;

/** LiteLLM takes numbers in quotes too. */
export function numberOf(node: Maybe): number | undefined {
  if (node?.kind === 'number') return node.value;
  const text = node?.kind === 'text' ? node.value.trim() : '';
  return /^\d+(\.\d+)?(e[-+]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

const REFERENCE = /^os\.environ\/([A-Za-z_]\w*)$/;
/** The variable that `os.environ/NAME` names. */
export const variableIn = (text: string | undefined): string | undefined => REFERENCE.exec(text?.trim() ?? '')?.[1];

/** A name as variables are written. */
export const variableName = (...words: readonly string[]): string =>
  words
    .join('_')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .replace(/^(?=\d)/, 'N')
    .toUpperCase();

/** A name that can be referred to: no `/`, no comma, no effort behind a colon. */
export const plainName = (text: string): string =>
  text
    .trim()
    .replace(/[^A-Za-z0-9_.-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+|-+$/g, '') || 'unnamed';
