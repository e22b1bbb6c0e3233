import { isObject, type JsonObject } from '@holdfast/core/wire';

/** The JSON object that a text holds; undefined where it holds none. */
export function objectOf(text: string): JsonObject | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return isObject(json) ? json : undefined;
  } catch {
    return undefined;
  }
}
