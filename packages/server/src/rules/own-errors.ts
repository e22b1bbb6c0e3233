import type { BadRequest, ClientError } from '@holdfast/core/wire';
import { isQuiet, quietest } from './quiet.ts';

/** A request that cannot be meant. The path of the field is left out where a place in it could be taken for a status. */
export function invalidRequest({ message, param }: Pick<BadRequest, 'message' | 'param'>): ClientError {
  const field = param !== undefined && isQuiet(param) ? { param } : {};
  return { status: 400, class: 'invalid-request', message: quietest(message, 'a field of this request is not what it must be'), ...field };
}

/** 404: there is none of that name for this key. `allowed`: the nearest one that there is. */
export function unknownModel(written: string, allowed?: string): ClientError {
  const shown = written.length > 80 ? `${written.slice(0, 79).replace(/[\ud800-\udbff]$/, '')}…` : written;
  const mean = allowed === undefined ? '' : `; did you mean "${allowed}"?`;
  const message = quietest(`there is no model "${shown}" for this key${mean}`, `there is no such model for this key${mean}`, NONE);
  return { status: 404, class: 'not-found', message, param: 'model' };
}

const NONE = 'there is no such model for this key';
