import { parse } from 'yaml';

/** What a text in JSON or YAML says. Throws an Error whose message says where it is wrong. */
export const yamlData = (text: string): unknown => (/^\s*[[{]/.test(text) ? JSON.parse(text) : parse(text, { maxAliasCount: 100 }));
