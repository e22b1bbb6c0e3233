import { LONGEST_NAME, short, unique } from './openapi-names.ts';
import { isPart, partOf, resolved, type Part, type Schemas } from './openapi-schema.ts';

/** Where an argument goes. `body` without a name: the whole body. */
export interface Place {
  readonly argument: string;
  readonly in: 'path' | 'query' | 'header' | 'body';
  readonly name?: string;
  /** As JSON in one piece. */
  readonly json?: boolean;
  readonly explode?: boolean;
  readonly deep?: boolean;
}

/** Headers that are not arguments by OpenAPI's own words: the body, the toolset's `headers` and the call set them. */
const NO_ARGUMENTS: ReadonlySet<string> = new Set(['accept', 'content-type', 'authorization', 'host', 'content-length']);

/** Those of the operation replace those of its path. */
export function parametersOf(root: Part, item: Part, operation: Part): readonly Part[] {
  const all = [item['parameters'], operation['parameters']].flatMap((list): readonly unknown[] => (Array.isArray(list) ? list : []));
  const parts = all.flatMap((value): readonly Part[] => {
    const part = resolved(root, value);
    return part ? [part] : [];
  });
  const byPlace = new Map(parts.map((part) => [`${String(part['in'])} ${String(part['name'])}`, part]));
  return [...byPlace.values()];
}

/** The arguments of an operation, each under a name of its own that every vendor takes. */
export class Arguments {
  readonly places: Place[] = [];
  readonly properties: [string, Part][] = [];
  readonly required: string[] = [];

  add(wanted: string, place: Omit<Place, 'argument'>, schema: Part, required: boolean): void {
    const plain = wanted.replace(/[^A-Za-z0-9_.-]+/g, '_').slice(0, LONGEST_NAME) || 'argument';
    const taken = new Set(this.places.map(({ argument }) => argument));
    const argument = taken.has(plain) ? unique(`${plain.slice(0, LONGEST_NAME - 12)}_${place.in}`, taken) : plain;
    this.places.push({ argument, ...place });
    this.properties.push([argument, schema]);
    if (required) this.required.push(argument);
  }
}

/** One that is no argument of its own is left out. */
export function addParameter(read: Arguments, parameter: Part, schemas: Schemas): void {
  const { name, in: where } = parameter;
  if (typeof name !== 'string' || (where !== 'path' && where !== 'query' && where !== 'header')) return;
  if (where === 'header' && NO_ARGUMENTS.has(name.toLowerCase())) return;
  const content = Object.values(partOf(parameter['content']))[0];
  const schema = schemas.whole(content === undefined ? parameter['schema'] : partOf(content)['schema']);
  const about = typeof parameter['description'] === 'string' ? { description: short(parameter['description']) } : {};
  const place = {
    in: where,
    name,
    explode: parameter['explode'] !== false,
    ...(content !== undefined && { json: true }),
    ...(parameter['style'] === 'deepObject' && { deep: true }),
  } as const;
  read.add(
    name,
    place,
    { ...(Object.keys(schema).length === 0 && { type: 'string' }), ...schema, ...about },
    where === 'path' || parameter['required'] === true,
  );
}

/** Fields of a JSON or form body are arguments with `body_` before them, as Docker names them; any other JSON body is one argument. */
export function addBody(read: Arguments, root: Part, operation: Part, schemas: Schemas): string | undefined {
  const body = resolved(root, operation['requestBody']);
  const content = Object.entries(partOf(body?.['content']));
  const chosen = content.find(([type]) => /^application\/([\w.-]+\+)?json\b/i.test(type)) ?? content.find(([type]) => type === FORM);
  if (!body || !chosen) return undefined;
  const schema = schemas.whole(partOf(chosen[1])['schema']);
  const fields = isPart(schema['properties']) ? Object.entries(schema['properties']) : [];
  const needed: readonly unknown[] = Array.isArray(schema['required']) ? schema['required'] : [];
  for (const [name, inner] of fields)
    read.add(`body_${name}`, { in: 'body', name }, partOf(inner), body['required'] === true && needed.includes(name));
  if (fields.length === 0) read.add('body', { in: 'body' }, schema, body['required'] === true);
  return chosen[0];
}

export const FORM = 'application/x-www-form-urlencoded';
