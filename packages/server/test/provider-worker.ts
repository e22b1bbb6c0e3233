/** A provider in a process of its own, to be killed: it stops in the middle of every answer. Talks over its IPC channel. */
import { gate, labProvider, texts, type ProtocolName } from '@holdfast/lab';

const [protocol, key] = process.argv.slice(2) as [ProtocolName, string];
const provider = await labProvider({ name: 'doomed', protocol, key, script: () => ({ text: texts.plain, gate: gate(12) }) });
process.send!(provider.url);
process.on('disconnect', () => process.exit());
