import { describe, expect, it } from 'vitest';
import { FILE_BOUNDS, placeholder, toolAnswer, type McpAnswer, type McpPart } from './mcp-result.ts';

const text = (words: string): McpPart => ({ type: 'text', text: words });
const image = (data = 'aGk=', mimeType = 'image/png'): McpPart => ({ type: 'image', data, mimeType });

describe('what a server answers', () => {
  it.each<[string, McpAnswer, string, boolean]>([
    ['text parts, in order', { content: [text('one'), text('two')] }, 'one\ntwo', false],
    ['an error', { content: [text('no such repository')], isError: true }, 'no such repository', true],
    ['nothing', {}, '', false],
    ['A1: structured content without text', { content: [], structuredContent: { a: 1 } }, '{"a":1}', false],
    ['A1: structured content beside text', { content: [text('a is 1')], structuredContent: { a: 1 } }, 'a is 1', false],
    ['A1: structured content beside a picture', { content: [image()], structuredContent: 3 }, '3\n[image image/png]', false],
    [
      'a text that came as a resource',
      { content: [{ type: 'resource', resource: { uri: 'file:///a.md', mimeType: 'text/markdown', text: '# A' } }] },
      '[resource file:///a.md, text/markdown]\n# A',
      false,
    ],
    ['A2: a link', { content: [{ type: 'resource_link', uri: 'db://1', name: 'One' }] }, '[link to One, db://1]', false],
    ['A2: a kind nobody knows', { content: [{ type: 'hologram' }] }, '[hologram, which is not known here]', false],
    ['A2: a resource that holds nothing', { content: [{ type: 'resource' }] }, '[resource ]', false],
  ])('%s', (_, answer, output, failed) => {
    expect(toolAnswer(answer)).toMatchObject({ output, failed });
  });

  it('gives pictures, sound and documents as files', () => {
    const parts = [
      image('aG\nk='),
      { type: 'audio', data: 'aGk=', mimeType: 'audio/wav' },
      { type: 'resource', resource: { uri: 'file:///x/report.pdf', mimeType: 'application/pdf', blob: 'aGk=' } },
    ];
    expect(toolAnswer({ content: parts }).files).toEqual([
      { mediaType: 'image/png', data: 'aGk=' },
      { mediaType: 'audio/wav', data: 'aGk=' },
      { mediaType: 'application/pdf', data: 'aGk=', name: 'report.pdf' },
    ]);
  });

  it.each([
    ['models do not read', image('aGk=', 'image/svg+xml')],
    ['models do not read', { type: 'resource', resource: { uri: 'x.gz', mimeType: 'application/gzip', blob: 'aGk=' } }],
    ['models do not read', { type: 'image', data: 'aGk=' }],
    ['not base64', image('<svg/>')],
    ['not base64', image('')],
    ['too large (3.8 MB)', image('a'.repeat(FILE_BOUNDS.one + 4))],
  ])('A2: leaves out what no model takes, and says why: %s', (why, part) => {
    const { output, files } = toolAnswer({ content: [part] });
    expect(files).toEqual([]);
    expect(output).toContain('left out');
    expect(output).toContain(why);
  });

  it('A2: files are bounded together', () => {
    const large = image('a'.repeat(4_800_000));
    expect(toolAnswer({ content: [large, large, large] })).toMatchObject({ files: [{}, {}] });
    const many = toolAnswer({ content: Array.from({ length: FILE_BOUNDS.count + 2 }, () => image()) });
    expect(many.files).toHaveLength(FILE_BOUNDS.count);
    expect(many.output.match(/left out, there are more than 20 files/g)).toHaveLength(2);
  });

  it('names each kind of part', () => {
    expect([image(), { type: 'audio' }].map(placeholder)).toEqual(['image image/png', 'audio']);
  });
});
