import type { Issue } from './rules/object/json-value.ts';
import { issueLines, type OutputProblem } from './rules/object/reask.ts';
import type { CallRecord } from './rules/record.ts';

const MARK = Symbol.for('holdfast.model-output-error');

const WORDS: Readonly<Record<OutputProblem, string>> = {
  empty: 'the model answered with nothing',
  parse: 'the answer holds no valid JSON',
  schema: 'the answer does not match the schema',
  refusal: 'the model refused to answer',
  truncated: 'the answer was cut by the token limit before its JSON was complete',
};

/**
 * A model answered, and the answer is not what was asked for. `kind` says why: `empty`, `parse`, `schema`, `refusal` or `truncated` (asking again
 * with the same limit is useless). `issues` have the paths of what is wrong; `rawText`, what the model wrote, is not enumerable: logs and
 * JSON do not show it. The tokens were used all the same: `record` has them.
 */
export class ModelOutputError extends Error {
  override readonly name = 'ModelOutputError';
  readonly [MARK] = true;
  readonly kind: OutputProblem;
  readonly issues: readonly Issue[];
  readonly record: CallRecord | undefined;
  declare readonly rawText: string;

  constructor(kind: OutputProblem, rawText: string, issues: readonly Issue[], record: CallRecord | undefined, cause?: unknown) {
    const said = kind === 'parse' || kind === 'schema' ? issueLines(issues).join('; ') : '';
    super(`${WORDS[kind]}${said === '' ? '' : `: ${said}`}`, cause === undefined ? undefined : { cause });
    this.kind = kind;
    this.issues = issues;
    this.record = record;
    Object.defineProperty(this, 'rawText', { value: rawText, enumerable: false });
  }
}

/** True across duplicate copies of this package. */
export const isModelOutputError = (error: unknown): error is ModelOutputError =>
  typeof error === 'object' && error !== null && MARK in error;
