import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

/** Ms. A page of 1 MB takes about half a second; one made to be slow takes minutes. */
const LONGEST = 10_000;

/**
 * A page as Markdown, or as plain text. Undefined: it is none that can be read in time.
 *
 * H1. It is read in a thread of its own, which gets nothing of ours and is ended when its time is over: nothing else waits for it.
 */
export function readHtml(html: string, form: 'markdown' | 'text', signal: AbortSignal, limit = LONGEST): Promise<string | undefined> {
  signal.throwIfAborted();
  const turndown = fileURLToPath(import.meta.resolve('turndown'));
  const worker = new Worker(WORKER, { eval: true, workerData: { turndown, html, form }, env: {}, execArgv: [] });
  return new Promise<string | undefined>((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop);
    const timer = setTimeout(() => end(undefined), limit);
    const end = (text: string | undefined) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      resolve(text);
    };
    worker.on('message', end);
    worker.on('error', () => end(undefined));
    worker.on('exit', () => end(undefined));
  }).finally(() => void worker.terminate());
}

const WORKER = String.raw`
const { parentPort, workerData: { turndown, html, form } } = require('node:worker_threads');
const Turndown = require(turndown);
const service = new Turndown({ headingStyle: 'atx', codeBlockStyle: 'fenced', bulletListMarker: '-', hr: '---' });
service.remove(['script', 'style', 'noscript', 'template', 'iframe', 'svg', 'canvas', 'object']);
service.addRule('cell', {
  filter: ['td', 'th'],
  replacement: (content) => content.trim().replace(/\s*\n\s*/g, ' ').replaceAll('|', '\\|') + ' | ',
});
service.addRule('row', {
  filter: 'tr',
  replacement: (content, row) => {
    const part = row.parentNode;
    const first = part.firstElementChild === row && (part.nodeName === 'THEAD' || !part.previousElementSibling);
    return '\n| ' + content.trim() + (first ? '\n|' + ' --- |'.repeat(row.children.length) : '');
  },
});
if (form === 'text') {
  service.escape = (text) => text;
  service.addRule('plain', { filter: ['a', 'em', 'i', 'strong', 'b', 'code'], replacement: (content) => content });
  service.addRule('heading', { filter: ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'], replacement: (content) => '\n\n' + content + '\n\n' });
  service.addRule('picture', { filter: 'img', replacement: (_, node) => node.getAttribute('alt') || '' });
  service.addRule('block', { filter: 'pre', replacement: (_, node) => '\n\n' + node.textContent + '\n\n' });
}
parentPort.postMessage(service.turndown(html));`;
