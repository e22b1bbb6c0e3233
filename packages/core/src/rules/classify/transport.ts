import { TRANSPORT, type TransportRow } from './transport.data.ts';

/** One error of a chain of causes, as far as the connection is concerned. */
export interface Fault {
  readonly code?: string;
  readonly syscall?: string;
  readonly message: string;
}

export const fits = (want: string, have: string): boolean => {
  if (want.startsWith('*')) return have.endsWith(want.slice(1)) || (want.endsWith('*') && have.includes(want.slice(1, -1)));
  return want.endsWith('*') ? have.startsWith(want.slice(0, -1)) : want === have;
};

const holds = (row: TransportRow, fault: Fault): boolean =>
  (row.code === undefined || (fault.code !== undefined && row.code.some((want) => fits(want, fault.code!.toLowerCase())))) &&
  (row.syscall === undefined || row.syscall === fault.syscall) &&
  (row.match === undefined || row.match.test(fault.message.slice(0, 300)));

const FIRST = TRANSPORT.filter((row) => row.first);
const CODED = TRANSPORT.filter((row) => !row.first && row.code);
const WORDED = TRANSPORT.filter((row) => !row.first && !row.code);

/**
 * How the connection failed. The innermost cause knows most; what wraps it says only that something failed. A runtime that tries
 * several addresses at once reports one error for each: the machine is to blame only if all of them say so (no route for IPv6 and a
 * refused IPv4 is a refusal).
 */
export function transportOf(faults: readonly Fault[]): TransportRow | undefined {
  const among = (rows: readonly TransportRow[]): TransportRow[] =>
    faults.map((fault) => rows.find((row) => holds(row, fault))).filter((row) => row !== undefined);
  const coded = among(CODED);
  return (
    coded.find((row) => row.kind === 'timeout') ??
    among(FIRST)[0] ??
    coded.findLast((row) => row.kind !== 'local') ??
    coded[0] ??
    among(WORDED).at(-1)
  );
}

/** Whether a code is one of a runtime's own, recognised or not, and not a provider's. */
export const isSystemCode = (code: string): boolean =>
  TRANSPORT.some((row) => row.code?.some((want) => fits(want, code.toLowerCase()))) ||
  /^(?:ERR_|UND_ERR_|HPE_|E[A-Z]{3,}$|EAI_)/.test(code);
