import { isObject, isText, type Json, type JsonObject } from '../json.ts';

/** Readings of JSON that nobody has checked: what is not there reads as nothing. */
export const textAt = (json: JsonObject, name: string): string => {
  const value = json[name];
  return isText(value) ? value : '';
};

export const numberAt = (json: JsonObject, name: string): number | undefined => {
  const value = json[name];
  return typeof value === 'number' ? value : undefined;
};

const NO_OBJECT: JsonObject = {};
const NO_LIST: readonly JsonObject[] = [];

export const objectAt = (json: JsonObject, name: string): JsonObject => {
  const value = json[name];
  return isObject(value) ? value : NO_OBJECT;
};

export const objectsAt = (json: JsonObject, name: string): readonly JsonObject[] => {
  const value = json[name];
  return Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : NO_LIST;
};

export const isThere = (value: unknown): boolean => value !== undefined && value !== null;
