import { addBody, addParameter, Arguments, parametersOf, type Place } from './openapi-arguments.ts';
import { short, toolName, unique } from './openapi-names.ts';
import { isPart, partOf, resolved, Schemas, type Part } from './openapi-schema.ts';

/** One operation of an OpenAPI 3 document, as a tool has it. */
export interface Operation {
  readonly name: string;
  readonly description: string;
  readonly method: string;
  readonly path: string;
  /** The server it is at; may be relative to where the document is. */
  readonly server: string | undefined;
  readonly places: readonly Place[];
  /** Media type of the body, when it has one. */
  readonly body?: string;
  readonly parameters: Part;
}

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'] as const;

/** Throws a plain Error when the document is none. An operation that cannot be read is left out. */
export function operationsOf(document: unknown): readonly Operation[] {
  const root = partOf(document);
  if (typeof root['swagger'] === 'string') throw new Error(`it is of Swagger ${root['swagger']}; only OpenAPI 3 is understood`);
  if (!String(root['openapi']).startsWith('3.')) throw new Error('it is not an OpenAPI 3 document ("openapi: 3…" is missing)');
  const names = new Set<string>();
  return Object.entries(partOf(root['paths'])).flatMap(([path, value]) => {
    const item = resolved(root, value);
    return METHODS.flatMap((method) => {
      const operation = item && resolved(root, item[method]);
      return operation ? [operationOf(root, path, method, item, operation, names)] : [];
    });
  });
}

function operationOf(root: Part, path: string, method: string, item: Part, operation: Part, names: Set<string>): Operation {
  const schemas = new Schemas(root);
  const read = new Arguments();
  for (const parameter of parametersOf(root, item, operation)) addParameter(read, parameter, schemas);
  for (const [, name = ''] of path.matchAll(/\{([^{}]+)\}/g)) {
    const told = read.places.some((place) => place.in === 'path' && place.name === name);
    if (!told) addParameter(read, { name, in: 'path' }, schemas);
  }
  const body = addBody(read, root, operation, schemas);
  const id = typeof operation['operationId'] === 'string' ? operation['operationId'] : '';
  return {
    name: unique(toolName(id) || toolName(`${method}_${path}`) || method, names),
    description: described(operation, `${method.toUpperCase()} ${path}`),
    method: method.toUpperCase(),
    path,
    server: serverOf(operation) ?? serverOf(item) ?? serverOf(root),
    places: read.places,
    ...(body !== undefined && { body }),
    parameters: { type: 'object', properties: Object.fromEntries(read.properties), required: read.required },
  };
}

function serverOf(part: Part): string | undefined {
  const servers = (Array.isArray(part['servers']) ? part['servers'] : []).filter(isPart).flatMap((server) => {
    if (typeof server['url'] !== 'string' || server['url'] === '') return [];
    const variables = partOf(server['variables']);
    return [server['url'].replace(/\{([^{}]+)\}/g, (whole, name: string) => String(partOf(variables[name])['default'] ?? whole))];
  });
  return servers.find((url) => url.startsWith('https://')) ?? servers[0];
}

function described(operation: Part, otherwise: string): string {
  const told = [operation['summary'], operation['description']].filter(
    (text): text is string => typeof text === 'string' && text.trim() !== '',
  );
  return told.length === 0 ? otherwise : short([...new Set(told)].join('\n'));
}
