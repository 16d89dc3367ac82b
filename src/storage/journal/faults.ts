import { unreachable } from '../../core/result.ts';
import type { StoreFault } from '../event-store/event-store.ts';
import { type LogFault, logFaultText } from '../log-fault.ts';
import { codecFaultText } from './codec.ts';

/** What can go wrong between the log and the store. */
export type DrainFault =
  | LogFault
  | StoreFault
  | { readonly kind: 'drain-died'; readonly detail: string };

/** Why a journal cannot be opened. */
export type RecoverFault =
  | DrainFault
  | { readonly kind: 'store-ahead'; readonly storeHead: number; readonly logHead: number }
  | { readonly kind: 'records-missing'; readonly storeHead: number; readonly logFirst: number }
  | { readonly kind: 'store-differs'; readonly sequence: number }
  | { readonly kind: 'boot-repeated'; readonly boot: number; readonly journaled: number };

export interface NotSettled {
  readonly kind: 'not-settled';
  readonly head: number;
  readonly drained: number;
  readonly waitedMs: number;
}

export interface OverBudget {
  readonly kind: 'journal-budget';
  readonly usedBytes: number;
  readonly budgetBytes: number;
}

/** One sentence for a person: what was found, where, and what would be right. */
export function journalFaultText(fault: RecoverFault | NotSettled | OverBudget): string {
  switch (fault.kind) {
    case 'full':
    case 'io':
    case 'corrupt':
      return logFaultText(fault);
    case 'unknown-event':
    case 'malformed-event':
      return codecFaultText(fault);
    case 'store-full':
      return `the store in ${fault.path} is full: ${fault.detail}; raise the bound or free space`;
    case 'store-io':
      return `the store in ${fault.path}: ${fault.doing} failed: ${fault.detail}`;
    case 'store-corrupt':
      return `the store in ${fault.path}: ${fault.found}; ${fault.remedy}`;
    case 'wrong-expected-version':
      return `${fault.stream} has version ${fault.actual}, ${fault.expected} was expected`;
    case 'wrong-stream':
      return `record ${fault.sequence} belongs to ${fault.belongsTo}, not to ${fault.stream}`;
    case 'sequence-gap':
      return `record ${fault.expected} comes next, ${fault.found} was offered`;
    case 'drain-died':
      return `the thread that drains the journal has ended: ${fault.detail}`;
    case 'store-ahead':
      return (
        `the store holds records up to ${fault.storeHead}, the log only up to ${fault.logHead}: ` +
        'segments are lost; restore the log and the store from the same backup'
      );
    case 'records-missing':
      return (
        `the store ends at record ${fault.storeHead}, the log begins at ${fault.logFirst}: ` +
        'restore a newer backup of the store, or the segments between'
      );
    case 'store-differs':
      return (
        `record ${fault.sequence} in the store is not the one in the log: ` +
        'they are of different desks or backups; bring them together as they belong'
      );
    case 'boot-repeated':
      return (
        `boot ${fault.boot} is to begin, the journal knows of boot ${fault.journaled}: ` +
        `client order ids would repeat; raise the boot counter above ${fault.journaled}`
      );
    case 'not-settled': {
      const { head, drained, waitedMs } = fault;
      return `the store is at record ${drained} of ${head} after ${waitedMs} ms`;
    }
    case 'journal-budget':
      return `the journal takes ${fault.usedBytes} bytes of the ${fault.budgetBytes} it may have`;
    default:
      return unreachable(fault);
  }
}
