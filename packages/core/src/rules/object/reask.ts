import { pathText, type Issue } from './json-value.ts';

/** Why an answer was no object: nothing came, no JSON in it, not what the schema says, refused, or cut by the token limit. */
export type OutputProblem = 'empty' | 'parse' | 'schema' | 'refusal' | 'truncated';

/** Asking again may help: the model sees its mistake. The same limit cuts the same answer, and a refusal is no mistake. */
export const mayReask = (kind: OutputProblem): boolean => kind === 'empty' || kind === 'parse' || kind === 'schema';

const MOST_NAMED = 8;

/** `items[2].age: expected a whole number, got "12"`, one a line. */
export const issueLines = (issues: readonly Issue[]): readonly string[] => {
  const lines = issues.slice(0, MOST_NAMED).map(({ path, message }) => `${pathText(path)}: ${message}`);
  return issues.length <= MOST_NAMED ? lines : [...lines, `and ${issues.length - MOST_NAMED} more`];
};

/** Characters of a wrong answer that are shown to the model again. */
const MOST_SHOWN = 20_000;

export const shownAgain = (raw: string): string => (raw.length <= MOST_SHOWN ? raw : `${raw.slice(0, MOST_SHOWN)}\n… (cut)`);

/** What the model is told about its last answer. */
export function reaskText(kind: OutputProblem, issues: readonly Issue[]): string {
  const said = issueLines(issues);
  const what =
    kind === 'empty'
      ? 'Your last answer was empty.'
      : kind === 'parse'
        ? 'Your last answer was not valid JSON.'
        : 'Your last answer was JSON but does not match the schema.';
  const list = said.length === 0 ? '' : `\n${said.map((line) => `- ${line}`).join('\n')}`;
  return `${what}${list}\nAnswer again, completely, with the corrected JSON alone: no explanation, no code fence.`;
}

/** For a target that has neither a schema mode nor a tool to force. */
export const instructionText = (schema: unknown, name?: string, description?: string): string =>
  [
    `Answer with ${name === undefined ? 'one JSON value' : `one JSON value, "${name}"`} and nothing else: no explanation, no code fence.`,
    ...(description === undefined ? [] : [description]),
    ...(schema === undefined ? [] : ['It must match this JSON schema:', JSON.stringify(schema)]),
  ].join('\n');
