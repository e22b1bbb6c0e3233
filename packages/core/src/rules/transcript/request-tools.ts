import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import type { Draft } from './draft.ts';
import type { ProjectionTarget } from './origin.ts';
import { compileSchema, type SchemaDialect } from './schemas.ts';
import { sentName } from './tool-names.ts';

type Tool = NonNullable<LanguageModelV4CallOptions['tools']>[number];

const compiled = new WeakMap<object, Map<SchemaDialect, unknown>>();

/** Schemas are known by identity: a conversation sends the same tools call after call. */
function schemaFor(schema: object, dialect: SchemaDialect): unknown {
  let known = compiled.get(schema);
  if (!known) compiled.set(schema, (known = new Map()));
  if (!known.has(dialect)) known.set(dialect, compileSchema(schema, dialect));
  return known.get(dialect);
}

/** Tools under the names and with the schemas that the target takes, and the choice among them (providers C11, C12). */
export function fitTools(draft: Draft, { wants }: ProjectionTarget): void {
  const given = draft.options.tools;
  if (!given) return;
  let changed = false;
  const sent = given.flatMap((tool): Tool[] => {
    if (tool.type === 'provider') {
      const vendor = tool.id.split('.')[0] ?? '';
      // Run by the vendor it is named after; nobody else has it (providers C12).
      if (wants.namespaces.length === 0 || wants.namespaces.includes(vendor)) return [tool];
      changed = true;
      draft.warnings.push({ type: 'unsupported', feature: `tool ${tool.id}`, details: `it runs at ${vendor} only` });
      return [];
    }
    const name = sentName(tool.name, wants.toolNames);
    const inputSchema = schemaFor(tool.inputSchema, wants.schemas) as typeof tool.inputSchema;
    if (name === tool.name && inputSchema === tool.inputSchema) return [tool];
    changed = true;
    return [{ ...tool, name, inputSchema }];
  });
  if (changed) draft.set('tools', sent.length > 0 ? sent : undefined);
  choice(draft, sent, wants);
}

function choice(draft: Draft, sent: readonly Tool[], { toolNames: rule, forcedTool }: ProjectionTarget['wants']): void {
  const { toolChoice } = draft.options;
  if (!toolChoice) return;
  if (sent.length === 0) return draft.set('toolChoice', undefined);
  if (forcedTool === 'no' && (toolChoice.type === 'required' || toolChoice.type === 'tool'))
    return draft.set('toolChoice', { type: 'auto' }, 'no tool can be forced: the model chooses');
  if (toolChoice.type !== 'tool') return;
  const toolName = sentName(toolChoice.toolName, rule);
  if (!sent.some(({ name }) => name === toolName))
    return draft.set('toolChoice', undefined, `there is no tool ${toolChoice.toolName} there`);
  if (toolName !== toolChoice.toolName) draft.set('toolChoice', { type: 'tool', toolName });
}
