/** Whose a caller is: what stands behind the first slash its client says of itself, and could say anything (field note 35). */
export function keyOf(caller: string): string {
  const cut = caller.indexOf('/');
  return cut < 0 ? caller : caller.slice(0, cut);
}
