/** The thread in which ccxt lives. It answers questions and knows nothing of the desk. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { askCcxt } from './answers.ts';
import { type ExchangeAccess, openCcxt } from './exchange-class.ts';
import type { ThreadAnswer, ThreadQuestion } from './thread.ts';

// Loaded by itself it does nothing: it has nobody to answer.
if (parentPort !== null) await answerOn(parentPort);

async function answerOn(port: MessagePort): Promise<void> {
  const opened = await openCcxt(workerData as ExchangeAccess);
  if (!opened.ok) throw new Error(opened.error);
  const exchange = opened.value;
  const tell = (answer: ThreadAnswer): void => port.postMessage(answer);
  port.on('message', ({ id, question }: ThreadQuestion) => {
    void askCcxt(exchange, question).then((answer) => {
      tell(answer.ok ? { id, value: answer.value } : { id, fault: answer.error });
    });
  });
}
