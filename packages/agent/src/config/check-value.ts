import { nearest, parseDuration } from '@holdfast/core/engine';
import type { Environment } from '@holdfast/core/engine';
import { hasVariable, substitute } from './substitute.ts';
import type { Finding } from './refs.ts';
import type { NumberShape, TextShape } from './shape.ts';
import type { TreeNode } from './tree.ts';
import { due, short } from './words.ts';

const error = (message: string, more: Partial<Finding> = {}): readonly Finding[] => [{ level: 'error', message, ...more }];

/** What is wrong with a number that stands where a number is due. */
export function checkNumber(shape: NumberShape, value: number): readonly Finding[] {
  const right =
    Number.isFinite(value) &&
    (shape.whole !== true || Number.isSafeInteger(value)) &&
    (shape.min === undefined || value >= shape.min) &&
    (shape.max === undefined || value <= shape.max) &&
    (shape.above === undefined || value > shape.above);
  return right ? [] : error(`must be ${due(shape)}, not ${value}`);
}

/** What is wrong with a text that stands where text is due; references are looked at elsewhere. */
export function checkText(shape: TextShape, text: string, env: Environment): readonly Finding[] {
  if (shape.variableName === true) return checkVariableName(text);
  if (shape.filled === true && text.trim() === '') return error(`must not be empty`);
  if (shape.oneOf !== undefined) return checkChoice(shape, text);
  if (shape.like !== undefined && !new RegExp(shape.like, 'u').test(text))
    return error(`"${short(text)}" does not have the form ${shape.like}`);
  return shape.url === true ? checkUrl(shape, text, env) : [];
}

function checkChoice(shape: TextShape, text: string): readonly Finding[] {
  const choices = shape.oneOf ?? [];
  if (choices.includes(text) || (shape.orLike !== undefined && new RegExp(shape.orLike, 'u').test(text))) return [];
  const near = shape.orNumber === true ? undefined : nearest(text, choices);
  return error(`"${short(text)}" is not one of ${choices.join(', ')}`, near === undefined ? {} : { nearest: near });
}

/** What stands here may be the key itself: it is not repeated. */
const checkVariableName = (text: string): readonly Finding[] =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(text)
    ? []
    : error('must be the name of an environment variable', {
        wayOut: 'keep the key itself out of the file: put it into a variable and name that here',
      });

function checkUrl(shape: TextShape, text: string, env: Environment): readonly Finding[] {
  const { text: full, missing } = substitute(text, env, shape.variable);
  if (missing.length > 0) return [];
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(full)?.[1]?.toLowerCase();
  const written = hasVariable(text, shape.variable) ? text : full;
  if (scheme === undefined || !URL.canParse(full))
    return error(`"${short(written)}" is not a URL`, { wayOut: 'write it in full: https://HOST/PATH' });
  return shape.variable === true && scheme !== 'http' && scheme !== 'https' ? error(`"${short(written)}" is not an http or https URL`) : [];
}

export function checkDuration(node: TreeNode): readonly Finding[] {
  const parsed = node.kind === 'text' || node.kind === 'number' ? parseDuration(node.value) : { ms: 0 };
  return 'error' in parsed ? error(parsed.error) : [];
}
