/** The thread in which ccxt lives. It answers questions and knows nothing of the desk. */
import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../../core/result.ts';
import { askCcxt } from './answers.ts';
import { type ExchangeAccess, openCcxt } from './exchange-class.ts';
import type { ThreadAnswer, ThreadQuestion } from './thread.ts';

const port = parentPort;
assert(port !== null, 'it runs in a thread of its own');
const tell = (answer: ThreadAnswer): void => port.postMessage(answer);

const opened = await openCcxt(workerData as ExchangeAccess);
if (!opened.ok) throw new Error(opened.error);
const exchange = opened.value;

port.on('message', ({ id, question }: ThreadQuestion) => {
  void askCcxt(exchange, question).then((answer) => {
    tell(answer.ok ? { id, value: answer.value } : { id, fault: answer.error });
  });
});
