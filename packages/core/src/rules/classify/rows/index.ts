import type { Row } from '../row.ts';
import { ANTHROPIC } from './anthropic.data.ts';
import { CHINESE } from './chinese.data.ts';
import { CLOUDS } from './clouds.data.ts';
import { CODES } from './codes.data.ts';
import { GATEWAYS } from './gateways.data.ts';
import { GENERAL } from './general.data.ts';
import { GOOGLE } from './google.data.ts';
import { HOSTED } from './hosts.data.ts';
import { OPENAI } from './openai.data.ts';
import { OVERFLOW } from './overflow.data.ts';
import { PACKAGES } from './packages.data.ts';
import { REPAIRS } from './repairs.data.ts';
import { SIZES } from './sizes.data.ts';

/** Most specific first: what a repair or a smaller request mends, what one vendor says, what anybody says, bare codes. */
export const BUILT_IN: readonly Row[] = [
  ...REPAIRS,
  ...SIZES,
  ...OVERFLOW,
  ...ANTHROPIC,
  ...OPENAI,
  ...GOOGLE,
  ...CLOUDS,
  ...GATEWAYS,
  ...CHINESE,
  ...HOSTED,
  ...GENERAL,
  ...CODES,
  ...PACKAGES,
];
