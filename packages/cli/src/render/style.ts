/** ANSI styles, or none. */
export interface Style {
  /** Nothing but text may be written: no colours, and the cursor stays where it is. */
  readonly plain: boolean;
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
  readonly struck: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly green: (text: string) => string;
  readonly cyan: (text: string) => string;
}

const code =
  (on: number | string, off: number | string) =>
  (text: string): string =>
    `\x1b[${on}m${text}\x1b[${off}m`;

const same = (text: string): string => text;

export const COLOR: Style = {
  plain: false,
  dim: code(2, 22),
  bold: code(1, 22),
  struck: code('2;9', '22;29'),
  red: code(31, 39),
  yellow: code(33, 39),
  green: code(32, 39),
  cyan: code(36, 39),
};

export const PLAIN: Style = { plain: true, dim: same, bold: same, struck: same, red: same, yellow: same, green: same, cyan: same };
