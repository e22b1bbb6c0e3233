const PLACE = '${file}';

/**
 * A command of a file with `${file}` in it, so that the shell reads the name of the file as one word: it has the name in its environment, and
 * all that is missing is quotes. A name is never spliced in: one like `$(rm -rf x).ts` stays a name.
 */
export function quotedFile(command: string): string {
  let result = '';
  let quote = '';
  for (let at = 0; at < command.length; at++) {
    const character = command[at]!;
    if (quote === '' && command.startsWith(`'${PLACE}'`, at)) {
      result += `"${PLACE}"`;
      at += PLACE.length + 1;
    } else if (quote === '' && command.startsWith(PLACE, at)) {
      result += `"${PLACE}"`;
      at += PLACE.length - 1;
    } else if (character === '\\' && quote !== "'") {
      result += character + (command[++at] ?? '');
    } else {
      if (quote === '' && (character === "'" || character === '"')) quote = character;
      else if (character === quote) quote = '';
      result += character;
    }
  }
  return result;
}
