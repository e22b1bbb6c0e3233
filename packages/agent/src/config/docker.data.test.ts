import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DOCKER_FILE } from './docker.data.ts';
import type { Shape } from './shape.ts';

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly definitions?: Readonly<Record<string, Schema>>;
}

const PATH = join(import.meta.dirname, '../../../../../shared/data/docker-agent-schema.json');

/** Where we are wider than the schema: keys of older versions, budgets that models already had. */
const WIDER = new Set(['agents.*.rag', 'version', 'agents.*.fallback.cooldown', 'providers.*.thinking_budget']);

function differences(schema: Schema, shape: Shape, path: string, root: Schema): readonly string[] {
  if (schema.$ref !== undefined) return differences(root.definitions?.[schema.$ref.split('/').at(-1) ?? ''] ?? {}, shape, path, root);
  const parts = schema.allOf?.map((one) => (one.$ref === undefined ? one : (root.definitions?.[one.$ref.split('/').at(-1) ?? ''] ?? {})));
  if (parts !== undefined && schema.properties === undefined) {
    const properties = Object.assign({}, ...parts.map((one) => one.properties ?? {})) as Record<string, Schema>;
    return differences({ type: 'object', properties, required: parts.flatMap((one) => one.required ?? []) }, shape, path, root);
  }
  if (WIDER.has(path) || shape.is === 'any') return [];
  const options = schema.type === undefined ? (schema.oneOf ?? schema.anyOf) : undefined;
  if (options !== undefined) {
    const shapes = shape.is === 'either' ? shape.of : [shape];
    return options.flatMap((option) => {
      const all = shapes.map((one) => differences(option, one, path, root));
      return all.find((found) => found.length === 0) ?? all.toSorted((a, b) => a.length - b.length)[0] ?? [];
    });
  }
  if (schema.type === 'object') return objectDifferences(schema, shape, path, root);
  if (schema.type === 'array')
    return shape.is === 'list' ? differences(schema.items ?? {}, shape.of, `${path}[]`, root) : [`${path}: ${shape.is}, not a list`];
  if (schema.type === 'integer' || schema.type === 'number') {
    if (shape.is !== 'number') return [`${path}: ${shape.is}, not a number`];
    const theirs = [schema.minimum, schema.maximum, schema.exclusiveMinimum, schema.type === 'integer'];
    const ours = [shape.min, shape.max, shape.above, shape.whole === true];
    return JSON.stringify(theirs) === JSON.stringify(ours) ? [] : [`${path}: ${JSON.stringify(ours)}, not ${JSON.stringify(theirs)}`];
  }
  if (schema.type === 'boolean') return shape.is === 'boolean' ? [] : [`${path}: ${shape.is}, not true or false`];
  if (schema.type !== 'string') return [];
  if (shape.is !== 'text') return [`${path}: ${shape.is}, not text`];
  return (schema.enum ?? []).filter((word) => shape.oneOf?.includes(word) !== true).map((word) => `${path}: "${word}" is not allowed`);
}

function objectDifferences(schema: Schema, shape: Shape, path: string, root: Schema): readonly string[] {
  if (schema.properties === undefined) {
    const inner = Object.values(schema.patternProperties ?? {})[0] ?? schema.additionalProperties;
    if (shape.is !== 'map') return [`${path}: ${shape.is}, not a map`];
    return typeof inner === 'object' ? differences(inner, shape.of, `${path}.*`, root) : [];
  }
  if (shape.is !== 'object') return [`${path}: ${shape.is}, not a map`];
  const theirs = Object.keys(schema.properties);
  return [
    ...theirs.flatMap((key) => {
      const own = shape.keys[key];
      return own === undefined
        ? [`${path}.${key} is not known`]
        : differences(schema.properties?.[key] ?? {}, own, path === '' ? key : `${path}.${key}`, root);
    }),
    ...Object.keys(shape.keys).flatMap((key) =>
      theirs.includes(key) || WIDER.has(`${path}.${key}`) ? [] : [`${path}.${key} is not in the schema`],
    ),
    ...(schema.required ?? []).filter((key) => shape.must?.includes(key) !== true).map((key) => `${path}.${key} is not required`),
  ];
}

describe.skipIf(!existsSync(PATH))("Docker's published schema", () => {
  it('says the same of every key: type, range, choices, what is required', () => {
    const schema = JSON.parse(readFileSync(PATH, 'utf8')) as Schema;
    expect(differences(schema, DOCKER_FILE, '', schema)).toEqual([]);
  });
});
