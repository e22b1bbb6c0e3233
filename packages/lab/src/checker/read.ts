/** Foreign JSON, read by hand: nothing here is shared with the code that is checked. */
export type Row = Readonly<Record<string, unknown>>;

export const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);
export const rows = (value: unknown): readonly Row[] => (Array.isArray(value) ? value.filter(isRow) : []);
export const str = (value: unknown): string => (typeof value === 'string' ? value : '');
export const row = (value: unknown): Row => (isRow(value) ? value : {});

/** The object a text holds; undefined for anything else. */
export function objectIn(text: unknown): Row | undefined {
  try {
    const parsed: unknown = JSON.parse(str(text));
    return isRow(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}
