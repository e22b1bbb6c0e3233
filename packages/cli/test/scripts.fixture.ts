import type { Facts, LabAnswer } from '@holdfast/lab';

/** Says what it was told. */
export const echo = ({ turns }: Facts): LabAnswer => ({ text: `You said ${turns.findLast(({ role }) => role === 'user')?.text}.` });
