import type { Facts } from '../script.ts';
import { isRow, type Made, type MadeCall } from './protocol.ts';

/** The answer with at least `count` tool calls: its own, then calls of the tools that the request offers. */
export function withCalls(made: Made, tools: Facts['tools'], count: number): Made {
  const calls: MadeCall[] = [...made.calls];
  for (let i = calls.length; i < count; i++) {
    const tool = tools[i % Math.max(1, tools.length)];
    calls.push({ id: `${made.id}${i}`, name: tool?.name ?? 'lookup', args: JSON.stringify(sample(tool?.schema, i)) });
  }
  return { ...made, calls, finish: 'tool-calls' };
}

/** Arguments that a schema accepts, roughly: every property, of its type. */
function sample(schema: unknown, seed: number): unknown {
  const { properties } = isRow(schema) ? schema : {};
  if (!isRow(properties)) return { query: `the lab's question ${seed + 1}` };
  return Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, value(property, seed)]));
}

function value(property: unknown, seed: number): unknown {
  const { type, enum: choices, items } = isRow(property) ? property : {};
  if (Array.isArray(choices)) return choices[seed % choices.length];
  if (type === 'integer' || type === 'number') return seed + 1;
  if (type === 'boolean') return true;
  if (type === 'array') return [value(items, seed)];
  if (type === 'object') return sample(property, seed);
  return `sample ${seed + 1}`;
}
