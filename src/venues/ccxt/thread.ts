import { Worker } from 'node:worker_threads';
import type { ExchangeAccess } from './exchange-class.ts';
import type { ReferenceQuestion } from './reference-data.ts';

export interface ThreadQuestion {
  readonly id: number;
  readonly question: ReferenceQuestion;
}

export type ThreadAnswer =
  | { readonly id: number; readonly value: unknown }
  | {
      readonly id: number;
      readonly fault: { readonly name: string; readonly detail: string };
    };

export interface ThreadHandlers {
  answered(answer: ThreadAnswer): void;
  /** Called exactly once; nothing more comes from it. */
  ended(detail: string): void;
}

/** A thread that answers questions, as its owner sees it. */
export interface Thread {
  ask(question: ThreadQuestion): void;
  /** Ends it, whatever it is doing; `ended` follows. */
  stop(): void;
}

export type SpawnThread = (handlers: ThreadHandlers) => Thread;

/** What ccxt may take: a heap far above what its classes and a reply of all markets need. */
const HEAP_MIB = 512;

/** Runs ccxt in a worker thread: its parsing and its crashes are its own. */
export function ccxtThread(access: ExchangeAccess): SpawnThread {
  return (handlers) => {
    const worker = new Worker(new URL('./ccxt-worker.js', import.meta.url), {
      workerData: access,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
      // A promise that nobody waits for ends the thread, as it would end a process.
      execArgv: ['--unhandled-rejections=throw'],
    });
    let detail = '';
    worker.on('message', (answer: ThreadAnswer) => handlers.answered(answer));
    worker.on('error', (error: Error) => {
      detail = error.message;
    });
    worker.on('exit', (code) => handlers.ended(detail || `exit code ${code}`));
    return {
      ask: (question) => worker.postMessage(question),
      stop: () => void worker.terminate(),
    };
  };
}
