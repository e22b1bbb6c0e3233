import { isObject, isText, type Json } from '@holdfast/core/wire';

/** Every text of a body: what a provider's words may be an echo of (field note 36). What a tool was asked stands there as one, too. */
export function textsIn(value: Json | undefined, into: string[] = []): readonly string[] {
  if (isText(value)) into.push(value);
  else if (Array.isArray(value)) for (const one of value as readonly Json[]) textsIn(one, into);
  else if (isObject(value))
    for (const name in value) {
      const field = value[name];
      if (name === 'input' && isObject(field)) into.push(JSON.stringify(field));
      textsIn(field, into);
    }
  return into;
}
