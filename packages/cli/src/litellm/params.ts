import type { Mark, TreeNode } from '@holdfast/agent/engine';
import { SETTINGS } from './litellm.data.ts';
import { entriesOf, field, numberOf, textOf, variableIn } from './look.ts';

/** A secret of the file: by the variable it names, or `written`: it stands there, and must not be repeated. */
export type Secret = { readonly variable: string } | { readonly written: Mark };

const EFFORTS = new Set(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']);
const SECRET_HEADER = /auth|key|token|secret|cookie|password|credential/i;

/** A long word of letters and digits, or one with a well-known beginning: whatever it is, it is not repeated. */
const SECRET_VALUE = /\b(sk|pk|key|ghp|xox[a-z])[-_]\w|bearer |basic |(?=\S*\d)(?=\S*[A-Za-z])\S{20,}/i;

export const secretOf = (node: TreeNode): Secret => {
  const variable = variableIn(textOf(node));
  return variable === undefined ? { written: node.at } : { variable };
};

const isSecret = (header: string, value: string): boolean =>
  SECRET_HEADER.test(header) || SECRET_VALUE.test(value) || variableIn(value) !== undefined;

export const headersOf = (node: TreeNode | undefined): Readonly<Record<string, Secret | string>> =>
  Object.fromEntries(
    entriesOf(node).map(({ key, node: value }) => [key, isSecret(key, textOf(value) ?? '') ? secretOf(value) : (textOf(value) ?? '')]),
  );

export function settingsOf(params: TreeNode): Readonly<Record<string, number | string | boolean>> {
  const settings: Record<string, number | string | boolean> = {};
  for (const { key, node } of entriesOf(params)) {
    const name = Object.hasOwn(SETTINGS, key) ? SETTINGS[key]! : undefined;
    const value = node.kind === 'boolean' ? node.value : numberOf(node);
    if (name !== undefined && value !== undefined) settings[name] = value;
  }
  const effort = textOf(field(params, 'reasoning_effort'));
  return effort !== undefined && EFFORTS.has(effort) ? { ...settings, effort } : settings;
}

const MILLION = 1e6;
/** Prices are told per token; the product of two decimals must not grow a tail. */
const perMillion = (each: number): number => Number((each * MILLION).toPrecision(12));

export function costOf(params: TreeNode, info: TreeNode | undefined): { readonly input: number; readonly output: number } | undefined {
  const of = (key: string) => numberOf(field(params, key)) ?? numberOf(field(info, key));
  const [input, output] = [of('input_cost_per_token'), of('output_cost_per_token')];
  return input === undefined || output === undefined ? undefined : { input: perMillion(input), output: perMillion(output) };
}
