import { expect, it } from 'vitest';
import { quotedFile } from './file-place.ts';

it.each([
  ['gofmt -w ${file}', 'gofmt -w "${file}"'],
  ['gofmt -w "${file}"', 'gofmt -w "${file}"'],
  ["gofmt -w '${file}'", 'gofmt -w "${file}"'],
  ['echo "edited ${file} now" && wc ${file}', 'echo "edited ${file} now" && wc "${file}"'],
  ["sh -c 'cat ${file}'", "sh -c 'cat ${file}'"],
  ['echo \\"${file}\\"', 'echo \\""${file}"\\"'],
  ['cp ${file} ${file}.old', 'cp "${file}" "${file}".old'],
  ['echo $file ${filename}', 'echo $file ${filename}'],
  ["it's ${file}", "it's ${file}"],
  ['a\\', 'a\\'],
])('%s → %s', (command, quoted) => expect(quotedFile(command)).toBe(quoted));
