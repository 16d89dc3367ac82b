/**
 * A process that follows the books of a recorded venue, round after round: ours or ccxt. What one
 * leaves to the compiler and the collector is then not the other's.
 *
 *   node follower.js ours|ccxt VENUE HOST CONTROL
 */
import { connect } from 'node:net';
import { nodeClock, nodeTimers } from '../../../src/core/node-env.ts';
import { RECORDED, type RecordedMarket, type RecordedName } from '../recorded-market.ts';
import { ourBooks } from './our-books.ts';
import { theirBooks } from './their-books.ts';

/** What a round came to. */
export interface Round {
  /** From the byte that lets the updates go until the last of them is in its book. */
  readonly perSecond: number;
  /** The same by the time for which the process had a processor: what others take is not in it. */
  readonly perProcessorSecond: number;
  /** Best prices at the end. */
  readonly touches: string;
}

/** Whatever takes longer than this never ends. */
const PATIENCE_MS = 60_000;

const [who, name, host, control] = process.argv.slice(2) as [string, RecordedName, string, string];
const market: RecordedMarket = RECORDED[name]();
const open = who === 'ours' ? ourBooks : theirBooks;
const [address, port] = control.split(':');
const line = connect(Number(port), address);
line.setNoDelay(true);

process.on('message', () => void round().then((result) => process.send?.(result)));
process.on('disconnect', () => process.exit());
line.once('connect', () => process.send?.('ready'));

async function round(): Promise<Round> {
  const books = await open(name, market, host);
  await within(books.ready, 'every book to begin');
  const startNs = nodeClock.mono();
  const before = process.cpuUsage();
  line.write('.');
  await within(books.done, 'the last update');
  const seconds = (nodeClock.mono() - startNs) / 1e9;
  const { user, system } = process.cpuUsage(before);
  const touches = books.touches().join(' ');
  await within(books.close(), 'the end of a socket');
  const updates = market.updates.length;
  const perProcessorSecond = updates / ((user + system) / 1e6);
  return { perSecond: updates / seconds, perProcessorSecond, touches };
}

async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  let expire = (): void => {};
  const never = new Promise<never>((_, reject) => {
    expire = () => reject(new Error(`${who}: waited ${PATIENCE_MS} ms for ${what}`));
  });
  const deadline = nodeTimers.after(PATIENCE_MS, () => expire());
  try {
    return await Promise.race([promise, never]);
  } finally {
    deadline.cancel();
  }
}
