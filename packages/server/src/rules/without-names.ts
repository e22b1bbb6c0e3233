import type { ClientError } from '@holdfast/core/wire';

const NAMED = /\[secret [^\]\s"\\]{1,100}\]/g;
const plain = (text: string): string => text.replace(NAMED, '[secret]');

/** What stood in place of a secret names the operator's variable: that is not the client's to know. */
export const withoutNames = (error: ClientError): ClientError => ({
  ...error,
  message: plain(error.message),
  ...(error.body !== undefined && { body: plain(error.body) }),
});
